"""The pages that every record type has: list, page, side panel, form, inline edit, history, bin and undo."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Flask, abort, jsonify, request
from werkzeug.wrappers import Response

from core.access import Actor, current_actor, may
from core.customfields import fields_of
from core.i18n import _, ngettext
from core.problems import Problem, not_found
from core.records import queries
from core.records.filters import clauses_of, filter_field, filterable, parse_filter
from core.records.forms import FormField, form_fields, submitted
from core.records.history import changes_of, history_of, undo_transaction
from core.records.operations import bin_record, create_record, restore_record, update_record
from core.records.queries import ListQuery
from core.records.registry import record_types
from core.records.saved_views import saved_views
from core.records.sentence import sentence_of
from core.records.types import ExtraColumn, RecordType
from core.web.audience import audience
from core.web.htmx import htmx
from core.web.render import finish, fragment, last_transaction, redirect_or_refresh, render, toast

View = Callable[..., Response]


def mount_record_types(app: Flask) -> None:
    """Give every declared record type its pages; where a plugin has its own view of a path, that one stands."""
    taken = {(rule.rule, method) for rule in app.url_map.iter_rules() for method in rule.methods or ()}
    for record_type in record_types.all_declared():
        for suffix, method, view in ROUTES:
            rule = record_type.url + suffix
            if (rule, method) in taken:
                continue
            endpoint = f"records:{record_type.key}:{view.__name__}".replace(".", "/")
            app.add_url_rule(
                rule, endpoint=endpoint, view_func=view, methods=[method], defaults={"key": record_type.key}
            )


def _type(key: str, action: str = "view") -> tuple[Actor, RecordType]:
    """Find the record type of a route, for an actor who has the permission at all; otherwise it doesn't exist."""
    actor, record_type = current_actor(), record_types.get(key)
    if record_type is None or not may(actor, record_type, action):
        raise not_found()
    return actor, record_type


def list_query(arguments: Mapping[str, str]) -> ListQuery:
    """Read a list's query from the arguments of its URL: filter, q, sort, cursor, bin."""
    return ListQuery(
        filter=parse_filter(arguments.get("filter")),
        text=arguments.get("q", "")[:200],
        sort=arguments.get("sort", ""),
        cursor=arguments.get("cursor"),
        binned=arguments.get("bin") == "1",
    )


@dataclass(frozen=True)
class Column:
    """A column of a list: a field of the schema, or one that a plugin adds."""

    key: str
    label: Any
    numeric: bool
    field: Any | None = None
    extra: ExtraColumn | None = None


def columns_of(record_type: RecordType, chosen: str = "") -> list[Column]:
    """Choose a list's columns: those that were asked for, in that order, or the record type's own and the plugins'."""
    extra = {each.key: each for each in record_types.extra_columns(record_type.key)}
    custom = {f"custom.{name}": each for name, each in fields_of(record_type).items()}
    names = [name for name in chosen.split(",") if name] or [
        *record_type.columns,
        *[key for key, each in extra.items() if each.default],
    ]
    columns = []
    for name in names:
        declared = record_type.fields.get(name) or custom.get(name)
        if declared is not None:
            columns.append(Column(name, declared.label, getattr(declared, "numeric", False), field=declared))
        elif name in extra:
            columns.append(Column(name, extra[name].label, extra[name].numeric, extra=extra[name]))
    return columns


@audience("staff")
def list_page(key: str) -> Response:
    """Show a list, or its next rows when a cursor is given."""
    actor, record_type = _type(key)
    query = list_query(request.args)
    page = queries.list_records(actor, record_type, query)
    columns = columns_of(record_type, request.args.get("columns", ""))
    names = [column.key for column in columns]
    context: dict[str, Any] = {
        "record_type": record_type,
        "query": query,
        "page": page,
        "columns": columns,
        "titles": queries.related_titles(actor, record_type, page.items, [*names, "owner"]),
        "extra": queries.extra_values(
            actor, [column.extra for column in columns if column.extra], [record.id for record in page.items]
        ),
        "arguments": {name: value for name, value in request.args.items() if name != "cursor"},
        "may": {action: may(actor, record_type, action) for action in ("create", "edit", "delete", "export", "import")},
        "sortable": queries.sortable(record_type),
    }
    if query.cursor:
        return fragment("records/rows.html", **context)
    context |= {
        "count": queries.count_records(actor, record_type, query),
        "sentence": sentence_of(actor, record_type, query.filter),
        "views": saved_views(actor, record_type),
        "filterable": [(path, filter_field(record_type, path)) for path in filterable(record_type) if "." not in path or path.startswith("custom.")],
        "clauses": clauses_of(query.filter),
    }
    return render(record_type.list_template, **context)


@audience("staff")
def count(key: str) -> Response:
    """Count a list exactly, which somebody asked for."""
    actor, record_type = _type(key)
    number = queries.count_records(actor, record_type, list_query(request.args), exact=True).number
    return finish(jsonify({"count": number}))


@audience("staff")
def options(key: str) -> Response:
    """Offer records to a relation field: those that hold the typed words, or the first ones."""
    actor, record_type = _type(key)
    text = request.args.get("q", "")[:200]
    query = ListQuery(text=text, sort=record_type.title if record_type.title in queries.sortable(record_type) else "", limit=20)
    items = queries.list_records(actor, record_type, query).items
    rows = [{"value": str(record.id), "text": record_type.title_of(record)} for record in items]
    return finish(jsonify({"items": rows, "creatable": record_type.creatable and may(actor, record_type, "create")}))


@audience("staff")
def show(key: str, record_id: UUID) -> Response:
    """Show a record: its page, or the side panel when the list asks for it."""
    actor, record_type = _type(key)
    record = queries.find_record(actor, record_type, record_id, binned=True)
    context = record_context(actor, record_type, record)
    if request.args.get("panel") == "1" and htmx.is_partial:
        return fragment(record_type.panel, **context)
    return render(record_type.page, **context)


def record_context(actor: Actor, record_type: RecordType, record: Any) -> dict[str, Any]:
    """Gather what a record's page and panel show."""
    from core.host.doors import collect

    return {
        "record_type": record_type,
        "record": record,
        "facts": form_fields(actor, record_type, record),
        "titles": queries.related_titles(actor, record_type, [record], list(record_type.fields)),
        "panels": collect("crm_render_panels", slot="record.sidebar", actor=actor, record=record),
        "may": {action: may(actor, record_type, action) for action in ("edit", "delete")},
    }


@audience("staff")
def new(key: str) -> Response:
    """Show the form of a new record; arguments of the URL fill fields in."""
    actor, record_type = _type(key, "create")
    given = {name: value for name, value in request.args.items() if name in record_type.fields}
    return _form(record_type, None, form_fields(actor, record_type, None, given))


@audience("staff")
def create(key: str) -> Response:
    """Make a record from a form."""
    actor, record_type = _type(key, "create")
    data = submitted(record_type, request.form)
    try:
        record = create_record(actor, record_type, data)
    except Problem as problem:
        return _form(record_type, None, form_fields(actor, record_type, None, data, problem.fields), problem)
    toast(_("%(title)s is there.", title=record_type.title_of(record)), undo=last_transaction())
    return redirect_or_refresh(record_type.url_of(record.id))  # type: ignore[return-value]


@audience("staff")
def edit(key: str, record_id: UUID) -> Response:
    """Show a record's form."""
    actor, record_type = _type(key)
    record = queries.find_record(actor, record_type, record_id, "edit")
    return _form(record_type, record, form_fields(actor, record_type, record))


@audience("staff")
def update(key: str, record_id: UUID) -> Response:
    """Save a record's form; a stale one is shown again with what the other person saved."""
    actor, record_type = _type(key)
    record = queries.find_record(actor, record_type, record_id, "edit")
    data = submitted(record_type, request.form)
    try:
        update_record(actor, record_type, record, data, request.form.get("version", type=int))
    except Problem as problem:
        if problem.status not in (409, 422):
            raise
        record = queries.find_record(actor, record_type, record_id)
        return _form(record_type, record, form_fields(actor, record_type, record, data, problem.fields), problem)
    toast(_("%(title)s is saved.", title=record_type.title_of(record)), undo=last_transaction())
    return redirect_or_refresh(record_type.url_of(record.id))  # type: ignore[return-value]


def _form(
    record_type: RecordType, record: Any | None, form: list[FormField], problem: Problem | None = None
) -> Response:
    status = problem.status if problem else 200
    return render("records/form.html", status, record_type=record_type, record=record, form=form, problem=problem)


@audience("staff")
def cell(key: str, record_id: UUID, name: str) -> Response:
    """Show one fact, or the control that edits it in its place (`?edit=1`)."""
    actor, record_type = _type(key)
    editing = request.args.get("edit") == "1"
    record = queries.find_record(actor, record_type, record_id, "edit" if editing else "view")
    return _cell(actor, record_type, record, name, editing)


@audience("staff")
def save_cell(key: str, record_id: UUID, name: str) -> Response:
    """Save one fact in its place; a bad value is shown with its message, a stale one with the present value."""
    actor, record_type = _type(key)
    record = queries.find_record(actor, record_type, record_id, "edit")
    data = submitted(record_type, request.form, only=name)
    try:
        update_record(actor, record_type, record, data, request.form.get("version", type=int))
    except Problem as problem:
        if problem.status not in (409, 422):
            raise
        record = queries.find_record(actor, record_type, record_id)
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
        may={"edit": may(actor, record_type, "edit")},
    )


@audience("staff")
def history(key: str, record_id: UUID) -> Response:
    """Show who changed what in a record, newest first."""
    actor, record_type = _type(key)
    record = queries.find_record(actor, record_type, record_id, binned=True)
    entries = history_of(record_type, record_id, request.args.get("before", type=int))
    people = queries.titles(actor, "user", [entry.actor_id for entry in entries])
    rows = [(entry, changes_of(record_type, entry)) for entry in entries]
    return render("records/history.html", record_type=record_type, record=record, rows=rows, people=people)


@audience("staff")
def throw_away(key: str, record_id: UUID) -> Response:
    """Put a record into the bin."""
    actor, record_type = _type(key)
    record = queries.find_record(actor, record_type, record_id, "delete")
    bin_record(actor, record_type, record)
    toast(_("%(title)s is in the bin.", title=record_type.title_of(record)), undo=last_transaction())
    return redirect_or_refresh(record_type.url)  # type: ignore[return-value]


@audience("staff")
def restore(key: str, record_id: UUID) -> Response:
    """Take a record out of the bin."""
    actor, record_type = _type(key)
    record = queries.find_record(actor, record_type, record_id, "delete", binned=True)
    restore_record(actor, record_type, record)
    toast(_("%(title)s is back.", title=record_type.title_of(record)))
    return redirect_or_refresh(record_type.url_of(record.id))  # type: ignore[return-value]


@audience("staff")
def bulk(key: str) -> Response:
    """Act on the chosen records, or on everything in the filter."""
    from core.records.bulk import run_bulk

    actor, record_type = _type(key)
    ids = [UUID(value) for value in request.form.getlist("id")]
    query = None if ids else list_query(json.loads(request.form.get("query", "{}")))
    number = run_bulk(actor, record_type, request.form["action"], ids, query, request.form.get("value", ""))
    text = ngettext("%(num)s record changed.", "%(num)s records changed.", number)
    toast(text, undo=last_transaction() if number else None)
    return redirect_or_refresh(request.form.get("back") or record_type.url)  # type: ignore[return-value]


@audience("staff")
def undo(transaction_id: UUID) -> Response:
    """Take back what one write unit did."""
    put_back = undo_transaction(current_actor(), transaction_id)
    toast(ngettext("Put back %(num)s record.", "Put back %(num)s records.", len(put_back)))
    return redirect_or_refresh(safe_back())  # type: ignore[return-value]


def safe_back() -> str:
    """Give the path of the page that the request came from, if it is one of ours."""
    from urllib.parse import urlsplit

    from core.web.audience import is_own_path

    came = urlsplit(request.headers.get("HX-Current-URL") or request.headers.get("Referer", ""))
    path = came.path + (f"?{came.query}" if came.query else "")
    return path if is_own_path(path) else "/"


#: What every record type answers: URL suffix, method, view.
ROUTES: tuple[tuple[str, str, View], ...] = (
    ("", "GET", list_page),
    ("", "POST", create),
    ("/count", "GET", count),
    ("/options", "GET", options),
    ("/new", "GET", new),
    ("/bulk", "POST", bulk),
    ("/<uuid:record_id>", "GET", show),
    ("/<uuid:record_id>", "POST", update),
    ("/<uuid:record_id>/edit", "GET", edit),
    ("/<uuid:record_id>/fields/<name>", "GET", cell),
    ("/<uuid:record_id>/fields/<name>", "POST", save_cell),
    ("/<uuid:record_id>/history", "GET", history),
    ("/<uuid:record_id>/bin", "POST", throw_away),
    ("/<uuid:record_id>/restore", "POST", restore),
)
