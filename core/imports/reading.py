"""Reading the rows of a CSV, Excel or JSON Lines file, or the cards of a vCard file, whatever program wrote it.

The encoding and the delimiter are guessed, and always shown with a sample before anything is written. A row that is
damaged is given with what is wrong with it; the rows after it are read on.
"""

import csv
import json
import re
import unicodedata
import zipfile
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import count, islice
from pathlib import Path
from typing import Any, Final, TextIO

from core.i18n import _
from core.imports import encodings, vcards
from core.imports.encodings import find_encoding
from core.problems import Problem

DELIMITERS: Final = ",;\t|"
#: Bytes that are looked at to guess.
SAMPLE: Final = 256 * 1024
#: Bounds against files that are made to hurt. A cell holds what a form would take.
MOST_COLUMNS: Final = 500
LONGEST_CELL: Final = 65_535
#: Lines that one row may go over; beyond them its quote was never closed.
MOST_LINES: Final = 1_000
#: Letters of one line; a longer one is no line, and would be held in memory several times over.
LONGEST_LINE: Final = 4_000_000
MOST_UNPACKED: Final = 512 * 1024**2
MOST_SHEET_CELLS: Final = 30_000_000

#: A character that a file in UTF-8 can't hold, as `surrogateescape` gives it.
ESCAPED: Final = re.compile("[\udc80-\udcff]")
#: What an export puts before a cell that a spreadsheet would run as a formula; see `core.exports.writing`.
GUARDED: Final = re.compile(r"'+[=+\-@\t\r＝＋－＠]")
#: A cell of a workbook's sheet: its column's letters and its row's number.
PLACE: Final = re.compile(rb'<(?:\w+:)?c [^>]*?\br="([A-Z]{1,4})(\d{1,8})"')

csv.field_size_limit(2**31 - 1)


@dataclass(frozen=True)
class Shape:
    """How a file is read.

    Attributes:
        kind: `csv`, `xlsx`, `jsonl` or `vcf`.
        encoding: Python's name of it; empty for xlsx.
        delimiter: what stands between the columns of a CSV.
        alternatives: the encodings that could be meant, the likeliest first, each with a line of the file read by it.
    """

    kind: str
    encoding: str = ""
    delimiter: str = ""
    alternatives: Sequence[tuple[str, str]] = field(default_factory=tuple)


@dataclass(frozen=True)
class FileRow:
    """A row of the file.

    Attributes:
        number: its place as a spreadsheet counts: the headings are row 1, empty rows count. Of JSON Lines the line's,
            of vCards that of the card's first line.
        cells: its cells by heading.
        damage: why it can't be taken; empty when it can.
        doubt: what was mended to read it; empty when nothing was.
    """

    number: int
    cells: dict[str, Any]
    damage: str = ""
    doubt: str = ""


def unreadable(message: str) -> Problem:
    """Make the problem of a file that can't be read."""
    return Problem("imports.unreadable", message)


def find_shape(path: Path, name: str = "") -> Shape:
    """Find out how a file is to be read.

    Args:
        path: where it lies.
        name: what the person calls it; its ending says what it is.

    Raises:
        Problem: 422 when it is empty or no file of rows.
    """
    ending = Path(name or path.name).suffix.lower()
    with path.open("rb") as stream:
        sample = stream.read(SAMPLE)
    if not sample.strip():
        raise unreadable(_("The file is empty."))
    if sample[:4] == b"PK\x03\x04":
        return Shape("xlsx")
    if sample[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" or ending == ".xls":
        raise unreadable(_("This is an old Excel file (.xls). Save it as .xlsx or .csv, then try again."))
    encoding, alternatives = find_encoding(sample)
    text = sample.decode(encoding, "replace")
    if ending == ".vcf" or vcards.BEGINS.match(text):
        return Shape("vcf", encoding, alternatives=alternatives)
    if ending in (".jsonl", ".ndjson") or text.lstrip().startswith("{"):
        return Shape("jsonl", encoding, alternatives=alternatives)
    if _is_binary(text):
        raise unreadable(_("This isn't a file of rows. Take a CSV, Excel, JSON Lines or vCard file."))
    return Shape("csv", encoding, find_delimiter(text), alternatives)


def _is_binary(text: str) -> bool:
    start = text[:4_000]
    controls = sum(unicodedata.category(letter) == "Cc" and letter not in "\t\r\n" for letter in start)
    return controls * 20 > len(start)


def find_delimiter(text: str) -> str:
    """Guess what stands between columns: what divides the most lines into the same number of cells."""
    lines = [line for line in text.splitlines()[:50] if line.strip()]
    best, best_score = ",", 0
    for delimiter in DELIMITERS:
        widths = [len(row) for row in csv.reader(lines, delimiter=delimiter)]
        width = max(set(widths), key=widths.count) if widths else 1
        score = widths.count(width) * (width - 1)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def headings(path: Path, shape: Shape) -> list[str]:
    """Read the names of a file's columns; of JSON Lines those of the first hundred objects.

    Raises:
        Problem: 422 when there are none, or far too many.
    """
    if shape.kind == "vcf":
        return list(vcards.COLUMNS)
    if shape.kind == "jsonl":
        first = islice(read_rows(path, shape), 100)
        names = list(dict.fromkeys(name for row in first if not row.damage for name in row.cells))
    else:
        names = [str(name).strip() for name in next(_raw_rows(path, shape), _Raw([])).cells]
    if not any(names):
        raise unreadable(_("The first row has no column names."))
    if len(names) > MOST_COLUMNS:
        raise unreadable(_("The file has more than %(most)s columns.", most=MOST_COLUMNS))
    return _distinct(names)


def _distinct(names: Sequence[str]) -> list[str]:
    """Name unnamed columns by their place, and equal ones apart."""
    seen: dict[str, int] = {}
    result = []
    for place, given in enumerate(names, 1):
        name = given or _("Column %(place)s", place=place)
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return result


def read_rows(path: Path, shape: Shape, after: int = 0) -> Iterator[FileRow]:
    """Read a file's rows, one by one; empty ones are passed over.

    Args:
        path: where it lies.
        shape: how it is read.
        after: rows to pass over, those that were committed before.
    """
    read = {"jsonl": _json_rows, "vcf": _card_rows}.get(shape.kind, _table_rows)
    yield from islice(read(path, shape), after, None)


def _json_rows(path: Path, shape: Shape) -> Iterator[FileRow]:
    with path.open(encoding=shape.encoding, errors="replace") as stream:
        for number, line in enumerate(_lines(stream), 1):
            if not line.strip():
                continue
            try:
                cells = json.loads(line, parse_float=Decimal)
            except (ValueError, RecursionError):
                cells = None
            if isinstance(cells, dict):
                yield FileRow(number, cells, _damage_of(cells.values(), shape))
            else:
                yield FileRow(number, {"": line[:1_000]}, _("This line isn't a JSON object."))


def _card_rows(path: Path, shape: Shape) -> Iterator[FileRow]:
    with path.open(encoding=shape.encoding, errors="replace") as stream:
        for number, cells, damage in vcards.read_cards(_lines(stream)):
            yield FileRow(number, cells, damage or _damage_of(cells.values(), shape))


def _table_rows(path: Path, shape: Shape) -> Iterator[FileRow]:
    rows = _raw_rows(path, shape)
    names = _distinct([str(name).strip() for name in next(rows, _Raw([])).cells])
    for number, raw in enumerate(rows, 2):
        row = list(raw.cells)
        if (not any(row) and not raw.damage) or not any(str(cell).strip() for cell in row):
            continue
        while len(row) > len(names) and not row[-1]:
            row.pop()
        damage = raw.damage or _damage_of(row, shape) or _width_damage(row, names)
        beyond = [_("Column %(place)s", place=place) for place in range(len(names) + 1, len(row) + 1)]
        yield FileRow(number, dict(zip([*names, *beyond], row, strict=False)), damage, raw.doubt)


def _width_damage(row: Sequence[Any], names: Sequence[str]) -> str:
    if len(row) == len(names):
        return ""
    return _("This row has %(count)s cells, and there are %(columns)s columns.", count=len(row), columns=len(names))


def _damage_of(cells: Iterable[Any], shape: Shape) -> str:
    texts = [cell for cell in cells if isinstance(cell, str)]
    whole = "".join(texts)
    if "\x00" not in whole and "\ufffd" not in whole and len(whole) <= LONGEST_CELL:
        return ""
    for cell in texts:
        if "\x00" in cell:
            return _("This row holds a character that no text has (NUL).")
        if "\ufffd" in cell:
            name = encodings.NAMES.get(shape.encoding, shape.encoding)
            return _("A letter of this row can't be read in the encoding %(name)s.", name=name)
        if len(cell) > LONGEST_CELL:
            return _("A cell of this row is longer than %(most)s letters.", most=LONGEST_CELL)
    return ""


@dataclass(frozen=True)
class _Raw:
    """A row as it stands in the file, before it is known what its columns are."""

    cells: Sequence[Any]
    damage: str = ""
    doubt: str = ""


def _raw_rows(path: Path, shape: Shape) -> Iterator[_Raw]:
    if shape.kind == "xlsx":
        yield from _sheet(path)
        return
    errors = "surrogateescape" if shape.encoding in encodings.UTF_8 else "replace"
    with path.open(encoding=shape.encoding, errors=errors, newline="") as stream:
        for raw in _csv_rows(_lines(stream), shape.delimiter):
            yield _mended(raw) if any(map(ESCAPED.search, raw.cells)) else raw


def _lines(stream: TextIO) -> Iterator[str]:
    """Read a file's lines; one that never ends is refused before it fills the memory."""
    for number in count(1):
        line = stream.readline(LONGEST_LINE + 1)
        if not line:
            return
        if len(line) > LONGEST_LINE:
            message = _(
                "Line %(line)s is longer than %(most)s letters. Look there for a quotation mark that is never closed, "
                "or for missing line ends.",
                line=number,
                most=LONGEST_LINE,
            )
            raise unreadable(message)
        yield line


def _csv_rows(source: Iterable[str], delimiter: str) -> Iterator[_Raw]:
    """Read a CSV so that a quote that is never closed spoils its own line and not all the lines after it."""
    lines = _Lines(source)
    while True:
        for row in csv.reader(lines.fed(), delimiter=delimiter):
            if lines.are_left_open(delimiter):
                break
            yield _Raw([cell[1:] if GUARDED.match(cell) else cell for cell in row])
            lines.row.clear()
        else:
            return
        yield _Raw([lines.give_back()], _("A quotation mark is opened in this row and never closed."))


class _Lines:
    """Lines on their way to a reader, which can be given back; `row` holds those of the present row."""

    def __init__(self, source: Iterable[str]) -> None:
        self.row: list[str] = []
        self._source = iter(source)
        self._waiting: deque[str] = deque()
        self._ended = False

    def fed(self) -> Iterator[str]:
        """Give the lines until the present row has far too many."""
        while len(self.row) < MOST_LINES:
            line = self._waiting.popleft() if self._waiting else next(self._source, None)
            if line is None:
                self._ended = True
                return
            self.row.append(line)
            yield line

    def are_left_open(self, delimiter: str) -> bool:
        """Tell whether the present row ended only because its lines did."""
        if '"' not in self.row[-1]:
            return len(self.row) > 1
        return self._ended and _is_open(self.row, delimiter)

    def give_back(self) -> str:
        """Put all lines but the first of the present row back, and give that one."""
        first = self.row[0]
        self._waiting.extendleft(reversed(self.row[1:]))
        self.row.clear()
        self._ended = False
        return first.rstrip("\r\n")


def _is_open(row: Sequence[str], delimiter: str) -> bool:
    """Tell whether a row ends inside of quotation marks, which only a strict reader says."""
    try:
        list(csv.reader(row, delimiter=delimiter, strict=True))
    except csv.Error as error:
        return "unexpected end" in str(error)
    return False


def _mended(raw: _Raw) -> _Raw:
    """Read the cells of a row that aren't UTF-8, in a file that otherwise is, by the likeliest code page."""
    page = encodings.likeliest_page(b"\n".join(_bytes(cell) for cell in raw.cells if ESCAPED.search(cell)))
    cells = [_bytes(cell).decode(page, "replace") if ESCAPED.search(cell) else cell for cell in raw.cells]
    doubt = _("Some letters of this row aren't UTF-8; they were read as %(name)s.", name=encodings.NAMES[page])
    return _Raw(cells, raw.damage, doubt)


def _bytes(cell: str) -> bytes:
    return cell.encode("utf-8", "surrogateescape")


def _sheet(path: Path) -> Iterator[_Raw]:
    from python_calamine import CalamineError, load_workbook

    try:
        _refuse_bombs(path)
        with path.open("rb") as stream:
            for row in load_workbook(stream).get_sheet_by_index(0).iter_rows():
                yield _Raw([_cell(value) for value in row])
    except (CalamineError, zipfile.BadZipFile, IndexError, EOFError, NotImplementedError) as error:
        raise unreadable(_("This isn't an Excel workbook, or it is damaged.")) from error


def _refuse_bombs(path: Path) -> None:
    """Refuse a workbook that would fill the memory: too large once unpacked, or cells at the far end of its sheets."""
    too_large = _("The workbook is too large once it is unpacked. Save its first sheet as CSV.")
    with zipfile.ZipFile(path) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > MOST_UNPACKED:
            raise unreadable(too_large)
        for entry in archive.infolist():
            if entry.filename.startswith("xl/worksheets/") and entry.filename.endswith(".xml"):
                with archive.open(entry) as sheet:
                    columns, rows = _extent(sheet)
                if columns * rows > MOST_SHEET_CELLS:
                    raise unreadable(too_large)


def _extent(sheet: Any) -> tuple[int, int]:
    """Tell how far a sheet reaches: its furthest column and its furthest row, counted from 1."""
    letters, rows, kept = {b"A"}, 1, b""
    while part := sheet.read(1024 * 1024):
        kept += part
        for column, row in PLACE.findall(kept):
            letters.add(column)
            rows = max(rows, int(row))
        kept = kept[-512:]
    return max(map(_column_number, letters)), rows


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _cell(value: Any) -> Any:
    """Give a workbook's value: days and moments in ISO form, numbers as numbers."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return int(value) if value.is_integer() else Decimal(repr(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int):
        return value
    return "" if value is None else str(value)
