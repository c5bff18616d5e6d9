"""When jobs that repeat are due, and that each time counts once."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from sqlalchemy import delete, func, select

from core.database import db, write_unit
from core.jobs import Job, job, jobs, operations
from core.jobs.registry import Every

Declare = Callable[..., Callable[..., Any]]
UTC = dt.UTC


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("every", "now", "due"),
    [
        (Every("day", dt.time(7)), "2026-01-15T04:59", "2026-01-14T05:00"),  # Athens is two hours ahead in winter
        (Every("day", dt.time(7)), "2026-01-15T05:00", "2026-01-15T05:00"),
        (Every("day", dt.time(7)), "2026-07-15T04:00", "2026-07-15T04:00"),  # and three in summer
        (Every("day", dt.time(7), "Europe/Warsaw"), "2026-07-15T06:00", "2026-07-15T05:00"),
        (Every("monday", dt.time(8)), "2026-11-22T12:00", "2026-11-16T06:00"),
        (Every("monday", dt.time(8)), "2026-11-23T05:00", "2026-11-16T06:00"),
        (Every("hour"), "2026-11-22T12:34", "2026-11-22T12:00"),
        (Every("10 minutes"), "2026-11-22T12:34", "2026-11-22T12:30"),
        (Every("6 hours"), "2026-11-22T17:59", "2026-11-22T12:00"),
    ],
)
def test_the_last_time_that_was_due(every: Every, now: str, due: str) -> None:
    assert every.last_due(moment(now)) == moment(due)


@pytest.mark.parametrize("zone", ["Europe/Athens", "Europe/Warsaw"])
def test_a_change_of_clocks_neither_skips_nor_repeats_a_night(zone: str) -> None:
    every = Every("day", dt.time(3, 30), zone)
    start = moment("2026-03-01T12:00")
    dues = {every.last_due(start + dt.timedelta(hours=hours)) for hours in range(24 * 245)}
    days = sorted(due.astimezone(UTC).date() for due in dues)
    assert len(days) == len(set(days)) == 246, "the first one is of the night before"


def test_a_rhythm_that_nobody_understands_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="no such rhythm"):
        Every("fortnight")


def test_two_functions_of_one_name_are_refused(declare: Declare) -> None:
    declare(lambda progress: None, name="core.test_twin")

    def other(progress: Any) -> None:
        """Do something else."""

    with pytest.raises(ValueError, match="two jobs named"):
        job(name="core.test_twin")(other)


def test_a_job_is_named_after_its_plugin(declare: Declare) -> None:
    def remind(progress: Any) -> None:
        """Do nothing."""

    remind.__module__ = "plugins.sales.jobs"
    assert job()(remind).job_name == "sales.remind"  # type: ignore[attr-defined]  # the decorator writes it there
    remind.__module__ = "warranties.jobs"
    assert job()(remind).job_name == "warranties.remind"  # type: ignore[attr-defined]


def waiting() -> int:
    ours = Job.name.startswith("core.test_")  # the core has jobs of its own that repeat
    counted = db.session.scalar(select(func.count()).select_from(Job).where(ours)) or 0
    db.session.rollback()
    return counted


def test_each_due_time_is_enqueued_once_however_many_workers_look(declare: Declare) -> None:
    declare(lambda progress: None, name="core.test_daily", every="day", at="07:00")
    names = list(jobs.runnable())
    with time_machine.travel(moment("2026-11-22T12:00"), tick=False):
        operations.enqueue_due(names)
        assert waiting() == 0, "what was due before anybody knew of the job isn't made up for"
    with time_machine.travel(moment("2026-11-23T06:00"), tick=False):
        for _worker in range(3):
            operations.enqueue_due(names)
        assert waiting() == 1


def test_what_was_missed_while_nothing_ran_is_done_once(declare: Declare) -> None:
    declare(lambda progress: None, name="core.test_daily", every="day", at="07:00")
    names = list(jobs.runnable())
    with time_machine.travel(moment("2026-11-01T12:00"), tick=False):
        operations.enqueue_due(names)
    with time_machine.travel(moment("2026-11-22T12:00"), tick=False):
        operations.enqueue_due(names)
        operations.enqueue_due(names)
    assert waiting() == 1


def test_a_clock_that_was_a_year_ahead_for_a_while_stops_nothing_for_a_year(declare: Declare) -> None:
    declare(lambda progress: None, name="core.test_daily", every="day", at="07:00")
    names = list(jobs.runnable())
    for day in ("2026-11-22T12:00", "2027-11-22T12:00"):
        with time_machine.travel(moment(day), tick=False):
            operations.enqueue_due(names)
    with write_unit() as session:
        session.execute(delete(Job).execution_options(journalled=True))
    for day, expected in (("2026-11-22T13:00", 0), ("2026-11-23T12:00", 1)):
        with time_machine.travel(moment(day), tick=False):
            operations.enqueue_due(names)
        assert waiting() == expected


def test_a_job_that_still_runs_is_not_enqueued_beside_itself(declare: Declare) -> None:
    declare(lambda progress: None, name="core.test_often", every="10 minutes")
    names = list(jobs.runnable())
    for minute in ("12:00", "12:10", "12:20", "12:30"):
        with time_machine.travel(moment(f"2026-11-22T{minute}"), tick=False):
            operations.enqueue_due(names)
    assert waiting() == 1
