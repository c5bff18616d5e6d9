"""Long lists of values in parts, because databases bound how many parameters a statement may have."""

from collections.abc import Iterator, Sequence
from typing import Final, TypeVar

#: How many values one statement carries.
VALUES_PER_STATEMENT: Final = 500

Value = TypeVar("Value")


def in_parts(values: Sequence[Value], size: int = VALUES_PER_STATEMENT) -> Iterator[Sequence[Value]]:
    """Give values in their order, in parts that one statement can carry.

    Args:
        values: as many as there are.
        size: how many a part has at most.
    """
    return (values[start : start + size] for start in range(0, len(values), size))
