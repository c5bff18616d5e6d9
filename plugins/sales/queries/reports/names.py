"""Names of what the lines of a report are about."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import select

from pelatis.api import Actor, db, visible


def names_of(actor: Actor, model: Any, ids: Iterable[UUID | None]) -> dict[UUID | None, str]:
    """Name what an actor may see; an en dash for the rest, and for nothing in particular."""
    asked = list(ids)
    wanted = [each for each in asked if each is not None]
    statement = select(model.id, model.name).where(model.id.in_(wanted), visible(actor, model))
    found: dict[UUID, str] = dict(map(tuple, db.session.execute(statement)))
    return {each: found.get(each, "–") if each is not None else "–" for each in asked}
