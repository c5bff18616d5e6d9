"""Working time: which days are worked, and when so many working hours are over."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

#: How many days a clock looks ahead for working time; beyond it nobody ever works.
FURTHEST: Final = 730
#: Hours of a week without any settings: Monday to Friday.
USUAL_HOURS: Final = {day: (time(9), time(17)) for day in range(5)}


@dataclass(frozen=True)
class WorkingCalendar:
    """The hours in which a company works.

    Attributes:
        hours: weekday (Monday is 0) to the beginning and the end of work; a day that isn't in it is off.
        zone: the zone in which they are meant.
        country: ISO 3166-1 alpha-2, whose public holidays are off; empty for none.
        days_off: further days off.
    """

    hours: Mapping[int, tuple[time, time]] = field(default_factory=lambda: dict(USUAL_HOURS))
    zone: str = "Europe/Athens"
    country: str = ""
    days_off: frozenset[date] = frozenset()

    def is_worked(self, day: date) -> bool:
        """Tell whether a day is worked at all."""
        return day.weekday() in self.hours and day not in self.days_off and not self.holiday(day)

    def holiday(self, day: date) -> str:
        """Name the public holiday of a day; empty where there is none."""
        return _holidays(self.country, day.year).get(day, "") if self.country else ""

    def after(self, moment: datetime, working: timedelta) -> datetime:
        """Tell when so much working time is over, counted in the calendar's own zone.

        Where the company doesn't work at all, time passes as on the clock.

        Args:
            moment: from when on, aware.
            working: how much working time.
        """
        left = working
        for begins, ends in self._spans(moment):
            if left <= ends - begins:
                return begins + left
            left -= ends - begins
        return moment + working

    def between(self, begins: datetime, ends: datetime) -> timedelta:
        """Tell how much working time lies between two moments; nothing where the second one isn't later."""
        passed = timedelta()
        for opens, closes in self._spans(begins):
            if opens >= ends:
                break
            passed += min(closes, ends) - opens
        return passed

    def _spans(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Give the spans of work from a moment on, in UTC, where lengths are true when clocks are changed."""
        zone = ZoneInfo(self.zone)
        first = moment.astimezone(zone).date()
        for number in range(FURTHEST):
            day = first + timedelta(days=number)
            if not self.is_worked(day):
                continue
            opens, closes = (datetime.combine(day, clock, zone).astimezone(UTC) for clock in self.hours[day.weekday()])
            opens = max(opens, moment.astimezone(UTC))
            if opens < closes:
                yield opens, closes


@lru_cache(maxsize=64)
def _holidays(country: str, year: int) -> Mapping[date, str]:
    import holidays  # heavy, and few requests need it

    try:
        return dict(holidays.country_holidays(country, years=year))
    except NotImplementedError:
        return {}


@lru_cache(maxsize=1)
def countries_with_holidays() -> frozenset[str]:
    """List the countries whose public holidays are known."""
    import holidays  # heavy, and few requests need it

    return frozenset(holidays.list_supported_countries())
