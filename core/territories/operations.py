"""Every rule about territories and every write of them. Whoever changes them decides who sees which customers."""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select

from core.access import Actor, require
from core.database import db, write_unit
from core.i18n import _
from core.problems import Problem
from core.records.operations import change_record, save
from core.records.trees import ids_below
from core.territories import queries
from core.territories.models import Territory, TerritoryMember
from core.users.models import User


def create_territory(actor: Actor, values: Mapping[str, Any]) -> Territory:
    """Make a territory; its manager becomes a member.

    Raises:
        Problem: `territories.code_taken`; 403 without the right.
    """
    with write_unit():
        _refuse_taken_code(None, values)
        territory: Territory = save(actor, Territory(**values))
        _let_manager_in(territory)
        return territory


def update_territory(actor: Actor, territory: Territory, values: Mapping[str, Any]) -> Territory:
    """Change a territory; territories stay a tree.

    Raises:
        Problem: `territories.circle` when its new place would be below itself, `territories.code_taken`.
    """
    with write_unit():
        _refuse_taken_code(territory.id, values)
        parent_id = values.get("parent_id")
        if parent_id is not None and parent_id in ids_below(Territory, territory.id):
            message = _("A territory can't stand below itself.")
            raise Problem("territories.circle", message, fields={"parent": [message]})
        changed: Territory = change_record(actor, territory, values)
        _let_manager_in(changed)
        return changed


def _refuse_taken_code(territory_id: uuid.UUID | None, values: Mapping[str, Any]) -> None:
    code = values.get("code")
    if code and queries.id_of_code(code) not in (None, territory_id):
        message = _("Another territory has this code.")
        raise Problem("territories.code_taken", message, fields={"code": [message]})


def _let_manager_in(territory: Territory) -> None:
    if territory.manager_id is not None:
        _join(territory.id, territory.manager_id)


def set_members(actor: Actor, territory: Territory, user_ids: Iterable[uuid.UUID]) -> None:
    """Let exactly these people look after a territory, beside its manager.

    Raises:
        Problem: 403 or 404 without the right to edit the territory.
    """
    require(actor, Territory, "edit", territory)
    with write_unit() as session:
        wanted = set(session.scalars(select(User.id).where(User.id.in_(list(user_ids)), User.deleted_at.is_(None))))
        if territory.manager_id is not None:
            wanted.add(territory.manager_id)
        held = list(session.scalars(select(TerritoryMember).where(TerritoryMember.territory_id == territory.id)))
        for member in held:
            if member.user_id not in wanted:
                session.delete(member)
        for user_id in wanted:
            _join(territory.id, user_id)


def hand_over_territories(leaver_id: uuid.UUID, heir_id: uuid.UUID) -> int:
    """Let somebody else manage the territories of a person who leaves, and tell how many there were."""
    with write_unit() as session:
        managed = list(session.scalars(select(Territory).where(Territory.manager_id == leaver_id)))
        for territory in managed:
            territory.manager_id = heir_id
            _let_manager_in(territory)
        return len(managed)


def _join(territory_id: uuid.UUID, user_id: uuid.UUID) -> None:
    if user_id not in queries.member_ids_of(territory_id):
        db.session.add(TerritoryMember(territory_id=territory_id, user_id=user_id))
        db.session.flush()
