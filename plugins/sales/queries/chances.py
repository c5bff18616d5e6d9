"""From how deals before it ended: what a deal's learned chance stands on."""

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, case, func, select

from pelatis.api import Actor, db, today, utc_now, visible

from ..chances import Chance, Ended, learn, size_of
from ..models import Opportunity, Stage, StageHistory

#: How far back deals are learned from, and from how many at most that reached a stage, the last ones.
LEARNED_FROM: Final = timedelta(days=730)
MOST_LEARNED_FROM: Final = 4_000


def learned_chance(actor: Actor, opportunity: Opportunity) -> Chance | None:
    """Learn how likely an open deal is won from the deals that an actor may see, in two statements.

    Args:
        actor: whoever looks.
        opportunity: the deal.

    Returns:
        None where no deal has ended within two years.
    """
    return learn(_everywhere(actor), *_like(actor, opportunity))


def _everywhere(actor: Actor) -> Ended:
    statement = (
        select(*_outcomes(Opportunity.id.is_not(None)))
        .select_from(Opportunity)
        .join(Stage, Stage.id == Opportunity.stage_id)
        .where(
            Opportunity.deleted_at.is_(None),
            Stage.kind != "open",
            Opportunity.closed_on >= today() - LEARNED_FROM,
            visible(actor, Opportunity),
        )
    )
    won, lost = db.session.execute(statement).one()
    return Ended(won or 0, lost or 0)


def _outcomes(criterion: ColumnElement[bool]) -> tuple[Any, Any]:
    return tuple(func.sum(case((and_(criterion, Stage.kind == kind), 1), else_=0)) for kind in ("won", "lost"))  # type: ignore[return-value]


def _like(actor: Actor, opportunity: Opportunity) -> tuple[Ended, dict[str, Ended]]:
    """Count how those ended that reached the deal's stage, all of them and those that share something with it."""
    shared = _shared(opportunity)
    reached = (
        select(StageHistory.opportunity_id)
        .where(StageHistory.to_stage_id == opportunity.stage_id, StageHistory.moved_at >= utc_now() - LEARNED_FROM)
        .order_by(StageHistory.moved_at.desc())
        .limit(MOST_LEARNED_FROM)
        .subquery()
    )
    counted = [Opportunity.id.is_not(None), *shared.values()]
    statement = (
        select(*[outcome for criterion in counted for outcome in _outcomes(criterion)])
        .select_from(Opportunity)
        .join(Stage, Stage.id == Opportunity.stage_id)
        .where(
            Opportunity.id.in_(select(reached.c.opportunity_id)),
            Opportunity.id != opportunity.id,
            Opportunity.deleted_at.is_(None),
            visible(actor, Opportunity),
        )
    )
    numbers = [number or 0 for number in db.session.execute(statement).one()]
    ended = [Ended(won, lost) for won, lost in zip(numbers[::2], numbers[1::2], strict=True)]
    return ended[0], dict(zip(shared, ended[1:], strict=True))


def _shared(opportunity: Opportunity) -> dict[str, ColumnElement[bool]]:
    """Give what other deals may share with a deal, where it is known of it."""
    shared: dict[str, ColumnElement[bool]] = {}
    if opportunity.owner_id is not None:
        shared["owner"] = Opportunity.owner_id == opportunity.owner_id
    if opportunity.source is not None:
        shared["source"] = Opportunity.source == opportunity.source
    if opportunity.amount_base is not None:
        least, below = size_of(opportunity.amount_base)
        limits = [Opportunity.amount_base >= least] if least is not None else []
        if below is not None:
            limits.append(Opportunity.amount_base < below)
        shared["size"] = and_(*limits)
    return shared
