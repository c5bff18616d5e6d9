"""A record type's list: its rows, its filter, its saved views, and what is done with many records at once."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import parse_qsl
from uuid import UUID

from flask import jsonify, request
from werkzeug.wrappers import Response

from core.access import Actor, current_actor, may
from core.host.contributions import BulkAction
from core.host.doors import collect
from core.i18n import _, format_number, ngettext
from core.problems import Problem
from core.records import present, queries
from core.records.bulk import Outcome, act_on_each, run_bulk
from core.records.filters import clauses_of, compile_filter, filter_field, filterable, parse_filter, typed_values
from core.records.queries import ListQuery
from core.records.saved_views import remove_view, save_view, saved_views, view_url
from core.records.sentence import OPERATORS
from core.records.types import RecordType
from core.records.untrusted import as_id
from core.records.views.routes import Routes, list_query, rights_of, type_of_route
from core.web.audience import audience
from core.web.paths import came_from
from core.web.render import finish, fragment, last_transaction, redirect_or_refresh, render, toast

#: How many of the records that something couldn't be done with are named.
MOST_NAMED: Final = 3


@audience("staff")
def list_page(key: str) -> Response:
    """Show a list, or its next rows when a cursor is given."""
    actor, record_type = type_of_route(key)
    query = list_query(request.args)
    arguments = present.arguments_of(request.args)
    columns = present.columns_of(record_type, arguments, query)
    attributes = present.attributes_of(record_type, columns)
    page = queries.list_records(actor, record_type, query, attributes, counted=True)
    names = [column.key for column in columns]
    titles = queries.related_titles(actor, record_type, page.items, names)
    added = [column.extra for column in columns if column.extra]
    extra = queries.extra_values(actor, added, [record.id for record in page.items])
    context: dict[str, Any] = {
        "record_type": record_type,
        "columns": columns,
        "rows": present.rows_of(record_type, page, columns, titles, extra),
        "next_url": present.list_url(record_type, arguments, cursor=page.next) if page.next else None,
        "may": rights_of(actor, record_type),
    }
    if query.cursor:
        return fragment("records/rows.html", **context)
    context |= {
        "query": query,
        "arguments": arguments,
        "count": (count := queries.count_records(actor, record_type, query, page)),
        "count_text": _("%(number)s+", number=format_number(count.number))
        if count.capped
        else format_number(count.number),
        "bulk_actions": _bulk_actions(actor, record_type, binned=query.binned),
        "views": (views := saved_views(actor, record_type)),
        "current_view": next((view for view in views if str(view.id) == arguments.get("view")), None),
        "view_items": _view_items(record_type, views, arguments),
        "list_url": present.list_url,
        "bin_url": present.bin_url(record_type),
        **present.filter_sentence(actor, record_type, query.filter, arguments, count.number),
    }
    return render(record_type.list_template, **context)


def _view_items(record_type: RecordType, views: Sequence[Any], arguments: Mapping[str, str]) -> list[dict[str, Any]]:
    mine = json.dumps({"and": [{"field": "owner", "op": "is", "value": ["me"]}]})
    is_live = arguments.get("bin") != "1"
    items = [
        {"label": _("All"), "url": record_type.url, "current": not arguments},
        {
            "label": _("Mine"),
            "url": present.list_url(record_type, {}, filter=mine),
            "current": is_live and arguments.get("filter") == mine and "view" not in arguments,
        },
    ]
    for ready in record_type.views:
        shown = {"filter": json.dumps(ready.filter), "sort": ready.sort}
        is_shown = all(arguments.get(name, "") == value for name, value in shown.items())
        current = is_live and "view" not in arguments and is_shown
        items.append({"label": ready.label, "url": present.list_url(record_type, {}, **shown), "current": current})
    items += [
        {"label": view.name, "url": view_url(record_type, view), "current": arguments.get("view") == str(view.id)}
        for view in views
    ]
    binned = [] if is_live else [{"label": _("Bin"), "url": present.bin_url(record_type), "current": True}]
    return items + binned


def _bulk_actions(actor: Actor, record_type: RecordType, *, binned: bool) -> list[dict[str, str]]:
    url = f"{record_type.url}/bulk"
    actions = []
    if binned:
        restore = {"label": _("Restore"), "icon": "arrow-back-up", "url": f"{url}?action=restore", "target": "#main"}
        return [restore] if may(actor, record_type, "delete") else []
    if may(actor, record_type, "edit"):
        actions.append({"label": _("Assign"), "icon": "user-share", "url": f"{url}/assign", "key": "a"})
    if may(actor, record_type, "delete"):
        actions.append({"label": _("Bin"), "icon": "trash", "url": f"{url}?action=bin", "target": "#main"})
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
def bulk(key: str) -> Response:
    """Act on the chosen records, or on everything in the filter."""
    actor, record_type = type_of_route(key)
    everything = request.form.get("everything") == "1"
    ids = [] if everything else [found for each in request.form.getlist("ids") if (found := as_id(each))]
    query = list_query(dict(parse_qsl(request.form.get("query", "")))) if everything else None
    if not everything and not ids:
        raise Problem("nothing_chosen", _("Choose some records first."))
    action = request.values.get("action", "")
    if (offered := _asked_for(actor, record_type, action)) is not None:
        _tell(offered, act_on_each(actor, record_type, offered, ids, query))
        return _back(record_type)
    outcome = run_bulk(actor, record_type, action, ids, query, request.form.get("value", ""))
    _tell_changed(action, outcome)
    return _back(record_type)


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
    return fragment("records/act.html", record_type=record_type, form=request.form, action=action)


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
    path, given = form.get("field", ""), [each for each in form.getlist("value") if each]
    clause = {"field": path, "op": form.get("op", "is"), "value": typed_values(record_type, path, given)}
    present_filter = parse_filter(form.get("filter"))
    tree = {"and": [*clauses_of(present_filter), clause]}
    compile_filter(current_actor(), record_type, tree)
    kept = {name: form[name] for name in ("q", "sort", "columns", "pipeline", "bin") if form.get(name)}
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


LIST_ROUTES: Routes = (
    ("", "GET", list_page),
    ("/count", "GET", count),
    ("/options", "GET", options),
    ("/bulk", "POST", bulk),
    ("/bulk/assign", "POST", bulk_assign),
    ("/bulk/ask", "POST", bulk_ask),
    ("/filter", "GET", filter_form),
    ("/filter", "POST", add_filter),
    ("/views/new", "GET", view_form),
    ("/views", "POST", keep_view),
    ("/views/<uuid:view_id>/remove", "POST", drop_view),
)
