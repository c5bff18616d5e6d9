"""Reading what strangers send: JSON without its traps, and texts that both databases can keep."""

import json
import re
from typing import Any, Final, NoReturn
from uuid import UUID

#: A NUL ends texts in C and is refused by PostgreSQL; a lone surrogate can't be written as UTF-8.
_UNKEEPABLE: Final = re.compile("[\0\ud800-\udfff]")


def is_keepable(text: str) -> bool:
    """Tell whether a text has no sign that a database refuses: no NUL, no half of a surrogate pair."""
    return _UNKEEPABLE.search(text) is None


def holds_unkeepable(value: Any) -> bool:
    """Tell whether a text that no database keeps stands anywhere in plain data."""
    if isinstance(value, str):
        return _UNKEEPABLE.search(value) is not None
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            if not is_keepable(each):
                return True
        elif isinstance(each, dict):
            waiting += [*each.keys(), *each.values()]
        elif isinstance(each, list | tuple):
            waiting += each
    return False


def read_json(text: str | bytes) -> Any:
    """Read JSON as the standard has it: no NaN, no endless nesting, no text that no database keeps.

    Raises:
        ValueError: when it is none, whatever is wrong with it.
    """
    try:
        read = json.loads(text, parse_constant=_refuse)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if holds_unkeepable(read):
        raise ValueError("holds a sign that can't be kept")
    return read


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} isn't JSON")


def as_id(value: Any) -> UUID | None:
    """Read a record's id; None when it is none."""
    try:
        return value if isinstance(value, UUID) else UUID(str(value))
    except ValueError:
        return None
