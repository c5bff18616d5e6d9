"""When the company works: its hours, its days off and the public holidays of its country; clocks count by them."""

from core.working.calendar import WorkingCalendar
from core.working.settings import working_calendar

__all__ = ["WorkingCalendar", "working_calendar"]
