"""The pages that every record type has: list, page, side panel, form, inline edit, history, bin and undo."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from flask import Flask, abort, jsonify, request
from werkzeug.wrappers import Response

from core.access import Actor, current_actor, may
from core.i18n import _, format_number, ngettext
from core.problems import Problem, not_found
from core.records import present, queries
from core.records.conflicts import reconcile
from core.records.filters import clauses_of, compile_filter, filter_field, filterable, parse_filter
from core.records.forms import FormField, form_fields, submitted
from core.records.history import Change, changes_of, history_of, related_names, undo_transaction
from core.records.operations import bin_record, create_record, restore_record, update_record
from core.records.queries import ListQuery
from core.records.registry import record_types
from core.records.saved_views import remove_view, save_view, saved_views, view_url
from core.records.sentence import OPERATORS
from core.records.types import RecordType
from core.records.untrusted import as_id
from core.web.audience import audience
from core.web.htmx import htmx
from core.web.paths import came_from, is_own_path
from core.web.render import finish, fragment, last_transaction, redirect_or_refresh, render, toast

View = Callable[..., Response]


def mount_record_types(app: Flask) -> None:
    """Give every declared record type its pages; where a plugin has its own view of a path, that one stands."""
    from core.records.board_views import BOARD_ROUTES  # boards stand on the lists of this module

    taken = {(rule.rule, method) for rule in app.url_map.iter_rules() for method in rule.methods or ()}
    for record_type in record_types.all_declared():
        for suffix, method, view in (*ROUTES, *(BOARD_ROUTES if record_type.board else ())):
            rule = record_type.url + suffix
            if (rule, method) in taken:
                continue
            endpoint = f"records:{record_type.key}:{view.__name__}".replace(".", "/")
            app.add_url_rule(
                rule, endpoint=endpoint, view_func=view, methods=[method], defaults={"key": record_type.key}
            )


def type_of_route(key: str, action: str = "view") -> tuple[Actor, RecordType]:
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


@audience("staff")
def list_page(key: str) -> Response:
    """Show a list, or its next rows when a cursor is given."""
    actor, record_type = type_of_route(key)
    query = list_query(request.args)
    arguments = present.arguments_of(request.args)
    page = queries.list_records(actor, record_type, query)
    columns = present.columns_of(record_type, arguments, query)
    names = [column.key for column in columns]
    titles = queries.related_titles(actor, record_type, page.items, names)
    added = [column.extra for column in columns if column.extra]
    extra = queries.extra_values(actor, added, [record.id for record in page.items])
    context: dict[str, Any] = {
        "record_type": record_type,
        "columns": columns,
        "rows": present.rows_of(record_type, page, columns, titles, extra),
        "next_url": present.list_url(record_type, arguments, cursor=page.next) if page.next else None,
        "may": _rights(actor, record_type),
    }
    if query.cursor:
        return fragment("records/rows.html", **context)
    context |= {
        "query": query,
        "arguments": arguments,
        "count": (count := queries.count_records(actor, record_type, query)),
        "count_text": _("%(number)s+", number=format_number(count.number))
        if count.capped
        else format_number(count.number),
        "bulk_actions": _bulk_actions(actor, record_type),
        "views": (views := saved_views(actor, record_type)),
        "current_view": next((view for view in views if str(view.id) == arguments.get("view")), None),
        "view_items": _view_items(record_type, views, arguments),
        "list_url": present.list_url,
        **present.filter_sentence(actor, record_type, query.filter, arguments, count.number),
    }
    return render(record_type.list_template, **context)


def _rights(actor: Actor, record_type: RecordType) -> dict[str, bool]:
    return {action: may(actor, record_type, action) for action in ("create", "edit", "delete", "export", "import")}


def _view_items(record_type: RecordType, views: Sequence[Any], arguments: Mapping[str, str]) -> list[dict[str, Any]]:
    mine = json.dumps({"and": [{"field": "owner", "op": "is", "value": ["me"]}]})
    items = [
        {"label": _("All"), "url": record_type.url, "current": not arguments},
        {
            "label": _("Mine"),
            "url": present.list_url(record_type, {}, filter=mine),
            "current": arguments.get("filter") == mine and "view" not in arguments,
        },
    ]
    return items + [
        {"label": view.name, "url": view_url(record_type, view), "current": arguments.get("view") == str(view.id)}
        for view in views
    ]


def _bulk_actions(actor: Actor, record_type: RecordType) -> list[dict[str, str]]:
    url = f"{record_type.url}/bulk"
    actions = []
    if may(actor, record_type, "edit"):
        actions.append({"label": _("Assign"), "icon": "user-share", "url": f"{url}/assign", "key": "a"})
    if may(actor, record_type, "delete"):
        actions.append({"label": _("Bin"), "icon": "trash", "url": f"{url}?action=bin", "target": "#main"})
    return actions


@audience("staff")
def count(key: str) -> Response:
    """Count a list exactly, which somebody asked for."""
    actor, record_type = type_of_route(key)
    number = queries.count_records(actor, record_type, list_query(request.args), exact=True).number
    return finish(jsonify({"count": number}))


@audience("staff")
def options(key: str) -> Response:
    """Offer records to a relation field: those that hold the typed words, or the first ones."""
    actor, record_type = type_of_route(key)
    text = request.args.get("q", "")[:200]
    query = ListQuery(
        text=text, sort=record_type.title if record_type.title in queries.sortable(record_type) else "", limit=20
    )
    items = queries.list_records(actor, record_type, query).items
    rows = [{"id": str(record.id), "text": record_type.title_of(record)} for record in items]
    return finish(jsonify({"items": rows}))


@audience("staff")
def show(key: str, record_id: UUID) -> Response:
    """Show a record: its page, or the side panel when the list asks for it."""
    actor, record_type = type_of_route(key)
    record = queries.find_record(actor, record_type, record_id, binned=True)
    context = record_context(actor, record_type, record)
    if htmx.wants_panel:
        return fragment(record_type.panel, **context)
    return render(record_type.page, **context)


def record_context(actor: Actor, record_type: RecordType, record: Any) -> dict[str, Any]:
    """Gather what a record's page and panel show."""
    from core.host.doors import collect

    return {
        "record_type": record_type,
        "record": record,
        "title": record_type.title_of(record),
        "initials": present.initials(record_type.title_of(record)),
        "facts": form_fields(actor, record_type, record),
        "titles": queries.related_titles(actor, record_type, [record], list(record_type.fields)),
        "panels": collect("crm_render_panels", slot="record.sidebar", actor=actor, record=record),
        "may": _rights(actor, record_type),
        "present": present,
    }


@audience("staff")
def new(key: str) -> Response:
    """Show the form of a new record; arguments of the URL fill fields in."""
    actor, record_type = type_of_route(key, "create")
    given = {name: value for name, value in request.args.items() if name in record_type.fields}
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
    toast(_("%(title)s is there.", title=record_type.title_of(record)), undo=last_transaction())
    return redirect_or_refresh(record_type.url_of(record.id))


@audience("staff")
def edit(key: str, record_id: UUID) -> Response:
    """Show a record's form."""
    actor, record_type = type_of_route(key)
    record = queries.find_record(actor, record_type, record_id, "edit")
    return _form(record_type, record, form_fields(actor, record_type, record))


@audience("staff")
def update(key: str, record_id: UUID) -> Response:
    """Save a record's form; a stale one is shown again with what the other person saved."""
    actor, record_type = type_of_route(key)
    record = queries.find_record(actor, record_type, record_id, "edit")
    data, version = submitted(record_type, request.form), request.form.get("version", type=int)
    try:
        update_record(actor, record_type, record, data, version)
    except Problem as problem:
        if problem.status not in (409, 422):
            raise
        record = queries.find_record(actor, record_type, record_id)
        if problem.code == "stale" and version is not None:
            data, problem.fields = reconcile(actor, record_type, record, data, version)
        return _form(record_type, record, form_fields(actor, record_type, record, data, problem.fields), problem)
    toast(_("%(title)s is saved.", title=record_type.title_of(record)), undo=last_transaction())
    return redirect_or_refresh(record_type.url_of(record.id))


def _form(
    record_type: RecordType, record: Any | None, form: list[FormField], problem: Problem | None = None
) -> Response:
    ids: dict[str, set[UUID | None]] = {}
    for each in form:
        if each.control == "relation" and each.value:
            ids.setdefault(each.field.record_type, set()).update({as_id(each.value)} - {None})
    titles = {i: t for key, wanted in ids.items() for i, t in queries.titles(current_actor(), key, wanted).items()}
    return render(
        record_type.form,
        problem.status if problem else 200,
        record_type=record_type,
        record=record,
        form_list=form,
        problem=problem,
        titles=titles,
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
    record = queries.find_record(actor, record_type, record_id, "edit")
    data, version = submitted(record_type, request.form, only=name), request.form.get("version", type=int)
    try:
        update_record(actor, record_type, record, data, version)
    except Problem as problem:
        if problem.status not in (409, 422):
            raise
        record = queries.find_record(actor, record_type, record_id)
        if problem.code == "stale" and version is not None:
            data, problem.fields = reconcile(actor, record_type, record, data, version)
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
        may=_rights(actor, record_type),
    )


@audience("staff")
def history(key: str, record_id: UUID) -> Response:
    """Show who changed what in a record, newest first."""
    actor, record_type = type_of_route(key)
    record = queries.find_record(actor, record_type, record_id, binned=True)
    entries = history_of(record_type, record_id, request.args.get("before", type=int))
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
        may_undo=may(actor, record_type, "edit"),
    )


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
    toast(_("%(title)s is in the bin.", title=record_type.title_of(record)), undo=last_transaction())
    return redirect_or_refresh(record_type.url)


@audience("staff")
def restore(key: str, record_id: UUID) -> Response:
    """Take a record out of the bin."""
    actor, record_type = type_of_route(key)
    record = queries.find_record(actor, record_type, record_id, "delete", binned=True)
    restore_record(actor, record_type, record)
    toast(_("%(title)s is back.", title=record_type.title_of(record)))
    return redirect_or_refresh(record_type.url_of(record.id))


@audience("staff")
def bulk(key: str) -> Response:
    """Act on the chosen records, or on everything in the filter."""
    from core.records.bulk import run_bulk

    actor, record_type = type_of_route(key)
    everything = request.form.get("everything") == "1"
    ids = [] if everything else [found for each in request.form.getlist("ids") if (found := as_id(each))]
    query = list_query(dict(parse_qsl(request.form.get("query", "")))) if everything else None
    if not everything and not ids:
        raise Problem("nothing_chosen", _("Choose some records first."))
    action = request.values.get("action", "")
    number = run_bulk(actor, record_type, action, ids, query, request.form.get("value", ""))
    text = ngettext("%(num)s record changed.", "%(num)s records changed.", number)
    toast(text, undo=last_transaction() if number else None)
    back = request.form.get("back", "")
    return redirect_or_refresh(back if is_own_path(back) else record_type.url)


@audience("staff")
def bulk_assign(key: str) -> Response:
    """Ask whom the chosen records are given to; the choice is carried along."""
    actor, record_type = type_of_route(key, "edit")
    return fragment(
        "records/assign.html", record_type=record_type, form=request.form, people=queries.active_people(actor)
    )


@audience("staff")
def filter_form(key: str) -> Response:
    """Show the form that adds a condition to a list's filter, or changes one: first the field, then how and what."""
    _actor, record_type = type_of_route(key)
    path = request.args.get("field", "")
    choices = [
        (each, filter_field(record_type, each))
        for each in filterable(record_type)
        if "." not in each or each.startswith("custom.")
    ]
    chosen = next((field for each, field in choices if each == path), None)
    arguments = {name: value for name, value in request.args.items() if name not in ("cursor", "field")}
    return fragment(
        "records/filter.html",
        record_type=record_type,
        choices=choices,
        path=path,
        chosen=chosen,
        arguments=arguments,
        operators=OPERATORS,
        present=present,
    )


@audience("staff")
def add_filter(key: str) -> Response:
    """Lead to the list with one more condition."""
    _actor, record_type = type_of_route(key)
    form = request.form
    clause = {
        "field": form.get("field", ""),
        "op": form.get("op", "is"),
        "value": [v for v in form.getlist("value") if v],
    }
    present_filter = parse_filter(form.get("filter"))
    tree = {"and": [*clauses_of(present_filter), clause]}
    compile_filter(current_actor(), record_type, tree)
    kept = {name: form[name] for name in ("q", "sort", "columns", "pipeline") if form.get(name)}
    back = form.get("back", "")
    page = back if back.startswith(f"/{record_type.plugin}/") else None  # the plugin's own, with the list's filter
    return redirect_or_refresh(present.list_url(record_type, kept, page, filter=json.dumps(tree, ensure_ascii=False)))


@audience("staff")
def view_form(key: str) -> Response:
    """Show the form that keeps the present list under a name."""
    _actor, record_type = type_of_route(key)
    return fragment("records/view.html", record_type=record_type, arguments=present.arguments_of(request.args))


@audience("staff")
def keep_view(key: str) -> Response:
    """Keep a list's filter, order and columns under a name."""
    actor, record_type = type_of_route(key)
    form = request.form
    query = {
        "filter": parse_filter(form.get("filter")),
        "sort": form.get("sort", ""),
        "columns": form.get("columns", ""),
        "q": form.get("q", ""),
    }
    view = save_view(actor, record_type, form.get("name", ""), query, shared="shared" in form, pinned="pinned" in form)
    return redirect_or_refresh(view_url(record_type, view))


@audience("staff")
def drop_view(key: str, view_id: UUID) -> Response:
    """Remove a saved view of one's own."""
    actor, record_type = type_of_route(key)
    remove_view(actor, view_id)
    toast(_("The view is gone; its records are untouched."), undo=last_transaction())
    return redirect_or_refresh(record_type.url)


@audience("staff")
def undo(transaction_id: UUID) -> Response:
    """Take back what one write unit did."""
    put_back = undo_transaction(current_actor(), transaction_id)
    toast(ngettext("Put back %(num)s record.", "Put back %(num)s records.", len(put_back)))
    return redirect_or_refresh(came_from())


#: What every record type answers: URL suffix, method, view.
ROUTES: tuple[tuple[str, str, View], ...] = (
    ("", "GET", list_page),
    ("", "POST", create),
    ("/count", "GET", count),
    ("/options", "GET", options),
    ("/new", "GET", new),
    ("/bulk", "POST", bulk),
    ("/bulk/assign", "POST", bulk_assign),
    ("/filter", "GET", filter_form),
    ("/filter", "POST", add_filter),
    ("/views/new", "GET", view_form),
    ("/views", "POST", keep_view),
    ("/views/<uuid:view_id>/remove", "POST", drop_view),
    ("/<uuid:record_id>", "GET", show),
    ("/<uuid:record_id>", "POST", update),
    ("/<uuid:record_id>/edit", "GET", edit),
    ("/<uuid:record_id>/fields/<name>", "GET", cell),
    ("/<uuid:record_id>/fields/<name>", "POST", save_cell),
    ("/<uuid:record_id>/history", "GET", history),
    ("/<uuid:record_id>/bin", "POST", throw_away),
    ("/<uuid:record_id>/restore", "POST", restore),
)
