"""Telling people something, and noting that they have read it."""

import uuid
from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import select, update

from core.access import Actor, current_actor
from core.database import db, utc_now, write_unit
from core.host.doors import current_host
from core.host.generation import raise_generation
from core.i18n import in_language
from core.notifications.models import Notification
from core.notifications.queries import NOTIFICATIONS
from core.problems import not_found
from core.records.registry import record_types
from core.users.models import User

#: The longest text that is kept.
LONGEST: Final = 300


def notify(
    user_ids: Collection[uuid.UUID | None], text: Any, *, about: Any = None, url: str = "", icon: str = "bell"
) -> int:
    """Tell people something, each in their own language, together with the act that is the reason; tell how many.

    Whoever acts isn't told what they did themselves, and nobody who may no longer sign in.

    Args:
        user_ids: whom; None among them is nobody.
        text: one sentence that says what to do, made by `_l`: `_l("%(who)s asks you to approve %(what)s", …)`.
        about: the record that it leads to.
        url: one of our own pages, where it isn't a record's.
        icon: a name of those in `package.json`; the record type's own by default where it is about a record.
    """
    wanted = {each for each in user_ids if each is not None} - {current_actor().user_id}
    if not wanted:
        return 0
    record_type = record_types.get(about.__record_type__) if about is not None else None
    plugin = record_type.plugin if record_type else plugin_of_path(url)
    people = select(User.id, User.language).where(User.id.in_(wanted), User.active, User.deleted_at.is_(None))
    with write_unit() as session:
        told = session.execute(people).all()
        for user_id, language in told:
            with in_language(language):
                said = str(text)
            session.add(
                Notification(
                    user_id=user_id,
                    plugin=plugin,
                    text=said if len(said) <= LONGEST else f"{said[: LONGEST - 1]}…",
                    url=record_type.url_of(about.id) if record_type else url,
                    icon=record_type.icon if record_type and icon == "bell" else icon,
                )
            )
        session.flush()
    return len(told)


def plugin_of_path(path: str) -> str:
    """Name the plugin that a page belongs to: its pages lie under its name."""
    first = path.lstrip("/").partition("/")[0]
    return first if first in current_host().loaded else "core"


def read_notification(actor: Actor, notification_id: uuid.UUID) -> Notification:
    """Note that a person has read what they were told.

    Raises:
        Problem: 404 when there is none, or it was told to somebody else.
    """
    with write_unit() as session:
        found = session.get(Notification, notification_id)
        if found is None or found.user_id != actor.user_id:
            raise not_found()
        if found.read_at is None:
            found.read_at = utc_now()
    return found


def read_all(actor: Actor) -> None:
    """Note that a person has read everything they were told."""
    unread = (Notification.user_id == actor.user_id, Notification.read_at.is_(None))
    with write_unit() as session:
        connection = session.connection()
        if connection.execute(update(Notification).where(*unread).values(read_at=utc_now())).rowcount:
            raise_generation(connection, NOTIFICATIONS)
    db.session.expire_all()
