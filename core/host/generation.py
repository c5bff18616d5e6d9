"""Numbers that tell every process when what it remembers is stale, all read by one statement.

A writer raises its topic's number in the transaction of the change itself; readers compare numbers. Nothing else is
shared between processes, so they can't chase each other.
"""

from collections.abc import Callable, Hashable, Mapping
from typing import Any, Final, Generic, TypeVar

from flask import g
from sqlalchemy import Connection, insert, literal, select, union_all, update
from sqlalchemy.orm import Session

from core.database import db, on_commit, written_listener
from core.database.journal import Clock
from core.host.models import Generation

#: The topic of what is enabled.
PLUGINS: Final = "plugins"

#: The topic of every record: the journal's clock, which no change of one leaves where it is.
JOURNAL: Final = "journal"

_ALL: Final = select(Generation.topic, Generation.number)
_WITH_JOURNAL: Final = union_all(_ALL, select(literal(JOURNAL), Clock.sequence))
Value = TypeVar("Value")
_topics: dict[type, str] = {}


def read_generations(connection: Connection | Session) -> Mapping[str, int]:
    """Read the numbers of all topics with one statement."""
    rows: Any = connection.execute(_ALL)
    return dict(rows.all())


def read_for_request(connection: Connection | Session) -> Mapping[str, int]:
    """Read the numbers of all topics and the journal's with one statement, where a request begins."""
    rows: Any = connection.execute(_WITH_JOURNAL)
    return dict(rows.all())


def generation(topic: str) -> int:
    """Tell the number of a topic as this request saw it: the gate has read it, elsewhere it is read once."""
    return _numbers(vars(g._get_current_object())).get(topic, 0)


def _numbers(held: dict[str, Any]) -> Mapping[str, int]:
    """Give the numbers that this request read, out of what it holds: an import asks for them twice for each row."""
    numbers: Mapping[str, int] | None = held.get("generations")
    if numbers is None:
        numbers = held["generations"] = read_generations(db.session())
    return numbers


def raise_generation(connection: Connection, topic: str) -> None:
    """Tell every process that what is remembered under a topic has changed, once this transaction commits.

    Args:
        connection: that of the change itself; inside a write unit `session.connection()`.
        topic: at most 40 characters; it begins to exist when it is first raised.
    """
    raised = update(Generation).where(Generation.topic == topic).values(number=Generation.number + 1)
    if not connection.execute(raised).rowcount:
        connection.execute(insert(Generation).values(topic=topic, number=1))


def raised_by(topic: str, *models: type) -> None:
    """Let every write of some models raise a topic, just before it commits and after all its row locks."""
    _topics.update(dict.fromkeys(models, topic))


@written_listener
def _raise_topics(session: Session, models: set[type]) -> None:
    topics = sorted({_topics[model] for model in models & _topics.keys()})
    for topic in topics:
        raise_generation(session.connection(), topic)
    if topics:
        on_commit(lambda: g.pop("generations", None))
    elif JOURNAL in g.get("generations", ()):
        on_commit(lambda: g.generations.pop(JOURNAL, None))


class Remembered(Generic[Value]):
    """What a process remembers of the database for as long as the number of a topic stays the same.

    Under the topic `JOURNAL` it does so for requests alone, and for each only until it writes something itself.

    Args:
        topic: whose number counts.
        most: how many keys are remembered; one more, and all are forgotten.
    """

    def __init__(self, topic: str, most: int = 1) -> None:
        self._topic, self._most = topic, most
        self._kept: tuple[Any, dict[Hashable, Value]] = (None, {})

    def get(self, key: Hashable, read: Callable[[], Value]) -> Value:
        """Give what is remembered under a key, else read it and remember it, unless it is None."""
        values = self._values()
        if key in values:
            return values[key]
        # The number was read first: what follows may be newer, never older.
        value = read()
        if value is not None:
            if len(values) >= self._most:
                values.clear()
            values[key] = value
        return value

    def forget(self, key: Hashable) -> None:
        """Let a key be read again, in this process alone."""
        self._kept[1].pop(key, None)

    def _values(self) -> dict[Hashable, Value]:
        # An engine that was disposed of may find another database at its address.
        held = vars(g._get_current_object())
        number = _numbers(held).get(self._topic, 0)
        if self._topic == JOURNAL and not number:
            return {}
        engine = held.get("engine")
        if engine is None:
            engine = held["engine"] = db.engine
        present = (engine.pool, number)
        kept = self._kept
        if kept[0] != present:
            kept = self._kept = (present, {})
        return kept[1]
