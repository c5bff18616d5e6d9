"""The process that `pelatis run` is: it starts server and worker processes, and starts them again when they die."""

import os
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

import structlog

log = structlog.get_logger(__name__)

#: A process that lived this long has started well, in seconds.
HEALTHY_SECONDS: Final = 10.0
#: How long to wait before starting again a process that died at once, doubled each time, in seconds.
FIRST_DELAY: Final = 0.5
LONGEST_DELAY: Final = 30.0
#: How long processes have to end in good order; a little more than what they give their own requests and jobs.
GRACE_SECONDS: Final = 25.0
#: What keeps processes with many threads small: glibc gives each thread its own heap otherwise.
LEAN: Final = {"MALLOC_ARENA_MAX": "2"}
#: So many deaths at once of a server process that never served end the whole.
HOPELESS: Final = 5


@dataclass
class Child:
    """A process that is to be there.

    `command` gives the command line, told the process id of the one before (None at first), so that a new worker can
    take over at once what the dead one held.
    """

    name: str
    command: Callable[[int | None], Sequence[str]]
    #: Whether there is no point in going on without it.
    essential: bool = False
    process: subprocess.Popen[bytes] | None = None
    began: float = 0.0
    deaths: int = 0
    start_at: float | None = field(default=0.0)


#: The news that what the other children need is ready.
_READY: Final = object()


class Supervisor:
    """Keeps children alive until it is told to stop.

    Args:
        children: the processes that are to be there.
        descriptors: file descriptors that they inherit.
        environment: their environment.
        ready: a descriptor from which a byte can be read once the first child has prepared what the others need; they
            start then. When the first child ends before with a status of its own, there is nothing to go on with.
    """

    def __init__(
        self,
        children: Sequence[Child],
        descriptors: Sequence[int],
        environment: Mapping[str, str],
        ready: int | None = None,
    ) -> None:
        self._children = children
        self._descriptors = tuple(descriptors)
        self._environment = dict(environment)
        # Its `put` may be called by a signal handler, which a lock may not.
        self._news: queue.SimpleQueue[Child | object | None] = queue.SimpleQueue()
        self._stopping = False
        #: Whether the others still wait for the first child.
        self.preparing = ready is not None
        if ready is not None:
            for child in children[1:]:
                child.start_at = None
            threading.Thread(target=self._await_byte, args=(ready,), daemon=True).start()

    def _await_byte(self, descriptor: int) -> None:
        if os.read(descriptor, 1):
            self._news.put(_READY)

    def stop(self) -> None:
        """End all processes and return from `run`; may be called by a signal handler."""
        self._news.put(None)

    def run(self) -> int:
        """Start the processes and watch over them; the answer is the exit status: 0 when it was told to stop."""
        status = 0
        with _signals(self.stop):
            while not self._stopping:
                self._start_due()
                status = self._heed_news()
            self._end_all()
        return status

    def _start_due(self) -> None:
        for child in self._children:
            if child.start_at is not None and child.start_at <= time.monotonic():
                self._start(child)

    def _start(self, child: Child) -> None:
        before = child.process.pid if child.process else None
        child.process = subprocess.Popen(  # noqa: S603 – our own interpreter with our own arguments
            child.command(before), pass_fds=self._descriptors, env=self._environment
        )
        child.began, child.start_at = time.monotonic(), None
        threading.Thread(target=self._await, args=(child, child.process), daemon=True).start()

    def _await(self, child: Child, process: "subprocess.Popen[bytes]") -> None:
        process.wait()
        self._news.put(child)

    def _heed_news(self) -> int:
        """Wait for a death, for word that all is prepared, for the order to stop, or for the next start that is due."""
        due = [child.start_at for child in self._children if child.start_at is not None]
        wait = max(0.0, min(due) - time.monotonic()) if due else None
        try:
            child = self._news.get(timeout=wait)
        except queue.Empty:
            return 0
        if child is None:
            self._stopping = True
        elif isinstance(child, Child):
            return self._note_death(child)
        else:
            self.preparing = False
            for waiting in self._children[1:]:
                waiting.start_at = time.monotonic()
        return 0

    def _note_death(self, child: Child) -> int:
        lived = time.monotonic() - child.began
        status = child.process.returncode if child.process else 0
        child.deaths = 1 if lived > HEALTHY_SECONDS else child.deaths + 1
        if self.preparing and status > 0:
            self._stopping = True
            return status  # it has said why
        log.warning("process.died", process=child.name, status=status, lived=round(lived, 1))
        if child.essential and child.deaths >= HOPELESS:
            self._stopping = True
            return status or 1
        delay = 0.0 if child.deaths == 1 else min(LONGEST_DELAY, FIRST_DELAY * 2 ** (child.deaths - 2))
        child.start_at = time.monotonic() + delay
        return 0

    def _end_all(self) -> None:
        running = [child.process for child in self._children if child.process and child.process.poll() is None]
        for process in running:
            process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + GRACE_SECONDS
        for process in running:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def _signals(stop: Callable[[], None]) -> Iterator[None]:
    """Call `stop` on SIGTERM and SIGINT while the block runs."""
    before = {each: signal.signal(each, lambda *_: stop()) for each in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def stop_on_signals(stop: Callable[[], None]) -> None:
    """Let SIGTERM and SIGINT end a child process in good order."""
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: stop())


class Lifeline:
    """A pipe of which the parent holds the one end: when the parent dies, however it dies, the other end tells."""

    def __init__(self, descriptor: int) -> None:
        self._ended = threading.Event()
        threading.Thread(target=self._read, args=(descriptor,), daemon=True).start()

    def _read(self, descriptor: int) -> None:
        os.read(descriptor, 1)
        self._ended.set()

    def parent_is_alive(self) -> bool:
        """Tell whether the parent still holds its end."""
        return not self._ended.is_set()
