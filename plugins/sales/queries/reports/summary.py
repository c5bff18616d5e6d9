"""The sales report: what was won and lost, how fast, and by whom, over everything that an actor may see."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import extract, func, select

from pelatis.api import Actor, Team, User, db, visible

from ...models import Opportunity, Stage
from .days import days_between


@dataclass(frozen=True)
class Report:
    """The figures of the sales report; amounts are in the company's own currency.

    Attributes:
        won, lost, open: numbers of deals.
        won_value: what was won.
        win_rate: won of all closed deals, in percent to two decimals; None without a closed deal.
        cycle_days_mean, cycle_days_median: days from begun to won, of the won deals whose days are both known.
        by_owner: seller to what they won, the most first.
        by_team: team at the top of the tree to what its people won, the most first.
        by_quarter: `2017-Q1` to what was won in it, in order of time.
    """

    won: int
    lost: int
    open: int
    won_value: Decimal
    win_rate: Decimal | None
    cycle_days_mean: Decimal | None
    cycle_days_median: Decimal | None
    by_owner: Mapping[str, Decimal]
    by_team: Mapping[str, Decimal]
    by_quarter: Mapping[str, Decimal]

    def as_json(self) -> dict[str, Any]:
        """Give the report as JSON values: whole numbers where they are whole, else decimals."""
        return {name: _number(value) for name, value in vars(self).items()}


def _number(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _number(each) for name, each in value.items()}
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def sales_report(actor: Actor) -> Report:
    """Sum up all deals that an actor may see, in four statements."""
    rows = _by_owner_and_month(actor)
    counts: dict[str, int] = defaultdict(int)
    by_owner: dict[UUID | None, Decimal] = defaultdict(Decimal)
    by_quarter: dict[str, Decimal] = defaultdict(Decimal)
    for owner, kind, year, month, count, amount in rows:
        counts[kind] += count
        if kind == "won":
            by_owner[owner] += amount or 0
            by_quarter[f"{int(year)}-Q{(int(month) + 2) // 3}"] += amount or 0
    closed = counts["won"] + counts["lost"]
    names, tops = _people(), _teams()
    mean, median = _cycle(actor)
    return Report(
        won=counts["won"],
        lost=counts["lost"],
        open=counts["open"],
        won_value=sum(by_owner.values(), Decimal(0)),
        win_rate=_rounded(Decimal(100 * counts["won"]) / closed) if closed else None,
        cycle_days_mean=mean,
        cycle_days_median=median,
        by_owner=_ranked(by_owner, {owner: name for owner, (name, _team) in names.items()}),
        by_team=_ranked(by_owner, {owner: tops[team] for owner, (_name, team) in names.items() if team in tops}),
        by_quarter=dict(sorted(by_quarter.items())),
    )


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)


def _by_owner_and_month(actor: Actor) -> list[Any]:
    year, month = extract("year", Opportunity.closed_on), extract("month", Opportunity.closed_on)
    statement = (
        select(Opportunity.owner_id, Stage.kind, year, month, func.count(), func.sum(Opportunity.amount_base))
        .join(Stage, Stage.id == Opportunity.stage_id)
        .where(Opportunity.deleted_at.is_(None), visible(actor, Opportunity))
        .group_by(Opportunity.owner_id, Stage.kind, year, month)
    )
    return list(db.session.execute(statement))


def _ranked(values: Mapping[UUID | None, Decimal], names: Mapping[UUID, str]) -> dict[str, Decimal]:
    """Add up values under their names, the largest first; what has no name stands under an en dash."""
    named: dict[str, Decimal] = defaultdict(Decimal)
    for key, value in values.items():
        named[names.get(key, "–") if key else "–"] += value
    return dict(sorted(named.items(), key=lambda item: (-item[1], item[0])))


def _people() -> dict[UUID, tuple[str, UUID | None]]:
    """Map people to their names and to the teams that their figures count for."""
    return {person: (name, team) for person, name, team in db.session.execute(select(User.id, User.name, User.team_id))}


def _teams() -> dict[UUID, str]:
    """Map every team to the name of the team at the top of its tree."""
    rows = {
        team: (name, parent) for team, name, parent in db.session.execute(select(Team.id, Team.name, Team.parent_id))
    }
    return {team: rows[_top(team, rows)][0] for team in rows}


def _top(team: UUID, rows: Mapping[UUID, tuple[str, UUID | None]]) -> UUID:
    seen = {team}
    while (parent := rows[team][1]) is not None and parent in rows and parent not in seen:
        seen.add(parent)
        team = parent
    return team


def _cycle(actor: Actor) -> tuple[Decimal | None, Decimal | None]:
    """Tell mean and median of the days that won deals took, from how often each number of days occurs."""
    days = days_between(Opportunity.engaged_on, Opportunity.closed_on)
    statement = (
        select(days, func.count())
        .join(Stage, Stage.id == Opportunity.stage_id)
        .where(
            Stage.kind == "won",
            Opportunity.deleted_at.is_(None),
            Opportunity.engaged_on.is_not(None),
            Opportunity.closed_on.is_not(None),
            visible(actor, Opportunity),
        )
        .group_by(days)
        .order_by(days)
    )
    histogram = [(int(number), int(count)) for number, count in db.session.execute(statement)]
    total = sum(count for _number_of_days, count in histogram)
    if not total:
        return None, None
    mean = _rounded(Decimal(sum(number * count for number, count in histogram)) / total)
    return mean, Decimal(_nth(histogram, (total - 1) // 2) + _nth(histogram, total // 2)) / 2


def _nth(histogram: list[tuple[int, int]], index: int) -> int:
    """Find the value at an index of the sorted list that a histogram stands for."""
    for value, count in histogram:
        index -= count
        if index < 0:
            return value
    raise IndexError(index)
