"""A record's history as the journal tells it, and undoing a change."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from flask import current_app
from sqlalchemy import select

from core.access import Actor, require
from core.customfields import fields_of
from core.database import JournalEntry, db, is_sealed, sealed_problem, utc_now, write_unit
from core.i18n import _
from core.problems import Problem, not_found
from core.records import fields
from core.records.queries import titles_of
from core.records.registry import record_types
from core.records.types import RecordType


@dataclass(frozen=True)
class Change:
    """One changed field of a journal row: what the schema says of it, and its value before and after."""

    declared: Any
    old: Any
    new: Any

    @property
    def label(self) -> str:
        """What people call the field."""
        return str(self.declared.label)


#: How many days a month of the setting has, on average.
_DAYS_OF_A_MONTH: Final = 365.25 / 12


def kept_since() -> dt.datetime | None:
    """Tell since when changes are kept; None when they are kept for ever. What is older can't be undone."""
    settings: Any = current_app.extensions["pelatis_settings"]
    months = settings.journal_months
    return utc_now() - dt.timedelta(days=months * _DAYS_OF_A_MONTH) if months else None


def history_of(
    record_type: RecordType, record_id: UUID, before: int | None = None, limit: int = 30
) -> list[JournalEntry]:
    """Read a record's journal, newest first.

    Args:
        record_type: its type.
        record_id: its id; the caller has checked that it may be seen.
        before: the sequence number to go on from.
        limit: rows at most.
    """
    criteria = [JournalEntry.record_type == record_type.key, JournalEntry.record_id == record_id]
    if before is not None:
        criteria.append(JournalEntry.sequence < before)
    statement = select(JournalEntry).where(*criteria).order_by(JournalEntry.sequence.desc()).limit(limit)
    return list(db.session.scalars(statement))


def change_by_another(
    actor: Actor, record_type: RecordType, record_id: UUID, since: dt.datetime
) -> JournalEntry | None:
    """Find the newest change of a record that somebody else made since a moment; None when there is none.

    Args:
        actor: whoever looks at the record; the caller has checked that they may.
        record_type: its type.
        record_id: its id.
        since: when they came to see it, aware.
    """
    newest = history_of(record_type, record_id, limit=5)
    return next((each for each in newest if each.at > since and each.actor_id != actor.user_id), None)


def changes_of(record_type: RecordType, entry: JournalEntry) -> list[Change]:
    """Tell the changes of a journal row, field by field; fields that the schema doesn't show are left out."""
    declared = {each.column: each for each in record_type.fields.values() if isinstance(each, fields.FieldInfo)}
    changes = [
        Change(declared[name], *(typed_value(record_type.model, name, value) for value in pair))
        for name, pair in entry.changes.items()
        if name in declared
    ]
    return changes + _custom_changes(record_type, *entry.changes.get("custom", (None, None)))


def _custom_changes(
    record_type: RecordType, before: dict[str, Any] | None, after: dict[str, Any] | None
) -> list[Change]:
    old, new = before or {}, after or {}
    return [
        Change(declared, old.get(name), new.get(name))
        for name, declared in fields_of(record_type).items()
        if old.get(name) != new.get(name)
    ]


def related_names(actor: Actor, changes: Iterable[Change]) -> dict[UUID, str]:
    """Name everything that changed relations point at and the actor may see, one statement for each record type."""
    related = [change for change in changes if isinstance(change.declared, fields.Related)]
    values = ((each.declared.record_type, value) for each in related for value in (each.old, each.new) if value)
    return titles_of(actor, ((key, UUID(str(value))) for key, value in values))


def typed_value(model: Any, name: str, value: Any) -> Any:
    """Turn a journal's plain value back into what the column holds."""
    if value is None:
        return None
    column = getattr(model, name)
    try:
        kind = column.type.python_type
    except NotImplementedError:
        return value
    if kind is dt.datetime:
        return dt.datetime.fromisoformat(value)
    if kind is dt.date:
        return dt.date.fromisoformat(value)
    if kind is dt.time:
        return dt.time.fromisoformat(value)
    return kind(value) if kind in (Decimal, UUID) else value


def undo_transaction(actor: Actor, transaction_id: UUID) -> list[UUID]:
    """Undo everything that one write unit changed, unless it was changed again since.

    A created record goes to the bin, a binned one comes back, changed fields get their old values.

    Args:
        actor: whoever undoes; they need the right to edit (or delete) each of the records.
        transaction_id: what `core.database` put into the journal, given to the page with its toast.

    Returns:
        The ids of the records that were put back.

    Raises:
        Problem: 404 for an unknown transaction, 409 when a record was changed since, 403 without the right.
    """
    statement = select(JournalEntry).where(JournalEntry.transaction_id == transaction_id)
    entries = list(db.session.scalars(statement.order_by(JournalEntry.sequence.desc())))
    if not entries:
        raise not_found()
    with write_unit() as session:
        undone = [(entry, record) for entry in entries if (record := _undo(session, actor, entry)) is not None]
        session.flush()
        follow_undone(actor, [record for _entry, record in undone])
        return [entry.record_id for entry, _record in undone]


def follow_undone(actor: Actor, records: Iterable[Any]) -> None:
    """Let each record's type do what follows from an undo, inside its unit, once for each record.

    Raises:
        Problem: when a rule doesn't let it stand as it was.
    """
    for record in {record.id: record for record in records}.values():
        record_type = record_types.declared(record.__record_type__)
        if record_type is not None and record_type.undone is not None:
            record_type.undone(actor, record)


def _undo(session: Any, actor: Actor, entry: JournalEntry) -> Any:
    """Undo one change, and give the record as it is then; None for what nobody knows any more."""
    record_type = record_types.declared(entry.record_type)
    if record_type is not None and record_types.get(entry.record_type) is None:
        raise not_found()  # its plugin is off
    model = record_type.model if record_type else _model_of(entry.record_type)
    if model is None:
        return None
    record = session.get(model, entry.record_id)
    if record is None:
        raise Problem("undo_gone", _("This can't be undone: the record is gone for good."), status=409)
    if record_type is not None:
        require(actor, record_type, "delete" if entry.operation in ("insert", "bin", "restore") else "edit", record)
    elif entry.actor_id != actor.user_id and not actor.is_administrator:
        # Roles and memberships have no type that could be asked; who didn't give them doesn't take them back.
        raise not_found()
    if is_sealed(record):
        raise sealed_problem()
    if entry.operation == "insert":
        if record_type is None:
            session.delete(record)  # without a type there is no bin either
        elif record.deleted_at is None:
            record.deleted_at = utc_now()
        return record
    if entry.operation == "delete":
        raise Problem("undo_gone", _("This can't be undone: the record is gone for good."), status=409)
    _put_back(model, record, entry)
    return record


def _put_back(model: Any, record: Any, entry: JournalEntry) -> None:
    for name, (old, new) in entry.changes.items():
        if getattr(record, name) != typed_value(model, name, new):
            raise Problem("undo_changed", _("This can't be undone: somebody changed the record since."), status=409)
        setattr(record, name, typed_value(model, name, old))


def _model_of(key: str) -> Any:
    """Find the model of records that have no record type of their own: parts of another record."""
    from core.database.models import model_of

    return model_of(key)
