"""The journalled bulk door: many rows of one record type, written by Core statements, each with its journal row."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, insert, inspect, update

from core.database.base import Record
from core.database.journal import Touched, never_journalled, plain
from core.database.types import new_id, utc_now
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
    session, now = _session(), utc_now()
    columns = {attribute.key: attribute.columns[0] for attribute in inspect(model).column_attrs}
    complete = [_complete(columns, row, now) for row in rows]
    session.connection().execute(insert(model), complete)
    excluded = never_journalled(model)
    session.info["pending"].extend(
        Touched(
            model.__record_type__,
            row["id"],
            "insert",
            {
                key: [None, plain(value)]
                for key, value in row.items()
                if key not in excluded and value not in (None, {}, [])
            },
        )
        for row in complete
    )
    return [row["id"] for row in complete]


def _complete(columns: Mapping[str, Any], row: Mapping[str, Any], now: Any) -> dict[str, Any]:
    unknown = row.keys() - columns.keys()
    if unknown:
        raise ValueError(f"no such columns: {', '.join(sorted(unknown))}")
    complete: dict[str, Any] = {"id": new_id(), "created_at": now, "updated_at": now, "version": 1, "custom": {}, **row}
    for key, column in columns.items():
        if key not in complete:
            default = column.default
            complete[key] = default.arg if default is not None and default.is_scalar else None
            if default is not None and default.is_callable:
                complete[key] = default.arg(None)
    return complete


def bulk_update(model: type[Record], rows: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> None:
    """Update rows of one model, journalled, raising each one's version.

    Args:
        model: the record's model.
        rows: at most 5,000 pairs (old, new); `old` holds `id` and the old value of every key of `new`. All `new`
            mappings have the same keys.

    Raises:
        RuntimeError: outside a write unit.
        ValueError: with too many rows.
    """
    _check([new for _old, new in rows])
    if not rows:
        return
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
    excluded = never_journalled(model)
    for old, new in rows:
        changes = {k: [plain(old[k]), plain(new[k])] for k in keys if k not in excluded and old[k] != new[k]}
        if changes:
            session.info["pending"].append(Touched(model.__record_type__, old["id"], "update", changes))
