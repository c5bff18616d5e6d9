"""The life of a job's row: enqueued, claimed, done, failed, parked, retried, cancelled."""

import datetime as dt
import os
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from core.access import Actor, current_actor
from core.database import db, utc_now, write_unit
from core.jobs import Job, Progress, enqueue, jobs, operations
from core.jobs.models import CANCELLED, DONE, FAILED, PARKED, RUNNING, STATES, WAITING
from core.jobs.worker import run_next_job
from core.problems import Problem

Declare = Callable[..., Callable[..., Any]]


def reloaded(job: Job) -> Job:
    db.session.rollback()
    found = db.session.get_one(Job, job.id)
    db.session.refresh(found)
    return found


def make_due(job: Job) -> None:
    with write_unit() as session:
        session.connection().execute(update(Job).where(Job.id == job.id).values(next_try_at=utc_now()))


def run(name: str = "worker") -> Job | None:
    return run_next_job(name)


def test_a_job_becomes_visible_with_the_commit_and_vanishes_with_the_rollback(declare: Declare) -> None:
    greet = declare(lambda progress: None, name="core.test_greet")

    def enqueue_and_fail() -> None:
        with write_unit():
            enqueue(greet)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        enqueue_and_fail()
    assert db.session.scalar(select(func.count()).select_from(Job)) == 0

    with write_unit():
        enqueue(greet)
    assert db.session.scalar(select(func.count()).select_from(Job)) == 1


def test_the_workers_are_woken_after_the_commit_and_not_before(app: Flask, declare: Declare) -> None:
    greet = declare(lambda progress: None, name="core.test_greet")
    waker = app.extensions["pelatis_waker"]
    waker.wait(0)

    with write_unit():
        enqueue(greet)
        assert not waker.wait(0)
    assert waker.wait(5)
    assert not waker.wait(0), "one ring is enough for any number of jobs"


def test_a_job_gets_its_arguments_and_leaves_its_result(declare: Declare) -> None:
    def add(progress: Progress, first: int, second: int) -> dict[str, int]:
        return {"sum": first + second}

    job = enqueue(declare(add), first=2, second=3)
    assert run() is not None
    done = reloaded(job)
    assert (done.state, done.result) == (DONE, {"sum": 5})
    assert done.finished_at is not None
    assert done.lease_id is None
    assert run() is None, "nothing is left to do"


def test_an_unknown_job_is_refused_when_it_is_enqueued(app: Flask) -> None:
    with pytest.raises(ValueError, match="no job named"):
        enqueue("core.nothing")


def test_arguments_that_json_cannot_hold_are_refused_when_they_are_enqueued(declare: Declare) -> None:
    greet = declare(lambda progress, who: None, name="core.test_greet")
    with pytest.raises(TypeError):
        enqueue(greet, who=uuid.uuid4())


def test_a_job_without_an_actor_runs_as_the_system(declare: Declare) -> None:
    seen: list[Actor] = []
    enqueue(declare(lambda progress: seen.append(current_actor()), name="core.test_who"))
    run()
    assert seen[0].is_administrator
    assert seen[0].user_id is None


def test_a_job_of_a_user_who_is_gone_is_refused(declare: Declare) -> None:
    ran: list[int] = []
    job = enqueue(declare(lambda progress: ran.append(1), name="core.test_who"))
    with write_unit() as session:
        session.connection().execute(update(Job).where(Job.id == job.id).values(actor_id=uuid.uuid4()))
    run()
    assert reloaded(job).state == FAILED
    assert not ran


def test_a_job_that_waits_for_its_time_is_left_alone(declare: Declare) -> None:
    later = declare(lambda progress: None, name="core.test_later")
    job = enqueue(later, not_before=utc_now() + dt.timedelta(hours=1))
    assert run() is None
    make_due(job)
    assert run() is not None


def test_a_failing_job_waits_longer_each_time_and_is_parked_at_last(declare: Declare) -> None:
    def fail(progress: Progress) -> None:
        raise RuntimeError("the printer is on fire")

    job = enqueue(declare(fail, attempts=3))
    waits = []
    for _attempt in range(2):
        assert run() is not None
        failed = reloaded(job)
        assert failed.state == WAITING
        waits.append(failed.next_try_at - utc_now())
        make_due(job)
    assert waits[0] < waits[1]

    run()
    parked = reloaded(job)
    assert parked.state == PARKED
    assert "the printer is on fire" in parked.error
    assert run() is None


def test_a_parked_job_lets_the_queue_move_on(declare: Declare) -> None:
    def fail(progress: Progress) -> None:
        raise RuntimeError

    poison = enqueue(declare(fail, attempts=1))
    healthy = enqueue(declare(lambda progress: None, name="core.test_healthy"))
    while run() is not None:
        pass
    assert reloaded(poison).state == PARKED
    assert reloaded(healthy).state == DONE


def test_a_job_that_is_refused_by_a_rule_is_not_tried_again(declare: Declare) -> None:
    def refuse(progress: Progress) -> None:
        raise Problem("sales.closed", "This deal is closed.")

    job = enqueue(declare(refuse))
    run()
    refused = reloaded(job)
    assert (refused.state, refused.error) == (FAILED, "This deal is closed.")
    assert run() is None


def test_a_parked_job_runs_again_when_a_person_says_so(declare: Declare) -> None:
    mood = {"broken": True}

    def work(progress: Progress) -> None:
        if mood["broken"]:
            raise RuntimeError

    job = enqueue(declare(work, attempts=1))
    run()
    mood["broken"] = False
    operations.retry(job.id)
    run()
    assert reloaded(job).state == DONE


def test_a_job_that_has_ended_can_be_neither_cancelled_nor_retried(declare: Declare) -> None:
    job = enqueue(declare(lambda progress: None, name="core.test_quick"))
    run()
    for act in (operations.cancel, operations.retry):
        with pytest.raises(Problem) as refused:
            act(job.id)
        assert refused.value.status == 409
    assert reloaded(job).state == DONE


def test_an_unknown_job_cannot_be_cancelled(app: Flask) -> None:
    with pytest.raises(Problem) as refused:
        operations.cancel(uuid.uuid4())
    assert refused.value.status == 404


def test_every_transition_leads_to_a_state_that_exists() -> None:
    assert {target for _meaning, targets in STATES.values() for target in targets} <= set(STATES)


def test_jobs_of_a_disabled_plugin_wait(declare: Declare, monkeypatch: pytest.MonkeyPatch) -> None:
    job = enqueue(declare(lambda progress: None, name="warranties.remind"))
    monkeypatch.setattr(jobs, "is_enabled", lambda plugin: plugin != "warranties")
    assert run() is None
    assert reloaded(job).state == WAITING
    monkeypatch.setattr(jobs, "is_enabled", lambda _plugin: True)
    run()
    assert reloaded(job).state == DONE


def test_a_job_whose_worker_died_is_taken_over_when_the_lease_ends(declare: Declare) -> None:
    job = enqueue(declare(lambda progress: None, name="core.test_orphan"))
    first = operations.claim("first", ["core.test_orphan"])
    assert first is not None
    assert operations.claim("second", ["core.test_orphan"]) is None

    operations.release_worker("first")
    second = operations.claim("second", ["core.test_orphan"])
    assert second is not None
    assert second.id == job.id
    assert second.lease_id != first.lease_id
    assert second.attempts == 2


def test_a_worker_that_comes_back_late_cannot_close_the_job(declare: Declare) -> None:
    job = enqueue(declare(lambda progress: None, name="core.test_orphan"))
    first = operations.claim("first", ["core.test_orphan"])
    assert first is not None
    operations.release_worker("first")
    operations.claim("second", ["core.test_orphan"])

    operations.finish(first)
    operations.fail(first, 1, "late")
    assert reloaded(job).state == RUNNING


def test_a_job_that_is_put_back_has_not_used_an_attempt(declare: Declare) -> None:
    job = enqueue(declare(lambda progress: None, name="core.test_orphan"))
    claimed = operations.claim("worker", ["core.test_orphan"])
    assert claimed is not None
    assert claimed.lease_id is not None
    operations.release([claimed.lease_id])
    again = reloaded(job)
    assert (again.state, again.attempts) == (WAITING, 0)


def test_two_workers_never_run_the_same_job(app: Flask, declare: Declare) -> None:
    declare(lambda progress: None, name="core.test_many")
    with write_unit():
        ids = {enqueue("core.test_many").id for _number in range(40)}
    taken: list[uuid.UUID] = []
    together = threading.Barrier(4)

    def work(number: int) -> None:
        with app.app_context():
            together.wait()
            while (job := operations.claim(f"worker-{number}", ["core.test_many"])) is not None:
                taken.append(job.id)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 40
    assert set(taken) == ids


def test_a_cancelled_job_that_waits_never_runs(declare: Declare) -> None:
    ran: list[int] = []
    job = enqueue(declare(lambda progress: ran.append(1), name="core.test_unwanted"))
    operations.cancel(job.id)
    assert run() is None
    assert reloaded(job).state == CANCELLED
    assert not ran


def test_a_process_that_has_just_begun_knows_the_jobs_of_imports() -> None:
    """Here other tests have loaded them already; a worker loads what the application does and no more."""
    asked = (
        "from core.app import create_app; create_app(); from core.jobs.registry import jobs; print(*jobs.runnable())"
    )
    environment = os.environ | {"PELATIS_SECRET_KEY": "t" * 40}
    known = subprocess.run([sys.executable, "-c", asked], env=environment, capture_output=True, text=True, check=True)
    assert {"core.import", "core.import-trial", "core.import-undo"} <= set(known.stdout.split())
