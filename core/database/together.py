"""Writing many changed records of one model: one statement for those of which the same changed.

SQLAlchemy sends the update of each versioned row by itself. Here they go together before it comes to that; a row that
has another version by now is refused as the session refuses it, and the journal tells of each.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ClauseElement, bindparam, inspect, update
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.orm.state import InstanceState

from core.database.base import Record, open_attributes
from core.database.journal import HOUSEKEEPING, updated
from core.database.seals import is_sealed
from core.database.types import utc_now
from core.database.unit import Session

#: From how many records on it is worth it.
MANY: Final = 8


def write_together(session: Session, _context: Any, _instances: Any) -> None:
    """Write those changed records of a session first that are many of one kind; listens to each flush."""
    dirty = session.dirty
    if len(dirty) < MANY:
        return
    alike: dict[tuple[type[Record], frozenset[str]], list[Record]] = defaultdict(list)
    for record in dirty:
        if isinstance(record, Record) and (changed := _writable(record)) is not None:
            alike[type(record), changed].append(record)
    for (model, changed), records in alike.items():
        if changed and len(records) >= MANY:
            _write(session, model, changed, sorted(records, key=lambda each: each.id))
        if not changed or len(records) >= MANY:
            _settle(session, records)


def _writable(record: Record) -> frozenset[str] | None:
    """Name what changed of a record, if anything did; None where the session itself has to see to it."""
    state: Any = inspect(record)
    touched = state.committed_state
    attributes = state.mapper.column_attrs
    if not all(each in attributes for each in touched):
        return None
    changed = frozenset(each for each in touched if touched[each] != state.dict[each])
    left_alone = (
        bool(changed & HOUSEKEEPING)
        or len(state.mapper.tables) > 1
        or any(isinstance(state.dict[each], ClauseElement) for each in changed)
        or (is_sealed(record) and not open_attributes(type(record)).issuperset(changed))
    )
    return None if left_alone else changed


def _write(session: Session, model: type[Record], changed: frozenset[str], records: Sequence[Record]) -> None:
    table, names = model.__table__, sorted(changed)  # type: ignore[attr-defined]
    columns = {each: inspect(model).column_attrs[each].columns[0] for each in names}
    now = utc_now()
    statement = (
        update(table)
        .where(table.c.id == bindparam("_id"), table.c.version == bindparam("_version"))
        .values(
            {table.c.version: table.c.version + 1, table.c.updated_at: now}
            | {column: bindparam(f"new_{name}", type_=column.type) for name, column in columns.items()}
        )
    )
    rows = [
        {"_id": each.id, "_version": each.version, **{f"new_{name}": getattr(each, name) for name in names}}
        for each in records
    ]
    matched = session.connection().execute(statement, rows).rowcount
    if matched != len(records):
        raise StaleDataError(f"{matched} of {len(records)} rows of {table.name} had the version that was read")
    session.info["pending"].extend(entry for each in records if (entry := updated(each)) is not None)
    session.info["written"].add(model)
    for each in records:
        written = {**{name: getattr(each, name) for name in names}, "version": each.version + 1, "updated_at": now}
        for name, value in written.items():
            set_committed_value(each, name, value)


def _settle(session: Session, records: Sequence[Record]) -> None:
    """Let the session take records for written, as behind a flush: it would look at each of their columns again.

    Should a savepoint be taken back, it reads them anew.
    """
    states: list[Any] = [inspect(each) for each in records]
    session._register_altered(states)
    InstanceState._commit_all_states([(each, each.dict) for each in states], session.identity_map)
