"""A record type's list: its rows, its filter and its saved views."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import jsonify, request
from werkzeug.wrappers import Response

from core.i18n import _, format_number
from core.records import present, queries
from core.records.bulk import MOST_AT_ONCE
from core.records.filters import parse_filter
from core.records.queries import ListQuery
from core.records.saved_views import remove_view, save_view, saved_views, view_url
from core.records.types import RecordType
from core.records.views.many import bulk_actions
from core.records.views.routes import Routes, list_query, rights_of, type_of_route
from core.web.audience import audience
from core.web.render import finish, fragment, last_transaction, redirect_or_refresh, render, toast


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
        "may": (rights := rights_of(actor, record_type)),
        "is_selectable": any(
            rights[action] for action in (("delete",) if query.binned else ("edit", "delete", "export"))
        ),
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
        "most_at_once": MOST_AT_ONCE,
        "may_empty_bin": actor.is_administrator and rights["delete"],
        "export_formats": present.export_formats(record_type),
        "bulk_actions": bulk_actions(actor, record_type, binned=query.binned),
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
    ("/views/new", "GET", view_form),
    ("/views", "POST", keep_view),
    ("/views/<uuid:view_id>/remove", "POST", drop_view),
)
