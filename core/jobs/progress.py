"""What a running job holds in its hand: how far it is, and the batches that commit work and progress together."""

import uuid
import weakref
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final, TypeVar

from sqlalchemy import update

from core.database import db, utc_now, write_unit
from core.jobs.models import CANCELLED, RUNNING, Job

Item = TypeVar("Item")
#: What a cursor may hold: it has to sort, and to survive JSON.
Key = int | str

#: How long a worker keeps a job without a sign of life, in seconds.
LEASE_SECONDS: Final = 60


class JobStopped(BaseException):
    """The job may not go on. It isn't an `Exception`, so that a job's own error handling lets it through."""


class LeaseLost(JobStopped):
    """Another worker has the job, so nothing more may be written by this one."""


class JobCancelled(JobStopped):
    """A person cancelled the job."""


class JobInterrupted(JobStopped):
    """The worker is being stopped; the job goes on from its last committed batch elsewhere."""


class Progress:
    """How far a job is. The worker makes it and gives it to the job as its first argument."""

    def __init__(self, job: Job, stopping: Callable[[], bool] = lambda: False) -> None:
        if job.lease_id is None:
            raise ValueError("only a claimed job has progress")
        self.job_id: uuid.UUID = job.id
        self._lease_id = job.lease_id
        self._cursor: dict[str, Any] = dict(job.cursor)
        self._done = job.done
        self._stopping = stopping
        self._names: set[str] = set()
        self._open: list[weakref.ref[Generator[Any, None, None]]] = []

    @property
    def cursor(self) -> Mapping[str, Any]:
        """How far the committed batches reach, as the job itself wrote it through `advance`."""
        return dict(self._cursor)

    @property
    def done(self) -> int:
        """How many units are done, those of earlier runs included."""
        return self._done

    def checkpoint(self) -> None:
        """Stop here when the worker is being stopped; called between batches, outside of a write unit.

        Raises:
            JobInterrupted: the job is put back and goes on from its last committed batch.
        """
        if self._stopping():
            raise JobInterrupted

    def advance(
        self,
        done: int | None = None,
        *,
        total: int | None = None,
        message: str | None = None,
        cursor: Mapping[str, Any] | None = None,
    ) -> None:
        """Write down how far the job is.

        Inside a write unit it commits together with the work, which is what makes a killed job do nothing twice.

        Args:
            done: how many units are done altogether.
            total: how many there are.
            message: what the job is at, in the language of whoever waits for it.
            cursor: what is to be merged into the cursor.

        Raises:
            LeaseLost: when another worker has taken the job over; the unit rolls back.
            JobCancelled: when a person cancelled it.
        """
        values: dict[str, Any] = {"lease_until": utc_now() + timedelta(seconds=LEASE_SECONDS)}
        merged = {**self._cursor, **(cursor or {})}
        if done is not None:
            values["done"] = done
        if total is not None:
            values["total"] = total
        if message is not None:
            values["message"] = message[:400]
        if cursor is not None:
            values |= {"cursor": merged, "attempts": 1}
        held = (Job.id == self.job_id, Job.lease_id == self._lease_id, Job.state == RUNNING)
        with write_unit() as session:
            if not session.connection().execute(update(Job).where(*held).values(values)).rowcount:
                raise self._reason()
        self._cursor = merged
        self._done = self._done if done is None else done

    def track(
        self, items: Iterable[Item], key: Callable[[Item], Key] | None = None, *, name: str = "items", batch: int = 100
    ) -> Iterator[Item]:
        """Go through items one by one, committing every so many together with how far the job is.

        The body of the loop runs inside a write unit. A job that was killed goes on behind the last committed batch.
        Leaving the loop early rolls the batch back that is under way. The items are worked through in the order of
        their keys, and are read whole: for more than some ten thousand use `batches`.

        Args:
            items: what is to be done.
            key: gives an item's place in the order; its `id` by default.
            name: tells several loops of one job apart.
            batch: how many items are committed together.
        """
        place: Callable[[Item], Any] = key or _identity
        ordered = sorted(((place(item), item) for item in items), key=lambda pair: pair[0])
        reached = self._reached(name)
        rest: list[tuple[Key, Item]] = [pair for pair in ordered if reached is None or pair[0] > reached]
        self._begin(name, self._done + len(rest))
        return self._opened(self._each(rest, name, batch))

    def _each(self, rest: Sequence[tuple[Key, Item]], name: str, batch: int) -> Generator[Item, None, None]:
        for start in range(0, len(rest), batch):
            part = rest[start : start + batch]
            self.checkpoint()
            with write_unit():
                for _place, item in part:
                    yield item
                self.advance(self._done + len(part), cursor={name: part[-1][0]})

    def batches(
        self,
        fetch: Callable[[Key | None, int], Sequence[Item]],
        key: Callable[[Item], Key] | None = None,
        *,
        name: str = "items",
        size: int = 500,
        total: int | None = None,
    ) -> Iterator[Sequence[Item]]:
        """Go through any number of items, batch by batch; like `track`, each batch is one write unit.

        Args:
            fetch: given the last key (None at first) and a size, reads the next items in the order of their keys; an
                empty answer ends the loop. It is called inside the write unit.
            key: gives an item's key; its `id` by default.
            name: tells several loops of one job apart.
            size: how many items are asked for.
            total: how many there are, where that is known.
        """
        self._begin(name, total)
        return self._opened(self._fetched(fetch, key or _identity, name, size))

    def _fetched(
        self, fetch: Callable[[Key | None, int], Sequence[Item]], key: Callable[[Item], Key], name: str, size: int
    ) -> Generator[Sequence[Item], None, None]:
        while True:
            self.checkpoint()
            with write_unit():
                part = fetch(self._reached(name), size)
                if not part:
                    return
                yield part
                self.advance(self._done + len(part), cursor={name: key(part[-1])})

    def abandon(self) -> None:
        """Roll back the batch that was under way; the worker calls it when the job has raised.

        A loop that a job keeps in a variable stays suspended after an exception, with its write unit open.
        """
        for reference in reversed(self._open):
            loop = reference()
            if loop is not None:
                loop.close()
        self._open.clear()

    def _begin(self, name: str, total: int | None) -> None:
        if name in self._names:
            raise ValueError(f"two loops of one job are both named {name!r}")
        self._names.add(name)
        if total is not None:
            self.advance(total=total)

    def _opened(self, loop: Generator[Any, None, None]) -> Iterator[Any]:
        # Held weakly, so that a loop that is left by `break` closes at once.
        self._open.append(weakref.ref(loop))
        return loop

    def _reached(self, name: str) -> Any:
        return self._cursor.get(name)

    def _reason(self) -> JobStopped:
        state = db.session.connection().execute(Job.__table__.select().where(Job.id == self.job_id)).one_or_none()
        return JobCancelled() if state is not None and state.state == CANCELLED else LeaseLost()


def _identity(item: Any) -> Key:
    identity = item if isinstance(item, int | str | uuid.UUID) else item.id
    return str(identity) if isinstance(identity, uuid.UUID) else identity
