"""The reports of sales: each is a table, read in a fixed number of statements over the deals that an actor may see."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Date, case, extract, func, literal, select, type_coerce, union_all
from sqlalchemy.orm import aliased

from pelatis.api import _, _l, base_currency, db, today, utc_now, visible
from plugins.catalog.api import Product, rounded

from ..models import (
    Competitor,
    DealCompetitor,
    Opportunity,
    OpportunitySnapshot,
    SnapshotDay,
    Stage,
    StageHistory,
    Target,
)
from ..periods import Period, month_of, read_period
from ..schemas import LOST_REASONS
from .costs import costs_by_customer, costs_by_deal, costs_by_person
from .deals import stands_still
from .people import Staff
from .report import days_between
from .report_tables import Asked, Column, Span, Table, percent_of
from .snapshots import known_on

ZERO: Final = Decimal(0)
#: How many periods the accuracy of forecasts is told of at most.
MOST_PERIODS: Final = 12
#: How old deals are in their stage: the limits in days between the lines of the report on ageing.
AGES: Final = (7, 14, 30, 60, 90)


def _mean(total: Any, count: int) -> Decimal | None:
    return (Decimal(total) / count).quantize(Decimal("0.01"), ROUND_HALF_UP) if count else None


def _money(amount: Decimal | None) -> Decimal:
    return rounded(amount or ZERO, base_currency())


# How many go on


def conversion(asked: Asked) -> Table:
    """Tell of 100 deals that ended how many reached each stage, and how long they stayed in it."""
    stages = list(
        db.session.scalars(
            select(Stage)
            .where(Stage.kind == "open", Stage.deleted_at.is_(None))
            .order_by(Stage.position, Stage.pipeline_id, Stage.id)
        )
    )
    furthest: dict[int, int] = defaultdict(int)
    won = total = 0
    for position, kind, count in db.session.execute(_furthest(asked)):
        total += count
        won += count if kind == "won" else 0
        furthest[_furthest_place(stages, position, kind)] += count
    stays = {stage: (days, count) for stage, days, count in db.session.execute(_stays(asked))}
    rows: list[Sequence[Any]] = []
    for place, stage in enumerate(stages):
        reached = sum(count for at, count in furthest.items() if at >= place)
        days, count = stays.get(stage.id, (None, 0))
        rows.append((stage.name, reached, percent_of(reached, total), _mean(days or 0, count)))
    rows.append((_("Won"), won, percent_of(won, total), None))
    columns = [
        Column("stage", _l("Stage"), "text"),
        Column("deals", _l("Deals")),
        Column("percent", _l("Of 100 deals"), "percent", is_drawn=True),
        Column("days", _l("Days in it, mean"), "days"),
    ]
    return Table(columns, rows, _most_are_lost(rows))


def _furthest_place(stages: Sequence[Stage], position: int | None, kind: str) -> int:
    """Give the place of the last open stage that a deal reached; a won one has passed them all."""
    if kind == "won":
        return len(stages)
    reached = [place for place, stage in enumerate(stages) if position is not None and stage.position <= position]
    return max(reached, default=0)


def _furthest(asked: Asked) -> Any:
    seen = aliased(Stage)
    reached = (
        select(StageHistory.opportunity_id, func.max(seen.position).label("position"))
        .join(seen, seen.id == StageHistory.to_stage_id)
        .where(seen.kind == "open")
        .group_by(StageHistory.opportunity_id)
        .subquery()
    )
    return (
        select(reached.c.position, Stage.kind, func.count())
        .select_from(Opportunity)
        .join(Stage, Stage.id == Opportunity.stage_id)
        .outerjoin(reached, reached.c.opportunity_id == Opportunity.id)
        .where(asked.closed())
        .group_by(reached.c.position, Stage.kind)
    )


def _stays(asked: Asked) -> Any:
    """Sum up the days from each entry into a stage to the next move."""
    left_at = func.lead(StageHistory.moved_at).over(
        partition_by=StageHistory.opportunity_id, order_by=(StageHistory.moved_at, StageHistory.id)
    )
    moves = (
        select(
            StageHistory.to_stage_id.label("stage_id"),
            func.date(StageHistory.moved_at, type_=Date).label("entered_on"),
            func.date(left_at, type_=Date).label("left_on"),
        )
        .join(Opportunity, Opportunity.id == StageHistory.opportunity_id)
        .join(Stage, Stage.id == Opportunity.stage_id)
        .where(asked.closed())
        .subquery()
    )
    return (
        select(moves.c.stage_id, func.sum(days_between(moves.c.entered_on, moves.c.left_on)), func.count())
        .where(moves.c.left_on.is_not(None))
        .group_by(moves.c.stage_id)
    )


def _most_are_lost(rows: Sequence[Sequence[Any]]) -> str:
    """Say between which two stages most are lost."""
    falls = [(before[1] - after[1], before[0], after[0]) for before, after in pairwise(rows)]
    most, left, entered = max(falls, default=(0, "", ""), key=lambda fall: fall[0])
    if not most:
        return ""
    return str(_("Most are lost between %(left)s and %(entered)s: %(count)s.", left=left, entered=entered, count=most))


# How fast


def velocity(asked: Asked) -> Table:
    """Tell by month what was won and lost, how fast, and what that makes in a day."""
    year, month = extract("year", Opportunity.closed_on), extract("month", Opportunity.closed_on)
    days = case((Opportunity.engaged_on <= Opportunity.closed_on,
                 days_between(Opportunity.engaged_on, Opportunity.closed_on)))  # fmt: skip
    statement = (
        select(
            year, month, Stage.kind, func.count(), func.sum(Opportunity.amount_base), func.sum(days), func.count(days)
        )
        .where(asked.closed())
        .group_by(year, month, Stage.kind)
        .order_by(year, month)
    )
    months: dict[str, dict[str, Any]] = {}
    for in_year, in_month, kind, count, amount, spent, known in db.session.execute(statement):
        key = f"{int(in_year):04}-{int(in_month):02}"
        months.setdefault(key, {})[kind] = (count, _money(amount), spent or 0, known)
    rows = [(_month_name(key), *_speed([found])) for key, found in months.items()]
    columns = [
        Column("month", _l("Month"), "text"),
        Column("won", _l("Won deals")),
        Column("lost", _l("Lost deals")),
        Column("win_rate", _l("Won of all closed"), "percent"),
        Column("won_value", _l("Won value"), "money", is_drawn=True),
        Column("mean_value", _l("Mean of a won deal"), "money"),
        Column("cycle_days", _l("Days from begun to won, mean"), "days"),
        Column("per_day", _l("Won in a day of the cycle"), "money"),
    ]
    together = _speed(list(months.values()))
    figures = [(str(column.label), value, column.kind) for column, value in zip(columns[1:], together, strict=True)]
    return Table(columns, rows, figures=[figures[place] for place in (3, 2, 5, 6)])


def _speed(months: Sequence[Mapping[str, Any]]) -> tuple[Any, ...]:
    """Put months together: won, lost, rate, value, mean value, mean days, and value won in a day of the cycle."""
    nothing = (0, ZERO, 0, 0)
    won, value, spent, known = (sum(month.get("won", nothing)[place] for month in months) for place in range(4))
    lost = sum(month.get("lost", nothing)[0] for month in months)
    days = _mean(spent, known)
    per_day = _money(Decimal(value) / days) if days else None
    mean_value = _money(Decimal(value) / won) if won else None
    return won, lost, percent_of(won, won + lost), _money(Decimal(value)), mean_value, days, per_day


def _month_name(key: str) -> str:
    return str(read_period(key))


# How old


def ageing(asked: Asked) -> Table:
    """Tell for how long open deals have been in their stage, and how many of them overstay."""
    now = utc_now()
    limits = [(Opportunity.stage_since > now - timedelta(days=days), place) for place, days in enumerate(AGES)]
    age = case(*limits, else_=len(AGES))
    overstays = stands_still(Opportunity.stage_since, Stage.rot_days, literal(now, Opportunity.stage_since.type))
    statement = (
        select(age, func.count(), func.count(case((overstays, 1))), func.sum(Opportunity.amount_base))
        .join(Stage, Stage.id == Opportunity.stage_id)
        .where(Stage.kind == "open", asked.seen())
        .group_by(age)
    )
    found = {place: rest for place, *rest in db.session.execute(statement)}
    nothing = (0, 0, ZERO)
    rows = []
    for place in range(len(AGES) + 1):
        count, over, amount = found.get(place, nothing)
        rows.append((_age_name(place), count, over, _money(amount)))
    columns = [
        Column("age", _l("In its stage for"), "text"),
        Column("deals", _l("Open deals"), is_drawn=True),
        Column("overstaying", _l("Longer than the stage allows")),
        Column("amount", _l("Amount"), "money"),
    ]
    return Table(columns, rows, str(_("This is how deals stand now, whatever the period.")))


def _age_name(place: int) -> str:
    if place == len(AGES):
        return str(_("%(days)s days and more", days=AGES[-1]))
    least = AGES[place - 1] if place else 0
    return str(_("%(least)s to %(most)s days", least=least, most=AGES[place] - 1))


# Why


def reasons(asked: Asked) -> Table:
    """Tell why deals were lost."""
    statement = (
        select(Opportunity.lost_reason, func.count(), func.sum(Opportunity.amount_base))
        .where(asked.closed(), Stage.kind == "lost")
        .group_by(Opportunity.lost_reason)
    )
    found = [(reason, count, _money(amount)) for reason, count, amount in db.session.execute(statement)]
    total = sum(count for _reason, count, _amount in found)
    rows = [
        (str(LOST_REASONS.get(reason or "", _("No reason given"))), count, percent_of(count, total), amount)
        for reason, count, amount in sorted(found, key=lambda each: (-each[1], each[0] or ""))
    ]
    columns = [
        Column("reason", _l("Lost because of"), "text"),
        Column("deals", _l("Lost deals"), is_drawn=True),
        Column("percent", _l("Of all lost"), "percent"),
        Column("amount", _l("Amount"), "money"),
    ]
    return Table(columns, rows)


def competitors(asked: Asked) -> Table:
    """Tell how the deals ended that a competitor was after as well."""
    theirs = Opportunity.lost_to_id == Competitor.id
    amount = Opportunity.amount_base

    def number(criterion: Any) -> Any:
        return func.count(case((criterion, 1)))

    statement = (
        select(
            Competitor.name, number(Stage.kind == "won"), number(Stage.kind == "lost"), number(theirs),
            func.sum(case((Stage.kind == "won", amount))), func.sum(case((theirs, amount))),
        )
        .select_from(DealCompetitor)
        .join(Competitor, Competitor.id == DealCompetitor.competitor_id)
        .join(Opportunity, Opportunity.id == DealCompetitor.opportunity_id)
        .join(Stage, Stage.id == Opportunity.stage_id)
        .where(
            DealCompetitor.deleted_at.is_(None), Competitor.deleted_at.is_(None), visible(asked.actor, Competitor),
            asked.closed(),
        )
        .group_by(Competitor.id, Competitor.name)
        .order_by(Competitor.name)
    )  # fmt: skip
    rows = [
        (name, won, lost, percent_of(won, won + lost), to_them, _money(gained), _money(missed))
        for name, won, lost, to_them, gained, missed in db.session.execute(statement)
    ]
    columns = [
        Column("competitor", _l("Competitor"), "text"),
        Column("won", _l("Won against them"), is_drawn=True),
        Column("lost", _l("Lost"), is_drawn=True),
        Column("win_rate", _l("Won of all closed"), "percent"),
        Column("lost_to", _l("Of these to them")),
        Column("won_value", _l("Won value"), "money"),
        Column("lost_value", _l("Lost to them"), "money"),
    ]
    return Table(columns, rows)


# How right the forecast was


def accuracy(asked: Asked) -> Table:
    """Tell what was forecast as a quarter began, and what was won in it: the snapshots of its first days."""
    quarters = _quarters(asked.span)
    days = _first_days(quarters)
    read = [quarter for quarter in quarters if quarter.key in days]
    if not read:
        return Table(_ACCURACY, [], str(_("There is no snapshot of the first days of a quarter in this period.")))
    expected = {row[0]: row[1:] for row in db.session.execute(_expected(asked, read, days))}
    won = {row[0]: row[1] for row in db.session.execute(_won_in(asked, read))}
    rows = []
    for place, quarter in enumerate(read):
        commit, best, weighted = (_money(amount) for amount in expected.get(place, (None, None, None)))
        actual = _money(won.get(place))
        rows.append((str(quarter), commit, best, weighted, actual, percent_of(actual - weighted, weighted)))
    missing = len(quarters) - len(read)
    note = _("Quarters without a snapshot of their first days are left out: %(count)s.", count=missing)
    return Table(_ACCURACY, rows, str(note) if missing else "")


_ACCURACY: Final = (
    Column("quarter", _l("Quarter"), "text"),
    Column("commit", _l("Commit as it began"), "money"),
    Column("best_case", _l("Best case as it began"), "money"),
    Column("weighted", _l("Weighted as it began"), "money", is_mark=True),
    Column("won", _l("Won value"), "money", is_drawn=True),
    Column("off_by", _l("Won against weighted"), "percent"),
)
#: How many days after its beginning a quarter's first snapshot may be.
FIRST_DAYS: Final = 7


def _quarters(span: Span) -> list[Period]:
    """List the quarters of a span that have begun, the last ones, in their order."""
    found: list[Period] = []
    quarter = month_of(min(today(), span.before - timedelta(days=1))).quarter
    while quarter.ends_before > span.first and len(found) < MOST_PERIODS:
        found.append(quarter)
        quarter = quarter.previous
    return found[::-1]


def _first_days(quarters: Sequence[Period]) -> dict[str, date]:
    """Find the day of the first snapshot of each quarter that has one in its first days."""
    if not quarters:
        return {}
    within = func.min(SnapshotDay.day)
    parts = [
        select(literal(quarter.key), within).where(
            SnapshotDay.taken_at.is_not(None),
            SnapshotDay.day >= quarter.begins_on,
            SnapshotDay.day < quarter.begins_on + timedelta(days=FIRST_DAYS),
        )
        for quarter in quarters
    ]
    found: list[Any] = list(db.session.execute(union_all(*parts)))
    return {key: day for key, day in found if day is not None}


def _expected(asked: Asked, quarters: Sequence[Period], days: Mapping[str, date]) -> Any:
    amount, snapshot = OpportunitySnapshot.amount_base, OpportunitySnapshot
    weighted = type_coerce(amount * snapshot.probability / 100, amount.type)
    category = snapshot.forecast_category
    parts = [
        select(
            literal(place),
            func.sum(case((category == "commit", amount))),
            func.sum(case((category.in_(("commit", "best_case")), amount))),
            func.sum(case((category != "omitted", weighted))),
        ).where(
            snapshot.expected_close_on >= quarter.begins_on,
            snapshot.expected_close_on < quarter.ends_before,
            known_on(days[quarter.key]),
            visible(asked.actor, Opportunity, history=snapshot),
            asked.of(snapshot.owner_id),
        )
        for place, quarter in enumerate(quarters)
    ]
    return union_all(*parts)


def _won_in(asked: Asked, quarters: Sequence[Period]) -> Any:
    parts = [
        select(literal(place), func.sum(Opportunity.amount_base))
        .join(Stage, Stage.id == Opportunity.stage_id)
        .where(
            Stage.kind == "won",
            Opportunity.closed_on >= quarter.begins_on,
            Opportunity.closed_on < quarter.ends_before,
            asked.seen(),
        )
        for place, quarter in enumerate(quarters)
    ]
    return union_all(*parts)


# What was asked


def targets(asked: Asked) -> Table:
    """Tell every target of the span with what was won: a person's, a team's or the company's, of a product or all."""
    keys = _period_keys(asked.span)
    statement = (
        select(Target.person_id, Target.team_id, Target.product_id, Product.name, Target.period, Target.amount_base)
        .outerjoin(Product, Product.id == Target.product_id)
        .where(Target.deleted_at.is_(None), Target.period.in_(keys), visible(asked.actor, Target))
        .order_by(Target.period, Target.id)
    )
    chosen = [row for row in db.session.execute(statement) if _is_asked(asked, row)]
    won = _won_by_month(asked)
    rows = []
    for person, team, product, product_name, key, amount in chosen:
        actual = _actual(asked.staff, won, read_period(key), person, team, product)
        name = _whose(asked.staff, person, team)
        rows.append(
            (f"{name}, {read_period(key)}", product_name or "", _money(amount), actual, percent_of(actual, amount))
        )
    columns = [
        Column("whose", _l("Whose, when"), "text"),
        Column("product", _l("Product"), "text"),
        Column("target", _l("Target"), "money", is_mark=True),
        Column("won", _l("Won value"), "money", is_drawn=True),
        Column("percent", _l("Of the target"), "percent"),
    ]
    return Table(columns, rows)


def _period_keys(span: Span) -> list[str]:
    """List the months and quarters that lie in a span; of all time, those of ten years around now."""
    first, before = max(span.first, date(today().year - 9, 1, 1)), min(span.before, date(today().year + 2, 1, 1))
    month, keys = month_of(first), set()
    while month.begins_on < before:
        keys |= {month.key, month.quarter.key} if month.quarter.begins_on >= first else {month.key}
        month = month.next
    return sorted(keys)


def _is_asked(asked: Asked, row: Any) -> bool:
    if asked.people is None:
        return True
    return row.person_id in asked.people or (row.team_id is not None and row.team_id == asked.team)


def _won_by_month(asked: Asked) -> list[tuple[UUID | None, UUID | None, Period, Decimal]]:
    year, month = extract("year", Opportunity.closed_on), extract("month", Opportunity.closed_on)
    statement = (
        select(Opportunity.owner_id, Opportunity.product_id, year, month, func.sum(Opportunity.amount_base))
        .where(asked.closed(), Stage.kind == "won")
        .group_by(Opportunity.owner_id, Opportunity.product_id, year, month)
    )
    return [
        (owner, product, month_of(date(int(in_year), int(in_month), 1)), _money(amount))
        for owner, product, in_year, in_month, amount in db.session.execute(statement)
    ]


def _actual(
    staff: Staff, won: Sequence[Any], period: Period, person: UUID | None, team: UUID | None, product: UUID | None
) -> Decimal:
    def counts(owner: UUID | None) -> bool:
        if person is not None:
            return owner == person
        return team is None or staff.is_in(owner, team)

    return sum(
        (
            amount
            for owner, of_product, month, amount in won
            if month.begins_on in period and counts(owner) and product in (None, of_product)
        ),
        ZERO,
    )


def _whose(staff: Staff, person: UUID | None, team: UUID | None) -> str:
    if person is not None:
        return staff.name_of(person)
    return staff.teams[team][0] if team is not None and team in staff.teams else str(_("The company"))


@dataclass(frozen=True)
class Report:
    """A report.

    Attributes:
        title: what it is called, lazily translated.
        subject: what its chart shows, lazily translated.
        read: reads it.
    """

    title: Any
    subject: Any
    read: Callable[[Asked], Table]


#: Every report by its name in URLs and in the shell.
REPORTS: Final[Mapping[str, Report]] = {
    "conversion": Report(_l("Stage conversion"), _l("Of 100 deals, how many reach each stage"), conversion),
    "velocity": Report(_l("Velocity"), _l("Won by month"), velocity),
    "ageing": Report(_l("Ageing"), _l("Open deals by the days in their stage"), ageing),
    "reasons": Report(_l("Why deals are lost"), _l("Lost deals by reason"), reasons),
    "competitors": Report(_l("Competitors"), _l("Deals won and lost by competitor"), competitors),
    "accuracy": Report(_l("Forecast accuracy"), _l("Won by quarter, against what was weighted as it began"), accuracy),
    "costs": Report(_l("Cost by person"), _l("Cost of selling by person"), costs_by_person),
    "costs-by-customer": Report(_l("Cost by customer"), _l("Cost of selling by customer"), costs_by_customer),
    "costs-by-deal": Report(_l("Cost by deal"), _l("Cost of selling by deal"), costs_by_deal),
    "targets": Report(_l("Targets"), _l("Won against each target"), targets),
}
