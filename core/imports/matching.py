"""Finding the records that a file's cells name: those that exist already, and those that a row points at."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from rapidfuzz import fuzz, process
from sqlalchemy import select

from core.access import Actor, may
from core.database import db
from core.records.operations import create_record
from core.records.queries import live
from core.records.registry import record_types
from core.records.types import RecordType
from core.search.fold import fold

#: Up to how many records of a type are known by heart, so that near names can be proposed.
KNOWN_BY_HEART: Final = 20_000
#: How alike two names must be, in percent, for one to be proposed for the other.
ALIKE: Final = 84
STATEMENT_IDS: Final = 500


def key_of(text: Any) -> str:
    """Reduce a name to what equal names have in common: folded, without spare blanks."""
    return " ".join(fold(str(text)).split())


@dataclass
class Names:
    """The records of one type by the names that a file may call them.

    Attributes:
        found: name to id; a name that two records share isn't in it.
        shared: the names that more than one record has.
    """

    found: dict[str, uuid.UUID] = field(default_factory=dict)
    shared: set[str] = field(default_factory=set)

    def add(self, name: Any, record_id: uuid.UUID) -> None:
        """Learn a record's name."""
        if name in (None, ""):
            return
        key = key_of(name)
        if self.found.get(key, record_id) != record_id:
            self.shared.add(key)
        else:
            self.found[key] = record_id


@dataclass(frozen=True)
class Found:
    """What came of looking for a related record.

    Attributes:
        id: the record; None when there is none.
        near: the existing name that the cell was taken for, when it isn't quite the same.
        made: whether it was made for this.
    """

    id: uuid.UUID | None
    near: str = ""
    made: bool = False


class Matcher:
    """Looks records up for one import, remembering what it found.

    Args:
        actor: whose view of the records counts.
        create_missing: whether what a file names and nobody made yet is made, where its record type allows.
    """

    def __init__(self, actor: Actor, *, create_missing: bool) -> None:
        self.actor = actor
        self.create_missing = create_missing
        self._names: dict[str, Names] = {}
        self._spelling: dict[str, dict[str, str]] = {}

    def names_of(self, record_type: RecordType) -> Names:
        """Learn the names of a record type's records once; of very many, the first twenty thousand."""
        if record_type.key not in self._names:
            names, spelling = Names(), {}
            columns = [getattr(record_type.model, name) for name in self._columns(record_type)]
            statement = select(record_type.model.id, *columns).where(live(self.actor, record_type)).limit(KNOWN_BY_HEART)
            for record_id, *values in db.session.execute(statement):
                for value in values:
                    names.add(value, record_id)
                    if value:
                        spelling[key_of(value)] = str(value)
            self._names[record_type.key], self._spelling[record_type.key] = names, spelling
        return self._names[record_type.key]

    @staticmethod
    def _columns(record_type: RecordType) -> list[str]:
        return list(
            dict.fromkeys([record_type.title, *[record_type.fields[name].column for name in record_type.match if name in record_type.fields]])
        )

    def learn(self, record_type: RecordType, name: Any, record_id: uuid.UUID) -> None:
        """Remember a record that this import made."""
        names = self.names_of(record_type)
        names.add(name, record_id)
        self._spelling[record_type.key][key_of(name)] = str(name)

    def find(self, key: str, cell: Any) -> Found:
        """Find a related record by what a cell says: its id, its name, nearly its name, or by making it.

        Args:
            key: the related record type's key.
            cell: what the file says.
        """
        record_type = record_types.get(key)
        if record_type is None or not may(self.actor, record_type, "view"):
            return Found(None)
        names, name = self.names_of(record_type), key_of(cell)
        if name in names.found:
            return Found(names.found[name])
        known_id = _as_id(cell)
        if known_id is not None:
            criterion = (record_type.model.id == known_id, live(self.actor, record_type))
            return Found(db.session.scalars(select(record_type.model.id).where(*criterion)).one_or_none())
        near = self._near(record_type, name)
        if near is not None:
            return near
        return self._make(record_type, cell)

    def _near(self, record_type: RecordType, name: str) -> Found | None:
        names = self._names[record_type.key]
        bare = name.replace(" ", "")
        for key, record_id in names.found.items():
            if key.replace(" ", "") == bare:
                return Found(record_id, near=self._spelling[record_type.key].get(key, key))
        if self.create_missing and record_type.creatable:
            return None
        best = process.extractOne(name, names.found.keys(), scorer=fuzz.ratio, score_cutoff=ALIKE)
        if best is None:
            return None
        return Found(names.found[best[0]], near=self._spelling[record_type.key].get(best[0], best[0]))

    def _make(self, record_type: RecordType, cell: Any) -> Found:
        if not (self.create_missing and record_type.creatable and may(self.actor, record_type, "create")):
            return Found(None)
        title = next(name for name, each in record_type.fields.items() if getattr(each, "column", "") == record_type.title)
        made = create_record(self.actor, record_type, {title: str(cell)})
        self.learn(record_type, cell, made.id)
        return Found(made.id, made=True)


def _as_id(cell: Any) -> uuid.UUID | None:
    text = str(cell)
    if len(text) != 36:
        return None
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def existing(
    actor: Actor, record_type: RecordType, column: str, values: Iterable[Any]
) -> Mapping[Any, Sequence[uuid.UUID]]:
    """Find which records have one of some values in a column, for a whole batch of rows.

    Returns:
        For each value that was found the ids, oldest first.
    """
    wanted = [value for value in dict.fromkeys(values) if value not in (None, "")]
    attribute = getattr(record_type.model, column)
    found: dict[Any, list[uuid.UUID]] = {}
    for start in range(0, len(wanted), STATEMENT_IDS):
        chunk = wanted[start : start + STATEMENT_IDS]
        statement = select(attribute, record_type.model.id).where(attribute.in_(chunk), live(actor, record_type))
        for value, record_id in db.session.execute(statement.order_by(record_type.model.id)):
            found.setdefault(value, []).append(record_id)
    return found
