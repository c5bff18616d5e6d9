"""What leans on records that are about to go into the bin, as the plugins tell it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from core.access import Actor, may
from core.host.contributions import Dependents
from core.host.doors import collect
from core.i18n import _
from core.problems import Problem
from core.records.registry import record_types
from core.records.types import RecordType


def dependents_of(actor: Actor, record_type: RecordType, ids: Sequence[UUID]) -> list[Dependents]:
    """Ask the plugins what leans on some records.

    Args:
        actor: whoever is about to act.
        record_type: the records' type.
        ids: at most 5,000 of them.
    """
    told = collect("crm_collect_dependents", actor=actor, record_type=record_type.key, ids=ids)
    return [each for each in told if isinstance(each, Dependents)]


def refuse_leaned_on(actor: Actor, record_type: RecordType, ids: Sequence[UUID]) -> None:
    """Stop what would pull the ground from under others' records; to be called before the write unit.

    Raises:
        Problem: 409 naming what leans on them, when a plugin says that it must not happen.
    """
    blocking = [str(each.label) for each in dependents_of(actor, record_type, ids) if each.blocks]
    if blocking:
        what = ", ".join(blocking)
        raise Problem(
            "records.leaned_on", _("This can't go into the bin: it is used by %(what)s.", what=what), status=409
        )


def _may_know(actor: Actor, leaning: Dependents) -> bool:
    record_type = record_types.get(leaning.record_type)
    return record_type is not None and may(actor, record_type, "view")


def said_of_binned(actor: Actor, record_type: RecordType, record: Any) -> str:
    """Say that a record is in the bin, and what leans on it and stays.

    Args:
        actor: whoever put it there.
        record_type: its type.
        record: the record.
    """
    title = record_type.title_of(record)
    told = dependents_of(actor, record_type, [record.id])
    leaning = [str(each.label) for each in told if each.count and _may_know(actor, each)]
    if not leaning:
        return _("%(title)s is in the bin.", title=title)
    return _("%(title)s is in the bin. What leans on it stays: %(what)s.", title=title, what=", ".join(leaning))
