"""Reads about territories."""

import uuid

from sqlalchemy import func, select

from core.access import Actor, visible
from core.customers.models import Customer
from core.database import db
from core.records.trees import TreeNode, in_order
from core.territories.models import Territory, TerritoryMember
from core.users.models import User


def ids_below(territory_id: uuid.UUID) -> set[uuid.UUID]:
    """Tell the ids of a territory and of all territories below it."""
    reach = select(Territory.id).where(Territory.id == territory_id).cte("below", recursive=True)
    reach = reach.union(select(Territory.id).join(reach, Territory.parent_id == reach.c.id))
    return set(db.session.scalars(select(reach.c.id)))


def id_of_code(code: str) -> uuid.UUID | None:
    """Find the territory that has a code."""
    statement = select(Territory.id).where(Territory.code == code, Territory.deleted_at.is_(None))
    return db.session.scalars(statement).first()


def member_ids_of(territory_id: uuid.UUID) -> set[uuid.UUID]:
    """Tell who looks after a territory."""
    return set(db.session.scalars(select(TerritoryMember.user_id).where(TerritoryMember.territory_id == territory_id)))


def territory_tree(actor: Actor) -> list[TreeNode]:
    """List the territories as a tree from the top, each with its manager's name and how many look after it."""
    counted = (
        select(TerritoryMember.territory_id, func.count().label("number")).group_by(TerritoryMember.territory_id)
    ).subquery()
    statement = (
        select(Territory, User.name, counted.c.number)
        .outerjoin(User, User.id == Territory.manager_id)
        .outerjoin(counted, counted.c.territory_id == Territory.id)
        .where(Territory.deleted_at.is_(None), visible(actor, Territory))
        .order_by(Territory.name, Territory.id)
    )
    return in_order(db.session.execute(statement).all())


def customers_by_territory(actor: Actor) -> dict[uuid.UUID, int]:
    """Count the customers of each territory that an actor may see."""
    statement = (
        select(Customer.territory_id, func.count())
        .where(Customer.territory_id.is_not(None), Customer.deleted_at.is_(None), visible(actor, Customer))
        .group_by(Customer.territory_id)
    )
    return {territory: number for territory, number in db.session.execute(statement) if territory is not None}
