"""Competitors in deals: who is after one, and how often each won and lost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, case, func, select

from pelatis.api import Actor, db, kept, visible

from ..models import Competitor, DealCompetitor, Opportunity, Stage


def competitors_of(opportunity: UUID) -> list[tuple[DealCompetitor, Competitor]]:
    """List who else is after a deal."""
    statement = (
        select(DealCompetitor, Competitor)
        .join(Competitor, Competitor.id == DealCompetitor.competitor_id)
        .where(
            DealCompetitor.opportunity_id == opportunity,
            DealCompetitor.deleted_at.is_(None),
            Competitor.deleted_at.is_(None),
        )
        .order_by(DealCompetitor.created_at, DealCompetitor.id)
    )
    return [(met, competitor) for met, competitor in db.session.execute(statement)]


def deals_met(actor: Actor, competitors: Sequence[UUID]) -> Mapping[UUID, int]:
    """Count the deals that competitors are or were after; one that was never met isn't in the answer."""
    return {record.competitor: record.met for record in records_against(actor, competitors)}


@dataclass(frozen=True)
class Encounters:
    """How the deals went that a competitor was after as well; amounts are in the company's own currency."""

    competitor: UUID
    met: int
    open: int
    won: int
    won_amount: Decimal
    #: Deals that were lost, to whomever.
    lost: int
    #: Deals that this competitor won.
    lost_to: int
    lost_to_amount: Decimal


def records_against(actor: Actor, competitors: Sequence[UUID]) -> list[Encounters]:
    """Tell how deals against some competitors went, of the deals that an actor may see.

    This is what reports on wins and losses by competitor read.
    """
    return [
        Encounters(row[0], row[1], row[2], row[3], row[4] or Decimal(0), row[5], row[6], row[7] or Decimal(0))
        for row in _records_against(actor, competitors=list(competitors))
    ]


@kept
def _records_against(actor: Actor) -> Any:
    amount, theirs = Opportunity.amount_base, Opportunity.lost_to_id == DealCompetitor.competitor_id

    def number(criterion: Any) -> Any:
        return func.count(case((criterion, 1)))

    return (
        select(
            DealCompetitor.competitor_id,
            func.count(),
            number(Stage.kind == "open"),
            number(Stage.kind == "won"),
            func.sum(case((Stage.kind == "won", amount))),
            number(Stage.kind == "lost"),
            number(theirs),
            func.sum(case((theirs, amount))),
        )
        .join(Opportunity, Opportunity.id == DealCompetitor.opportunity_id)
        .join(Stage, Stage.id == Opportunity.stage_id)
        .where(
            DealCompetitor.competitor_id.in_(bindparam("competitors", expanding=True)),
            DealCompetitor.deleted_at.is_(None),
            Opportunity.deleted_at.is_(None),
            visible(actor, Opportunity),
        )
        .group_by(DealCompetitor.competitor_id)
    )


def count_met(competitors: Sequence[UUID]) -> int:
    """Count the deals that lean on some competitors."""
    statement = select(func.count()).where(
        DealCompetitor.competitor_id.in_(competitors), DealCompetitor.deleted_at.is_(None)
    )
    return int(db.session.scalar(statement) or 0)
