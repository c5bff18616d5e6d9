"""Days that come again every so many weeks or months, by rule alone."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from typing import Final

#: Months up to the last one that a `date` can say.
_LAST_MONTH: Final = date.max.year * 12 + 11


@dataclass(frozen=True)
class Rhythm:
    """How days come again.

    Attributes:
        begins_on: the first of them; its day of the month is kept, or the month's last day where it has fewer.
        every: how many units lie between two of them, at least 1.
        unit: `weeks` or `months`.
    """

    begins_on: date
    every: int
    unit: str

    def day(self, number: int) -> date | None:
        """Give the day after so many turns; None where the calendar ends before it."""
        if self.unit == "weeks":
            days = 7 * self.every * number
            return self.begins_on + timedelta(days=days) if days <= (date.max - self.begins_on).days else None
        month = self.begins_on.year * 12 + self.begins_on.month - 1 + self.every * number
        if month > _LAST_MONTH:
            return None
        year, month = month // 12, month % 12 + 1
        return date(year, month, min(self.begins_on.day, monthrange(year, month)[1]))

    def days_from(self, day: date) -> Iterator[date]:
        """Yield the days that aren't before one, in their order."""
        for number in count(self._turns_before(day)):
            found = self.day(number)
            if found is None:
                return
            if found >= day:
                yield found

    def first_from(self, day: date) -> date | None:
        """Give the first day that isn't before one; None where the calendar ends before it."""
        return next(self.days_from(day), None)

    def _turns_before(self, day: date) -> int:
        """Count turns that certainly end before a day."""
        if self.unit == "weeks":
            return max(0, (day - self.begins_on).days // (7 * self.every))
        months = (day.year - self.begins_on.year) * 12 + day.month - self.begins_on.month
        return max(0, months // self.every)
