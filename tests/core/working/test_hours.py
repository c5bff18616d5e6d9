"""Working time: nights, weekends and holidays don't count, and an administrator says when the company works."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.access import Actor, Kind, system_actor
from core.problems import Problem
from core.users.company import set_company
from core.working import WorkingCalendar, working_calendar
from core.working.settings import change_working_hours

HOUR = timedelta(hours=1)
GREEK = WorkingCalendar(zone="Europe/Athens", country="GR")


def athens(text: str) -> datetime:
    """Read a moment of Athens in winter, two hours ahead of UTC."""
    return datetime.fromisoformat(f"{text}+02:00").astimezone(UTC)


@pytest.mark.parametrize(
    ("begins", "working", "ends"),
    [
        ("2026-11-20T18:00", HOUR, "2026-11-23T10:00"),  # Friday evening to Monday morning
        ("2026-11-20T16:30", HOUR, "2026-11-23T09:30"),
        ("2026-11-18T10:00", HOUR, "2026-11-18T11:00"),
        ("2026-11-18T16:00", HOUR, "2026-11-18T17:00"),
        ("2026-11-18T03:00", HOUR, "2026-11-18T10:00"),
        ("2026-11-21T12:00", 9 * HOUR, "2026-11-24T10:00"),
        ("2026-12-24T16:30", HOUR, "2026-12-28T09:30"),  # Christmas and the day after are off in Greece
    ],
)
def test_working_time_leaves_out_nights_weekends_and_holidays(begins: str, working: timedelta, ends: str) -> None:
    assert GREEK.after(athens(begins), working) == athens(ends)
    assert GREEK.between(athens(begins), athens(ends)) == working


def test_hours_are_meant_in_the_calendars_own_zone_also_when_clocks_are_changed() -> None:
    friday = datetime(2026, 10, 23, 13, 30, tzinfo=UTC)  # half past four in Athens, still summer time
    assert GREEK.after(friday, HOUR) == datetime(2026, 10, 26, 7, 30, tzinfo=UTC)  # half past nine in winter time


def test_further_days_off_are_off() -> None:
    calendar = WorkingCalendar(days_off=frozenset({date(2026, 11, 23)}))
    assert calendar.after(athens("2026-11-20T18:00"), HOUR) == athens("2026-11-24T10:00")


def test_whoever_never_works_waits_by_the_clock() -> None:
    assert WorkingCalendar(hours={}).after(athens("2026-11-20T18:00"), HOUR) == athens("2026-11-20T19:00")


def test_nothing_lies_between_a_moment_and_an_earlier_one() -> None:
    assert GREEK.between(athens("2026-11-18T12:00"), athens("2026-11-18T10:00")) == timedelta()


def test_holidays_follow_the_companys_country_until_somebody_says_otherwise(app: Flask) -> None:
    set_company(country="PL")
    assert working_calendar().holiday(date(2026, 11, 11))
    change_working_hours(
        system_actor(), {"opens_0": "08:00", "closes_0": "12:00", "country": "", "zone": "Europe/Warsaw"}
    )
    calendar = working_calendar()
    assert (dict(calendar.hours), calendar.zone) == ({0: (time(8), time(12))}, "Europe/Warsaw")
    assert not calendar.holiday(date(2026, 11, 11))


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"opens_0": "17:00", "closes_0": "09:00"}, "closes_0"),
        ({"opens_0": "09:00"}, "closes_0"),
        ({}, "closes_0"),
        ({"opens_0": "09:00", "closes_0": "17:00", "zone": "Mars"}, "zone"),
        ({"opens_0": "09:00", "closes_0": "17:00", "country": "ZZ"}, "country"),
        ({"opens_0": "09:00", "closes_0": "17:00", "days_off": "Christmas"}, "days_off"),
    ],
)
def test_hours_that_make_no_sense_are_refused(app: Flask, given: dict[str, str], field: str) -> None:
    with pytest.raises(Problem) as refused:
        change_working_hours(system_actor(), given)
    assert set(refused.value.fields) == {field}
    assert working_calendar() == WorkingCalendar()


def test_nobody_but_an_administrator_changes_them(app: Flask) -> None:
    with pytest.raises(Problem) as refused:
        change_working_hours(Actor(Kind.staff), {"opens_0": "09:00", "closes_0": "17:00"})
    assert refused.value.status == 404


def test_page_keeps_what_was_typed_and_tells_the_next_holidays(client: FlaskClient) -> None:
    hours = {
        "opens_0": "08:30",
        "closes_0": "16:30",
        "country": "GR",
        "zone": "Europe/Athens",
        "days_off": "2026-12-24",
    }
    assert client.post("/admin/working-hours", data=hours).status_code == 303
    page = client.get("/admin/working-hours").text
    for text in ("08:30", "2026-12-24", "The next holidays", "Monday from"):
        assert text in page
    refused = client.post("/admin/working-hours", data={**hours, "closes_0": "08:00"})
    assert refused.status_code == 422
    assert "Work must end after it has begun." in refused.text
