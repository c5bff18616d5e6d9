"""The reads of sales: the board, what a customer's page shows, and the report."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, or_, select, union_all

from pelatis.api import Actor, Customer, User, db, today, utc_now, visible

from .models import Lead, Opportunity, Pipeline, Stage, StageHistory

#: Cards of one column that a page brings; the rest is loaded when asked for.
CARDS = 40


# The board


@dataclass(frozen=True)
class Sums:
    """All deals of one column, whether their cards are shown or not."""

    count: int = 0
    #: In the company's own currency.
    amount: Decimal = Decimal(0)
    #: Each amount times its probability.
    weighted: Decimal = Decimal(0)


@dataclass(frozen=True)
class Column:
    """One open stage of a board."""

    stage: Stage
    sums: Sums
    cards: Sequence[Row[Any]]

    @property
    def next(self) -> str | None:
        """The cursor of its further cards; None when all are shown."""
        return cursor_of(self.cards[-1]) if self.cards and self.sums.count > len(self.cards) else None


def pipelines() -> list[Pipeline]:
    """List the pipelines in their order."""
    statement = select(Pipeline).where(Pipeline.deleted_at.is_(None))
    return list(db.session.scalars(statement.order_by(Pipeline.position, Pipeline.id)))


def sums_by_stage(stages: Sequence[Stage], criterion: ColumnElement[bool]) -> dict[UUID, Sums]:
    """Count and sum the deals of open stages, all in one statement that reads an index alone.

    Args:
        stages: the stages.
        criterion: what the actor may see and the filter finds.
    """
    own = Opportunity.probability.is_not(None)
    statement = (
        select(
            Opportunity.stage_id,
            func.count(),
            func.sum(Opportunity.amount_base),
            func.sum(case((own, Opportunity.amount_base * Opportunity.probability))),
            func.sum(case((~own, Opportunity.amount_base))),
        )
        .where(
            Opportunity.deleted_at.is_(None),
            Opportunity.pipeline_id.in_({stage.pipeline_id for stage in stages}),
            Opportunity.stage_id.in_([stage.id for stage in stages]),
            criterion,
        )
        .group_by(Opportunity.stage_id)
    )
    probabilities = {stage.id: stage.probability for stage in stages}
    found = {}
    for stage_id, count, amount, weighted_by_own, without_own in db.session.execute(statement):
        weighted = (weighted_by_own or 0) + (without_own or 0) * probabilities[stage_id]
        found[stage_id] = Sums(count, amount or Decimal(0), Decimal(weighted) / 100)
    return found


#: What a card shows; rows instead of records, because a board has hundreds of them.
_CARD = (
    Opportunity.id,
    Opportunity.version,
    Opportunity.name,
    Opportunity.stage_id,
    Opportunity.amount,
    Opportunity.currency,
    Opportunity.expected_close_on,
    Opportunity.stage_since,
    Opportunity.customer_id,
    Opportunity.owner_id,
)


def _cards(stage: UUID, criterion: ColumnElement[bool], after: str | None = None) -> Select[Any]:
    """Select the next cards of one column: those that came last into the stage first."""
    statement = select(*_CARD).where(Opportunity.stage_id == stage, Opportunity.deleted_at.is_(None), criterion)
    if after:
        since, last_id = read_cursor(after)
        statement = statement.where(
            Opportunity.stage_since <= since,
            or_(Opportunity.stage_since < since, Opportunity.id < last_id),
        )
    return statement.order_by(Opportunity.stage_since.desc(), Opportunity.id.desc()).limit(CARDS)


def cards_of(stages: Sequence[Stage], criterion: ColumnElement[bool], after: str | None = None) -> dict[UUID, list[Row[Any]]]:
    """Read the first cards of every column, or the next ones of a single column, in one statement.

    One limited select for each stage walks its index and stops; a window function would number all deals.

    Args:
        stages: the stages whose cards are wanted.
        criterion: what the actor may see and the filter finds.
        after: the cursor at which a column's earlier cards ended.
    """
    if not stages:
        return {}
    selects = [_cards(stage.id, criterion, after).subquery() for stage in stages]
    cards = union_all(*[select(each) for each in selects]).subquery("cards")
    statement = (
        select(cards, Customer.name.label("customer_name"), User.name.label("owner_name"))
        .outerjoin(Customer, Customer.id == cards.c.customer_id)
        .outerjoin(User, User.id == cards.c.owner_id)
        .order_by(cards.c.stage_since.desc(), cards.c.id.desc())
    )
    found: dict[UUID, list[Row[Any]]] = {stage.id: [] for stage in stages}
    for row in db.session.execute(statement):
        found[row.stage_id].append(row)
    return found


def card_of(opportunity: UUID) -> Row[Any]:
    """Read one card, as the columns' cards are read."""
    statement = (
        select(*_CARD, Customer.name.label("customer_name"), User.name.label("owner_name"))
        .outerjoin(Customer, Customer.id == Opportunity.customer_id)
        .outerjoin(User, User.id == Opportunity.owner_id)
        .where(Opportunity.id == opportunity)
    )
    return db.session.execute(statement).one()


def cursor_of(card: Row[Any]) -> str:
    """Write down where a column's cards ended."""
    return f"{card.stage_since.isoformat()}~{card.id}"


def read_cursor(cursor: str) -> tuple[datetime, UUID]:
    """Read what `cursor_of` wrote.

    Raises:
        ValueError: when it isn't one.
    """
    moment, _tilde, identity = cursor.partition("~")
    return datetime.fromisoformat(moment), UUID(identity)


def board(stages: Sequence[Stage], criterion: ColumnElement[bool]) -> list[Column]:
    """Read the open columns of a board: the sums of everything and the first cards of each."""
    open_stages = [stage for stage in stages if stage.kind == "open"]
    sums, cards = sums_by_stage(open_stages, criterion), cards_of(open_stages, criterion)
    return [Column(stage, sums.get(stage.id, Sums()), cards[stage.id]) for stage in open_stages]


def closed_since(stages: Sequence[Stage], criterion: ColumnElement[bool], day: date) -> dict[str, Sums]:
    """Count and sum what was won and lost since a day, by the kind of the stage."""
    kinds = {stage.id: stage.kind for stage in stages if stage.kind != "open"}
    statement = (
        select(Opportunity.stage_id, func.count(), func.sum(Opportunity.amount_base))
        .where(
            Opportunity.closed_on >= day,
            Opportunity.stage_id.in_(kinds),
            Opportunity.deleted_at.is_(None),
            criterion,
        )
        .group_by(Opportunity.stage_id)
    )
    counts: dict[str, int] = defaultdict(int)
    amounts: dict[str, Decimal] = defaultdict(Decimal)
    for stage_id, count, amount in db.session.execute(statement):
        counts[kinds[stage_id]] += count
        amounts[kinds[stage_id]] += amount or 0
    return {kind: Sums(counts[kind], amounts[kind]) for kind in ("won", "lost")}


# One customer, one person


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


def standing_still(actor: Actor, limit: int = 20) -> list[tuple[Opportunity, Stage]]:
    """List a person's own open deals that have been in their stage for longer than it allows, the longest first."""
    now = utc_now()
    ripe = [
        and_(Opportunity.stage_id == stage_id, Opportunity.stage_since < now - timedelta(days=rot_days))
        for stage_id, rot_days in db.session.execute(
            select(Stage.id, Stage.rot_days).where(Stage.kind == "open", Stage.rot_days.is_not(None))
        )
    ]
    if not ripe:
        return []
    statement = (
        select(Opportunity, Stage)
        .where(or_(*ripe), Opportunity.owner_id == actor.user_id, _open(actor))
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


def days_in_stage(since: datetime) -> int:
    """Tell for how many whole days a deal has been in its stage."""
    return max((utc_now() - since).days, 0)


def month_start() -> date:
    """Give the first day of this month."""
    return today().replace(day=1)
