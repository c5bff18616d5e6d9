"""Numbers that tell every process when its caches are stale, all read by one statement.

A writer raises its topic's number in the transaction of the change itself; readers compare numbers. Nothing else is
shared between processes, so they can't chase each other.
"""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.orm import Session

from core.host.models import Generation

#: The topic of what is enabled.
PLUGINS: Final = "plugins"

_ALL: Final = select(Generation.topic, Generation.number)


def read_generations(connection: Connection | Session) -> Mapping[str, int]:
    """Read the numbers of all topics with one statement."""
    rows: Any = connection.execute(_ALL)
    return dict(rows.all())


def raise_generation(connection: Connection, topic: str) -> None:
    """Tell every process that what is cached under a topic has changed, once this transaction commits.

    Args:
        connection: that of the change itself; inside a write unit `session.connection()`.
        topic: at most 40 characters; it begins to exist when it is first raised.
    """
    raised = update(Generation).where(Generation.topic == topic).values(number=Generation.number + 1)
    if not connection.execute(raised).rowcount:
        connection.execute(insert(Generation).values(topic=topic, number=1))
