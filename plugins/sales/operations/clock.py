"""The response clock of leads."""

from datetime import datetime, timedelta
from typing import Final

from pelatis.api import utc_now, working_calendar

#: How much working time a lead may wait for its first answer.
RESPONSE_TIME: Final = timedelta(hours=1)


def answer_by() -> datetime:
    """Tell by when a lead that comes in now must be answered."""
    return working_calendar().after(utc_now(), RESPONSE_TIME)
