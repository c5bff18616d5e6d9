"""A database or queue that is away for hours: the log says so once, for the disk may be what is full."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from core.jobs import Waker, wake, worker
from core.jobs.worker import Worker


class Written:
    """Stands for the log and keeps what is written."""

    def __init__(self) -> None:
        self.events: list[str] = []

    def warning(self, event: str, **_details: Any) -> None:
        self.events.append(event)


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Written:
    log = Written()
    monkeypatch.setattr(wake, "log", log)
    monkeypatch.setattr(worker, "log", log)
    return log


def test_a_queue_that_is_away_is_written_down_once_each_time_that_it_goes(tmp_path: Path, written: Written) -> None:
    folder = tmp_path / "missing"
    waker = Waker(f"sqlite:///{folder / 'queue.db'}")
    for _each in range(5):
        waker.ring()
        assert not waker.wait(0)
    assert written.events == ["queue.unreachable"]
    folder.mkdir()
    waker.ring()
    assert waker.wait(0)
    waker.close()
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
    waker.ring()
    assert written.events == ["queue.unreachable"] * 2


def failing_with(said: str) -> Callable[[], None]:
    def step() -> None:
        raise OSError(said)

    return step


def test_a_step_of_the_worker_that_keeps_failing_is_written_down_once(app: Flask, written: Written) -> None:
    tried = Worker(app, threads=1)
    for said in ("away", "away", "full", "full"):
        tried._guarded(failing_with(said))
    assert written.events == ["worker.step_failed"] * 2

    def step() -> bool:
        return True

    assert tried._guarded(step)
    tried._guarded(failing_with("full"))
    assert written.events == ["worker.step_failed"] * 3
