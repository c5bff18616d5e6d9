"""The journalled bulk door: many rows of one record type, written by Core statements, each with its journal row."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, inspect, update

from core.database.base import Record, Sealable, open_attributes
from core.database.journal import Touched, never_journalled, plain
from core.database.many import insert_many
from core.database.types import utc_now
from core.database.unit import _session, in_unit

#: How many rows one call may carry; more would hold the write lock for too long.
MOST_ROWS = 5_000


def _check(rows: Sequence[Mapping[str, Any]]) -> None:
    if not in_unit():
        raise RuntimeError("the bulk door stands inside a write_unit()")
    if len(rows) > MOST_ROWS:
        raise ValueError(f"at most {MOST_ROWS} rows at once, not {len(rows)}")


def bulk_insert(model: type[Record], rows: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Insert rows of one model, journalled.

    Args:
        model: the record's model.
        rows: at most 5,000 mappings of attribute name to value; what is missing gets the column's default.

    Returns:
        The ids, in the order of the rows.

    Raises:
        RuntimeError: outside a write unit.
        ValueError: with too many rows.
    """
    _check(rows)
    if not rows:
        return []
    session, columns = _session(), {each.key: each.columns[0] for each in inspect(model).column_attrs}
    used = {key for row in rows for key in row}
    if unknown := used - columns.keys():
        raise ValueError(f"no such columns: {', '.join(sorted(unknown))}")
    complete = _complete(columns, used, rows)
    insert_many(session.connection(), model.__table__, complete)  # type: ignore[attr-defined]
    session.info["written"].add(model)
    journalled = [key for key in complete[0] if key not in never_journalled(model)]
    kind = model.__record_type__
    session.info["pending"].extend(Touched(kind, row["id"], "insert", _told(row, journalled)) for row in complete)
    return [row["id"] for row in complete]


def _complete(columns: Mapping[str, Any], used: set[str], rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Give each row what it leaves out; a column without a default that no row has stays out."""
    defaults = {key: column.default for key, column in columns.items() if column.default is not None}
    now = utc_now()
    fixed = {"created_at": now, "updated_at": now, "version": 1}
    values = dict.fromkeys(used) | {key: each.arg for key, each in defaults.items() if each.is_scalar} | fixed
    made = {key: each.arg for key, each in defaults.items() if each.is_callable and key not in fixed}
    return [{**values, **{key: make(None) for key, make in made.items() if key not in row}, **row} for row in rows]


def _told(row: Mapping[str, Any], keys: Sequence[str]) -> dict[str, list[Any]]:
    """Give what the journal tells of a new row."""
    return {
        key: [None, value if type(value) is str else plain(value)]
        for key in keys
        if (value := row[key]) or (value is not None and not isinstance(value, list | dict))
    }


def bulk_update(model: type[Record], rows: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> None:
    """Update rows of one model, journalled, raising each one's version.

    Args:
        model: the record's model.
        rows: at most 5,000 pairs (old, new); `old` holds `id` and the old value of every key of `new`. All `new`
            mappings have the same keys.

    Raises:
        RuntimeError: outside a write unit.
        ValueError: with too many rows, or with values that a sealed record keeps.
    """
    _check([new for _old, new in rows])
    if not rows:
        return
    if issubclass(model, Sealable) and not open_attributes(model).issuperset(rows[0][1]):
        raise ValueError(f"{model.__record_type__} may be sealed: change it through the session")
    session, table = _session(), model.__table__  # type: ignore[attr-defined]
    keys = list(rows[0][1])
    statement = (
        update(table)
        .where(table.c.id == bindparam("_id"))
        .values(version=table.c.version + 1, updated_at=utc_now(), **{key: bindparam(f"new_{key}") for key in keys})
    )
    session.connection().execute(
        statement, [{"_id": old["id"], **{f"new_{key}": new[key] for key in keys}} for old, new in rows]
    )
    session.info["written"].add(model)
    excluded = never_journalled(model)
    for old, new in rows:
        changes = {k: [plain(old[k]), plain(new[k])] for k in keys if k not in excluded and old[k] != new[k]}
        if changes:
            session.info["pending"].append(Touched(model.__record_type__, old["id"], "update", changes))
