"""Guessing which column is which field, and how its days and numbers are written. A doubt is asked, never guessed."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from core.customfields import fields_of
from core.records import fields
from core.records.types import RecordType
from core.search.fold import fold

CERTAIN, LIKELY, ASKS, NONE = "certain", "likely", "asks", "none"

DAY: Final = re.compile(r"(\d{1,4})[./\- ](\d{1,2})[./\- ](\d{1,4})(?:[T ].*)?")


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
    """List the fields that an import may fill, custom ones with `custom.` before them."""
    own = {
        name: declared
        for name, declared in record_type.fields.items()
        if isinstance(declared, fields.FieldInfo) and declared.writable
    }
    return own | {f"custom.{name}": declared for name, declared in fields_of(record_type).items()}


def plain(heading: str) -> str:
    """Reduce a heading to its letters and digits, folded."""
    return re.sub(r"[\W_]+", " ", fold(heading)).strip()


def guess_columns(record_type: RecordType, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> list[Guess]:
    """Guess each column's field by its heading; each field is given once, to the surest column.

    Args:
        record_type: what the rows become.
        columns: the headings.
        rows: some of the rows, for samples and for days that can be read in two ways.
    """
    known = importable(record_type)
    ranked = sorted(
        ((_rank(column, name, declared), column, name) for column in columns for name, declared in known.items()),
        key=lambda each: -each[0],
    )
    chosen: dict[str, tuple[str, int]] = {}
    for rank, column, name in ranked:
        if rank and column not in chosen and name not in {taken for taken, _rank_ in chosen.values()}:
            chosen[column] = (name, rank)
    return [_guess(column, chosen.get(column), known, rows) for column in columns]


def _rank(column: str, name: str, declared: Any) -> int:
    heading = plain(column)
    exact = {plain(name), plain(str(declared.label)), *[plain(each) for each in declared.import_names]}
    if heading in exact:
        return 3
    if heading.removesuffix(" id") in exact or heading.replace(" ", "") in {each.replace(" ", "") for each in exact}:
        return 2
    words = set(heading.split())
    return 1 if any(each and set(each.split()) <= words for each in exact if len(each) > 3) else 0


def _guess(
    column: str, chosen: tuple[str, int] | None, known: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]
) -> Guess:
    values = [str(row.get(column) or "") for row in rows]
    samples = list(dict.fromkeys(value for value in values if value))[:3]
    if chosen is None:
        return Guess(column, "", NONE, samples)
    name, rank = chosen
    certainty = CERTAIN if rank >= 2 else LIKELY
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


def read_day(text: str, order: str) -> str:
    """Write a day of a file in ISO form; what can't be read is given back as it is.

    Args:
        text: the cell.
        order: `dmy` or `mdy`, for days that don't begin with the year.
    """
    found = DAY.fullmatch(text.strip())
    if found is None:
        return text
    parts = [int(found[1]), int(found[2]), int(found[3])]
    if len(found[1]) == 4:
        year, month, day = parts
    else:
        day, month, year = parts if order == "dmy" else (parts[1], parts[0], parts[2])
        if year < 100:
            year += 2000 if year < 70 else 1900
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return text


def read_number(text: str, decimal: str = "") -> str:
    """Write a number of a file with a point before its decimals, without anything between its thousands.

    Args:
        text: the cell: `1.240,50`, `1,240.50`, `€ 12`, `(5)`.
        decimal: `,` or `.` when the person said so; otherwise the last of the two that is followed by other than three
            digits, or that stands beside the other one, is the decimal sign.
    """
    kept = re.sub(r"[^\d.,()\-−]", "", text).replace("−", "-")
    negative = kept.startswith("(") and kept.endswith(")")
    kept = kept.strip("()")
    sign = decimal or _decimal_sign(kept)
    other = "." if sign == "," else ","
    kept = kept.replace(other, "").replace(sign, ".") if sign else kept.replace(",", "").replace(".", "")
    try:
        value = Decimal(kept)
    except InvalidOperation:
        return text
    return f"{-value if negative else value:f}"


def _decimal_sign(text: str) -> str:
    comma, point = text.rfind(","), text.rfind(".")
    if comma >= 0 and point >= 0:
        return "," if comma > point else "."
    sign = "," if comma >= 0 else "." if point >= 0 else ""
    if not sign:
        return ""
    once = text.count(sign) == 1
    if sign == ".":
        return "." if once else ""
    return "," if once and len(text) - text.rfind(sign) - 1 != 3 else ""
