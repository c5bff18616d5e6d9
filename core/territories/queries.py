"""Reads about territories."""

import uuid
from collections.abc import Sequence

from sqlalchemy import func, select

from core.access import Actor, visible
from core.customers.models import Customer
from core.database import db
from core.records.trees import TreeNode, read_tree
from core.territories.models import Territory, TerritoryMember
from core.territories.rules import territory_line
from core.users.models import User


def id_of_code(code: str) -> uuid.UUID | None:
    """Find the territory that has a code."""
    statement = select(Territory.id).where(Territory.code == code, Territory.deleted_at.is_(None))
    return db.session.scalars(statement).first()


def member_ids_of(territory_id: uuid.UUID) -> set[uuid.UUID]:
    """Tell who looks after a territory."""
    return set(db.session.scalars(select(TerritoryMember.user_id).where(TerritoryMember.territory_id == territory_id)))


def people_of_territory(territory_id: uuid.UUID | None, *, managers: bool = False) -> Sequence[uuid.UUID]:
    """List who looks after a territory and may sign in; where nobody does, after the nearest one above it.

    Args:
        territory_id: the territory; None has nobody.
        managers: whether only those are asked for who answer for it.

    Returns:
        Ids of people, in the order in which they joined.
    """
    line = territory_line(territory_id)
    if managers:
        statement = select(Territory.id, User.id).join(User, User.id == Territory.manager_id)
    else:
        statement = select(TerritoryMember.territory_id, User.id).join(User, User.id == TerritoryMember.user_id)
        statement = statement.join(Territory, Territory.id == TerritoryMember.territory_id)
        statement = statement.order_by(TerritoryMember.created_at, User.id)
    rows = db.session.execute(
        statement.where(Territory.id.in_(line), User.deleted_at.is_(None), User.active.is_(True))
    ).all()
    nearest = next((each for each in line if any(row[0] == each for row in rows)), None)
    return [user for territory, user in rows if territory == nearest]


def territory_tree(actor: Actor) -> list[TreeNode]:
    """List the territories as a tree from the top, each with its manager's name and how many look after it."""
    return read_tree(actor, Territory, Territory.manager_id, TerritoryMember.territory_id)


def customers_by_territory(actor: Actor) -> dict[uuid.UUID, int]:
    """Count the customers of each territory that an actor may see."""
    statement = (
        select(Customer.territory_id, func.count())
        .where(Customer.territory_id.is_not(None), Customer.deleted_at.is_(None), visible(actor, Customer))
        .group_by(Customer.territory_id)
    )
    return {territory: number for territory, number in db.session.execute(statement) if territory is not None}
