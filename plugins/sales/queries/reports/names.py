"""Names of what the lines of a report are about."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from pelatis.api import Actor, titles


def names_of(actor: Actor, model: Any, ids: Iterable[UUID | None]) -> dict[UUID | None, str]:
    """Name what an actor may see; an en dash for the rest, and for nothing in particular."""
    asked = list(ids)
    found = titles(actor, model.__record_type__, asked)
    return {each: found.get(each, "–") if each is not None else "–" for each in asked}
