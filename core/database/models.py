"""Finding a model by the id of its record type."""

from typing import Any

from core.database.base import Record


def model_of(key: str) -> type[Any] | None:
    """Find the model of a record type, `contact_point` or `sales.stage_history`; None when it isn't loaded."""
    return next((model for model in _all(Record) if getattr(model, "__record_type__", "") == key), None)


def _all(model: type[Any]) -> list[type[Any]]:
    return [each for child in model.__subclasses__() for each in (child, *_all(child))]
