"""Emptying the bin: deleting for good what lies there, with all that is only part of it.

What points at a record says by its foreign key what becomes of it: `cascade` goes along, `set null` is untied where it
lies in the bin itself, and `restrict` holds the record back. So does what isn't in the bin and would lose it, and
whatever was sent or posted. The journal tells everything that goes; a record that is held back stays as it is.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Column, ForeignKey, func, inspect, select
from sqlalchemy import column as sql_column
from sqlalchemy import table as sql_table

from core.access import Actor
from core.database import Record, db, in_parts, is_sealed
from core.database.base import metadata
from core.database.models import model_of_table
from core.i18n import _
from core.records.queries import live
from core.records.registry import record_types
from core.records.types import RecordType

#: The table whose rows own everything and hold nothing back.
_PEOPLE: Final = "core_user"
#: Tables of plugins that aren't installed any more, and their columns that point at ours: table, column, target.
Unknown = tuple[str, str, str]


@dataclass
class Emptied:
    """What came of deleting some records for good.

    Attributes:
        gone: how many of them are deleted.
        kept: why the others stay, and how many of each.
    """

    gone: int = 0
    kept: Counter[str] = field(default_factory=Counter)


def in_bin(actor: Actor, record_type: RecordType, after: UUID | None, limit: int) -> Sequence[Any]:
    """List what an actor may delete of what lies in the bin, in the order of ids.

    Args:
        actor: whoever empties it.
        record_type: of which records.
        after: the id to go on from.
        limit: how many at most.
    """
    model = record_type.model
    statement = select(model).where(live(actor, record_type, "delete", binned=True))
    if after is not None:
        statement = statement.where(model.id > after)
    return db.session.scalars(statement.order_by(model.id).limit(limit)).all()


def count_in_bin(actor: Actor, record_type: RecordType) -> int:
    """Count what an actor may delete of what lies in the bin."""
    statement = select(func.count()).select_from(record_type.model)
    return int(db.session.scalar(statement.where(live(actor, record_type, "delete", binned=True))) or 0)


def pointing_from_unknown_tables() -> list[Unknown]:
    """Name the foreign keys of tables that no installed plugin knows: those of plugins that were taken away."""
    inspector = inspect(db.session.connection())
    return [
        (name, key["constrained_columns"][0], key["referred_table"])
        for name in inspector.get_table_names()
        if name not in metadata.tables
        for key in inspector.get_foreign_keys(name)
        if key["referred_table"] in metadata.tables
    ]


def delete_for_good(records: Sequence[Any], unknown: Sequence[Unknown] = ()) -> Emptied:
    """Delete records of one type and what is part of them, inside a write unit; what something holds back stays.

    Args:
        records: some hundreds of them, read in this unit.
        unknown: what `pointing_from_unknown_tables` gave.
    """
    walk = _Walk(records, unknown)
    walk.go()
    going = {record.id for record in records} - walk.held.keys()
    doomed = {each for each, roots in walk.found.items() if not going.isdisjoint(roots)}
    for record, attribute, roots in walk.tied:
        if record not in doomed and not going.isdisjoint(roots):
            setattr(record, attribute, None)
    db.session.flush()
    for table in reversed(metadata.sorted_tables):  # what points before what is pointed at
        of_table = [each for each in doomed if each.__table__ is table]
        for each in of_table:
            db.session.delete(each)
        if of_table:
            db.session.flush()
    return Emptied(len(going), Counter(walk.held.values()))


class _Walk:
    """Finds what hangs on some records, level by level, one statement for each foreign key."""

    def __init__(self, records: Sequence[Any], unknown: Sequence[Unknown]) -> None:
        #: Whatever goes with the records, themselves among it, and with which of them.
        self.found: dict[Any, set[UUID]] = {record: {record.id} for record in records}
        #: The records that stay, and why.
        self.held: dict[UUID, str] = {}
        #: What lies in the bin and points at something that goes: the record, its attribute, and with which.
        self.tied: list[tuple[Any, str, set[UUID]]] = []
        self._unknown = unknown

    def go(self) -> None:
        """Walk until nothing new is found."""
        level = dict(self.found)
        while level:
            self._hold_sealed(level)
            following: dict[Any, set[UUID]] = {}
            for model, parents in _by_model(level):
                for key in _keys_to(model):
                    self._follow(key, parents, following)
                self._hold_by_unknown(model, parents)
            level = self._new_of(following)

    def _hold_sealed(self, level: Mapping[Any, set[UUID]]) -> None:
        for record, roots in level.items():
            if is_sealed(record):
                self._hold(roots, _("sent or posted"))

    def _follow(self, key: ForeignKey, parents: Mapping[UUID, set[UUID]], following: dict[Any, set[UUID]]) -> None:
        """Look at all rows that point at some records by one foreign key."""
        column: Column[Any] = key.parent
        model = model_of_table(column.table.name)
        rule = (key.ondelete or "RESTRICT").upper()
        if model is None:
            if rule not in ("CASCADE", "SET NULL"):  # the database minds those itself; they aren't journalled
                self._hold_by_rows(column, parents, _("something of its own"))
            return
        attribute = inspect(model).get_property_by_column(column).key
        for child in _pointing(model, column, list(parents)):
            roots = parents[getattr(child, attribute)]
            # What points at its own kind is a record in its own right, whatever its key says.
            if rule == "CASCADE" and column.table is not key.column.table:
                following.setdefault(child, set()).update(roots)
            elif rule != "RESTRICT" and column.nullable and child.deleted_at is not None and not is_sealed(child):
                self.tied.append((child, attribute, roots))
            else:
                self._hold(roots, _name_of(model))

    def _hold_by_unknown(self, model: type[Record], parents: Mapping[UUID, set[UUID]]) -> None:
        target = model.__table__.name  # type: ignore[attr-defined]
        for name, column, referred in self._unknown:
            if referred == target:
                pointing = sql_table(name, sql_column(column, model.__table__.c.id.type)).c[column]  # type: ignore[attr-defined]
                self._hold_by_rows(pointing, parents, _("a plugin that isn’t installed"))

    def _hold_by_rows(self, column: Any, parents: Mapping[UUID, set[UUID]], why: str) -> None:
        for part in in_parts(list(parents)):
            for parent in db.session.scalars(select(column).where(column.in_(part)).distinct()):
                self._hold(parents[parent], why)

    def _hold(self, roots: Iterable[UUID], why: str) -> None:
        for root in roots:
            self.held.setdefault(root, why)

    def _new_of(self, following: Mapping[Any, set[UUID]]) -> dict[Any, set[UUID]]:
        """Take what was found into account, and give what was found for the first time or with more records."""
        new = {}
        for record, roots in following.items():
            known = self.found.setdefault(record, set())
            if not roots <= known:
                known |= roots
                new[record] = set(known)
        return new


def _by_model(level: Mapping[Any, set[UUID]]) -> Iterator[tuple[type[Record], dict[UUID, set[UUID]]]]:
    grouped: dict[type[Record], dict[UUID, set[UUID]]] = {}
    for record, roots in level.items():
        grouped.setdefault(type(record), {})[record.id] = roots
    yield from grouped.items()


def _keys_to(model: type[Record]) -> Iterator[ForeignKey]:
    """Give the foreign keys that point at a model, those of plugins that are off among them."""
    target = model.__table__  # type: ignore[attr-defined]
    for table in metadata.sorted_tables:
        yield from (key for key in table.foreign_keys if key.column.table is target and table.name != _PEOPLE)


def _pointing(model: type[Any], column: Column[Any], ids: Sequence[UUID]) -> Iterator[Any]:
    for part in in_parts(ids):
        yield from db.session.scalars(select(model).where(column.in_(part)))


def _name_of(model: type[Record]) -> str:
    """Name what holds a record back: “Deals”, or the plugin's title for what has no list."""
    from core.host.doors import current_host

    declared = record_types.declared(model.__record_type__)
    if declared is not None:
        return str(declared.label_plural)
    plugin, dot, _name = model.__record_type__.partition(".")
    return str(current_host().title(plugin)) if dot else _("something of its own")
