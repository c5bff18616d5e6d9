"""The journal: one row for each change of a record, numbered by a clock that is taken last.

A reader that follows the numbers never skips a row that commits late, because the number is drawn by updating the one
row of `core_clock` at the very end of the transaction: whoever draws the next one waits for this commit.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import BigInteger, Index, Integer, String, bindparam, inspect, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.database.base import Base, Record
from core.database.many import insert_many
from core.database.types import Id, JsonDict, UtcDateTime, new_id, utc_now

big_integer = BigInteger().with_variant(Integer, "sqlite")

#: Columns whose changes say nothing: they follow from the change itself.
HOUSEKEEPING = frozenset({"id", "version", "created_at", "updated_at"})


class Clock(Base):
    """The one row from which journal numbers are drawn."""

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sequence: Mapped[int] = mapped_column(big_integer)


class JournalEntry(Base):
    """One change of one record."""

    __tablename__ = "core_journal"
    __table_args__ = (
        Index("ix_core_journal_record", "record_type", "record_id", "sequence"),
        Index("ix_core_journal_transaction_id", "transaction_id"),
        Index("ix_core_journal_import_id", "import_id", "sequence"),
    )

    #: Its number: strictly growing in the order of commits.
    sequence: Mapped[int] = mapped_column(big_integer, primary_key=True, autoincrement=False)
    #: Shared by all changes of one write unit.
    transaction_id: Mapped[Id]
    at: Mapped[UtcDateTime]
    #: The user who did it; empty when the system did. No foreign key: the journal outlives its people.
    actor_id: Mapped[Id | None]
    #: Where it came from: page, api, import, job, undo, shell, demo.
    origin: Mapped[str] = mapped_column(String(20))
    #: The import that it belongs to.
    import_id: Mapped[Id | None]
    record_type: Mapped[str] = mapped_column(String(80))
    record_id: Mapped[Id]
    #: insert, update, delete, bin or restore.
    operation: Mapped[str] = mapped_column(String(10))
    #: Each changed field with its old and its new value.
    changes: Mapped[JsonDict]


@dataclass(frozen=True)
class JournalContext:
    """Who writes, and from where; set once per request, job or command."""

    actor_id: uuid.UUID | None = None
    origin: str = "system"
    import_id: uuid.UUID | None = None


journal_context: ContextVar[JournalContext] = ContextVar("journal_context", default=JournalContext())  # noqa: B039 - it is frozen


@dataclass(frozen=True, slots=True)
class Touched:
    """A change that waits for its number."""

    record_type: str
    record_id: uuid.UUID
    operation: str
    changes: dict[str, list[Any]]
    record: Record | None = None


def never_journalled(model: type[Any]) -> frozenset[str]:
    """Name the columns of a model that the journal leaves out: housekeeping and secrets."""
    return HOUSEKEEPING | getattr(model, "__journal_exclude__", frozenset())


# Tuples, because the union types would be made anew for each of the many values.
_AS_TEXT: Final = (uuid.UUID, Decimal)
_AS_ISO: Final = (dt.date, dt.time)


def plain(value: Any) -> Any:
    """Turn a column's value into what JSON can hold; `core.records.history` turns it back by the column's type."""
    if isinstance(value, _AS_TEXT):
        return str(value)
    if isinstance(value, _AS_ISO):
        return value.isoformat()
    return value


def touched_of(session: Session) -> list[Touched]:
    """Describe what a flush wrote, record by record."""
    touched = [_inserted(record) for record in session.new if isinstance(record, Record)]
    touched += [
        entry for record in session.dirty if isinstance(record, Record) and (entry := updated(record)) is not None
    ]
    touched += [_deleted(record) for record in session.deleted if isinstance(record, Record)]
    return touched


#: The columns that the journal tells of, by model.
_told: Final[dict[type[Any], list[str]]] = {}


def _columns(record: Record) -> list[str]:
    model: type[Any] = type(record)
    if model not in _told:
        excluded = never_journalled(model)
        _told[model] = [each.key for each in inspect(model).column_attrs if each.key not in excluded]
    return _told[model]


def _inserted(record: Record) -> Touched:
    values = {name: getattr(record, name) for name in _columns(record)}
    changes = {name: [None, plain(value)] for name, value in values.items() if value not in (None, {}, [])}
    return Touched(record.__record_type__, record.id, "insert", changes, record)


def updated(record: Record) -> Touched | None:
    """Describe what changed of a record since it was read; None where nothing did that the journal tells."""
    state = inspect(record)
    changes: dict[str, list[Any]] = {}
    touched = state.committed_state  # holds what was set since it was read, and nothing else
    for name in _columns(record):
        if name not in touched:
            continue
        history = state.attrs[name].history
        if history.has_changes():
            old = history.deleted[0] if history.deleted else None
            new = history.added[0] if history.added else None
            if old != new:
                changes[name] = [plain(old), plain(new)]
    if not changes:
        return None
    operation = "update"
    if "deleted_at" in changes:
        operation = "bin" if changes["deleted_at"][1] else "restore"
    return Touched(record.__record_type__, record.id, operation, changes, record)


def _deleted(record: Record) -> Touched:
    values = {name: getattr(record, name) for name in _columns(record)}
    changes = {name: [plain(value), None] for name, value in values.items() if value not in (None, {}, [])}
    return Touched(record.__record_type__, record.id, "delete", changes, record)


#: Draws numbers from the clock, and tells the last of them.
_DRAW: Final = (
    update(Clock).where(Clock.id == 1).values(sequence=Clock.sequence + bindparam("number")).returning(Clock.sequence)
)


def stamp(session: Session, pending: Sequence[Touched]) -> None:
    """Draw as many numbers as there are changes, and write the journal rows. Nothing may be written after this."""
    context = journal_context.get()
    last = session.connection().execute(_DRAW, {"number": len(pending)}).scalar_one()
    at, transaction_id = utc_now(), new_id()
    rows = [
        {
            "sequence": last - len(pending) + 1 + index,
            "transaction_id": transaction_id,
            "at": at,
            "actor_id": context.actor_id,
            "origin": context.origin,
            "import_id": context.import_id,
            "record_type": touched.record_type,
            "record_id": touched.record_id,
            "operation": touched.operation,
            "changes": touched.changes,
        }
        for index, touched in enumerate(pending)
    ]
    insert_many(session.connection(), JournalEntry.__table__, rows)  # type: ignore[arg-type]
    session.info["last_transaction"] = transaction_id
