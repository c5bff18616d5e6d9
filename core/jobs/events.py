"""Events: committed journal rows, carried to each plugin that listens.

At least once and in order; a plugin that can't deal with an event gets it again later, and after some tries the event
is parked and the plugin goes on with the next one. A disabled plugin's cursor stands still.
"""

import time
import traceback
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from flask import current_app
from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from core.access import acting_as, system_actor
from core.database import Clock, JournalEntry, db, new_id, utc_now, write_unit
from core.jobs.models import EventCursor, ParkedEvent
from core.jobs.progress import LEASE_SECONDS

log = structlog.get_logger(__name__)

HOOK: Final = "crm_handle_event"
#: How many events are read together; the cursor moves once for them.
BATCH: Final = 200
#: How many times a plugin may fail on an event before it is parked.
TRIES: Final = 5
#: How many seconds a plugin's events wait after its first, second, … failure on one event.
BACK_OFF: Final = (1, 10, 60, 300)


@dataclass(frozen=True)
class Event:
    """A change that was committed."""

    #: The journal's number: unique, growing in the order of commits. The same id may come twice.
    id: int
    at: datetime
    #: Who did it; None when the system did.
    actor_id: uuid.UUID | None
    #: page, api, import, job, undo, shell or demo.
    origin: str
    record_type: str
    record_id: uuid.UUID
    #: insert, update, delete, bin or restore.
    operation: str
    #: Each changed field with its old and its new value, as JSON has them.
    changes: dict[str, list[Any]]
    #: Shared by all changes of one write unit.
    transaction_id: uuid.UUID


def dispatch(worker: str, stopping: Callable[[], bool] = lambda: False) -> int:
    """Carry what is new to every enabled plugin that listens, one batch each.

    Args:
        worker: machine and process, for the administrator.
        stopping: asked before each event whether to leave the rest for later.

    Returns:
        How many events were dealt with; 0 when there was nothing to do.
    """
    latest = _latest()
    return sum(_dispatch_to(plugin, latest, worker, stopping) for plugin in _listening())


def skip_events(connection: Connection, plugin: str) -> None:
    """Let a plugin go on from now, without the events that came while it was disabled.

    A worker that still holds the plugin's cursor loses it, or it would put it back where it was.

    Args:
        connection: of the transaction that switches the plugin on, so that nothing is skipped when that fails.
        plugin: the plugin's name.
    """
    now = select(Clock.sequence).where(Clock.id == 1).scalar_subquery()
    fresh = {"failing_sequence": None, "failures": 0, "next_try_at": None, "lease_id": None, "lease_until": None}
    connection.execute(update(EventCursor).where(EventCursor.plugin == plugin).values(sequence=now, **fresh))


def waiting_events() -> dict[str, int]:
    """Tell how many changes were made since the last one that each plugin dealt with, where there are any."""
    latest = _latest()
    cursors = db.session.execute(select(EventCursor.plugin, EventCursor.sequence).where(EventCursor.sequence < latest))
    return {cursor.plugin: latest - cursor.sequence for cursor in cursors}


def read_by_all() -> int:
    """Tell up to which change every enabled plugin that listens has heard; disabled ones aren't waited for."""
    read = select(func.min(EventCursor.sequence)).where(EventCursor.plugin.in_(_listening()))
    least = db.session.scalar(read)
    return _latest() if least is None else least


def retry_event(parked_id: uuid.UUID) -> None:
    """Give a parked event to its plugin once more; it stays parked when that fails again.

    Raises:
        Problem: 404 when it isn't parked any more.
        Exception: whatever the plugin raises.
    """
    from core.problems import not_found

    parked = db.session.get(ParkedEvent, parked_id)
    entry = db.session.get(JournalEntry, parked.sequence) if parked else None
    if parked is None or entry is None:
        raise not_found()
    plugin, event = parked.plugin, _event(entry)
    db.session.rollback()
    _deliver(plugin, event)
    drop_event(parked_id)


def drop_event(parked_id: uuid.UUID) -> None:
    """Forget a parked event."""
    with write_unit() as session:
        parked = session.get(ParkedEvent, parked_id)
        if parked is not None:
            session.delete(parked)


def _listening() -> Sequence[str]:
    """Name the enabled plugins that implement the hook."""
    names: Sequence[str] = current_app.extensions["pelatis_host"].listeners(HOOK)
    return names


def _deliver(plugin: str, event: Event) -> None:
    """Call one plugin's implementation; what it raises comes out."""
    with acting_as(system_actor(), origin="job"):
        current_app.extensions["pelatis_host"].emit(HOOK, plugin=plugin, event=event)


def _latest() -> int:
    sequence = db.session.execute(select(Clock.sequence).where(Clock.id == 1)).scalar_one_or_none()
    return sequence or 0


def _dispatch_to(plugin: str, latest: int, worker: str, stopping: Callable[[], bool]) -> int:
    reading = _claim(plugin, worker) if _has_news(plugin, latest) else None
    return reading.run(stopping) if reading else 0


def _has_news(plugin: str, latest: int) -> bool:
    """Look without taking the write lock; a plugin that listens for the first time begins with what comes next."""
    cursor = db.session.execute(
        select(EventCursor.sequence, EventCursor.next_try_at).where(EventCursor.plugin == plugin)
    ).one_or_none()
    db.session.rollback()
    if cursor is None:
        _begin(plugin, latest)
        return False
    return cursor.sequence < latest and (cursor.next_try_at is None or cursor.next_try_at <= utc_now())


def _begin(plugin: str, latest: int) -> None:
    with write_unit() as session:
        connection = session.connection()
        dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
        row = {"plugin": plugin, "sequence": latest, "failures": 0}
        connection.execute(dialect.insert(EventCursor).values(row).on_conflict_do_nothing())


def _claim(plugin: str, worker: str) -> "_Reading | None":
    """Take a plugin's cursor, unless another worker holds it."""
    now, lease_id = utc_now(), new_id()
    with write_unit() as session:
        cursor = session.get(EventCursor, plugin, with_for_update=True)
        if cursor is None or (cursor.lease_until is not None and cursor.lease_until > now):
            return None
        # A lease that nobody gave back: the worker died, perhaps by the very event.
        careful = cursor.lease_id is not None or cursor.failing_sequence is not None
        cursor.lease_id, cursor.lease_until = lease_id, now + timedelta(seconds=LEASE_SECONDS)
        cursor.worker = worker
        return _Reading(plugin, lease_id, cursor.sequence, cursor.failing_sequence, cursor.failures, careful)


@dataclass
class _Reading:
    """One worker's turn with one plugin's cursor."""

    plugin: str
    lease_id: uuid.UUID
    sequence: int
    failing_sequence: int | None
    failures: int
    #: Whether each event is noted before it is given out, because one of them may kill the process.
    careful: bool
    renew_at: float = field(default_factory=lambda: time.monotonic() + LEASE_SECONDS / 4)

    def run(self, stopping: Callable[[], bool]) -> int:
        """Give out one batch; tell how many events the plugin dealt with."""
        dealt = 0
        for event in self._next_events():
            if stopping():
                break
            if self.careful:
                self._note(event)
                if self.failures > TRIES:
                    self._park(event, "The worker stopped each time that it handled this event.")
                    break
            try:
                _deliver(self.plugin, event)
            except Exception as error:  # noqa: BLE001 – a plugin may raise anything; it is written down and tried again
                db.session.rollback()
                self._failed(event, error)
                return dealt
            dealt, self.sequence = dealt + 1, event.id
            if self.careful or time.monotonic() > self.renew_at:
                self._move()
        self._move(release=True)
        return dealt

    def _next_events(self) -> list[Event]:
        entries = db.session.scalars(
            select(JournalEntry)
            .where(JournalEntry.sequence > self.sequence)
            .order_by(JournalEntry.sequence)
            .limit(BATCH)
        ).all()
        events = [_event(entry) for entry in entries]
        db.session.rollback()
        return events

    def _note(self, event: Event) -> None:
        self.failures = self.failures + 1 if self.failing_sequence == event.id else 1
        self.failing_sequence = event.id
        self._write(failing_sequence=event.id, failures=self.failures)

    def _move(self, *, release: bool = False) -> None:
        self.failing_sequence, self.failures = None, 0
        self.renew_at = time.monotonic() + LEASE_SECONDS / 4
        until = utc_now() + timedelta(seconds=LEASE_SECONDS)
        lease = {"lease_id": None, "lease_until": None} if release else {"lease_until": until}
        self._write(sequence=self.sequence, failing_sequence=None, failures=0, next_try_at=None, **lease)

    def _failed(self, event: Event, error: Exception) -> None:
        if not self.careful:
            self.failures, self.failing_sequence = 1, event.id
        log.warning("event.failed", plugin=self.plugin, sequence=event.id, failures=self.failures, exc_info=error)
        if self.failures >= TRIES:
            self._park(event, "".join(traceback.format_exception(error)))
            self._move(release=True)
            return
        wait = BACK_OFF[min(self.failures, len(BACK_OFF)) - 1]
        self._write(
            sequence=self.sequence,
            failing_sequence=event.id,
            failures=self.failures,
            next_try_at=utc_now() + timedelta(seconds=wait),
            lease_id=None,
            lease_until=None,
        )

    def _park(self, event: Event, error: str) -> None:
        with write_unit() as session:
            session.add(ParkedEvent(plugin=self.plugin, sequence=event.id, failures=self.failures, error=error))
            self.sequence = event.id
            self._write(sequence=event.id)

    def _write(self, **values: Any) -> None:
        held = (EventCursor.plugin == self.plugin, EventCursor.lease_id == self.lease_id)
        with write_unit() as session:
            session.connection().execute(update(EventCursor).where(*held).values(values))


def _event(entry: JournalEntry) -> Event:
    return Event(
        id=entry.sequence,
        at=entry.at,
        actor_id=entry.actor_id,
        origin=entry.origin,
        record_type=entry.record_type,
        record_id=entry.record_id,
        operation=entry.operation,
        changes=entry.changes,
        transaction_id=entry.transaction_id,
    )
