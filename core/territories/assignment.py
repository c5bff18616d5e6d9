"""Putting all customers where the territories' rules say: a look at what would change, and the change itself."""

import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select

from core.access import Actor, Scope, may
from core.customers.models import Customer
from core.database import bulk_update, db
from core.problems import not_found
from core.territories.models import Territory
from core.territories.rules import fitting


@dataclass
class Preview:
    """What a run would do.

    Attributes:
        now, then: how many customers each territory has, and will have; None stands for no territory.
        moving: how many customers change their territory.
        staying: how many are where the rules say.
        pinned: how many stay because somebody chose.
        contested: how many fit several territories of which none stands above the others.
    """

    now: Counter[uuid.UUID | None] = field(default_factory=Counter)
    then: Counter[uuid.UUID | None] = field(default_factory=Counter)
    moving: int = 0
    staying: int = 0
    pinned: int = 0
    contested: int = 0


def may_assign(actor: Actor) -> bool:
    """Tell whether somebody may change territories and every customer."""
    return may(actor, Territory, "edit") and actor.scope(f"{Customer.__record_type__}.edit") is Scope.all


def require_assigning(actor: Actor) -> None:
    """Let only those assign customers who may change territories and every customer.

    Raises:
        Problem: 404 for anybody else.
    """
    if not may_assign(actor):
        raise not_found()


def preview(actor: Actor) -> Preview:
    """Count what a run would do, with one statement.

    Raises:
        Problem: see `require_assigning`.
    """
    require_assigning(actor)
    kinds = (Customer.territory_id, Customer.territory_pinned, Customer.country, Customer.postcode, Customer.tags)
    statement = select(func.count(), *kinds).where(Customer.deleted_at.is_(None)).group_by(*kinds)
    seen = Preview()
    for number, territory_id, pinned, country, postcode, tags in db.session.execute(statement):
        found = fitting(country, postcode, tags or [])
        target = territory_id if pinned else _first(found)
        seen.now[territory_id] += number
        seen.then[target] += number
        seen.pinned += number if pinned else 0
        seen.moving += number if target != territory_id else 0
        seen.staying += number if target == territory_id and not pinned else 0
        if not pinned and any(rule.territory_id not in found[0].line for rule in found):
            seen.contested += number
    return seen


def _first(found: Sequence[Any]) -> uuid.UUID | None:
    return found[0].territory_id if found else None


def assign_part(after: str | None, size: int, told: Callable[[int], None]) -> Sequence[Any]:
    """Put the next customers where the rules say, inside a write unit.

    Args:
        after: the id of the last customer that was looked at; None at first.
        size: how many are looked at.
        told: told how many of them moved.

    Returns:
        The customers that were looked at, rows with an `id`; none when all were.
    """
    columns = (Customer.id, Customer.territory_id, Customer.country, Customer.postcode, Customer.tags)
    statement = select(*columns).where(Customer.deleted_at.is_(None), Customer.territory_pinned.is_(False))
    if after is not None:
        statement = statement.where(Customer.id > uuid.UUID(after))
    # Whoever saves one of them now waits, and is then right by the rules as well.
    rows = db.session.execute(statement.order_by(Customer.id).limit(size).with_for_update()).all()
    moves = [
        ({"id": row.id, "territory_id": row.territory_id}, {"territory_id": target})
        for row in rows
        if (target := _first(fitting(row.country, row.postcode, row.tags or []))) != row.territory_id
    ]
    bulk_update(Customer, moves)
    told(len(moves))
    return rows
