"""Finding a model by the id of its record type, or by its table."""

from typing import Any

from core.database.base import Record


def model_of(key: str) -> type[Any] | None:
    """Find the model of a record type, `contact_point` or `sales.stage_history`; None when it isn't loaded."""
    return next((model for model in _all(Record) if getattr(model, "__record_type__", "") == key), None)


def model_of_table(name: str) -> type[Any] | None:
    """Find the model of records that a table keeps; None when they aren't records, or the table isn't known."""
    return next((model for model in _all(Record) if getattr(model, "__tablename__", "") == name), None)


def _all(model: type[Any]) -> list[type[Any]]:
    return [each for child in model.__subclasses__() for each in (child, *_all(child))]
