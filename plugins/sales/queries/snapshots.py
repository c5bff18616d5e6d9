"""Snapshots: which deals are no longer as the last one knew them, and what was known on a day."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, func, or_, select

from pelatis.api import Customer, db

from ..models import Opportunity, OpportunitySnapshot, SnapshotDay, Stage

#: How certain the forecast takes an open deal to be: as it says itself, or else its stage.
CATEGORY: Final = func.coalesce(Opportunity.forecast_category, Stage.forecast_category)
#: How likely it is won, in percent: as its seller says, or else its stage.
PROBABILITY: Final = func.coalesce(Opportunity.probability, Stage.probability)

_HOLDS: Final = OpportunitySnapshot.until_on.is_(None)
_IS_OPEN: Final = and_(Opportunity.deleted_at.is_(None), Stage.kind == "open")
#: What a snapshot keeps of a deal.
_FACTS: Final[dict[str, ColumnElement[Any]]] = {
    "owner_id": Opportunity.owner_id.expression,
    "stage_id": Opportunity.stage_id.expression,
    "forecast_category": CATEGORY,
    "probability": PROBABILITY,
    "amount_base": Opportunity.amount_base.expression,
    "expected_close_on": Opportunity.expected_close_on.expression,
    "territory_id": Customer.territory_id.expression,
}


def changed_deals(after: UUID | None, limit: int) -> Sequence[Row[Any]]:
    """Read open deals that no snapshot knows as they are, in the order of their ids.

    Args:
        after: the id where the last batch ended.
        limit: how many at most.

    Returns:
        Rows of the deal's `id`, what a snapshot keeps of it, and `known_id`, the snapshot row that it outgrew.
    """
    differs = [getattr(OpportunitySnapshot, name).is_distinct_from(fact) for name, fact in _FACTS.items()]
    statement = (
        select(
            Opportunity.id,
            *[fact.label(name) for name, fact in _FACTS.items()],
            OpportunitySnapshot.id.label("known_id"),
        )
        .join(Stage, Stage.id == Opportunity.stage_id)
        .outerjoin(Customer, Customer.id == Opportunity.customer_id)
        .outerjoin(OpportunitySnapshot, and_(OpportunitySnapshot.opportunity_id == Opportunity.id, _HOLDS))
        .where(_IS_OPEN, or_(OpportunitySnapshot.id.is_(None), *differs))
        .order_by(Opportunity.id)
        .limit(limit)
    )
    return db.session.execute(statement.where(Opportunity.id > after) if after else statement).all()


def ended_deals(after: UUID | None, limit: int) -> Sequence[Row[Any]]:
    """Read the snapshot rows that still hold of deals that aren't open any more, in the order of their ids."""
    statement = (
        select(OpportunitySnapshot.id)
        .join(Opportunity, Opportunity.id == OpportunitySnapshot.opportunity_id)
        .join(Stage, Stage.id == Opportunity.stage_id)
        .where(_HOLDS, or_(Opportunity.deleted_at.is_not(None), Stage.kind != "open"))
        .order_by(OpportunitySnapshot.id)
        .limit(limit)
    )
    return db.session.execute(statement.where(OpportunitySnapshot.id > after) if after else statement).all()


def known_on(day: Any) -> ColumnElement[bool]:
    """Give the criterion of the snapshot rows that held on a day, be it a date or a parameter."""
    later = OpportunitySnapshot.until_on
    return and_(OpportunitySnapshot.from_on <= day, or_(later.is_(None), later > day))


def last_day() -> date | None:
    """Give the last day that a snapshot was taken for, or missed; None before the first."""
    return db.session.scalars(select(func.max(SnapshotDay.day))).one()


def taken_day(at_latest: date) -> date | None:
    """Give the last day up to another one whose snapshot was taken; None when there is none."""
    statement = select(func.max(SnapshotDay.day)).where(SnapshotDay.taken_at.is_not(None), SnapshotDay.day <= at_latest)
    return db.session.scalars(statement).one()
