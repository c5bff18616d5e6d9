"""Reading what people were told."""

import uuid
from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, func, select

from core.access import Actor
from core.database import db
from core.host.doors import current_host
from core.host.generation import Remembered, raised_by
from core.notifications.models import Notification

#: The topic whose number rises when somebody is told something, or has read it.
NOTIFICATIONS: Final = "notifications"
#: How many a page shows.
PAGE: Final = 50
#: Of how many people the count is remembered.
_PEOPLE: Final = 2_000

_counts = Remembered[int](NOTIFICATIONS, most=_PEOPLE)


def unread_count(actor: Actor) -> int:
    """Count what a person was told and hasn't read; asked for each page, and read once for each change."""
    enabled = current_host().enabled
    return _counts.get((actor.user_id, enabled), lambda: _read_count(actor, enabled))


def _read_count(actor: Actor, enabled: frozenset[str]) -> int:
    statement = select(func.count()).select_from(Notification).where(*_theirs(actor, enabled))
    return db.session.scalar(statement.where(Notification.read_at.is_(None))) or 0


def _theirs(actor: Actor, enabled: frozenset[str]) -> tuple[ColumnElement[bool], ...]:
    return (Notification.user_id == actor.user_id, Notification.plugin.in_(sorted({"core", *enabled})))


def list_notifications(actor: Actor, before: uuid.UUID | None = None) -> Sequence[Notification]:
    """List what a person was told, the newest first, one more than a page so that the caller knows of more.

    Args:
        actor: the person.
        before: the last one of the page before; ids sort by the time they were made.
    """
    statement = select(Notification).where(*_theirs(actor, current_host().enabled))
    if before:
        statement = statement.where(Notification.id < before)
    return db.session.scalars(statement.order_by(Notification.id.desc()).limit(PAGE + 1)).all()


raised_by(NOTIFICATIONS, Notification)
