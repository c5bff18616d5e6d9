"""The tables of background work. Their rows are the truth; whatever wakes the workers may be lost."""

from typing import Any

from sqlalchemy import BigInteger, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, Id, JsonDict, UtcDateTime, new_id, utc_now

WAITING = "waiting"
RUNNING = "running"
DONE = "done"
FAILED = "failed"
PARKED = "parked"
CANCELLED = "cancelled"

#: What each state means, and into which states it may go; the documentation is drawn from this table.
STATES: dict[str, tuple[str, frozenset[str]]] = {
    WAITING: ("its time hasn't come, or no worker is free", frozenset({RUNNING, CANCELLED})),
    RUNNING: ("a worker holds its lease", frozenset({WAITING, DONE, FAILED, PARKED, CANCELLED})),
    DONE: ("it ran to its end", frozenset()),
    FAILED: ("it was refused: running it again would end the same way", frozenset({WAITING, CANCELLED})),
    PARKED: ("it failed too often and waits for a person", frozenset({WAITING, CANCELLED})),
    CANCELLED: ("a person stopped it", frozenset()),
}

_big = BigInteger().with_variant(Integer, "sqlite")


class Job(Base):
    """One piece of background work. It isn't a record: it has no owner, no bin and no place in the journal."""

    __table_args__ = (Index("ix_core_job_state_next_try_at", "state", "next_try_at"),)

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    #: The job's qualified name, `sales.remind`; the core's own begin with `core.`.
    name: Mapped[str] = mapped_column(String(120), index=True)
    arguments: Mapped[JsonDict] = mapped_column(default=dict)
    state: Mapped[str] = mapped_column(String(10), default=WAITING)
    #: How far it is, in the job's own units.
    done: Mapped[int] = mapped_column(default=0)
    #: How many units there are; None when the job doesn't know.
    total: Mapped[int | None]
    message: Mapped[str] = mapped_column(String(400), default="")
    #: How often it was begun since it last got anywhere.
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[UtcDateTime] = mapped_column(default=utc_now)
    #: The last error, for the administrator.
    error: Mapped[str] = mapped_column(Text, default="")
    #: How far the committed batches reach; written in the same transaction as what they changed.
    cursor: Mapped[JsonDict] = mapped_column(default=dict)
    #: What the job leaves for the page that waits for it: figures, the name of a file.
    result: Mapped[JsonDict] = mapped_column(default=dict)
    #: With whose rights it runs; None is the system's. No foreign key: a job outlives its user and then refuses.
    actor_id: Mapped[Id | None]
    #: The record, import or page that it works for, so that it can be found from there.
    subject_id: Mapped[Id | None] = mapped_column(index=True)
    #: The run that holds it; each claim draws a new one, so that a worker that comes back late can't write.
    lease_id: Mapped[Id | None]
    lease_until: Mapped[UtcDateTime | None]
    #: Machine and process of the worker, for the administrator.
    worker: Mapped[str] = mapped_column(String(120), default="")
    created_at: Mapped[UtcDateTime] = mapped_column(default=utc_now)
    started_at: Mapped[UtcDateTime | None]
    finished_at: Mapped[UtcDateTime | None]

    @property
    def is_live(self) -> bool:
        """Whether it still may change by itself."""
        return self.state in (WAITING, RUNNING)

    @property
    def percent(self) -> int | None:
        """How much of it is done, from 0 to 100; None when nobody knows."""
        if not self.total:
            return None
        return min(100, self.done * 100 // self.total)

    def may_become(self, state: str) -> bool:
        """Whether the table of states leads from here to another state."""
        return state in STATES[self.state][1]

    def as_json(self) -> dict[str, Any]:
        """Describe the job for programs."""
        return {
            "id": str(self.id),
            "name": self.name,
            "state": self.state,
            "done": self.done,
            "total": self.total,
            "message": self.message,
            "attempts": self.attempts,
            "error": self.error,
            "created_at": self.created_at.isoformat(),
            "started_at": self.started_at.isoformat() if self.started_at else None,
            "finished_at": self.finished_at.isoformat() if self.finished_at else None,
        }


class JobSchedule(Base):
    """When a job that repeats was last put in the queue, so that no two workers do it twice."""

    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    last_due_at: Mapped[UtcDateTime]


class EventCursor(Base):
    """How far a plugin has read the journal."""

    plugin: Mapped[str] = mapped_column(String(80), primary_key=True)
    #: The number of the last journal row that it has dealt with.
    sequence: Mapped[int] = mapped_column(_big, default=0)
    #: The row that is failing at present, and how often it did.
    failing_sequence: Mapped[int | None] = mapped_column(_big)
    failures: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[UtcDateTime | None]
    #: Which turn of which worker reads at present, so that no two read for one plugin.
    lease_id: Mapped[Id | None]
    lease_until: Mapped[UtcDateTime | None]
    worker: Mapped[str] = mapped_column(String(120), default="")


class ParkedEvent(Base):
    """An event that a plugin failed on too often; the plugin went on without it."""

    __table_args__ = (Index("ix_core_parked_event_plugin", "plugin", "sequence", unique=True),)

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    plugin: Mapped[str] = mapped_column(String(80))
    sequence: Mapped[int] = mapped_column(_big)
    failures: Mapped[int]
    error: Mapped[str] = mapped_column(Text)
    parked_at: Mapped[UtcDateTime] = mapped_column(default=utc_now)
