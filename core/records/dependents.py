"""What leans on records that are about to go into the bin, as the plugins tell it."""

from collections.abc import Sequence
from uuid import UUID

from core.access import Actor
from core.host.contributions import Dependents
from core.host.doors import collect
from core.i18n import _
from core.problems import Problem
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
