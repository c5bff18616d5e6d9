"""The response clock of leads."""

from datetime import datetime, timedelta
from typing import Final

from pelatis.api import utc_now, working_calendar

#: How much working time a lead may wait for its first answer.
RESPONSE_TIME: Final = timedelta(hours=1)


def answer_by(minutes: int | None = None) -> datetime:
    """Tell by when a lead that comes in now must be answered.

    Args:
        minutes: of working time, where an assignment rule says how many.
    """
    return working_calendar().after(utc_now(), timedelta(minutes=minutes) if minutes else RESPONSE_TIME)
