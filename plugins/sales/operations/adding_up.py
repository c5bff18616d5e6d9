"""Adding documents up: at once, or once behind many changes of their lines."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final
from uuid import UUID

#: What waits to be added up, by its id; None where everything is at once.
_waiting: Final[ContextVar[dict[UUID, Callable[[], None]] | None]] = ContextVar("_waiting", default=None)


def when_done(record_id: UUID, add_up: Callable[[], None]) -> None:
    """Add something up now, or behind the block of `added_up_once` that this belongs to.

    Args:
        record_id: what is added up; of several calls for one in a block the last counts.
        add_up: what does it.
    """
    waiting = _waiting.get()
    if waiting is None:
        add_up()
    else:
        waiting[record_id] = add_up


@contextmanager
def added_up_once() -> Iterator[None]:
    """Let lines change, and add up once at the end what they belong to; nothing where an error ends the block."""
    waiting: dict[UUID, Callable[[], None]] = {}
    token = _waiting.set(waiting)
    try:
        yield
    finally:
        _waiting.reset(token)
    for add_up in waiting.values():
        add_up()
