"""`pelatis run` keeps its processes alive, and ends them all when it ends."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from core.operation.supervisor import HOPELESS, Child, Lifeline, Supervisor


def python(code: str) -> Sequence[str]:
    return [sys.executable, "-c", code]


WAIT_FOR_SIGNAL = "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(0)); signal.pause()"


class Diary:
    """Children write their process ids into it, one per line, so that a test can wait for the next one."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "diary"
        os.mkfifo(self.path)
        self._stream = os.fdopen(os.open(self.path, os.O_RDWR))

    def next(self) -> int:
        return int(self._stream.readline())

    def close(self) -> None:
        self._stream.close()

    def entry(self) -> str:
        return f"import os; os.write(os.open({str(self.path)!r}, os.O_WRONLY), b'%d\\n' % os.getpid())\n"


@pytest.fixture
def diary(tmp_path: Path) -> Iterator[Diary]:
    diary = Diary(tmp_path)
    yield diary
    diary.close()


class Running:
    """A supervisor in a thread; its signal handlers would need the main one."""

    def __init__(self, children: Sequence[Child], monkeypatch: pytest.MonkeyPatch, ready: int | None = None) -> None:
        monkeypatch.setattr(signal, "signal", lambda _number, _handler: None)
        self.supervisor = Supervisor(children, [], dict(os.environ), ready)
        self.status: int | None = None
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        self.status = self.supervisor.run()

    def stop(self) -> int | None:
        self.supervisor.stop()
        return self.join()

    def join(self) -> int | None:
        self._thread.join(60)
        assert not self._thread.is_alive()
        return self.status


def test_a_child_that_is_killed_is_started_again_and_told_whom_it_follows(
    diary: Diary, monkeypatch: pytest.MonkeyPatch
) -> None:
    followed: list[int | None] = []

    def command(before: int | None) -> Sequence[str]:
        followed.append(before)
        return python(diary.entry() + WAIT_FOR_SIGNAL)

    running = Running([Child("worker", command)], monkeypatch)
    first = diary.next()
    os.kill(first, signal.SIGKILL)
    second = diary.next()
    assert second != first
    assert followed == [None, first]
    assert running.stop() == 0


def test_stopping_ends_every_child(diary: Diary, monkeypatch: pytest.MonkeyPatch) -> None:
    command = python(diary.entry() + WAIT_FOR_SIGNAL)
    running = Running([Child("one", lambda _: command), Child("two", lambda _: command)], monkeypatch)
    processes = {diary.next(), diary.next()}
    assert running.stop() == 0
    for process in processes:
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)


def test_a_server_that_never_gets_up_ends_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.operation.supervisor.FIRST_DELAY", 0.01)
    started: list[int] = []

    def command(_before: int | None) -> Sequence[str]:
        started.append(1)
        return python("raise SystemExit(3)")

    running = Running([Child("server", command, essential=True)], monkeypatch)
    assert running.join() == 3
    assert len(started) == HOPELESS


def test_a_child_learns_that_its_parent_is_gone() -> None:
    alive, held = os.pipe()
    lifeline = Lifeline(alive)
    assert lifeline.parent_is_alive()
    os.close(held)
    assert lifeline._ended.wait(10)
    assert not lifeline.parent_is_alive()
    os.close(alive)


def test_the_others_wait_until_the_first_has_prepared_what_they_need(
    diary: Diary, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready, prepared = os.pipe()
    started: list[str] = []

    def named(name: str) -> Callable[[int | None], Sequence[str]]:
        def command(_before: int | None) -> Sequence[str]:
            started.append(name)
            return python(diary.entry() + WAIT_FOR_SIGNAL)

        return command

    running = Running([Child("first", named("first")), Child("second", named("second"))], monkeypatch, ready)
    diary.next()
    assert started == ["first"]
    os.write(prepared, b"1")
    diary.next()
    assert started == ["first", "second"]
    assert running.stop() == 0
    os.close(prepared)


def test_a_first_child_that_says_no_ends_the_whole_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    ready, prepared = os.pipe()
    started: list[str] = []

    def command(_before: int | None) -> Sequence[str]:
        started.append("first")
        return python("raise SystemExit(1)")

    running = Running([Child("first", command, essential=True), Child("second", command)], monkeypatch, ready)
    assert running.join() == 1
    assert started == ["first"]
    assert running.supervisor.preparing
    os.close(prepared)
