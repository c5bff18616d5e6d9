"""How fast deals are won."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import case, extract, func, select

from pelatis.api import _l, db

from ...models import (
    Opportunity,
    Stage,
)
from ...periods import read_period
from .days import days_between
from .tables import ZERO, Asked, Column, Table, mean_of, money_of, percent_of


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
        months.setdefault(key, {})[kind] = (count, money_of(amount), spent or 0, known)
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
    return Table(columns, rows, figures=[figures[place] for place in (3, 2, 5, 6)], is_along_time=True)


def _speed(months: Sequence[Mapping[str, Any]]) -> tuple[Any, ...]:
    """Put months together: won, lost, rate, value, mean value, mean days, and value won in a day of the cycle."""
    nothing = (0, ZERO, 0, 0)
    won, value, spent, known = (sum(month.get("won", nothing)[place] for month in months) for place in range(4))
    lost = sum(month.get("lost", nothing)[0] for month in months)
    days = mean_of(spent, known)
    per_day = money_of(Decimal(value) / days) if days else None
    mean_value = money_of(Decimal(value) / won) if won else None
    return won, lost, percent_of(won, won + lost), money_of(Decimal(value)), mean_value, days, per_day


def _month_name(key: str) -> str:
    return read_period(key).short
