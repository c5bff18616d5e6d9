"""Records that stand in a tree, each with its leader and members, as teams and territories do."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from core.access import Actor, visible
from core.database import db


@dataclass(frozen=True)
class TreeNode:
    """A record in its place in the tree.

    Attributes:
        record: the record.
        depth: how many stand above it.
        leader: the name of whoever leads it, or nothing.
        members: how many people belong to it.
    """

    record: Any
    depth: int
    leader: str
    members: int


def ids_below(model: Any, record_id: uuid.UUID) -> set[uuid.UUID]:
    """Tell the ids of a record and of all records below it.

    Args:
        model: its model, with a `parent_id`.
        record_id: the record's id.
    """
    reach = select(model.id).where(model.id == record_id).cte("below", recursive=True)
    reach = reach.union(select(model.id).join(reach, model.parent_id == reach.c.id))
    return set(db.session.scalars(select(reach.c.id)))


def read_tree(actor: Actor, model: Any, leader: Any, belongs: Any) -> list[TreeNode]:
    """List all records of a model that an actor may see as a tree from the top.

    Args:
        actor: whoever looks.
        model: a model with a `parent_id` and a `name`.
        leader: its column with the id of whoever leads it.
        belongs: the column by which a membership names it.
    """
    from core.users.models import User  # users stand on this module

    counted = select(belongs.label("whole_id"), func.count().label("number")).group_by(belongs).subquery()
    statement = (
        select(model, User.name, counted.c.number)
        .outerjoin(User, User.id == leader)
        .outerjoin(counted, counted.c.whole_id == model.id)
        .where(model.deleted_at.is_(None), visible(actor, model))
        .order_by(model.name, model.id)
    )
    return _in_order(db.session.execute(statement).all())


def _in_order(rows: Iterable[Any]) -> list[TreeNode]:
    """List rows of a record, its leader's name and its number of members from the top down.

    What names a parent that isn't among them stands at the top.
    """
    known = list(rows)
    ids = {row[0].id for row in known}
    below: dict[uuid.UUID | None, list[Any]] = {}
    for row in known:
        parent = row[0].parent_id
        below.setdefault(parent if parent in ids else None, []).append(row)
    listed: list[TreeNode] = []

    def walk(parent: uuid.UUID | None, depth: int) -> None:
        for record, leader, number in below.get(parent, ()):
            listed.append(TreeNode(record, depth, leader or "", number or 0))
            walk(record.id, depth + 1)

    walk(None, 0)
    return listed
