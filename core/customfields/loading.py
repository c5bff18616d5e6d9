"""Checks what somebody sent for a record's custom fields."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import marshmallow as ma

from core.customfields.definitions import schema_of
from core.database.journal import plain
from core.i18n import _
from core.problems import Problem


def load_custom(record_type: Any, data: Mapping[str, Any], *, partial: bool = False) -> dict[str, Any]:
    """Check custom values against their definitions.

    Args:
        record_type: whose record it is.
        data: field name to raw value.
        partial: whether a required field may be missing, because the record keeps what it has.

    Returns:
        Field name to what the record's `custom` keeps: text, numbers and amounts as decimal text, days and ids as text,
        None for an empty one.

    Raises:
        Problem: 422; `fields` are named `custom.<name>`.
    """
    schema = schema_of(record_type)
    if schema is None and not data:
        return {}
    try:
        loaded = (schema or ma.Schema)(partial=partial).load(_emptied(data), unknown=ma.RAISE)
    except ma.ValidationError as error:
        messages = {f"custom.{name}": _texts(texts) for name, texts in error.messages_dict.items()}
        raise Problem("invalid", _("Some fields need another look."), fields=messages) from error
    return {name: _kept(value) for name, value in loaded.items()}


def _kept(value: Any) -> Any:
    """Give what JSON holds; a number without the zeros at its end, so that equal ones look equal."""
    return f"{value.normalize():f}" if isinstance(value, Decimal) else plain(value)


def _emptied(data: Mapping[str, Any]) -> dict[str, Any]:
    """Read the empty text of a form as no value; a required field then says that it is required."""
    return {name: None if value == "" else value for name, value in data.items()}


def _texts(messages: Any) -> list[str]:
    return [str(message) for message in (messages if isinstance(messages, list) else [messages])]
