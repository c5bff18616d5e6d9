"""Finding the records that a file's cells name: those that exist already, and those that a row points at."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from sqlalchemy import select

from core.access import Actor, may
from core.database import db, in_parts
from core.records.operations import create_record
from core.records.queries import live
from core.records.registry import record_types
from core.records.types import RecordType
from core.search.fold import fold

#: Up to how many records of a type are known by heart, so that near names can be proposed. Of more, each is looked up.
KNOWN_BY_HEART: Final = 20_000
#: In place of an id: whoever is named isn't there yet, but the file brings them.
NOT_YET: Final = uuid.UUID(int=0)
#: How alike two names must be, in percent, for one to be proposed for the other.
ALIKE: Final = 84


def key_of(text: Any) -> str:
    """Reduce a name to what equal names have in common: folded, without spare blanks."""
    return " ".join(fold(str(text)).split())


@dataclass(frozen=True)
class Found:
    """What came of looking for a related record.

    Attributes:
        id: the record; None when there is none.
        near: an existing name that isn't quite the same; with an id it was taken for that, without it is only proposed.
        shared: whether several records have this name.
        made: whether it was made for this. described: then in a few words what it is like.
        parts: where it was put and that was made for it, too: the relation of it to the name.
    """

    id: uuid.UUID | None
    near: str = ""
    shared: bool = False
    made: bool = False
    described: str = ""
    parts: tuple[tuple[str, str], ...] = ()


@dataclass
class Names:
    """The records of one type by the names that a file may call them.

    Attributes:
        record_type: their type.
        complete: whether all of them are here.
        found: folded name to id.
        shared: the folded names that more than one record has.
        spelling: folded name to the name as it is written.
        looked_up: the folded names that were asked for, where not all are here.
    """

    record_type: RecordType
    complete: bool = True
    found: dict[str, uuid.UUID] = field(default_factory=dict)
    shared: set[str] = field(default_factory=set)
    spelling: dict[str, str] = field(default_factory=dict)
    looked_up: set[str] = field(default_factory=set)

    def add(self, name: Any, record_id: uuid.UUID) -> None:
        """Learn a record's name."""
        if name in (None, ""):
            return
        key = key_of(name)
        if self.found.setdefault(key, record_id) != record_id:
            self.shared.add(key)
        self.spelling.setdefault(key, str(name))

    def find_bare(self, name: str) -> Found | None:
        """Find the one record whose folded name has the same letters and digits: `GTXPro` is `GTX Pro`."""
        bare = _bare(name)
        near = [each for each in self.found if bare and _bare(each) == bare]
        if len(near) != 1 or near[0] in self.shared:
            return None
        return Found(self.found[near[0]], near=self.spelling[near[0]])

    def alike(self, name: str, most: int = 1) -> list[str]:
        """Find the folded names most alike to one; none is taken by itself, for it may well be somebody else's."""
        from rapidfuzz import fuzz, process  # loaded when a name is missing, which is rare

        digits = _digits(name)
        alike = [each for each in self.found if _digits(each) == digits]
        return [best[0] for best in process.extract(name, alike, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=most)]

    def near(self, name: str, most: int) -> list[str]:
        """Find the folded names that a folded one may mean, the likeliest first."""
        found = self.find_bare(name)
        keys = [key_of(found.near)] if found is not None else []
        keys += [each for each in self.alike(name, most) if each not in keys]
        return [each for each in keys[:most] if each not in self.shared]


class Matcher:
    """Looks records up for one import, remembering what it found.

    Args:
        actor: whose view of the records counts.
        create_missing: whether what a file names and nobody made yet is made, where its record type allows.
        only_looks: whether nothing is made, whatever anybody said.
    """

    def __init__(self, actor: Actor, *, create_missing: bool = False, only_looks: bool = False) -> None:
        self.actor = actor
        self.create_missing = create_missing and not only_looks
        self.only_looks = only_looks
        self._names: dict[str, Names] = {}
        self._answers: dict[str, dict[tuple[str, bool], Found]] = {}
        self._types: dict[str, RecordType | None] = {}

    def prepare(self, key: str, cells: Iterable[Any]) -> None:
        """Look up what a batch of cells names, where a type has too many records to know them all by heart."""
        self._types.pop(key, None)  # a plugin may have been switched off since the last batch
        record_type = self._visible_type(key)
        if record_type is None:
            return
        names = self._names_of(record_type)
        if names.complete:
            return
        wanted = {str(cell).strip() for cell in cells if cell not in (None, "")}
        fresh = sorted(cell for cell in wanted if key_of(cell) not in names.looked_up)
        names.looked_up |= {key_of(cell) for cell in fresh}
        columns = self._columns(record_type)
        for part in in_parts(fresh):
            for column in columns:
                criteria = (column.in_(part), live(self.actor, record_type))
                for record_id, name in db.session.execute(select(record_type.model.id, column).where(*criteria)):
                    names.add(name, record_id)

    def find_exactly(self, key: str, cell: Any) -> Found:
        """Find a related record by its id or its very name.

        Args:
            key: the related record type's key.
            cell: what the file says.
        """
        record_type = self._visible_type(key)
        return self._find_exactly(record_type, key_of(cell), cell) if record_type is not None else Found(None)

    def find(self, key: str, cell: Any, parts: Mapping[str, Any] | None = None, *, is_new: bool = False) -> Found:
        """Find a related record by its id, by its name, by its name but for blanks and signs, or by making it.

        Args:
            key: the related record type's key.
            cell: what the file says.
            parts: where it belongs if it is made: a relation of it to the name of that record, made if it must be.
            is_new: whether somebody said that it is nobody's with a like name, and is to be made.
        """
        record_type = self._visible_type(key)
        if record_type is None:
            return Found(None)
        asked, answers = (key_of(cell), is_new), self._answers.setdefault(key, {})
        if asked in answers:
            return answers[asked]
        found = self._find(record_type, cell, parts or {}, is_new=is_new)
        self._answers.setdefault(key, {})[asked] = replace(found, made=False, described="", parts=())  # it is made once
        return found

    def near(self, key: str, cell: Any, most: int = 3) -> list[tuple[uuid.UUID, str]]:
        """Propose whom a name that nobody has may mean, the likeliest first.

        Args:
            key: the related record type's key.
            cell: what the file says.
            most: how many at most.

        Returns:
            Ids and names.
        """
        record_type = self._visible_type(key)
        if record_type is None:
            return []
        names = self._names_of(record_type)
        return [(names.found[each], names.spelling[each]) for each in names.near(key_of(cell), most)]

    def may_make(self, key: str) -> bool:
        """Tell whether an import may make a record of a type from its name alone."""
        record_type = self._visible_type(key)
        return record_type is not None and record_type.creatable and may(self.actor, record_type, "create")

    def learn(self, record_type: RecordType, name: Any, record_id: uuid.UUID) -> None:
        """Remember a record that this import made."""
        self._names_of(record_type).add(name, record_id)
        # A name that is like this one may have been looked for in vain.
        self._answers.pop(record_type.key, None)

    def forget(self) -> None:
        """Forget everything, because what was made is rolled back."""
        self._names.clear()
        self._answers.clear()

    def _visible_type(self, key: str) -> RecordType | None:
        if key not in self._types:
            found = record_types.get(key)
            self._types[key] = found if found is not None and may(self.actor, found, "view") else None
        return self._types[key]

    def _names_of(self, record_type: RecordType) -> Names:
        if record_type.key not in self._names:
            names = self._names[record_type.key] = Names(record_type)
            statement = select(record_type.model.id, *self._columns(record_type))
            rows = db.session.execute(statement.where(live(self.actor, record_type)).limit(KNOWN_BY_HEART + 1)).all()
            names.complete = len(rows) <= KNOWN_BY_HEART
            for record_id, *values in rows if names.complete else ():
                for value in values:
                    names.add(value, record_id)
        return self._names[record_type.key]

    @staticmethod
    def _columns(record_type: RecordType) -> list[Any]:
        matched = [record_type.fields[name].column for name in record_type.match if name in record_type.fields]
        return [getattr(record_type.model, name) for name in dict.fromkeys([record_type.title, *matched])]

    def _find(self, record_type: RecordType, cell: Any, parts: Mapping[str, Any], *, is_new: bool) -> Found:
        name = key_of(cell)
        found = self._find_exactly(record_type, name, cell)
        if found.id is not None or found.shared:
            return found
        bare = None if is_new else self._names_of(record_type).find_bare(name)
        return bare or self._make(record_type, name, cell, parts, is_new=is_new)

    def _find_exactly(self, record_type: RecordType, name: str, cell: Any) -> Found:
        names = self._names_of(record_type)
        if name in names.shared:
            return Found(None, shared=True)
        if name in names.found:
            return Found(names.found[name])
        known_id = as_id(cell)
        if known_id is None:
            return Found(None)
        criteria = (record_type.model.id == known_id, live(self.actor, record_type))
        return Found(db.session.scalars(select(record_type.model.id).where(*criteria)).one_or_none())

    def _make(self, record_type: RecordType, name: str, cell: Any, parts: Mapping[str, Any], *, is_new: bool) -> Found:
        if not ((self.create_missing or (is_new and not self.only_looks)) and self.may_make(record_type.key)):
            names = self._names_of(record_type)
            return Found(None, near=next((names.spelling[each] for each in names.alike(name)), ""))
        title = title_field(record_type)
        parts = {part: of for part, of in parts.items() if key_of(of or "") not in ("", name)}
        named = {part: self.find(record_type.fields[part].record_type, of) for part, of in parts.items()}
        placed = {part: str(found.id) for part, found in named.items() if found.id is not None}
        made = create_record(self.actor, record_type, {title: str(cell), **placed})
        self.learn(record_type, cell, made.id)
        made_parts = tuple((part, str(parts[part])) for part, of in named.items() if of.made)
        described = record_type.describe(made) if record_type.describe else ""
        return Found(made.id, made=True, described=described, parts=made_parts)


def title_field(record_type: RecordType) -> str:
    """Name the field that a record's title is kept by."""
    return next(name for name, each in record_type.fields.items() if getattr(each, "column", "") == record_type.title)


def _bare(name: str) -> str:
    return "".join(letter for letter in name if letter.isalnum())


def _digits(name: str) -> str:
    return "".join(letter for letter in name if letter.isdigit())


def as_id(cell: Any) -> uuid.UUID | None:
    """Read a cell as the id of a record; None when it is none."""
    text = str(cell)
    if len(text) != 36:
        return None
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def existing(
    actor: Actor, record_type: RecordType, field_name: str, values: Iterable[Any]
) -> Mapping[Any, Sequence[uuid.UUID]]:
    """Find which records have one of some values in a field, for a whole batch of rows; none where no field is named.

    Returns:
        For each value that was found the ids, oldest first.
    """
    wanted = [value for value in dict.fromkeys(values) if value not in (None, "")] if field_name else []
    column = record_type.fields[field_name].column if wanted and field_name != "id" else "id"
    attribute = getattr(record_type.model, column)
    found: dict[Any, list[uuid.UUID]] = {}
    for part in in_parts(wanted):
        statement = select(attribute, record_type.model.id).where(attribute.in_(part), live(actor, record_type))
        for value, record_id in db.session.execute(statement.order_by(record_type.model.id)):
            found.setdefault(value, []).append(record_id)
    return found
