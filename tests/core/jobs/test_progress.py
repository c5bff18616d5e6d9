"""Batches that commit work and progress together, so that nothing is lost and nothing is done twice."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from core.database import db, in_unit, utc_now, write_unit
from core.jobs import Job, Progress, enqueue, operations
from core.jobs.models import CANCELLED, DONE, PARKED, RUNNING, WAITING
from core.jobs.worker import run_next_job
from tests.core.jobs.conftest import count_up, counts

Declare = Callable[..., Callable[..., Any]]


def make_due(job: Job) -> None:
    with write_unit() as session:
        session.connection().execute(update(Job).where(Job.id == job.id).values(next_try_at=utc_now()))


def reloaded(job: Job) -> Job:
    db.session.rollback()
    found = db.session.get_one(Job, job.id)
    db.session.refresh(found)
    return found


def test_each_item_is_done_once_although_the_job_fails_on_the_way(declare: Declare) -> None:
    failures = {7, 23}

    def work(progress: Progress) -> None:
        for number in progress.track(range(30), key=int, batch=5):
            count_up(f"item {number}")
            if number in failures:
                failures.remove(number)
                raise RuntimeError

    job = enqueue(declare(work))
    for _run in range(3):
        make_due(job)
        run_next_job("worker")
    done = reloaded(job)
    assert (done.state, done.done, done.total) == (DONE, 30, 30)
    assert counts() == {f"item {number}": 1 for number in range(30)}


def test_what_a_failed_batch_wrote_is_rolled_back(declare: Declare) -> None:
    def work(progress: Progress) -> None:
        loop = progress.track(range(10), key=int, batch=5)
        for number in loop:  # kept in a variable, so that the exception doesn't close it
            count_up(f"item {number}")
            if number == 7:
                raise RuntimeError

    job = enqueue(declare(work, attempts=1))
    run_next_job("worker")
    assert reloaded(job).state == PARKED
    assert set(counts()) == {f"item {number}" for number in range(5)}
    assert not in_unit()


def test_items_are_worked_through_in_the_order_of_their_keys(declare: Declare) -> None:
    seen: list[int] = []

    def work(progress: Progress) -> None:
        seen.extend(progress.track([3, 1, 2], key=int))

    enqueue(declare(work))
    run_next_job("worker")
    assert seen == [1, 2, 3]


def test_large_sets_are_read_batch_by_batch_behind_the_last_key(declare: Declare) -> None:
    asked: list[Any] = []

    def fetch(after: Any, size: int) -> Sequence[int]:
        asked.append(after)
        start = 0 if after is None else after + 1
        return list(range(start, min(start + size, 25)))

    def work(progress: Progress) -> None:
        for part in progress.batches(fetch, key=int, size=10, total=25):
            for number in part:
                count_up(f"item {number}")

    job = enqueue(declare(work))
    run_next_job("worker")
    assert asked == [None, 9, 19, 24]
    assert reloaded(job).done == 25
    assert len(counts()) == 25


def test_two_loops_of_a_job_keep_two_cursors(declare: Declare) -> None:
    def work(progress: Progress) -> None:
        for number in progress.track(range(3), key=int, name="first"):
            count_up(f"first {number}")
        for number in progress.track(range(3), key=int, name="second"):
            count_up(f"second {number}")

    job = enqueue(declare(work))
    run_next_job("worker")
    assert reloaded(job).cursor == {"first": 2, "second": 2}
    assert len(counts()) == 6


def test_two_loops_of_one_name_are_refused(declare: Declare) -> None:
    def work(progress: Progress) -> None:
        list(progress.track([1], key=int))
        list(progress.track([1], key=int))

    job = enqueue(declare(work, attempts=1))
    run_next_job("worker")
    assert "both named 'items'" in reloaded(job).error


def test_a_job_without_loops_commits_its_work_and_its_cursor_together(declare: Declare) -> None:
    def work(progress: Progress) -> None:
        for page in range(progress.cursor.get("page", 0), 4):
            with write_unit():
                count_up(f"page {page}")
                progress.advance(page + 1, total=4, message=f"page {page}", cursor={"page": page + 1})
            if page == 1 and progress.done == 2 and "again" not in counts():
                count_up("again")
                raise RuntimeError

    job = enqueue(declare(work))
    run_next_job("worker")
    assert (reloaded(job).state, reloaded(job).cursor) == (WAITING, {"page": 2})
    make_due(job)
    run_next_job("worker")
    assert (reloaded(job).state, reloaded(job).message) == (DONE, "page 3")
    assert counts() == {"again": 1, **{f"page {page}": 1 for page in range(4)}}


def test_attempts_count_only_as_long_as_a_job_gets_nowhere(declare: Declare) -> None:
    def work(progress: Progress) -> None:
        for number in progress.track(range(6), key=int, batch=1):
            count_up(f"item {number}")
            if number and f"failed {number}" not in counts_inside():
                progress.abandon()
                count_up(f"failed {number}")
                raise RuntimeError

    def counts_inside() -> set[str]:
        from core.users.models import Setting

        return {row.key for row in db.session.query(Setting).filter(Setting.plugin == "test")}

    job = enqueue(declare(work, attempts=2))
    for _run in range(6):
        make_due(job)
        run_next_job("worker")
    assert reloaded(job).state == DONE, "five failures, but never two in a row at the same place"


def test_a_job_that_lost_its_lease_commits_nothing_more(declare: Declare) -> None:
    def work(progress: Progress) -> None:
        for number in progress.track(range(4), key=int, batch=2):
            count_up(f"item {number}")
            if number == 1:
                steal()

    def steal() -> None:
        # As if the machine had slept for longer than the lease, and another worker had taken the job.
        with write_unit() as session:
            session.connection().execute(update(Job).values(lease_id=None))

    job = enqueue(declare(work))
    run_next_job("worker")
    assert counts() == {}
    assert reloaded(job).state == RUNNING


def test_a_running_job_that_is_cancelled_stops_at_its_next_batch(declare: Declare) -> None:
    def work(progress: Progress) -> None:
        for number in progress.track(range(6), key=int, batch=2):
            count_up(f"item {number}")

    job = enqueue(declare(work))
    asked: list[int] = []

    def somebody_cancels_after_two_batches() -> bool:
        asked.append(1)
        if len(asked) == 3:
            operations.cancel(job.id)
        return False

    run_next_job("worker", somebody_cancels_after_two_batches)
    assert reloaded(job).state == CANCELLED
    assert len(counts()) == 4, "what was committed stays, what came after the cancelling doesn't"


def test_a_worker_that_is_stopped_puts_the_job_back_between_batches(declare: Declare) -> None:
    def work(progress: Progress) -> None:
        for number in progress.track(range(6), key=int, batch=2):
            count_up(f"item {number}")

    job = enqueue(declare(work))
    asked: list[int] = []

    def stopping() -> bool:
        asked.append(1)
        return len(asked) > 2

    run_next_job("worker", stopping)
    put_back = reloaded(job)
    assert (put_back.state, put_back.done, put_back.attempts) == (WAITING, 4, 0)
    assert len(counts()) == 4

    run_next_job("worker")
    assert reloaded(job).state == DONE
    assert set(counts().values()) == {1}


def test_only_a_claimed_job_has_progress(app: Flask, declare: Declare) -> None:
    job = enqueue(declare(lambda progress: None, name="core.test_unclaimed"))
    with pytest.raises(ValueError, match="claimed"):
        Progress(job)
