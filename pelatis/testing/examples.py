"""Records made up from what a model's columns and its schema say, so that there is something to be refused."""

import uuid
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, inspect
from sqlalchemy.orm import Session

from core.database import Record, db, new_id, utc_now
from core.records.registry import record_types

#: What every record has, and fills by itself.
HOUSEKEEPING = frozenset({"id", "version", "created_at", "updated_at", "deleted_at", "custom", "owner_id"})


def make_example(session: Session, model: type[Any], **values: Any) -> Any:
    """Make a row of any model, with whatever it must point at, inside a write unit.

    Args:
        session: that of the write unit.
        model: the model.
        **values: attributes that shouldn't be made up.

    Returns:
        The row, flushed.
    """
    row = model(**{**_made_up(session, model, set(values)), **values})
    session.add(row)
    session.flush()
    return row


def _made_up(session: Session, model: type[Any], given: set[str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for attribute in inspect(model).column_attrs:
        column = attribute.columns[0]
        filled = column.nullable or column.default is not None or column.server_default is not None
        if attribute.key in given or filled or (issubclass(model, Record) and attribute.key in HOUSEKEEPING):
            continue
        values[attribute.key] = _value(session, model, attribute.key, column)
    return values


def _value(session: Session, model: type[Any], name: str, column: Column[Any]) -> Any:
    if column.foreign_keys:
        return _row_to_point_at(session, next(iter(column.foreign_keys)).column)
    choices = _choices(model, name)
    return next(iter(choices)) if choices else _plain_value(column)


def _row_to_point_at(session: Session, target: Column[Any]) -> Any:
    for mapper in _mappers():
        if mapper.local_table is target.table:
            row = make_example(session, mapper.class_)
            return getattr(row, mapper.get_property_by_column(target).key)
    raise LookupError(f"no model has the table {target.table.name}")


def _mappers() -> list[Any]:
    models = [record_type.model for record_type in record_types.all_declared()]
    registries = {inspect(model).registry for model in models}
    return [mapper for registry in registries for mapper in registry.mappers]


def _choices(model: type[Any], name: str) -> Any:
    record_type = record_types.of_model(model)
    fields = record_type.fields.values() if record_type else ()
    for field in fields:
        if getattr(field, "column", field.name) == name and getattr(field, "choices", None):
            return field.choices
    return None


def _plain_value(column: Column[Any]) -> Any:
    kind = column.type.python_type
    if kind is str:
        return f"Example {uuid.uuid4().hex[:8]}"[: getattr(column.type, "length", None) or 80]
    made: dict[type[Any], Any] = {
        bool: True,
        int: 1,
        float: 1.0,
        Decimal: Decimal(1),
        date: date(2026, 11, 22),
        datetime: utc_now(),
        time: time(9, 30),
        uuid.UUID: new_id(),
        dict: {},
        list: [],
    }
    return made[kind]


def forget(session: Any) -> None:
    """Let the next read come from the database."""
    session.expire_all()
    db.session.rollback()
