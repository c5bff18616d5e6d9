"""The bell between whoever enqueues a job and the workers, rung through huey.

Only the ringing goes through the queue, never the job: when a ring is lost (a crash between commit and ring, a queue
that is down), the workers' sweep over the job rows finds the job a little later.
"""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import url2pathname

import structlog

if TYPE_CHECKING:
    from huey import Huey

log = structlog.get_logger(__name__)

#: How often a worker looks at a SQLite queue, in seconds; Redis blocks instead.
POLL_SECONDS = 0.25


class Waker:
    """Rings for the workers, and lets a worker wait for a ring."""

    def __init__(self, queue_url: str) -> None:
        self._queue_url = queue_url
        self._opened: Huey | None = None
        self._is_away = False

    @property
    def _huey(self) -> "Huey":
        if self._opened is None:
            self._opened = _open(self._queue_url)
            self._ring = self._opened.task(name="ring")(_rung)
        return self._opened

    def ring(self) -> None:
        """Tell the workers that there is something to do; never fails, because what rang has been committed."""
        try:
            queue = self._huey
            if not queue.pending_count():
                queue.enqueue(self._ring.s())
        except Exception as error:  # noqa: BLE001 – every queue has its own errors, and the sweep mends a lost ring
            self._note_absence(error)
        else:
            self._is_away = False

    def _note_absence(self, error: Exception) -> None:
        """Write down that the queue is away: once, for it is asked several times a second, and a disk may be full."""
        if not self._is_away:
            log.warning("queue.unreachable", error=type(error).__name__)
        self._is_away = True

    def wait(self, seconds: float, interrupted: Callable[[], bool] = lambda: False) -> bool:
        """Wait for a ring, at most so many seconds; tell whether one came.

        Args:
            seconds: how long.
            interrupted: asked now and then whether to give up waiting.
        """
        deadline = time.monotonic() + seconds
        while not interrupted():
            try:
                rung = self._huey.dequeue() is not None
            except Exception as error:  # noqa: BLE001 – as above: the worker goes on sweeping
                self._note_absence(error)
            else:
                self._is_away = False
                if rung:
                    return True
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                return False
            time.sleep(min(POLL_SECONDS, remaining))
        return False

    def close(self) -> None:
        """Let go of the queue's connection; it opens again when needed."""
        if self._opened is not None:
            self._opened.storage.close()
            self._opened = None


def _open(queue_url: str) -> "Huey":
    from huey import RedisHuey, SqliteHuey

    if queue_url.startswith("sqlite"):
        file = url2pathname(urlsplit(queue_url).path).removeprefix("/")
        return SqliteHuey("pelatis", filename=file, results=False)
    return RedisHuey("pelatis", url=queue_url, results=False)


def _rung() -> None:
    """Carry nothing: the ring itself is the message."""
