"""Leaving: everything that a person owns goes to another."""

import uuid
from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import select

from core.access import Actor, require
from core.database import bulk_update, write_unit
from core.i18n import _
from core.problems import Problem
from core.territories.operations import hand_over_territories
from core.users import queries
from core.users.models import STAFF, Team, User
from core.users.operations.guards import require_above
from core.users.operations.people import set_active

#: How many records change hands in one write unit.
HAND_OVER_BATCH: Final = 2_000


def hand_over(actor: Actor, leaver: User, heir: User, told: Callable[[int], None] = lambda _number: None) -> int:
    """Give everything that a person owns to another, whatever module it belongs to, and disable the leaver.

    Records change hands in batches; an interrupted hand-over is finished by asking for it again.

    Args:
        actor: whoever decides it.
        leaver: the person who leaves.
        heir: an active person.
        told: told inside of each batch's write unit how many records it moves.

    Returns:
        How many records changed hands.

    Raises:
        Problem: as `begin_hand_over`.
    """
    begin_hand_over(actor, leaver, heir)
    leaver_id, heir_id = leaver.id, heir.id
    moved = _hand_over_teams(leaver_id, heir_id) + hand_over_territories(leaver_id, heir_id)
    for model in queries.owned_models():
        while batch := _hand_over_batch(model, leaver_id, heir_id, told):
            moved += batch
    return moved


def begin_hand_over(actor: Actor, leaver: User, heir: User) -> None:
    """Look whether everything that a person owns may go to another, and disable the leaver.

    Raises:
        Problem: `users.bad_heir` when the heir can't take it; `users.last_administrator`; 403.
    """
    require(actor, User, "edit", leaver)
    require_above(actor, leaver.id)
    if heir.id == leaver.id or not heir.active or heir.kind != STAFF:
        message = _("Choose somebody else who is active.")
        raise Problem("users.bad_heir", message, fields={"heir": [message]})
    if leaver.active and leaver.id != actor.user_id:
        set_active(actor, leaver, False)


def _hand_over_batch(model: Any, leaver_id: uuid.UUID, heir_id: uuid.UUID, told: Callable[[int], None]) -> int:
    with write_unit() as session:
        found = select(model.id).where(model.owner_id == leaver_id).limit(HAND_OVER_BATCH)
        ids = list(session.scalars(found))
        bulk_update(model, [({"id": each, "owner_id": leaver_id}, {"owner_id": heir_id}) for each in ids])
        if ids:
            told(len(ids))
        return len(ids)


def _hand_over_teams(leaver_id: uuid.UUID, heir_id: uuid.UUID) -> int:
    with write_unit() as session:
        led = list(session.scalars(select(Team).where(Team.leader_id == leaver_id)))
        for team in led:
            team.leader_id = heir_id
        return len(led)
