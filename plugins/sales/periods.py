"""Months and quarters, as targets and forecasts count them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from pelatis.api import Problem, _, format_day, today

#: The first and the last month of the calendar, counted from year 0.
_CALENDAR: Final = (12, 9999 * 12 + 11)
_WRITTEN: Final = re.compile(r"(\d{4})-(?:Q([1-4])|(0[1-9]|1[0-2]))")
MONTHS_OF_QUARTER: Final = 3


@dataclass(frozen=True, order=True)
class Period:
    """Some whole months: one, or the three of a quarter.

    Attributes:
        begins_on: its first day.
        months: how many months it has.
    """

    begins_on: date
    months: int

    @property
    def key(self) -> str:
        """How it is written: `2026-Q4`, `2026-11`."""
        year, month = self.begins_on.year, self.begins_on.month
        if self.months == MONTHS_OF_QUARTER:
            return f"{year:04}-Q{(month + 2) // MONTHS_OF_QUARTER}"
        return f"{year:04}-{month:02}"

    @property
    def ends_before(self) -> date:
        """The first day after it."""
        return later(self.begins_on, self.months)

    @property
    def next(self) -> "Period":
        """The period of the same length that follows."""
        return Period(self.ends_before, self.months)

    @property
    def previous(self) -> "Period":
        """The period of the same length before it."""
        return Period(later(self.begins_on, -self.months), self.months)

    @property
    def quarter(self) -> "Period":
        """The quarter that it lies in."""
        return quarter_of(self.begins_on)

    @property
    def other_length(self) -> "Period":
        """The quarter of a month; of a quarter this month where it is one of its months, and else its first one."""
        if self.months == 1:
            return self.quarter
        return month_of(today() if today() in self else self.begins_on)

    def each_month(self) -> Iterator["Period"]:
        """Give its months, in their order."""
        for number in range(self.months):
            yield Period(later(self.begins_on, number), 1)

    def __contains__(self, day: date) -> bool:
        """Tell whether a day lies in it."""
        return self.begins_on <= day < self.ends_before

    def __str__(self) -> str:
        """Say it in the person's language: "4th quarter 2026", "November 2026"."""
        return self._said("QQQQ y" if self.months == MONTHS_OF_QUARTER else "LLLL y")

    @property
    def short(self) -> str:
        """Say it in few letters, as charts and tables do: "Q4 2026", "Nov 2026"."""
        return self._said("QQQ y" if self.months == MONTHS_OF_QUARTER else "LLL y")

    def _said(self, pattern: str) -> str:
        said: str = format_day(self.begins_on, pattern)
        return said[:1].upper() + said[1:]


def later(day: date, months: int) -> date:
    """Give the first day of the month so many months after a day's; the calendar's first or last one, where it ends."""
    first, last = _CALENDAR
    count = min(max(day.year * 12 + day.month - 1 + months, first), last)
    return date(count // 12, count % 12 + 1, 1)


def month_of(day: date) -> Period:
    """Give the month that a day lies in."""
    return Period(day.replace(day=1), 1)


def quarter_of(day: date) -> Period:
    """Give the quarter that a day lies in."""
    return Period(date(day.year, (day.month - 1) // 3 * 3 + 1, 1), MONTHS_OF_QUARTER)


def name_of_period(key: str) -> str:
    """Name a period by how it is written; what can't be read is its own name."""
    try:
        return str(read_period(key))
    except Problem:
        return key


def read_period(text: Any) -> Period:
    """Read a period as it is written.

    Raises:
        Problem: `sales.bad_period` (400) for anything else than `2026-Q4` or `2026-11`.
    """
    found = _WRITTEN.fullmatch(str(text).strip().upper())
    if found is None or int(found[1]) == 0:
        message = _("A period is a quarter like 2026-Q4, or a month like 2026-11.")
        raise Problem("sales.bad_period", message, status=400, fields={"period": [message]})
    year, quarter, month = int(found[1]), found[2], found[3]
    return quarter_of(date(year, int(quarter) * 3, 1)) if quarter else month_of(date(year, int(month), 1))
