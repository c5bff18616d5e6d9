"""Guessing which column is which field, by its heading and its values. A doubt is asked, never guessed."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any, Final

import marshmallow as ma

from core.customfields import fields_of
from core.i18n import LANGUAGES, LazyText, _l, in_language
from core.imports.values import DAY, decimal_style, read_day, read_number
from core.records import fields
from core.records.registry import record_types
from core.records.types import RecordType
from core.search.fold import fold

CERTAIN, LIKELY, ASKS, NONE = "certain", "likely", "asks", "none"

#: How surely a heading names a field: it is its name; its name but for a number or a star; its last word; its first.
EXACT, NEARLY, ENDS, BEGINS = 4, 3, 2, 1
#: Headings of columns that other systems ask to leave alone.
NOT_OURS: Final = re.compile(r"\(do not modify\)|row checksum|isdeleted", re.IGNORECASE)
#: What stands before a field's name in exports that mix several kinds: `Deal - Title`.
ENTITY: Final = re.compile(r"^.+ [-–] (?=\S)")
#: The share of a column's values that must look like a field's for it to be guessed, in percent.
FITTING: Final = 80
#: What looks like a phone number.
PHONE: Final = re.compile(r"(?=(.*\d){7})[+(]?[\d\s()/.\-]{8,20}")
#: Fields by which a person is named; beside them a company's column is whom the person belongs to.
PERSON: Final = frozenset({"given_name", "family_name"})
OWN_NAMES: Final = frozenset({"name", "full name", "display name", "person name", "contact name"})


class RecordId(fields.FieldInfo, ma.fields.UUID):
    """The id of a record, as our own exports write it."""


@dataclass(frozen=True)
class Guess:
    """What a column seems to be.

    Attributes:
        column: its heading.
        field: the field's name; empty for none.
        certainty: `certain`, `likely`, `asks` (its days can be read in two ways) or `none`.
        samples: three of its values.
    """

    column: str
    field: str
    certainty: str
    samples: Sequence[str]


def importable(record_type: RecordType) -> dict[str, Any]:
    """List the fields that an import may fill, the id first, custom ones with `custom.` before them."""
    own = {
        name: declared
        for name, declared in record_type.fields.items()
        if isinstance(declared, fields.FieldInfo) and declared.writable
    }
    identity = RecordId(label=_l("Id in Pelatis"))
    identity.name = "id"
    custom = {f"custom.{name}": declared for name, declared in fields_of(record_type).items()}
    return {"id": identity} | own | _parents(record_type, own) | custom


def _parents(record_type: RecordType, own: Mapping[str, Any]) -> dict[str, Any]:
    """List what the records that a row names may be put under when they are made for it: `team.parent`."""
    found: dict[str, Any] = {}
    for name, declared in own.items():
        related = record_types.get(declared.record_type) if isinstance(declared, fields.Related) else None
        if related is None or not related.creatable or related.key == record_type.key:
            continue
        for part, of_related in related.fields.items():
            if isinstance(of_related, fields.Related) and of_related.record_type == related.key:
                found[f"{name}.{part}"] = _part(declared, of_related)
    return found


def _part(declared: Any, of_related: Any) -> Any:
    part = copy(of_related)
    part.relabel(LazyText(lambda: f"{declared.label}: {of_related.label}"))
    return part


def plain(heading: str) -> str:
    """Reduce a heading to its letters and digits, folded; `FirstName` and `first_name` are the same."""
    spaced = re.sub(r"(?<=[a-zα-ω])(?=[A-ZΑ-Ω])", " ", heading)
    return re.sub(r"[\W_]+", " ", fold(spaced)).strip()


def guess_columns(record_type: RecordType, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> list[Guess]:
    """Guess each column's field by its heading, else by its values; each field is given once, to the surest column.

    Args:
        record_type: what the rows become.
        columns: the headings.
        rows: some of the rows, for samples, values that speak for themselves, and days that can be read in two ways.
    """
    known = importable(record_type)
    values = {column: [text for row in rows if (text := _text(row.get(column)))] for column in columns}
    names = {name: _names(name, declared) for name, declared in known.items()}
    chosen = _by_heading(columns, known, names, values)
    if {name for name, _rank_of_it in chosen.values()} >= PERSON:
        chosen = _by_heading(columns, known, _names_of_people(names), values)
    _by_values(chosen, columns, known, values)
    return [_guess(column, chosen.get(column), known, values[column]) for column in columns]


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _by_heading(
    columns: Sequence[str],
    known: Mapping[str, Any],
    names: Mapping[str, frozenset[str]],
    values: Mapping[str, Sequence[str]],
) -> dict[str, tuple[str, int]]:
    ranked = [
        (rank, column, name)
        for column in columns
        for name, declared in known.items()
        if (rank := _rank(column, names[name], is_related=isinstance(declared, fields.Related)))
        and _may_hold(declared, values[column], rank)
    ]
    chosen: dict[str, tuple[str, int]] = {}
    taken: set[str] = set()
    for rank, column, name in sorted(ranked, key=lambda each: -each[0]):
        if column not in chosen and name not in taken:
            chosen[column] = (name, rank)
            taken.add(name)
    return chosen


def _names_of_people(names: Mapping[str, frozenset[str]]) -> Mapping[str, frozenset[str]]:
    """Take a company's column for whom a person belongs to, because the person's own name is in two others."""
    own = names.get("name", frozenset())
    changed = {**names, "name": OWN_NAMES}
    if "parent" in names:
        changed["parent"] = names["parent"] | (own - OWN_NAMES)
    return changed


def _names(name: str, declared: Any) -> frozenset[str]:
    given = [name.removeprefix("custom."), str(declared.label), *declared.import_names]
    for language in LANGUAGES:  # a file has its headings in the language of whoever wrote it
        with in_language(language):
            given.append(str(declared.label))
    return frozenset(filter(None, map(plain, given)))


def _rank(column: str, names: frozenset[str], *, is_related: bool) -> int:
    if NOT_OURS.search(column):
        return 0
    heading, bare = plain(column), plain(ENTITY.sub("", column))
    if heading in names:
        return EXACT
    numbered, unexplained = re.sub(r" ?\d+$", "", heading), plain(re.sub(r"\(.*\)", "", ENTITY.sub("", column)))
    alike = {bare, numbered, unexplained} | ({heading.removesuffix(" id")} if is_related else set())
    if alike & names or heading.replace(" ", "") in {name.replace(" ", "") for name in names}:
        return NEARLY
    long = [name for name in names if len(name) > 2]
    if any(heading.endswith(f" {name}") for name in long):
        return ENDS
    begins = any(heading.startswith(f"{name} ") for name in long if len(name) > 3)
    return BEGINS if begins and heading.count(" ") == 1 else 0


def _may_hold(declared: Any, values: Sequence[str], rank: int) -> bool:
    """Keep a column from a field that its values don't fit; a heading that names the field is believed anyway."""
    if isinstance(declared, RecordId):
        return bool(values) and _share(values, _is_id) == 100
    if isinstance(declared, fields.Related) and rank <= NEARLY and values:
        return _share(values, _is_code) < FITTING  # another system's ids name nothing here
    looks = _look_of(declared)
    return rank >= NEARLY or looks is None or not values or _share(values, looks) >= FITTING


def _by_values(
    chosen: dict[str, tuple[str, int]],
    columns: Sequence[str],
    known: Mapping[str, Any],
    values: Mapping[str, Sequence[str]],
) -> None:
    """Give mail addresses, web addresses and phone numbers to their fields where no heading did."""
    for name, declared in known.items():
        looks = _look_of(declared) if isinstance(declared, fields.Email | fields.Url | fields.Phone) else None
        if looks is None or name in {taken for taken, _rank_of_it in chosen.values()}:
            continue
        free = [column for column in columns if column not in chosen and not NOT_OURS.search(column) and values[column]]
        fitting = next((column for column in free if _share(values[column], looks) >= FITTING), None)
        if fitting is not None:
            chosen[fitting] = (name, BEGINS)


def _look_of(declared: Any) -> Callable[[str], bool] | None:
    """Give the test of whether a text looks like a field's; None where any text would do."""
    if isinstance(declared, fields.Email):
        return lambda text: re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", text) is not None
    if isinstance(declared, fields.Url):
        return lambda text: re.fullmatch(r"(https?://|www\.)\S+", text, re.IGNORECASE) is not None
    if isinstance(declared, fields.Phone):
        return lambda text: PHONE.fullmatch(text) is not None and DAY.fullmatch(text) is None
    if isinstance(declared, fields.Date | fields.DateTime):
        return lambda text: DAY.fullmatch(read_day(text, "dmy")) is not None or DAY.fullmatch(text) is not None
    if isinstance(declared, fields.Money | fields.Integer | fields.Decimals):
        return lambda text: re.fullmatch(r"-?\d+(\.\d+)?", read_number(text)) is not None
    return None


def _is_code(text: str) -> bool:
    return re.fullmatch(r"(?=.*\d)[A-Za-z0-9;-]{4,}", text) is not None


def _is_id(text: str) -> bool:
    return re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", text.lower()) is not None


def _share(values: Sequence[str], looks: Callable[[str], bool]) -> int:
    return 100 * sum(map(looks, values)) // len(values) if values else 0


def _guess(column: str, chosen: tuple[str, int] | None, known: Mapping[str, Any], values: Sequence[str]) -> Guess:
    samples = [value[:60] for value in list(dict.fromkeys(values))[:3]]
    if chosen is None:
        return Guess(column, "", NONE, samples)
    name, rank = chosen
    looks = _look_of(known[name])
    fits = looks is None or not values or _share(values, looks) >= FITTING
    certainty = CERTAIN if rank >= NEARLY and fits else LIKELY
    if isinstance(known[name], fields.Date | fields.DateTime) and day_order(values).is_doubtful:
        certainty = ASKS
    return Guess(column, name, certainty, samples)


@dataclass(frozen=True)
class DayOrder:
    """How many days of a column fit day first, month first, and both."""

    day_first: int = 0
    month_first: int = 0
    both: int = 0

    @property
    def is_doubtful(self) -> bool:
        """Whether the days alone don't tell."""
        return self.both > 0 and bool(self.day_first) == bool(self.month_first)

    @property
    def order(self) -> str:
        """`dmy` or `mdy`, whichever more days fit; `dmy` when nothing tells."""
        return "mdy" if self.month_first > self.day_first else "dmy"


def day_order(values: Iterable[str]) -> DayOrder:
    """Count in how many ways the days of a column can be read; days in ISO form fit only one."""
    day_first = month_first = both = 0
    for value in values:
        found = DAY.fullmatch(value.strip())
        if found is None or len(found[1]) == 4:
            continue
        first, second = int(found[1]), int(found[2])
        fits_day, fits_month = 1 <= second <= 12 and 1 <= first <= 31, 1 <= first <= 12 and 1 <= second <= 31
        if fits_day and fits_month and first != second:
            both += 1
        elif fits_day and not fits_month:
            day_first += 1
        elif fits_month and not fits_day:
            month_first += 1
    return DayOrder(day_first, month_first, both)


def numbers_style(record_type: RecordType, mapping: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> str:
    """Tell which sign stands before the decimals in a file's numbers; empty when they don't tell, or differ."""
    known = importable(record_type)
    numeric = [column for column, name in mapping.items() if name in known and known[name].numeric]
    return decimal_style(
        _text(row.get(column)) for row in rows for column in numeric if isinstance(row.get(column), str)
    )
