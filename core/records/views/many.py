"""What is done with many records of a list: given away, edited, binned, restored, exported, or as plugins offer."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from urllib.parse import parse_qsl
from uuid import UUID

from flask import request
from werkzeug.wrappers import Response

from core.access import Actor, may
from core.database import Sealable
from core.host.contributions import BulkAction
from core.host.doors import collect
from core.i18n import _, ngettext
from core.problems import Problem
from core.records import present, queries
from core.records.bulk import MOST_ACTED_ON, MOST_AT_ONCE, Outcome, act_on_each, count_chosen, refuse_too_many, run_bulk
from core.records.forms import FormField, form_fields, submitted
from core.records.queries import ListQuery
from core.records.types import RecordType
from core.records.untrusted import as_id
from core.records.views.routes import Routes, list_query, type_of_route
from core.web.audience import audience
from core.web.paths import came_from
from core.web.render import fragment, last_transaction, redirect_or_refresh, toast

#: How many of the records that something couldn't be done with are named.
MOST_NAMED: Final = 3


def bulk_actions(actor: Actor, record_type: RecordType, *, binned: bool) -> list[dict[str, str]]:
    """List what the bar of a list offers to do with the records that are chosen.

    Args:
        actor: whoever chooses.
        record_type: the list's.
        binned: whether it is the list of what lies in the bin.
    """
    url = f"{record_type.url}/bulk"
    actions = []
    if binned:
        restore = {"label": _("Restore"), "icon": "arrow-back-up", "url": f"{url}?action=restore", "target": "#main"}
        return [restore] if may(actor, record_type, "delete") else []
    if may(actor, record_type, "edit"):
        actions.append({"label": _("Assign"), "icon": "user-share", "url": f"{url}/assign", "key": "a"})
        actions.append({"label": _("Edit a field"), "icon": "pencil", "url": f"{url}/edit"})
    if may(actor, record_type, "delete"):
        actions.append({"label": _("Bin"), "icon": "trash", "url": f"{url}?action=bin", "target": "#main"})
    if may(actor, record_type, "export"):
        actions.append({"label": _("Export"), "icon": "download", "url": f"{url}/export"})
    for each in _offered(actor, record_type):
        asks = {"url": f"{url}/ask?action={each.id}"}
        acts = {"url": f"{url}?action={each.id}", "target": "#main"}
        actions.append({"label": str(each.title), "icon": each.icon, **(asks if each.question else acts)})
    return actions


def _offered(actor: Actor, record_type: RecordType) -> list[BulkAction]:
    """List what plugins offer to do with the records of a list."""
    offered = collect("crm_collect_bulk_actions", actor=actor, record_type=record_type.key)
    return [each for each in offered if isinstance(each, BulkAction)]


def _asked_for(actor: Actor, record_type: RecordType, action: str) -> BulkAction | None:
    return next((each for each in _offered(actor, record_type) if each.id == action), None)


@audience("staff")
def bulk(key: str) -> Response:
    """Act on the chosen records, or on everything in the filter."""
    actor, record_type = type_of_route(key)
    ids, query = _chosen()
    action = request.values.get("action", "")
    if (offered := _asked_for(actor, record_type, action)) is not None:
        _tell(offered, act_on_each(actor, record_type, offered, ids, query))
        return _back(record_type)
    outcome = run_bulk(actor, record_type, action, ids, query, request.form.get("value", ""))
    _tell_changed(action, outcome)
    return _back(record_type)


def _chosen() -> tuple[list[UUID], ListQuery | None]:
    """Read which records were chosen: their ids, or the query of the list when it is everything."""
    if request.form.get("everything") == "1":
        return [], list_query(dict(parse_qsl(request.form.get("query", ""))))
    ids = [found for each in request.form.getlist("ids") if (found := as_id(each))]
    if not ids:
        raise Problem("nothing_chosen", _("Choose some records first."))
    return ids, None


def _tell_changed(action: str, outcome: Outcome) -> None:
    number = outcome.done
    if number or not outcome.left:
        text = {
            "bin": ngettext("%(num)s record is in the bin.", "%(num)s records are in the bin.", number),
            "restore": ngettext("%(num)s record is back.", "%(num)s records are back.", number),
        }.get(action) or ngettext("%(num)s record changed.", "%(num)s records changed.", number)
        toast(text, undo=last_transaction() if number else None)
    _tell_left(outcome)


def _back(record_type: RecordType) -> Response:
    """Lead back to the list, as it was filtered."""
    came = came_from()
    return redirect_or_refresh(came if came.partition("?")[0] == record_type.url else record_type.url)


def _tell(action: BulkAction, outcome: Outcome) -> None:
    """Say with how many records something was done, and which were left, and why."""
    if outcome.done:
        toast(str(action.told(outcome.done)), undo=last_transaction() if action.is_undone else None)
    _tell_left(outcome)


def _tell_left(outcome: Outcome) -> None:
    named = [f"{title}: {why}" for title, why in outcome.left[:MOST_NAMED]]
    if not named:
        return
    number = len(outcome.left)
    count = ngettext("%(num)s was left as it is.", "%(num)s were left as they are.", number)
    further = number - len(named)
    more = [_("And %(count)s more.", count=further)] if further else []
    toast(" ".join([count, *named, *more]), level="warning")


@audience("staff")
def bulk_ask(key: str) -> Response:
    """Ask whether something is to be done with the chosen records; the choice is carried along."""
    actor, record_type = type_of_route(key)
    action = _asked_for(actor, record_type, request.args.get("action", ""))
    if action is None:
        raise Problem("bad_action", _("There is no such action."), status=400)
    refuse_too_many(count_chosen(actor, record_type, action.permission, *_chosen()), MOST_ACTED_ON)
    return fragment("records/act.html", record_type=record_type, form=request.form, action=action)


@audience("staff")
def bulk_assign(key: str) -> Response:
    """Ask whom the chosen records are given to; the choice is carried along."""
    actor, record_type = type_of_route(key, "edit")
    return fragment(
        "records/assign.html", record_type=record_type, form=request.form, people=queries.active_people(actor)
    )


@audience("staff")
def bulk_edit(key: str) -> Response:
    """Ask which field of the chosen records is to hold what: first the field, then its value."""
    actor, record_type = type_of_route(key, "edit")
    return _editing(actor, record_type, request.form.get("field", ""))


@audience("staff")
def save_bulk_edit(key: str) -> Response:
    """Write one field of the chosen records; a bad value is shown with its message."""
    actor, record_type = type_of_route(key, "edit")
    name = request.form.get("field", "")
    if all(each.name != name for each in _editable(actor, record_type)):
        raise Problem("bad_field", _("Choose a field first."))
    data = submitted(record_type, request.form, only=name)
    try:
        outcome = run_bulk(actor, record_type, "edit", *_chosen(), data)
    except Problem as problem:
        if not problem.fields:
            raise
        return _editing(actor, record_type, name, data, problem)
    _tell_changed("edit", outcome)
    return _back(record_type)


def _editing(
    actor: Actor,
    record_type: RecordType,
    name: str,
    data: Mapping[str, Any] | None = None,
    problem: Problem | None = None,
) -> Response:
    editable = _editable(actor, record_type, data, problem)
    field = next((each for each in editable if each.name == name), None)
    related = [(field.field.record_type, as_id(field.value))] if field and field.control == "relation" else []
    return fragment(
        "records/edit_many.html",
        problem.status if problem else 200,
        record_type=record_type,
        form=request.form,
        fields=[(each.name, each.label) for each in editable],
        field=field,
        number=count_chosen(actor, record_type, "edit", *_chosen()),
        is_sealable=issubclass(record_type.model, Sealable),
        titles=queries.titles_of(actor, related),
        present=present,
    )


def _editable(
    actor: Actor, record_type: RecordType, data: Mapping[str, Any] | None = None, problem: Problem | None = None
) -> list[FormField]:
    """List the fields that many records may be given at once: not what tells them from each other."""
    told_apart = {record_type.title, *record_type.match}
    listed = form_fields(actor, record_type, None, data, problem.fields if problem else None)
    # What a new record begins with isn't what many are to hold.
    return [
        each if data is not None else replace(each, value=None)
        for each in listed
        if each.writable and each.name not in told_apart
    ]


def chosen_query() -> ListQuery:
    """Give the query of the records that a form says were chosen.

    Raises:
        Problem: 422 when there are none, or more than one request may carry.
    """
    ids, query = _chosen()
    refuse_too_many(len(ids), MOST_AT_ONCE)
    return query or ListQuery(ids=tuple(ids))


@audience("staff")
def bulk_export(key: str) -> Response:
    """Ask as what the chosen records are to be exported."""
    actor, record_type = type_of_route(key, "export")
    number = count_chosen(actor, record_type, "export", *_chosen())
    return fragment(
        "records/export_many.html",
        record_type=record_type,
        form=request.form,
        number=number,
        formats=present.export_formats(record_type),
    )


MANY_ROUTES: Routes = (
    ("/bulk", "POST", bulk),
    ("/bulk/assign", "POST", bulk_assign),
    ("/bulk/ask", "POST", bulk_ask),
    ("/bulk/edit", "POST", bulk_edit),
    ("/bulk/edit/save", "POST", save_bulk_edit),
    ("/bulk/export", "POST", bulk_export),
)
