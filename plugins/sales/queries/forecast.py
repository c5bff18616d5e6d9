"""The forecast: what was won in a period and what may be, by person, month and certainty, against what was asked.

Every figure is a sum of atoms: what one person has of one category in one month, rounded once to the smallest unit of
the company's currency. So persons, teams, months and categories always add up.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Date, Integer, Uuid, bindparam, case, func, null, select, type_coerce, union_all

from pelatis.api import Actor, User, base_currency, db, kept, today, visible
from plugins.catalog.api import rounded, shared_out

from ..models import Adjustment, Opportunity, OpportunitySnapshot, Stage, Target
from ..periods import Period, month_of
from .people import Staff, read_staff
from .snapshots import known_on, taken_day

#: How many months the forecast looks at, the period's own the first of them.
MONTHS: Final = 4
#: With how old a snapshot the forecast is compared.
WEEK: Final = timedelta(days=7)
ZERO: Final = Decimal(0)
_PRODUCT: Final = bindparam("product", type_=Uuid())
#: The months and quarter of a year that a target or an adjustment may be for.
Amounts = Mapping[tuple[UUID | None, str], Decimal]


@dataclass(frozen=True)
class Certainty:
    """What may be sold, by how certain it is; in the company's own currency.

    Attributes:
        won: what is closed.
        commit, best_case, pipeline: what is open, each without the others.
        weighted: what is won, and each open deal by its probability.
    """

    won: Decimal = ZERO
    commit: Decimal = ZERO
    best_case: Decimal = ZERO
    pipeline: Decimal = ZERO
    weighted: Decimal = ZERO

    def __add__(self, other: "Certainty") -> "Certainty":
        return Certainty(*[getattr(self, each.name) + getattr(other, each.name) for each in fields(self)])

    @property
    def sure(self) -> Decimal:
        """What is won or as good as won."""
        return self.won + self.commit

    @property
    def best(self) -> Decimal:
        """What it comes to if the best case comes true."""
        return self.sure + self.best_case


@dataclass(frozen=True)
class Line:
    """One line of the forecast: a person, a team, or everybody.

    Attributes:
        id: the person or team; None for nobody and for everybody.
        name: their name.
        is_team: whether it is a team's.
        now: what may be sold.
        before: won and committed as a snapshot of a week ago had it; None without one.
        quota: what was asked; None without a target.
        adjustment: by how much managers expect more or less.
    """

    id: UUID | None
    name: str
    is_team: bool
    now: Certainty
    before: Decimal | None
    quota: Decimal | None
    adjustment: Decimal

    @property
    def forecast(self) -> Decimal:
        """What is expected: won, committed, and the adjustment."""
        return self.now.sure + self.adjustment

    @property
    def gap(self) -> Decimal | None:
        """What is missing to the quota; below zero when it is passed; None without one."""
        return None if self.quota is None else self.quota - self.now.sure

    @property
    def of_quota(self) -> Decimal | None:
        """The forecast in percent of the quota; None without one."""
        return self.forecast * 100 / self.quota if self.quota else None

    @property
    def change(self) -> Decimal | None:
        """By how much won and committed changed in the last week; None without a snapshot."""
        return None if self.before is None else self.now.sure - self.before


@dataclass(frozen=True)
class Month:
    """One month of the forecast, with its quota where there is one."""

    period: Period
    now: Certainty
    quota: Decimal | None


@dataclass(frozen=True)
class Forecast:
    """The forecast of a period.

    Attributes:
        period: the month or quarter.
        team: of whom; None for everybody who may be seen.
        staff: the people and teams.
        lines: a line for each person or team, those of whom most is expected first.
        total: all lines together.
        months: the period's months and those after it, four altogether.
        compared_with: the day of the snapshot that it is compared with; None without one.
    """

    period: Period
    team: UUID | None
    staff: Staff
    lines: Sequence[Line]
    total: Line
    months: Sequence[Month]
    compared_with: date | None


@dataclass(frozen=True)
class _Atoms:
    """What each person has in each of the four months, and what they had for the period a week ago."""

    now: Mapping[tuple[UUID | None, int], Certainty]
    before: Mapping[UUID | None, Decimal]


def read_forecast(
    actor: Actor, period: Period, team: UUID | None = None, *, by_team: bool = False, product: UUID | None = None
) -> Forecast:
    """Read the forecast of a period over the deals that an actor may see, in at most eight statements.

    Args:
        actor: whoever looks.
        period: a month or a quarter.
        team: the team, with those below it, whose forecast it is; None for everybody.
        by_team: whether lines are teams right below that one rather than people.
        product: the product of which alone it is, against the targets for it and without adjustments, which are of all
            that somebody sells; None for everything.
    """
    staff = read_staff()
    then = taken_day(today() - WEEK) if period.ends_before > today() else None
    atoms = _read_atoms(actor, period, then, product)
    quotas = _read_targets(actor, period, product)
    adjustments = _read_adjustments(actor, period) if product is None else {}
    people = {person for person, _month in atoms.now} | set(atoms.before) | {who for who, _key in adjustments}
    people |= {who for who, _key in quotas if who in staff.people}
    if team is not None:
        people = {person for person in people if staff.is_in(person, team)}
    lines = [
        _line_of_person(person, staff, period, atoms, quotas, adjustments, is_compared=then is not None)
        for person in people
    ]
    total = _together(team, "", lines, quotas, period)
    if by_team:
        lines = _by_team(lines, staff, team, quotas, period)
    months = _months(people, period, atoms, quotas, team)
    return Forecast(period, team, staff, sorted(lines, key=_rank), total, months, then)


def _rank(line: Line) -> tuple[Decimal, str]:
    return -line.forecast, line.name


def _line_of_person(
    person: UUID | None, staff: Staff, period: Period, atoms: _Atoms, quotas: Amounts, adjustments: Amounts,
    *, is_compared: bool,
) -> Line:  # fmt: skip
    now = sum((atoms.now.get((person, month), Certainty()) for month in range(period.months)), Certainty())
    keys = {period.key, *(month.key for month in period.each_month())}
    adjustment = sum((amount for (who, key), amount in adjustments.items() if who == person and key in keys), ZERO)
    before = atoms.before.get(person, ZERO) if is_compared else None
    quota = None if person is None else _quota(quotas, person, period)
    return Line(person, staff.name_of(person), False, now, before, quota, adjustment)


def _together(
    team: UUID | None, name: str, lines: Sequence[Line], quotas: Amounts, period: Period, *, is_team: bool = False
) -> Line:
    """Add lines up; the target of the team, or of the company, stands before the sum of its people's."""
    of_people = [line.quota for line in lines if line.quota is not None]
    quota = sum(of_people, ZERO) if of_people else None
    said = _quota(quotas, team, period)
    before = [line.before for line in lines if line.before is not None]
    return Line(
        id=team,
        name=name,
        is_team=is_team,
        now=sum((line.now for line in lines), Certainty()),
        before=sum(before, ZERO) if before else None,
        quota=said if said is not None else quota,
        adjustment=sum((line.adjustment for line in lines), ZERO),
    )


def _by_team(lines: Sequence[Line], staff: Staff, below: UUID | None, quotas: Amounts, period: Period) -> list[Line]:
    """Put people together by the teams right below another one; who stands in that one itself stays a person."""
    branches: dict[UUID, list[Line]] = defaultdict(list)
    alone: list[Line] = []
    for line in lines:
        branch = staff.branch_of(line.id, below)
        (alone if branch is None else branches[branch]).append(line)
    teams = [
        _together(team, staff.teams[team][0], members, quotas, period, is_team=True)
        for team, members in branches.items()
    ]
    return [*teams, *alone]


def _months(
    people: Iterable[UUID | None], period: Period, atoms: _Atoms, quotas: Amounts, team: UUID | None
) -> list[Month]:
    found, month = [], month_of(period.begins_on)
    chosen = set(people)
    for number in range(MONTHS):
        now = sum((one for (who, at), one in atoms.now.items() if at == number and who in chosen), Certainty())
        each = [quota for who in chosen if who is not None and (quota := _quota(quotas, who, month)) is not None]
        quota = _quota(quotas, team, month) or (sum(each, ZERO) if each else None)
        found.append(Month(month, now, quota))
        month = month.next
    return found


# Quotas


def _quota(quotas: Amounts, who: UUID | None, period: Period) -> Decimal | None:
    """Tell what was asked of somebody in a period: as it was said, or from its months, or its share of the quarter."""
    said = quotas.get((who, period.key))
    return said if said is not None else _of_parts(quotas, who, period)


def _of_parts(quotas: Amounts, who: UUID | None, period: Period) -> Decimal | None:
    if period.months > 1:
        parts = [quotas[who, month.key] for month in period.each_month() if (who, month.key) in quotas]
        return sum(parts, ZERO) if parts else None
    quarter = period.quarter
    whole = quotas.get((who, quarter.key))
    if whole is None:
        return None
    months = [month.key for month in quarter.each_month()]
    said = {key: quotas[who, key] for key in months if (who, key) in quotas}
    rest = [key for key in months if key not in said]
    left = max(whole - sum(said.values(), ZERO), ZERO)
    shares = shared_out(rounded(left, base_currency()), [Decimal(1)] * len(rest), base_currency())
    return dict(zip(rest, shares, strict=True))[period.key]


def _read_targets(actor: Actor, period: Period, product: UUID | None) -> Amounts:
    keys, month = set(), month_of(period.begins_on)
    for _number in range(MONTHS):
        keys |= {month.key, month.quarter.key, *(each.key for each in month.quarter.each_month())}
        month = month.next
    quotas: dict[tuple[UUID | None, str], Decimal] = {}
    for row in _targets(actor, product is not None, periods=sorted(keys), **_named(product)):
        quotas[row.team_id or row.person_id, row.period] = rounded(row.amount_base, base_currency())
    return quotas


@kept
def _targets(actor: Actor, of_one: bool) -> Any:
    return select(Target.person_id, Target.team_id, Target.period, Target.amount_base).where(
        Target.period.in_(bindparam("periods", expanding=True)),
        Target.product_id == _PRODUCT if of_one else Target.product_id.is_(None),
        Target.measure == "won",
        Target.deleted_at.is_(None),
        visible(actor, Target),
    )


def _read_adjustments(actor: Actor, period: Period) -> Amounts:
    keys = [period.key, *(month.key for month in period.each_month())]
    rows = _adjustments(actor, periods=keys)
    return {(row.person_id, row.period): rounded(row.amount, base_currency()) for row in rows}


@kept
def _adjustments(actor: Actor) -> Any:
    return select(Adjustment.person_id, Adjustment.period, Adjustment.amount).where(
        Adjustment.period.in_(bindparam("periods", expanding=True)),
        Adjustment.ended_at.is_(None),
        Adjustment.deleted_at.is_(None),
        visible(actor, Adjustment),
    )


# Deals


def _read_atoms(actor: Actor, period: Period, then: date | None, product: UUID | None) -> _Atoms:
    stages = {stage.id: stage for stage in db.session.scalars(select(Stage).order_by(Stage.position, Stage.id))}
    going = tuple(key for key, stage in stages.items() if stage.kind == "open")
    won = tuple(key for key, stage in stages.items() if stage.kind == "won")
    days = {f"day{number}": _month_after(period, number) for number in range(MONTHS + 1)}
    of_one, named = product is not None, _named(product)
    rows = _deals(actor, going, won, of_one, **days, **named, then=then or date.min)
    collected: dict[tuple[UUID | None, int, str], list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    before: dict[UUID | None, Decimal] = defaultdict(Decimal)
    for row in rows:
        stage = stages[row.stage_id]
        category = "closed" if stage.kind == "won" else row.forecast_category or stage.forecast_category
        atom = collected[row.owner_id, row.month, category]
        atom[0] += row.amount or 0
        atom[1] += _weighted(row, stage)
        if row.month < period.months:
            before[row.owner_id] += row.before or 0
    if then is not None:
        for owner, amount in _known(actor, of_one, **named, first=days["day0"], last=period.ends_before, then=then):
            before[owner] += amount or 0
    rounding = _rounding()
    return _Atoms(_certainties(collected, rounding), {who: rounding(amount) for who, amount in before.items()})


def _rounding() -> Callable[[Decimal], Decimal]:
    currency = base_currency()
    return lambda amount: rounded(amount, currency)


def _month_after(period: Period, number: int) -> date:
    return Period(period.begins_on, number).ends_before


def _weighted(row: Any, stage: Stage) -> Decimal:
    if stage.kind == "won":
        return Decimal(row.amount or 0)
    return ((row.by_own_probability or ZERO) + (row.rest or ZERO) * stage.probability) / 100


def _certainties(
    collected: Mapping[tuple[UUID | None, int, str], Sequence[Decimal]], rounding: Callable[[Decimal], Decimal]
) -> dict[tuple[UUID | None, int], Certainty]:
    found: dict[tuple[UUID | None, int], Certainty] = {}
    places = {"closed": "won", "commit": "commit", "best_case": "best_case", "pipeline": "pipeline"}
    for (person, month, category), (amount, weighted) in collected.items():
        if category in places:
            one = Certainty(**{places[category]: rounding(amount)}, weighted=rounding(weighted))
            found[person, month] = found.get((person, month), Certainty()) + one
    return found


@kept
def _deals(actor: Actor, going: tuple[UUID, ...], won: tuple[UUID, ...], of_one: bool) -> Any:
    """Sum up open deals by the day on which they are expected, and won ones by that on which they were."""
    return union_all(_open_deals(actor, going, of_one), _won_deals(actor, won, of_one))


def _named(product: UUID | None) -> dict[str, UUID]:
    return {} if product is None else {"product": product}


def _of(of_one: bool) -> tuple[Any, ...]:
    return (Opportunity.product_id == _PRODUCT,) if of_one else ()


def _open_deals(actor: Actor, stages: tuple[UUID, ...], of_one: bool) -> Any:
    amount, probability, day = Opportunity.amount_base, Opportunity.probability, Opportunity.expected_close_on
    weighted = type_coerce(amount * probability, amount.type)
    month = _month(day)
    return (
        select(
            Opportunity.owner_id.label("owner_id"),
            month.label("month"),
            Opportunity.stage_id.label("stage_id"),
            Opportunity.forecast_category.label("forecast_category"),
            func.sum(amount).label("amount"),
            func.sum(case((probability.is_not(None), weighted))).label("by_own_probability"),
            func.sum(case((probability.is_(None), amount))).label("rest"),
            type_coerce(null(), amount.type).label("before"),
        )
        .where(
            Opportunity.deleted_at.is_(None),
            Opportunity.stage_id.in_(stages),
            *_within(day),
            *_of(of_one),
            visible(actor, Opportunity),
        )
        .group_by(Opportunity.owner_id, month, Opportunity.stage_id, Opportunity.forecast_category)
    )


def _won_deals(actor: Actor, stages: tuple[UUID, ...], of_one: bool) -> Any:
    amount, day = Opportunity.amount_base, Opportunity.closed_on
    month = _month(day)
    return (
        select(
            Opportunity.owner_id,
            month,
            Opportunity.stage_id,
            null(),
            func.sum(amount),
            null(),
            null(),
            func.sum(case((day < _bound("then"), amount))),
        )
        .where(
            Opportunity.deleted_at.is_(None),
            Opportunity.stage_id.in_(stages),
            *_within(day),
            *_of(of_one),
            visible(actor, Opportunity),
        )
        .group_by(Opportunity.owner_id, month, Opportunity.stage_id)
    )


def _bound(name: str) -> Any:
    return bindparam(name, type_=Date)


def _within(day: Any) -> tuple[Any, Any]:
    return day >= _bound("day0"), day < _bound(f"day{MONTHS}")


def _month(day: Any) -> Any:
    """Number the months from the period's first; a comparison costs less than taking a day apart."""
    cases = [(day < _bound(f"day{number + 1}"), number) for number in range(MONTHS - 1)]
    return type_coerce(case(*cases, else_=MONTHS - 1), Integer)


@kept
def _known(actor: Actor, of_one: bool) -> Any:
    """Sum up by person what a day's snapshot had as committed for a period."""
    about = select(Opportunity.id).where(*_of(of_one))
    return (
        select(OpportunitySnapshot.owner_id, func.sum(OpportunitySnapshot.amount_base))
        .where(*((OpportunitySnapshot.opportunity_id.in_(about),) if of_one else ()))
        .where(
            OpportunitySnapshot.expected_close_on >= _bound("first"),
            OpportunitySnapshot.expected_close_on < _bound("last"),
            known_on(_bound("then")),
            OpportunitySnapshot.forecast_category == "commit",
            visible(actor, Opportunity, history=OpportunitySnapshot),
        )
        .group_by(OpportunitySnapshot.owner_id)
    )


def adjustments_of(actor: Actor, person: UUID, period: Period) -> list[Any]:
    """Read what was ever said of somebody's forecast for a period, the newest first, with who said it."""
    statement = (
        select(
            Adjustment.amount,
            Adjustment.reason,
            Adjustment.created_at,
            Adjustment.ended_at,
            User.name.label("said_by"),
        )
        .outerjoin(User, User.id == Adjustment.owner_id)
        .where(
            Adjustment.person_id == person,
            Adjustment.period == period.key,
            Adjustment.deleted_at.is_(None),
            visible(actor, Adjustment),
        )
        .order_by(Adjustment.created_at.desc(), Adjustment.id.desc())
    )
    return list(db.session.execute(statement))
