"""Taking a whole import back: what that comes to, and doing it."""

import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Select, case, exists, func, select

from core.access import Actor, acting_as, require
from core.database import JournalEntry, db, in_parts, utc_now, write_unit
from core.database.models import model_of
from core.i18n import _
from core.imports.models import Import
from core.imports.options import record_type_of
from core.imports.running import BATCH
from core.jobs.operations import enqueue
from core.problems import Problem
from core.records.history import follow_undone, kept_since, typed_value
from core.records.registry import record_types

#: How many rows' records are put back while somebody waits; of more the work goes on in the background.
UNDONE_AT_ONCE: Final = 2_000
#: How an import stands that can be taken back.
UNDOABLE: Final = frozenset({"done", "running", "failed"})

#: A record by the key of its type and its id.
Key = tuple[str, uuid.UUID]


@dataclass(frozen=True)
class Plan:
    """What undoing an import would come to: record type to how many records.

    Only what has a page of its own is counted; a deal's moves or a person's roles go with it.

    Attributes:
        binned: those that it made, which go to the bin.
        restored: those that it changed, which get their old values.
        kept: those that somebody changed since, which stay as they are.
    """

    binned: Mapping[str, int]
    restored: Mapping[str, int]
    kept: Mapping[str, int]


@dataclass(frozen=True)
class Undone:
    """What undoing an import came to, told of records with a page of their own.

    Attributes:
        put_back: record type to how many are as they were before.
        kept: those left alone because somebody changed them since.
    """

    put_back: Mapping[str, int]
    kept: Sequence[Key]


def plan(job: Import) -> Plan:
    """Tell what undoing an import would come to, without touching anything."""
    binned, restored, kept = Counter[str](), Counter[str](), Counter[str]()
    written = _written(job.id).subquery()
    parts = (written.c.record_type, written.c.made, written.c.changed)
    for key, made, changed, count in db.session.execute(select(*parts, func.count()).group_by(*parts)):
        if not _is_told(key):
            continue
        if changed and made:
            kept[key] += count
        elif made:
            binned[key] += count
        else:
            stay = _count_overwritten(job.id, key, _changed_updates(written, key)) if changed else 0
            kept[key] += stay
            restored[key] += count - stay
    return Plan(_filled(binned), _filled(restored), _filled(kept))


def _count_overwritten(import_id: uuid.UUID, key: str, ids: Sequence[uuid.UUID]) -> int:
    """Count the records of which a field that an import changed was changed again since."""
    count = 0
    for part in in_parts(ids, BATCH):
        batch = _entries_of(import_id, [(key, record_id) for record_id in part])
        records = _records_of(batch)
        for each, entries in batch.items():
            record = records.get(each)
            count += record is None or _old_values(record, entries, import_id) is None
    return count


def _filled(counted: Counter[str]) -> dict[str, int]:
    return {key: count for key, count in counted.most_common() if count}


def _written(import_id: uuid.UUID) -> Select[Any]:
    """List the records that an import wrote and nobody took back: whether it made them, whether they changed since."""
    own, later = JournalEntry.__table__, JournalEntry.__table__.alias("later")
    is_made = func.max(case((own.c.operation == "insert", 1), else_=0))
    is_undone = func.max(case((own.c.origin == "undo", 1), else_=0))
    touched = (
        select(own.c.record_type, own.c.record_id, is_made.label("made"), func.min(own.c.sequence).label("first"))
        .where(own.c.import_id == import_id)
        .group_by(own.c.record_type, own.c.record_id)
        .having(is_undone == 0)
        .subquery()
    )
    changed = exists(
        select(1).where(
            later.c.record_type == touched.c.record_type,
            later.c.record_id == touched.c.record_id,
            later.c.sequence > touched.c.first,
            later.c.import_id.is_distinct_from(import_id),
        )
    )
    return select(touched, changed.label("changed"))


def _changed_updates(written: Any, key: str) -> list[uuid.UUID]:
    """List the records of a type that an import changed and somebody else wrote since."""
    wanted = (written.c.record_type == key, written.c.made == 0, written.c.changed)
    return list(db.session.scalars(select(written.c.record_id).where(*wanted)))


def changed_since(job: Import, most: int) -> list[Key]:
    """List records that an import wrote and somebody changed afterwards, the latest first; undoing leaves them alone.

    Args:
        job: the import.
        most: how many at most.
    """
    written = _written(job.id).subquery()
    told = written.c.record_type.in_([each.key for each in record_types])
    listed = select(written.c.record_type, written.c.record_id).where(written.c.changed, told)
    rows = db.session.execute(listed.order_by(written.c.first.desc()).limit(most))
    return [(key, record_id) for key, record_id in rows]


def takes_long(job: Import) -> bool:
    """Tell whether an import wrote so much that nobody waits while it is taken back."""
    return job.total_rows > UNDONE_AT_ONCE


def begin(actor: Actor, job: Import) -> None:
    """Take an import back: at once, or in the background where it takes long.

    Raises:
        Problem: as `undo`.
    """
    if not takes_long(job):
        undo(actor, job)
        return
    from core.imports.jobs import undo_import  # the jobs stand on this module

    require_undoable(job)
    with write_unit():
        enqueue(undo_import, subject_id=job.id, import_id=str(job.id))


def undo(actor: Actor, job: Import, progress: Callable[[int, int], None] = lambda _done, _total: None) -> Undone:
    """Take back everything that an import did: what it made goes to the bin, what it changed is as it was.

    Records that somebody changed since are left as they are, and told. Stopped half-way, it can be done again.

    Args:
        actor: whoever undoes; needs the `import` permission.
        job: the import.
        progress: told after each batch how many of how many records were looked at.

    Raises:
        Problem: 409 when it didn't run, was undone already, or is too old.
    """
    require(actor, record_type_of(job), "import")
    require_undoable(job)
    import_id = job.id
    put_back, kept, done = Counter[str](), list[Key](), 0
    touched = _touched_by(import_id)
    for part in in_parts(touched, BATCH):
        with acting_as(actor, "undo", import_id), write_unit():
            batch = _entries_of(import_id, part)
            records = _records_of(batch)
            for each, entries in batch.items():
                if not _put_back_by_the_rules(actor, records.get(each), entries, import_id):
                    kept += [each] if _is_told(each[0]) else []
                elif _is_told(each[0]):
                    put_back[each[0]] += 1
        done += len(part)
        progress(done, len(touched))
    undone = Undone(_filled(put_back), kept)
    with write_unit() as session:
        session.refresh(job)
        job.status = "undone"
        job.undone = {"put_back": undone.put_back, "kept": _filled(Counter(key for key, _id in kept))}
    return undone


def is_expired(job: Import) -> bool:
    """Tell whether an import could be undone, were it not so old that what it changed is no longer kept."""
    since = kept_since()
    return job.status in UNDOABLE and since is not None and (job.started_at or job.created_at) < since


def is_undoable(job: Import) -> bool:
    """Tell whether an import ran, wasn't undone, and isn't too old."""
    return job.status in UNDOABLE and not is_expired(job)


def require_undoable(job: Import) -> None:
    """Stop when there is nothing to undo.

    Raises:
        Problem: 409 when it didn't run, was undone already, or is too old.
    """
    if job.status not in UNDOABLE:
        raise Problem("imports.nothing_to_undo", _("There is nothing to undo."), status=409)
    if is_expired(job):
        raise Problem("imports.too_old", _("This import is too old to be undone."), status=409)


def _is_told(key: str) -> bool:
    return record_types.get(key) is not None


def _touched_by(import_id: uuid.UUID) -> list[Key]:
    """List the records that an import wrote, the latest first."""
    statement = (
        select(JournalEntry.record_type, JournalEntry.record_id)
        .where(JournalEntry.import_id == import_id)
        .group_by(JournalEntry.record_type, JournalEntry.record_id)
        .order_by(func.max(JournalEntry.sequence).desc())
    )
    return [(key, record_id) for key, record_id in db.session.execute(statement)]


def _entries_of(import_id: uuid.UUID, touched: Sequence[Key]) -> Mapping[Key, list[JournalEntry]]:
    """Read the whole story of some records since an import first wrote them, newest first."""
    ids = [record_id for _key, record_id in touched]
    statement = select(JournalEntry).where(JournalEntry.record_id.in_(ids)).order_by(JournalEntry.sequence)
    grouped: dict[Key, list[JournalEntry]] = {each: [] for each in touched}
    for entry in db.session.scalars(statement):
        told = grouped.get((entry.record_type, entry.record_id))
        if told is not None and (told or entry.import_id == import_id):
            told.append(entry)
    return {each: told[::-1] for each, told in grouped.items()}


def _records_of(touched: Iterable[Key]) -> dict[Key, Any]:
    """Read records at once, those of a type by one statement."""
    by_key: dict[str, list[uuid.UUID]] = {}
    for key, record_id in touched:
        by_key.setdefault(key, []).append(record_id)
    found: dict[Key, Any] = {}
    for key, ids in by_key.items():
        model = model_of(key)
        if model is not None:
            found |= {(key, each.id): each for each in db.session.scalars(select(model).where(model.id.in_(ids)))}
    return found


def _put_back_by_the_rules(actor: Actor, record: Any, entries: Sequence[JournalEntry], import_id: uuid.UUID) -> bool:
    """Put a record back, unless it changed since or its type doesn't let it stand as it was."""
    record_type = record_types.get(record.__record_type__) if record is not None else None
    if record_type is None or record_type.undone is None:
        return _put_back(record, entries, import_id)
    try:
        with db.session.begin_nested():
            if not _put_back(record, entries, import_id):
                return False
            db.session.flush()
            follow_undone(actor, [record])
    except Problem:
        return False
    return True


def _put_back(record: Any, entries: Sequence[JournalEntry], import_id: uuid.UUID) -> bool:
    if entries[0].import_id == import_id and entries[0].origin == "undo":
        return True  # an undo that was stopped half-way did it
    if record is None:
        return False
    if entries[-1].operation == "insert":
        return _bin_unless_changed(record, entries, import_id)
    old_values = _old_values(record, entries, import_id)
    for name, value in (old_values or {}).items():
        setattr(record, name, value)
    return old_values is not None


def _bin_unless_changed(record: Any, entries: Sequence[JournalEntry], import_id: uuid.UUID) -> bool:
    if any(entry.import_id != import_id for entry in entries):
        return False
    record.deleted_at = record.deleted_at or utc_now()
    return True


def _old_values(record: Any, entries: Sequence[JournalEntry], import_id: uuid.UUID) -> dict[str, Any] | None:
    """Give the fields that an import changed with their old values; None when one of them was changed again since."""
    model, old_values = type(record), dict[str, Any]()
    for entry in entries:  # newest first: the oldest old value stays
        if entry.import_id != import_id:
            continue
        for name, (old, new) in entry.changes.items():
            if name not in old_values and getattr(record, name) != typed_value(model, name, new):
                return None
            old_values[name] = typed_value(model, name, old)
    return old_values
