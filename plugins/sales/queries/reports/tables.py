"""What every report is made of: the question, the table, and whose deals it is about."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, literal, true

from pelatis.api import Actor, Problem, _, base_currency, today, visible
from plugins.catalog.api import rounded

from ...models import Opportunity, Stage
from ...periods import later, month_of, read_period
from ..people import Staff, read_staff

ZERO: Final = Decimal(0)
#: How many months a report reaches back where nobody says.
USUAL_MONTHS: Final = 12


@dataclass(frozen=True)
class Span:
    """The days that a report is about.

    Attributes:
        key: how a URL and the shell name it: `12m`, `all`, `2026`, `2026-Q4`, `2026-11`.
        first: its first day.
        before: the first day after it.
    """

    key: str
    first: date
    before: date

    def __str__(self) -> str:
        if self.key == f"{USUAL_MONTHS}m":
            return str(_("Last 12 months"))
        if self.key == "all":
            return str(_("All time"))
        return self.key if self.key.isdigit() else str(read_period(self.key))


def read_span(text: str) -> Span:
    """Read which days a report is asked for.

    Args:
        text: `12m` (or nothing) for the last 12 months, `all`, a year, a quarter or a month.

    Raises:
        Problem: `sales.bad_period` (400) for anything else.
    """
    if text in ("", f"{USUAL_MONTHS}m"):
        month = month_of(today())
        return Span(f"{USUAL_MONTHS}m", later(month.begins_on, 1 - USUAL_MONTHS), month.ends_before)
    if text == "all":
        return Span("all", date(1, 1, 1), date(9999, 12, 31))
    if text.isdigit() and len(text) == 4 and "0001" <= text <= "9998":
        return Span(text, date(int(text), 1, 1), date(int(text) + 1, 1, 1))
    period = read_period(text)
    return Span(period.key, period.begins_on, period.ends_before)


@dataclass(frozen=True)
class Asked:
    """What a report is asked for.

    Attributes:
        actor: whoever asks.
        span: the days.
        staff: the people and teams.
        people: whose deals; None for everybody's.
        team, person: which of them was asked for.
        deals: the criterion of what else the deals must have.
    """

    actor: Actor
    span: Span
    staff: Staff
    people: frozenset[UUID] | None = None
    team: UUID | None = None
    person: UUID | None = None
    deals: ColumnElement[bool] = field(default_factory=true)

    def seen(self) -> ColumnElement[bool]:
        """Give the criterion of the deals."""
        return and_(
            Opportunity.deleted_at.is_(None),
            visible(self.actor, Opportunity),
            self.of(Opportunity.owner_id),
            self.deals,
        )

    def of(self, owner: Any) -> ColumnElement[bool]:
        """Give the criterion that an owner is among the people."""
        if self.people is None:
            return literal(True)
        return owner.in_(sorted(self.people)) if self.people else false()

    def closed(self) -> ColumnElement[bool]:
        """Give the criterion of the deals that were closed in the span."""
        return and_(
            Opportunity.closed_on >= self.span.first,
            Opportunity.closed_on < self.span.before,
            Opportunity.stage_id == Stage.id,
            Stage.kind != "open",
            self.seen(),
        )


def ask(
    actor: Actor,
    period: str = "",
    team: UUID | None = None,
    person: UUID | None = None,
    deals: ColumnElement[bool] | None = None,
) -> Asked:
    """Prepare a question to the reports, in two statements.

    Args:
        actor: whoever asks.
        period: see `read_span`.
        team: whose deals, those of the teams below it too.
        person: whose deals.
        deals: the criterion of what else they must have; reports that aren't of deals alone leave it.

    Raises:
        Problem: `sales.bad_period` (400); `sales.nobody` (400) for a team or a person that isn't there.
    """
    staff = read_staff()
    if (team is not None and team not in staff.teams) or (person is not None and person not in staff.people):
        raise Problem("sales.nobody", _("There is no such team or person."), status=400)
    people = None
    if person is not None:
        people = frozenset({person})
    elif team is not None:
        people = frozenset(each for each in staff.people if staff.is_in(each, team))
    return Asked(actor, read_span(period), staff, people, team, person, true() if deals is None else deals)


@dataclass(frozen=True)
class Column:
    """A column of a report.

    Attributes:
        key: its name in files and in JSON.
        label: its head, lazily translated.
        kind: what its values are: `text`, `count`, `money`, `percent`, `change` (percent more or less) or `days`; each
            may be None.
        is_drawn: whether the chart shows it; what is drawn of one line is stacked.
        is_mark: whether the chart shows it as a line across the bar.
    """

    key: str
    label: Any
    kind: str = "count"
    is_drawn: bool = False
    is_mark: bool = False


@dataclass(frozen=True)
class Table:
    """What a report found: the first column names the lines.

    Attributes:
        columns: the columns.
        rows: for each line a value of every column.
        note: what the reader should know; may be empty.
        figures: what it comes to, label and value of a kind.
        is_along_time: whether its rows are periods, one after the other; of any other table the first rows weigh most.
    """

    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]
    note: str = ""
    figures: Sequence[tuple[str, Any, str]] = field(default_factory=tuple)
    is_along_time: bool = False

    def records(self) -> list[dict[str, Any]]:
        """Give the rows by the columns' names."""
        return [dict(zip([column.key for column in self.columns], row, strict=True)) for row in self.rows]


def percent_of(part: Any, whole: Any) -> Decimal | None:
    """Give a part in percent of a whole, to two decimals; None of nothing."""
    return (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.01"), ROUND_HALF_UP) if whole else None


def mean_of(total: Any, count: int) -> Decimal | None:
    """Give a mean to two decimals; None of nothing."""
    return (Decimal(total) / count).quantize(Decimal("0.01"), ROUND_HALF_UP) if count else None


def money_of(amount: Decimal | None) -> Decimal:
    """Round what a database summed up to the company's own currency; nothing is zero."""
    return rounded(amount or ZERO, base_currency())
