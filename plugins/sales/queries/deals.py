"""The deals of a customer and of a person, their leads, and how deals moved."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, func, or_, select

from pelatis.api import Actor, User, db, utc_now, visible

from ..models import Lead, Opportunity, Stage, StageHistory


def _open(actor: Actor) -> ColumnElement[bool]:
    return and_(
        Opportunity.deleted_at.is_(None),
        Opportunity.stage_id == Stage.id,
        Stage.kind == "open",
        visible(actor, Opportunity),
    )


def open_deals(actor: Actor, customer: UUID, limit: int = 20) -> list[tuple[Opportunity, Stage]]:
    """List a customer's open deals with their stages, the next to close first."""
    statement = (
        select(Opportunity, Stage)
        .where(Opportunity.customer_id == customer, _open(actor))
        .order_by(Opportunity.expected_close_on.asc().nulls_last(), Opportunity.id.desc())
        .limit(limit)
    )
    return [(opportunity, stage) for opportunity, stage in db.session.execute(statement)]


def open_deals_by_customer(actor: Actor, customers: Sequence[UUID]) -> Mapping[UUID, int]:
    """Count the open deals of a batch of customers; one without any isn't in the answer."""
    statement = (
        select(Opportunity.customer_id, func.count())
        .where(Opportunity.customer_id.in_(customers), _open(actor))
        .group_by(Opportunity.customer_id)
    )
    return {customer: count for customer, count in db.session.execute(statement) if customer is not None}


def _ripe() -> ColumnElement[bool] | None:
    """Give the criterion of deals that stand still; None when no stage says when that begins."""
    now = utc_now()
    stages = db.session.execute(
        select(Stage.id, Stage.rot_days).where(
            Stage.kind == "open", Stage.rot_days.is_not(None), Stage.deleted_at.is_(None)
        )
    )
    ripe = [
        and_(Opportunity.stage_id == stage_id, Opportunity.stage_since < now - timedelta(days=rot_days or 0))
        for stage_id, rot_days in stages
    ]
    return or_(*ripe) if ripe else None


def standing_still(actor: Actor, limit: int = 6) -> list[tuple[Opportunity, Stage]]:
    """List a person's own open deals that have been in their stage for longer than it allows, the longest first."""
    ripe = _ripe()
    if ripe is None:
        return []
    statement = (
        select(Opportunity, Stage)
        .where(ripe, Opportunity.owner_id == actor.user_id, _open(actor))
        .order_by(Opportunity.stage_since, Opportunity.id)
        .limit(limit)
    )
    return [(opportunity, stage) for opportunity, stage in db.session.execute(statement)]


def running_leads(actor: Actor, until: datetime, limit: int = 20) -> list[Lead]:
    """List new leads, a person's own and nobody's, that must be answered before a moment, the most urgent first."""
    statement = (
        select(Lead)
        .where(
            Lead.status == "new",
            Lead.deleted_at.is_(None),
            Lead.respond_by < until,
            or_(Lead.owner_id == actor.user_id, Lead.owner_id.is_(None)),
            visible(actor, Lead),
        )
        .order_by(Lead.respond_by, Lead.id)
        .limit(limit)
    )
    return list(db.session.scalars(statement))


def moves_of_customer(actor: Actor, customer: UUID, before: datetime | None, limit: int, text: str) -> list[Row[Any]]:
    """Read how a customer's deals moved, newest first.

    Args:
        actor: whoever looks.
        customer: the customer's id.
        before: only what happened before this moment; None for no bound.
        limit: rows at most.
        text: lower-case words that the deal's name must contain; empty for all.
    """
    left = select(Stage.id, Stage.name).subquery()
    criteria = [
        Opportunity.customer_id == customer,
        Opportunity.deleted_at.is_(None),
        StageHistory.deleted_at.is_(None),
        visible(actor, Opportunity),
    ]
    if before is not None:
        criteria.append(StageHistory.moved_at < before)
    if text:
        criteria.append(func.lower(Opportunity.name).contains(text, autoescape=True))
    statement = (
        select(
            StageHistory.id,
            StageHistory.moved_at,
            StageHistory.amount,
            StageHistory.currency,
            Opportunity.id.label("opportunity_id"),
            Opportunity.name,
            Opportunity.lost_reason,
            left.c.name.label("left"),
            Stage.name.label("entered"),
            Stage.kind,
            User.name.label("moved_by"),
        )
        .join(Opportunity, Opportunity.id == StageHistory.opportunity_id)
        .join(Stage, Stage.id == StageHistory.to_stage_id)
        .outerjoin(left, left.c.id == StageHistory.from_stage_id)
        .outerjoin(User, User.id == StageHistory.moved_by_id)
        .where(*criteria)
        .order_by(StageHistory.moved_at.desc(), StageHistory.id.desc())
        .limit(limit)
    )
    return list(db.session.execute(statement))


def standing_still_at(actor: Actor, customers: Sequence[UUID]) -> list[tuple[Opportunity, Stage]]:
    """List the open deals of a batch of customers that have been in their stage for longer than it allows."""
    ripe = _ripe()
    if ripe is None:
        return []
    statement = select(Opportunity, Stage).where(Opportunity.customer_id.in_(customers), ripe, _open(actor))
    statement = statement.order_by(Opportunity.stage_since, Opportunity.id)
    return [(opportunity, stage) for opportunity, stage in db.session.execute(statement)]


def count_deals(column: Any, ids: Sequence[UUID]) -> int:
    """Count the deals, not in the bin, that point at some records, whoever may see them.

    Args:
        column: the column of `Opportunity` that points: `customer_id`, `stage_id`, …
        ids: the records.
    """
    statement = select(func.count()).where(column.in_(ids), Opportunity.deleted_at.is_(None))
    return db.session.execute(statement).scalar_one()


def history_of(opportunity: UUID) -> list[Row[Any]]:
    """Read how one deal moved, newest first."""
    statement = (
        select(StageHistory.moved_at, Stage.name.label("entered"), Stage.kind, User.name.label("moved_by"))
        .join(Stage, Stage.id == StageHistory.to_stage_id)
        .outerjoin(User, User.id == StageHistory.moved_by_id)
        .where(StageHistory.opportunity_id == opportunity, StageHistory.deleted_at.is_(None))
        .order_by(StageHistory.moved_at.desc(), StageHistory.id.desc())
    )
    return list(db.session.execute(statement))
