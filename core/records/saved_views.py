"""Saved views: what they hold, who sees them, saving and removing one."""

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import Select, case, or_, select

from core.access import Actor, kept
from core.database import db, utc_now, write_unit
from core.host.generation import Remembered, raised_by
from core.i18n import _
from core.problems import Problem, not_found
from core.records.filters import compile_filter
from core.records.models import SavedView
from core.records.queries import sortable
from core.records.types import RecordType

_known = Remembered[list[SavedView]]("saved_views", most=1_000)
raised_by("saved_views", SavedView)


def views_of(actor: Actor) -> list[SavedView]:
    """List the views of all record types that an actor may use, own ones and shared ones; only to be read."""
    return _known.get(actor.user_id, lambda: _read(actor)) if actor.user_id else []


def _read(actor: Actor) -> list[SavedView]:
    views = list(_views(actor).scalars())
    for view in views:
        db.session.expunge(view)
    return views


@kept
def _views(actor: Actor) -> Select[Any]:
    return (
        select(SavedView)
        .where(SavedView.deleted_at.is_(None), or_(SavedView.owner_id == actor.user_id, SavedView.shared))
        .order_by(case((SavedView.owner_id == actor.user_id, 0), else_=1), SavedView.position, SavedView.name)
    )


def saved_views(actor: Actor, record_type: RecordType) -> list[SavedView]:
    """List the views of a record type that an actor may use."""
    return [view for view in views_of(actor) if view.record_type_key == record_type.key]


def own_views(actor: Actor, record_type: RecordType) -> list[SavedView]:
    """List an actor's own views of a record type, in their order."""
    return [view for view in saved_views(actor, record_type) if view.owner_id == actor.user_id]


def order_views(actor: Actor, record_type: RecordType, ids: Sequence[UUID]) -> None:
    """Put an actor's own views of a record type in an order; those that it doesn't name stand after the others."""
    places = {view_id: place for place, view_id in enumerate(ids)}
    own = [view.id for view in own_views(actor, record_type)]
    with write_unit() as session:
        for view in session.scalars(select(SavedView).where(SavedView.id.in_(own))):
            view.position = places.get(view.id, len(places))


def pinned_views(actor: Actor) -> list[SavedView]:
    """List the views that an actor pinned to the rail."""
    return [view for view in views_of(actor) if view.pinned and view.owner_id == actor.user_id]


def save_view(
    actor: Actor, record_type: RecordType, name: str, query: dict[str, Any], *, shared: bool, pinned: bool
) -> SavedView:
    """Keep a list's query under a name.

    Raises:
        Problem: 422 without a name; 400 when the filter or sort can't be read.
    """
    name = " ".join(name.split())[:80]
    if not name:
        raise Problem("invalid", _("Give the view a name."), fields={"name": [_("Give the view a name.")]})
    compile_filter(actor, record_type, query.get("filter"))
    sort = str(query.get("sort") or "").removeprefix("-")
    if sort and sort not in sortable(record_type):
        raise Problem("bad_sort", _("The list can't be sorted by “%(field)s”.", field=sort[:60]), status=400)
    with write_unit() as session:
        view = SavedView(
            record_type_key=record_type.key,
            name=name,
            query=query,
            shared=shared,
            pinned=pinned,
            position=max((view.position + 1 for view in own_views(actor, record_type)), default=0),
            owner_id=actor.user_id,
        )
        session.add(view)
        return view


def remove_view(actor: Actor, view_id: UUID) -> None:
    """Remove a view of one's own.

    Raises:
        Problem: 404 for anybody else's.
    """
    with write_unit() as session:
        view = session.get(SavedView, view_id)
        if view is None or (view.owner_id != actor.user_id and not actor.is_administrator):
            raise not_found()
        view.deleted_at = utc_now()


def view_url(record_type: RecordType, view: SavedView) -> str:
    """Give the URL of a list as a view keeps it."""
    query = view.query
    arguments = {
        "filter": json.dumps(query["filter"], ensure_ascii=False) if query.get("filter") else "",
        "sort": query.get("sort") or "",
        "columns": query.get("columns") or "",
        "q": query.get("q") or "",
        "view": str(view.id),
    }
    return f"{record_type.url}?{urlencode({name: value for name, value in arguments.items() if value})}"
