"""A record's own pages: page, side panel, form, inline edit, history, bin and undo."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from flask import abort, make_response, request
from werkzeug.wrappers import Response

from core.access import Actor, current_actor, may
from core.database import is_sealed, sealed_problem, utc_now
from core.i18n import _, format_day, ngettext
from core.problems import Problem
from core.records import present, queries
from core.records.conflicts import save_or_tell
from core.records.dependents import said_of_binned
from core.records.forms import FormField, form_fields, submitted
from core.records.history import (
    Change,
    change_by_another,
    changes_of,
    history_of,
    kept_since,
    related_names,
    undo_transaction,
)
from core.records.operations import bin_record, create_record, restore_record
from core.records.types import RecordType
from core.records.untrusted import as_id
from core.records.views.routes import Routes, rights_over, type_of_route
from core.web.audience import audience
from core.web.htmx import htmx
from core.web.paths import came_from
from core.web.render import finish, fragment, last_transaction, redirect_or_refresh, render, toast

#: How many changes a page of the history shows.
HISTORY_AT_ONCE: Final = 30


@audience("staff")
def show(key: str, record_id: UUID) -> Response:
    """Show a record: its page, or the side panel when the list asks for it."""
    actor, record_type = type_of_route(key)
    record = queries.find_record(actor, record_type, record_id, binned=True)
    return show_record(actor, record_type, record)


def show_record(actor: Actor, record_type: RecordType, record: Any, **more: Any) -> Response:
    """Answer with a record's page, or its side panel when the list asks for it.

    Args:
        actor: whoever looks; the caller has checked that they may.
        record_type: its type.
        record: the record.
        **more: what the type's own page template is told beside what every record's page is.
    """
    context = record_context(actor, record_type, record)
    if htmx.wants_panel:
        return fragment(record_type.panel, **context)
    return render(record_type.page, **(context | more))


def record_context(actor: Actor, record_type: RecordType, record: Any) -> dict[str, Any]:
    """Gather what a record's page and panel show."""
    from core.host.doors import collect

    titles = queries.related_titles(actor, record_type, [record], list(record_type.fields))
    return {
        "record_type": record_type,
        "record": record,
        "title": record_type.title_of(record),
        "subtitle": present.subtitle_of(record_type, record, titles),
        "initials": present.initials(record_type.title_of(record)),
        "facts": form_fields(actor, record_type, record),
        "titles": titles,
        "panels": collect("crm_render_panels", slot="record.sidebar", actor=actor, record=record),
        "timelines": collect("crm_render_panels", slot="record.timeline", actor=actor, record=record),
        "may": rights_over(actor, record_type, record),
        "present": present,
        "seen_at": utc_now(),
    }


@audience("staff")
def new(key: str) -> Response:
    """Show the form of a new record; arguments of the URL fill fields in."""
    actor, record_type = type_of_route(key, "create")
    given = {name: value for name, value in submitted(record_type, request.args).items() if value is not None}
    return _form(record_type, None, form_fields(actor, record_type, None, given))


@audience("staff")
def create(key: str) -> Response:
    """Make a record from a form."""
    actor, record_type = type_of_route(key, "create")
    data = submitted(record_type, request.form)
    try:
        record = create_record(actor, record_type, data)
    except Problem as problem:
        return _form(record_type, None, form_fields(actor, record_type, None, data, problem.fields), problem)
    undo = None if is_sealed(record) else last_transaction()
    toast(_("%(title)s is there.", title=record_type.title_of(record)), undo=undo)
    return redirect_or_refresh(record_type.url_of(record.id))


@audience("staff")
def edit(key: str, record_id: UUID) -> Response:
    """Show a record's form."""
    actor, record_type = type_of_route(key)
    record = queries.find_record(actor, record_type, record_id, "edit")
    if not rights_over(actor, record_type, record)["edit"]:
        raise sealed_problem()
    return _form(record_type, record, form_fields(actor, record_type, record))


@audience("staff")
def update(key: str, record_id: UUID) -> Response:
    """Save a record's form; a stale one is shown again with what the other person saved."""
    actor, record_type = type_of_route(key)
    sent, version = submitted(record_type, request.form), request.form.get("version", type=int)
    record, data, problem = save_or_tell(actor, record_type, record_id, sent, version)
    if problem is not None:
        return _form(record_type, record, form_fields(actor, record_type, record, data, problem.fields), problem)
    toast(_("%(title)s is saved.", title=record_type.title_of(record)), undo=last_transaction())
    return redirect_or_refresh(record_type.url_of(record.id))


def _form(
    record_type: RecordType, record: Any | None, form: list[FormField], problem: Problem | None = None
) -> Response:
    if record is None:
        form = [each for each in form if each.name not in record_type.later or each.value or each.errors]
    related = (
        (each.field.record_type, as_id(each.value)) for each in form if each.control == "relation" and each.value
    )
    return render(
        record_type.form,
        problem.status if problem else 200,
        record_type=record_type,
        record=record,
        form_list=form,
        problem=problem,
        titles=queries.titles_of(current_actor(), related),
        present=present,
    )


@audience("staff")
def cell(key: str, record_id: UUID, name: str) -> Response:
    """Show one fact, or the control that edits it in its place (`?edit=1`)."""
    actor, record_type = type_of_route(key)
    editing = request.args.get("edit") == "1"
    record = queries.find_record(actor, record_type, record_id, "edit" if editing else "view")
    return _cell(actor, record_type, record, name, editing)


@audience("staff")
def save_cell(key: str, record_id: UUID, name: str) -> Response:
    """Save one fact in its place; a bad value is shown with its message, a stale one with the present value."""
    actor, record_type = type_of_route(key)
    sent, version = submitted(record_type, request.form, only=name), request.form.get("version", type=int)
    record, data, problem = save_or_tell(actor, record_type, record_id, sent, version)
    if problem is not None:
        return _cell(actor, record_type, record, name, True, data, problem)
    toast(_("Saved."), undo=last_transaction())
    return _cell(actor, record_type, record, name, False)


def _cell(
    actor: Actor,
    record_type: RecordType,
    record: Any,
    name: str,
    editing: bool,
    data: Mapping[str, Any] | None = None,
    problem: Problem | None = None,
) -> Response:
    fields = form_fields(actor, record_type, record, data, problem.fields if problem else None)
    found = next((each for each in fields if each.name == name), None)
    if found is None or (editing and not found.writable):
        abort(404)
    titles = queries.related_titles(actor, record_type, [record], [name])
    return fragment(
        "records/cell.html",
        problem.status if problem else 200,
        record_type=record_type,
        record=record,
        fact=found,
        editing=editing,
        titles=titles,
        problem=problem,
        present=present,
        may=rights_over(actor, record_type, record),
    )


@audience("staff")
def history(key: str, record_id: UUID) -> Response:
    """Show who changed what in a record, newest first."""
    actor, record_type = type_of_route(key)
    record = queries.find_record(actor, record_type, record_id, binned=True)
    read = history_of(record_type, record_id, request.args.get("before", type=int), HISTORY_AT_ONCE + 1)
    entries = read[:HISTORY_AT_ONCE]
    since = kept_since()
    people = queries.titles(actor, "user", [entry.actor_id for entry in entries])
    changes = [changes_of(record_type, entry) for entry in entries]
    names = related_names(actor, [change for changed in changes for change in changed])
    told = [[_told(change, names, record) for change in changed] for changed in changes]
    rows = list(zip(entries, told, strict=True))
    return render(
        "records/history.html",
        record_type=record_type,
        record=record,
        rows=rows,
        people=people,
        may_undo=may(actor, record_type, "edit") and not is_sealed(record),
        more_url=f"{request.path}?before={entries[-1].sequence}" if len(read) > len(entries) else None,
        forgotten_before=format_day(since) if since is not None and record.created_at < since else None,
    )


@audience("staff")
def news(key: str, record_id: UUID) -> Response:
    """Tell whoever has a record open that somebody else changed it since; 204 while nobody did. Pages ask for it."""
    actor, record_type = type_of_route(key)
    record = queries.find_record(actor, record_type, record_id, binned=True)
    change = change_by_another(actor, record_type, record_id, _moment(request.args.get("since", "")))
    if change is None:
        return finish(make_response("", 204))
    who = queries.titles(actor, "user", [change.actor_id]).get(change.actor_id) if change.actor_id else None
    return fragment("records/news.html", record_type=record_type, record=record, change=change, who=who)


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Problem("bad_moment", _("This page is out of date. Load it again."), status=400) from error


def _told(change: Change, names: Mapping[UUID, str], record: Any) -> tuple[str, str | None, str | None]:
    """Give a change's field and its two values as people read them."""
    old, new = (present.read(change.declared, value, names, record) for value in (change.old, change.new))
    return change.label, old, new


@audience("staff")
def throw_away(key: str, record_id: UUID) -> Response:
    """Put a record into the bin."""
    actor, record_type = type_of_route(key)
    record = queries.find_record(actor, record_type, record_id, "delete")
    bin_record(actor, record_type, record)
    toast(said_of_binned(actor, record_type, record), undo=last_transaction())
    return redirect_or_refresh(record_type.url)


@audience("staff")
def restore(key: str, record_id: UUID) -> Response:
    """Take a record out of the bin."""
    actor, record_type = type_of_route(key)
    record = queries.find_record(actor, record_type, record_id, "delete", binned=True)
    restore_record(actor, record_type, record)
    toast(_("%(title)s is back.", title=record_type.title_of(record)), undo=last_transaction())
    return redirect_or_refresh(record_type.url_of(record.id))


@audience("staff")
def undo(transaction_id: UUID) -> Response:
    """Take back what one write unit did."""
    put_back = undo_transaction(current_actor(), transaction_id)
    toast(ngettext("Put back %(num)s record.", "Put back %(num)s records.", len(put_back)))
    return redirect_or_refresh(came_from())


PAGE_ROUTES: Routes = (
    ("", "POST", create),
    ("/new", "GET", new),
    ("/<uuid:record_id>", "GET", show),
    ("/<uuid:record_id>", "POST", update),
    ("/<uuid:record_id>/edit", "GET", edit),
    ("/<uuid:record_id>/fields/<name>", "GET", cell),
    ("/<uuid:record_id>/fields/<name>", "POST", save_cell),
    ("/<uuid:record_id>/history", "GET", history),
    ("/<uuid:record_id>/news", "GET", news),
    ("/<uuid:record_id>/bin", "POST", throw_away),
    ("/<uuid:record_id>/restore", "POST", restore),
)
