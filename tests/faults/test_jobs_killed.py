"""F1, F12: a worker that dies loses nothing and does nothing twice; a job that keeps killing is parked."""

import json
import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from core.database import db
from core.jobs import Job, Progress, enqueue, operations
from core.jobs.models import DONE, PARKED
from core.jobs.worker import HUNG, run_next_job
from core.users.models import Setting

ITEMS = 120
HELPER = Path(__file__).with_name("dying_worker.py")


@pytest.fixture
def live(app: Flask, database_url: str, tmp_path: Path) -> Any:
    """Let a worker live and die in processes of its own; gives how each life ended."""

    def live(job: str, mode: str, deaths: list[int]) -> list[int]:
        db.session.remove()
        db.engine.dispose()
        arguments: dict[str, Any] = {"job": job, "mode": mode, "deaths": deaths}
        arguments |= {"database_url": database_url, "data_dir": str(tmp_path)}
        done = subprocess.run(
            [sys.executable, "-m", "tests.faults.dying_worker", json.dumps(arguments)],
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        endings: list[int] = json.loads(done.stdout)
        return endings

    return live


def traces() -> dict[str, int]:
    rows = db.session.scalars(select(Setting).where(Setting.plugin == "test"))
    return {row.key: row.value for row in rows}


def job_named(name: str) -> Job:
    return db.session.scalars(select(Job).where(Job.name == name)).one()


def test_f1_a_job_killed_25_times_at_random_does_each_thing_once(live: Any) -> None:
    dice = random.Random(20261122)
    deaths = [dice.randint(1, 15) for _death in range(25)]
    endings = live("core.test_import", "kill", deaths)

    killed = [ending for ending in endings if ending == signal.SIGKILL]
    assert len(killed) >= 15, "it got through so slowly that most of the kills found it at work"
    done = job_named("core.test_import")
    assert (done.state, done.done, done.total) == (DONE, ITEMS, ITEMS)
    assert traces() == {"healthy": 1, **{f"item {number:03}": 1 for number in range(ITEMS)}}


def test_f12_a_job_that_ends_its_process_is_parked_and_the_queue_moves(live: Any) -> None:
    live("core.test_exit", "exit", [])
    parked = job_named("core.test_exit")
    assert parked.state == PARKED
    assert "stopped each time" in parked.error
    assert job_named("core.test_healthy").state == DONE
    assert traces() == {"begun": 3, "healthy": 1}


def test_f12_a_job_that_hangs_ends_its_worker_and_is_parked_and_the_queue_moves(live: Any) -> None:
    endings = live("core.test_hang", "hang", [])
    assert HUNG << 8 in endings
    assert endings[-1] == 0
    assert job_named("core.test_hang").state == PARKED
    assert job_named("core.test_healthy").state == DONE
    assert traces() == {"begun": 2, "healthy": 1}


def test_a_lost_wake_up_is_found_by_the_sweep(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process died between the commit and the ring, or the queue was down: the row is the truth."""
    from core.jobs import job, jobs

    def lost(_waker: Any) -> None:
        """Ring nothing."""

    operations.waker().wait(0)  # an earlier test may have rung
    monkeypatch.setattr(jobs, "_jobs", dict(jobs._jobs))
    monkeypatch.setattr("core.jobs.wake.Waker.ring", lost)

    def quiet(progress: Progress) -> None:
        """Do nothing."""

    enqueued = enqueue(job(name="core.test_quiet")(quiet))
    assert not operations.waker().wait(0)
    ran = run_next_job("worker")
    assert ran is not None
    assert ran.id == enqueued.id


def test_a_queue_that_is_down_does_not_keep_anybody_from_enqueueing(
    app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from core.jobs import Waker, job, jobs

    monkeypatch.setattr(jobs, "_jobs", dict(jobs._jobs))
    monkeypatch.setitem(app.extensions, "pelatis_waker", Waker(f"sqlite:///{tmp_path}/missing/folder/queue.db"))

    def quiet(progress: Progress) -> None:
        """Do nothing."""

    enqueued = enqueue(job(name="core.test_quiet")(quiet))
    assert db.session.get(Job, enqueued.id) is not None
