"""How right the forecast was."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import case, func, literal, select, type_coerce, union_all

from pelatis.api import _, _l, db, today, visible

from ...models import (
    Opportunity,
    OpportunitySnapshot,
    SnapshotDay,
    Stage,
)
from ...periods import Period, month_of
from ..snapshots import known_on
from .tables import Asked, Column, Span, Table, money_of, percent_of

#: How many periods the accuracy of forecasts is told of at most.
MOST_PERIODS: Final = 12


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
        commit, best, weighted = (money_of(amount) for amount in expected.get(place, (None, None, None)))
        actual = money_of(won.get(place))
        rows.append((quarter.short, commit, best, weighted, actual, percent_of(actual - weighted, weighted)))
    missing = len(quarters) - len(read)
    note = _("Quarters without a snapshot of their first days are left out: %(count)s.", count=missing)
    return Table(_ACCURACY, rows, str(note) if missing else "", is_along_time=True)


_ACCURACY: Final = (
    Column("quarter", _l("Quarter"), "text"),
    Column("commit", _l("Commit as it began"), "money"),
    Column("best_case", _l("Best case as it began"), "money"),
    Column("weighted", _l("Weighted as it began"), "money", is_mark=True),
    Column("won", _l("Won value"), "money", is_drawn=True),
    Column("off_by", _l("Won against weighted"), "change"),
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
