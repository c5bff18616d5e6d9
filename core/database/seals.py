"""Seals: what was sent, signed or posted can't change by any door. Every flush and the bulk door ask here."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import event, inspect

from core.database.base import Sealable, open_attributes
from core.database.unit import Session
from core.problems import Problem


def sealed_problem() -> Problem:
    """Say that a record is sealed."""
    from core.i18n import _  # the database stands below the languages

    return Problem("sealed", _("This was sent or posted and can't change any more."), status=409)


def is_sealed(record: Any) -> bool:
    """Tell whether a record is sealed in the database; one that is being sealed isn't yet."""
    if not isinstance(record, Sealable):
        return False
    return inspect(record).committed_state.get("sealed_at", record.sealed_at) is not None


def _changed(record: Any) -> Collection[str]:
    state = inspect(record)
    return [each.key for each in state.mapper.column_attrs if state.attrs[each.key].history.has_changes()]


@event.listens_for(Session, "before_flush")
def _keep_seals(session: Session, _context: Any, _instances: Any) -> None:
    for record in session.deleted:
        if is_sealed(record):
            raise sealed_problem()
    for record in session.dirty:
        if is_sealed(record) and not open_attributes(type(record)).issuperset(_changed(record)):
            raise sealed_problem()
