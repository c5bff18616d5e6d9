"""The deals of a board seen otherwise: how far they come, and when they close."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, and_, case, func, literal, select, union_all

from pelatis.api import Actor, Customer, User, db, utc_now, visible

from ..models import Opportunity, Stage, StageHistory
from ..periods import month_of

#: How far back the funnel looks.
PAST: Final = timedelta(days=365)
#: Months of a timeline, this one among them, and deals that it lists of each.
MONTHS: Final = 6
MOST_LISTED: Final = 12


@dataclass(frozen=True)
class Level:
    """One stage of a funnel: how many deals have come as far, of those that began within a year."""

    stage: Stage
    reached: int
    #: In percent of those that reached the stage before; None for the first one, or where nobody did.
    passed: int | None


def read_funnel(actor: Actor, stages: Sequence[Stage], criterion: ColumnElement[bool] | None) -> list[Level]:
    """Count the deals that have reached each open stage, and the first won one, whatever became of them.

    A deal that skipped a stage has reached it; one that was lost has come as far as the last open stage it was in.

    Args:
        actor: whoever looks.
        stages: all stages of a pipeline, in their order.
        criterion: what the filter finds; None for everything.
    """
    steps = [stage for stage in stages if stage.kind == "open"]
    steps += [stage for stage in stages if stage.kind == "won"][:1]
    if not steps:
        return []
    ranks = {stage.id: number for number, stage in enumerate(steps)}
    rank = case(*[(StageHistory.to_stage_id == stage, number) for stage, number in ranks.items()])
    furthest = (
        select(func.max(rank).label("rank"))
        .select_from(StageHistory)
        .join(Opportunity, Opportunity.id == StageHistory.opportunity_id)
        .where(
            StageHistory.to_stage_id.in_(ranks),
            Opportunity.pipeline_id == steps[0].pipeline_id,
            Opportunity.created_at >= utc_now() - PAST,
            _shown(actor, criterion),
        )
        .group_by(StageHistory.opportunity_id)
        .subquery()
    )
    counted = db.session.execute(select(furthest.c.rank, func.count()).group_by(furthest.c.rank))
    ended = Counter({number: count for number, count in counted if number is not None})
    levels: list[Level] = []
    for number, stage in enumerate(steps):
        reached = sum(count for furthest_rank, count in ended.items() if furthest_rank >= number)
        before = levels[-1].reached if levels else 0
        levels.append(Level(stage, reached, round(100 * reached / before) if before else None))
    return levels


def _shown(actor: Actor, criterion: ColumnElement[bool] | None) -> ColumnElement[bool]:
    seen = and_(Opportunity.deleted_at.is_(None), visible(actor, Opportunity))
    return seen if criterion is None else and_(seen, criterion)


@dataclass(frozen=True)
class Span:
    """Open deals that are expected to close within some days; the sums are of all, the rows of the first ones.

    Attributes:
        first, last: the days; None where it has no beginning, no end, or neither: no day was said.
        count, amount: all deals, in the company's own currency.
        rows: the deals that close first, with `stage_name`, `customer_name` and `owner_name`.
    """

    first: date | None
    last: date | None
    count: int
    amount: Decimal
    rows: Sequence[Row[Any]]


def read_timeline(
    actor: Actor, stages: Sequence[Stage], criterion: ColumnElement[bool] | None, day: date
) -> list[Span]:
    """Read when open deals close: overdue, in each of the next months, later, or on no day that was said.

    Args:
        actor: whoever looks.
        stages: all stages of a pipeline, in their order.
        criterion: what the filter finds; None for everything.
        day: today.
    """
    going = [stage.id for stage in stages if stage.kind == "open"]
    if not going:
        return []
    spans = spans_from(day)
    open_deals = and_(Opportunity.stage_id.in_(going), _shown(actor, criterion))
    sums = {number: (count, amount) for number, count, amount in db.session.execute(_sums(spans, open_deals))}
    rows: dict[int, list[Row[Any]]] = {}
    for row in db.session.execute(_rows(actor, spans, open_deals)):
        rows.setdefault(row.span, []).append(row)
    return [
        Span(first, last, sums[number][0], sums[number][1] or Decimal(0), rows.get(number, []))
        for number, (first, last) in enumerate(spans)
        if number in sums
    ]


def spans_from(day: date) -> list[tuple[date | None, date | None]]:
    """Give the first and last days of a timeline's parts: overdue, the months, later, and without a day."""
    spans: list[tuple[date | None, date | None]] = [(None, day - timedelta(days=1))]
    first = day
    for _number in range(MONTHS):
        following = month_of(first).ends_before
        spans.append((first, following - timedelta(days=1)))
        first = following
    return [*spans, (first, None), (None, None)]


def _within(first: date | None, last: date | None) -> ColumnElement[bool]:
    closes = Opportunity.expected_close_on
    if first is None and last is None:
        return closes.is_(None)
    bounds = [closes >= first] if first is not None else []
    return and_(*bounds, *([closes <= last] if last is not None else []))


def _sums(spans: Sequence[tuple[date | None, date | None]], open_deals: ColumnElement[bool]) -> Any:
    number = case(*[(_within(*span), place) for place, span in enumerate(spans)]).label("span")
    placed = select(number, Opportunity.amount_base.label("amount")).where(open_deals).subquery()
    return select(placed.c.span, func.count(), func.sum(placed.c.amount)).group_by(placed.c.span)


def _rows(actor: Actor, spans: Sequence[tuple[date | None, date | None]], open_deals: ColumnElement[bool]) -> Any:
    """Select the first deals of each part: one limited select for each walks the index of closing days and stops."""
    shown = (
        Opportunity.id, Opportunity.name, Opportunity.stage_id, Opportunity.amount, Opportunity.currency,
        Opportunity.expected_close_on, Opportunity.customer_id, Opportunity.owner_id,
    )  # fmt: skip
    parts = [
        select(literal(place).label("span"), *shown)
        .where(open_deals, _within(*span))
        .order_by(Opportunity.expected_close_on, Opportunity.id)
        .limit(MOST_LISTED)
        .subquery()
        for place, span in enumerate(spans)
    ]
    deals = union_all(*[select(part) for part in parts]).subquery()
    seen = and_(Customer.id == deals.c.customer_id, visible(actor, Customer))
    return (
        select(
            deals,
            Stage.name.label("stage_name"),
            Customer.name.label("customer_name"),
            User.name.label("owner_name"),
        )
        .select_from(deals)
        .join(Stage, Stage.id == deals.c.stage_id)
        .outerjoin(Customer, seen)
        .outerjoin(User, User.id == deals.c.owner_id)
        .order_by(deals.c.span, deals.c.expected_close_on, deals.c.id)
    )
