"""Reading a file's row into the raw values that a record's schema reads, with what was noticed on the way."""

import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any, Final

import marshmallow as ma

from core.i18n import _
from core.imports import guessing, values
from core.imports.matching import NOT_YET, Found, Matcher, Names, key_of
from core.imports.options import EMPTY, FAIL, MAKE, TAKE, Options
from core.imports.reading import FileRow
from core.problems import Problem
from core.records import fields
from core.records.types import RecordType

#: The levels of an issue: the row isn't in; it is in with a doubt; it is in and worth listing; it waits for a record
#: further down in the file.
ERROR, WARNING, NOTICE, LATER = "error", "warning", "notice", "later"

TRUE_WORDS: Final = frozenset({"1", "true", "yes", "y", "x", "ναι", "tak", "αληθεσ", "prawda"})
FALSE_WORDS: Final = frozenset({"0", "false", "no", "n", "οχι", "nie", "ψευδεσ", "falsz"})

#: What stands between several mail addresses in one cell, as phones and Google write them.
BETWEEN_ADDRESSES: Final = re.compile(r"\s*(?::::|[,;])\s*")


@dataclass(frozen=True)
class Issue:
    """What a row's failure or doubt is."""

    level: str
    code: str
    message: str


@dataclass(slots=True)
class Row:
    """A row on its way to being a record: raw values by field, and what was noticed."""

    source: FileRow
    data: dict[str, Any] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)
    #: Fields whose record isn't there yet, but may come later in the same file: field to name.
    later: dict[str, Any] = field(default_factory=dict)
    #: The value that its record is recognised by.
    match: Any = None
    #: The id that its record is given, when the file names one.
    record_id: uuid.UUID | None = None
    #: Whether it can't become a record.
    has_failed: bool = False

    def notice(self, issue: Issue) -> None:
        """Write down what was noticed."""
        self.issues.append(issue)
        self.has_failed = self.has_failed or issue.level == ERROR

    def fail(self, code: str, message: str) -> None:
        """Write down why it can't become a record."""
        self.notice(Issue(ERROR, code, message))

    def put(self, name: str, value: Any) -> None:
        """Take a raw value for a field."""
        if name == "id":
            self._put_id(value)
        elif name.startswith(CUSTOM):
            self.data.setdefault("custom", {})[name.removeprefix(CUSTOM)] = value
        else:
            self.data[name] = value

    def _put_id(self, value: Any) -> None:
        try:
            self.record_id = uuid.UUID(str(value))
        except ValueError:
            self.fail("bad_id", _("“%(text)s” isn't an id of ours.", text=str(value)[:60]))


#: What stands before the name of a custom field.
CUSTOM: Final = "custom."


def value_meant(mapping: Mapping[str, str], code: str, cells: Mapping[str, Any] | None) -> str:
    """Give the cell of a row that a remark is about; empty where that isn't one alone, or the row wasn't kept.

    Args:
        mapping: column to field.
        code: of the remark; the field's name stands behind a colon.
        cells: column to what stands in it.
    """
    name = code.partition(":")[2]
    columns = [column for column, field in mapping.items() if name and field.removeprefix(CUSTOM) == name]
    return str((cells or {}).get(columns[0]) or "")[:60] if columns else ""


#: A column with more different texts than this, or with a longer one, doesn't hold few.
MOST_FEW: Final = 20
LONGEST_FEW: Final = 60
#: Counts nothing any more.
_MANY: Final = ""


def _count(counted: dict[str, int], text: str) -> str:
    """Count a text among the few of its column, until they are many."""
    if _MANY not in counted:
        counted[text] = counted.get(text, 0) + 1
        if len(counted) > MOST_FEW or len(text) > LONGEST_FEW:
            counted.clear()
            counted[_MANY] = 0
    return text


def few_values(counted: Mapping[str, Mapping[str, int]]) -> dict[str, list[tuple[str, int]]]:
    """Give the columns of few different texts, by field: each text and in how many rows it stands, the rarest first.

    One that is written differently by mistake stands among them, where people notice it.
    """
    few = {name: texts for name, texts in counted.items() if len(texts) > 1 and _MANY not in texts}
    return {name: sorted(texts.items(), key=lambda each: (each[1], each[0])) for name, texts in few.items()}


def is_part(name: str) -> bool:
    """Tell whether a field belongs to the record that another one names: `team.parent`."""
    return "." in name and not name.startswith(CUSTOM)


#: Reads a cell that isn't empty; None for nothing, because there is none or because it was written down why.
Reader = Callable[[Row, Any], Any]


class RowReader:
    """Reads the rows of one file; what can be found out once for a column isn't found out again for each row.

    Args:
        record_type: what the rows become.
        mapping: column to field.
        options: how the file is read.
        matcher: finds the records that cells name.
        usual: relations that most rows fill; a row without one is listed.
        tries: whether nothing is written, so that nothing is told as done.
        in_file: reads what the file's own records are called, when somebody first asks for it; without it every name
            of the file's own type may still come.
    """

    def __init__(
        self,
        record_type: RecordType,
        mapping: Mapping[str, str],
        options: Options,
        matcher: Matcher,
        usual: frozenset[str] = frozenset(),
        *,
        tries: bool = False,
        in_file: Callable[[], Names] | None = None,
    ) -> None:
        self.record_type = record_type
        self.options = options
        self.matcher = matcher
        self.usual = usual
        self.tries = tries
        self._in_file = cache(in_file) if in_file is not None else None
        self.fields = guessing.importable(record_type)
        #: The columns that name other records: column to field.
        self.related = {
            column: name for column, name in mapping.items() if isinstance(self.fields.get(name), fields.Related)
        }
        #: In how many rows a mapped column was empty, and in which first, until somebody clears it: by field.
        self.empty: dict[str, tuple[int, int]] = {}
        #: The texts of the columns that hold few different ones, and in how many rows each stands: by field. A column
        #: with more is left empty here.
        self.few: dict[str, dict[str, int]] = {}
        #: The records that the rows were found to point at, by their types, until somebody clears it.
        self.pointed: dict[str, set[uuid.UUID]] = {}
        #: Our own export says what is empty; in any other file an empty cell says nothing.
        self._exact = "id" in mapping.values()
        self._columns = [(column, name, self._reader_of(name)) for column, name in mapping.items() if not is_part(name)]
        #: For a relation the columns that say where its record belongs when it is made: field of that record to column.
        self._parts: dict[str, dict[str, str]] = {}
        for column, name in mapping.items():
            if is_part(name):
                relation, _dot, part = name.partition(".")
                self._parts.setdefault(relation, {})[part] = column

    def read(self, source: FileRow) -> Row:
        """Turn a row's cells into the raw values that the schema reads."""
        row = Row(source)
        if source.damage:
            row.fail("damaged", source.damage)
            return row
        if source.doubt:
            row.notice(Issue(WARNING, "mended", source.doubt))
        for column, name, reader in self._columns:
            cell = source.cells.get(column)
            if type(cell) is str:
                cell = cell.strip()
            if cell is None or cell == "":
                self._read_empty(row, name)
            elif (value := reader(row, cell)) is not None:
                row.put(name, value)
        row.match = self._match_value(row)
        return row

    def _read_empty(self, row: Row, name: str) -> None:
        rows, first = self.empty.get(name, (0, row.source.number))
        self.empty[name] = (rows + 1, first)
        if name not in self.usual and not self._exact:
            return
        declared = self.fields[name]
        if name in self.usual and not declared.required and not self._exact:
            row.notice(Issue(NOTICE, f"empty:{name}", _("%(field)s is empty.", field=declared.label)))
        if self._exact and name != "id" and declared.allow_none:
            row.put(name, [] if isinstance(declared, fields.Tags) else None)

    def _match_value(self, row: Row) -> Any:
        name = self.options.match
        if name == "id":
            return row.record_id
        raw = row.data.get(name)
        if raw is None:
            return None
        try:
            return self.fields[name].deserialize(raw, name, row.data)
        except ma.ValidationError:
            return None  # the schema says what is wrong with it when the row is written

    # What reads the cells of a column

    def _reader_of(self, name: str) -> Reader:
        declared = self.fields[name]
        if isinstance(declared, fields.Related):
            return lambda row, cell: self._read_related(row, name, cell)
        if isinstance(declared, fields.Choices):
            known = _choice_reader(declared)
            return lambda _row, cell: [known(each) for each in values.read_words(text_of(cell))]
        if isinstance(declared, fields.Tags):
            return lambda _row, cell: cell if isinstance(cell, list) else values.read_words(text_of(cell))
        if isinstance(declared, fields.Email):
            return lambda row, cell: _first_address(row, text_of(cell))
        if isinstance(declared, fields.Boolean):
            return lambda _row, cell: cell if isinstance(cell, bool) else _boolean(text_of(cell))
        if declared.numeric:
            decimal = self.options.decimal
            read_number = _remembering(lambda text: values.read_number(text, decimal))
            return lambda _row, cell: read_number(cell) if isinstance(cell, str) else text_of(cell)
        if type(declared) is fields.Choice and self.options.create_missing:
            return self._known_choice_reader(name, declared)
        read_text = self._text_reader_of(declared)
        if self.tries and type(declared) is fields.String and name != self.record_type.title:
            counted = self.few.setdefault(name, {})
            return lambda _row, cell: _count(counted, read_text(text_of(cell)))
        return lambda _row, cell: read_text(text_of(cell))

    def _text_reader_of(self, declared: Any) -> Callable[[str], Any]:
        order = self.options.order or "dmy"
        if isinstance(declared, fields.DateTime):
            return _remembering(lambda text: values.read_moment(text, order) or None)
        if isinstance(declared, fields.Date):
            return _remembering(lambda text: values.read_day(text, order) or None)
        if isinstance(declared, fields.Choice):
            return _choice_reader(declared)
        return str

    def _known_choice_reader(self, name: str, declared: fields.Choice) -> Reader:
        """Refuse an unknown choice in words of its own where somebody asked to make what isn't there."""
        read_choice = _choice_reader(declared)

        def read(row: Row, cell: Any) -> Any:
            choice = read_choice(text_of(cell))
            if choice not in declared.choices:
                message = _(
                    "%(field)s: “%(text)s” isn't one of its choices, and an import adds none. They are: %(all)s.",
                    field=declared.label, text=choice[:60], all=", ".join(map(str, declared.choices.values())),
                )  # fmt: skip
                row.fail(f"choice:{name}", message)
            return choice

        return read

    def _read_related(self, row: Row, name: str, cell: Any) -> uuid.UUID | None:
        declared = self.fields[name]
        if type(cell) is not str and isinstance(cell, Mapping):  # as the API writes it
            cell = cell.get("id") or cell.get("title") or ""
        cell = text_of(cell)
        answer = self._answer(name, cell)
        if answer in (EMPTY, FAIL):
            row.notice(self._unknown(name, cell, ERROR if answer == FAIL else WARNING))
            return None
        cell = answer if answer and answer != MAKE else cell
        if self._comes_later(name, cell):
            row.later[name] = cell
            return None
        try:
            found = self.find(name, cell, self._parts_of(row, name), is_new=answer == MAKE)
        except Problem as problem:
            messages = [text for texts in problem.fields.values() for text in texts] or [str(problem)]
            row.fail(f"unmade:{name}", f"{declared.label} “{cell[:60]}”: {' '.join(messages)}")
            return None
        for issue in self._doubts(name, cell, found):
            row.notice(issue)
        if found.id is None or row.has_failed:
            return None
        self.pointed.setdefault(declared.record_type, set()).add(found.id)
        return found.id

    def find(self, name: str, cell: str, parts: Mapping[str, Any] | None = None, *, is_new: bool = False) -> Found:
        """Find whom a cell names; for the arguments see `Matcher.find`. Whom the file itself brings has no id yet."""
        names, key = self._names_in_file(name, cell), key_of(cell)
        brought = Found(NOT_YET) if key in names.found else names.find_bare(key)
        if brought is not None and not is_new:
            return brought
        found = self.matcher.find(self.fields[name].record_type, cell, parts, is_new=is_new)
        alike = names.alike(key) if found.id is None and not found.near else []
        return replace(found, near=names.spelling[alike[0]]) if alike else found

    def near(self, name: str, cell: str, most: int = 3) -> list[tuple[str, str]]:
        """Propose whom a name that nobody has may mean, the likeliest first: what an answer says, and the name."""
        names, key = self._names_in_file(name, cell), key_of(cell)
        there = [(str(each), title) for each, title in self.matcher.near(self.fields[name].record_type, cell, most)]
        brought = [(names.spelling[each], names.spelling[each]) for each in names.near(key, most)]
        ordered = brought + there if names.find_bare(key) is not None else there + brought
        listed: dict[str, tuple[str, str]] = {}
        for said, title in ordered:
            listed.setdefault(key_of(title), (said, title))
        return list(listed.values())[:most]

    def _names_in_file(self, name: str, cell: str) -> Names:
        """Give what the file's own records are called where a cell may name one, and names none that is there."""
        own = self.fields[name].record_type == self.record_type.key
        if not own or self._in_file is None or self.matcher.find_exactly(self.record_type.key, cell).id is not None:
            return Names(self.record_type)
        return self._in_file()

    def _comes_later(self, name: str, cell: str) -> bool:
        """Tell whether a cell names somebody of the file's own type whom another row will bring."""
        if self.fields[name].record_type != self.record_type.key:
            return False
        if self._in_file is None:
            return self.matcher.find_exactly(self.record_type.key, cell).id is None
        names, key = self._names_in_file(name, cell), key_of(cell)
        return key in names.found or (self.options.accept_near and names.find_bare(key) is not None)

    def _answer(self, name: str, cell: str) -> str:
        """Give what a person said of a name; empty for nothing."""
        answers = self.options.names.get(name)
        return answers.get(cell, "") if answers else ""

    def _parts_of(self, row: Row, name: str) -> dict[str, Any]:
        """Give where a record belongs that is made for a row, by the names in the file or those that are meant."""
        columns, cells = self._parts.get(name, {}), row.source.cells
        given = {part: text_of(cells.get(column)).strip() for part, column in columns.items()}
        answers = {part: self._answer(f"{name}.{part}", cell) for part, cell in given.items()}
        meant = {part: answers[part] or cell for part, cell in given.items() if answers[part] not in (EMPTY, FAIL)}
        return {part: given[part] if cell == MAKE else cell for part, cell in meant.items()}

    def _doubts(self, name: str, cell: str, found: Found) -> list[Issue]:
        made = [self._made(f"{name}.{part}", of) for part, of in found.parts]
        issue = self.doubt(name, cell, found)
        return made if issue is None else [issue, *made]

    def doubt(self, name: str, cell: str, found: Found) -> Issue | None:
        """Say what is doubtful about whom a cell was found to name; None when nothing is."""
        declared = self.fields[name]
        if found.made:
            return self._made(name, cell, found.described)
        if found.id is not None and not found.near:
            return None
        fate = self.fate(name, found)
        if fate == TAKE:
            return Issue(WARNING, f"near:{name}", _("“%(cell)s” is taken for “%(near)s”.", cell=cell, near=found.near))
        if fate == MAKE:
            return self._made(name, cell)
        level = ERROR if fate == FAIL else WARNING
        if found.near:
            message = _("“%(cell)s” isn't there; “%(near)s” is near.", cell=cell, near=found.near)
            return Issue(level, f"near:{name}", message)
        if found.shared:
            message = _("%(field)s: several are called “%(cell)s”.", field=declared.label, cell=cell)
            return Issue(level, f"missing:{name}", message)
        return self._unknown(name, cell, level)

    def fate(self, name: str, found: Found) -> str:
        """Say what becomes of a name that nobody has and nobody was asked about: `TAKE`, `MAKE`, `EMPTY` or `FAIL`.

        Args:
            name: the field.
            found: what came of looking for it.
        """
        declared, options = self.fields[name], self.options
        if found.id is not None:
            return TAKE if options.accept_near else FAIL
        if options.create_missing and not found.shared and self.matcher.may_make(declared.record_type):
            return MAKE
        if is_part(name):
            return EMPTY
        return FAIL if options.strict or declared.required else EMPTY

    def _made(self, name: str, cell: str, how: str = "") -> Issue:
        said = {"field": self.fields[name].label, "cell": cell, "how": how}
        if self.tries and how:
            message = _("%(field)s “%(cell)s” would be made: %(how)s.", **said)
        elif self.tries:
            message = _("%(field)s “%(cell)s” would be made.", **said)
        elif how:
            message = _("%(field)s “%(cell)s” was made: %(how)s.", **said)
        else:
            message = _("%(field)s “%(cell)s” was made.", **said)
        return Issue(NOTICE, f"made:{name}:{cell}"[:60], message)

    def _unknown(self, name: str, cell: str, level: str) -> Issue:
        message = _("%(field)s: there is no “%(cell)s”.", field=self.fields[name].label, cell=cell)
        return Issue(level, f"missing:{name}", message)


def _remembering(read: Callable[[str], Any]) -> Callable[[str], Any]:
    """Read each text once, because most columns hold few different ones."""
    return lru_cache(fields.MOST_REMEMBERED)(read)


def _first_address(row: Row, text: str) -> str:
    """Take the first of several mail addresses in one cell."""
    addresses = [each for each in BETWEEN_ADDRESSES.split(text) if each]
    if len(addresses) > 1:
        row.notice(Issue(WARNING, "several_addresses", _("Of several mail addresses in one cell the first is taken.")))
    return addresses[0] if addresses else text


def text_of(value: Any) -> str:
    """Write a cell of a workbook or of JSON as a person would have typed it."""
    if type(value) is str:
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return "" if value is None else str(value)


def _boolean(text: str) -> Any:
    word = key_of(text)
    return True if word in TRUE_WORDS else False if word in FALSE_WORDS else text


def _choice_reader(declared: fields.OfASet) -> Callable[[str], str]:
    """Give the function that finds a choice by value or label; what is neither stays for the schema to refuse."""
    known: dict[str, str] = {}
    for value, label in declared.choices.items():
        known.setdefault(key_of(value), str(value))
        known.setdefault(key_of(label), str(value))
    return lambda text: known.get(key_of(text), text)
