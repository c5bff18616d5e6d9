"""Reading the rows of a CSV, Excel or JSON Lines file, whatever program wrote it.

The encoding and the delimiter are guessed, and always shown with a sample before anything is written.
"""

import csv
import json
import unicodedata
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

from core.i18n import _
from core.problems import Problem

#: The encodings that are tried when the file isn't Unicode, with the letters that speak for them.
CODE_PAGES: Final = {
    "cp1253": ("GREEK", ""),
    "iso8859_7": ("GREEK", ""),
    "cp1250": ("LATIN", "ąćęłńóśźżĄĆĘŁŃÓŚŹŻáéíóúýčďěňřšťůž"),
    "iso8859_2": ("LATIN", "ąćęłńóśźżĄĆĘŁŃÓŚŹŻáéíóúýčďěňřšťůž"),
    "cp1252": ("LATIN", "àâäæçèéêëîïôöùûüÿœßñáíóúåøÄÖÜÉÈÀÇÑÅØ"),
}
NAMES: Final = {
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "cp1253": "Windows-1253",
    "iso8859_7": "ISO 8859-7",
    "cp1250": "Windows-1250",
    "iso8859_2": "ISO 8859-2",
    "cp1252": "Windows-1252",
}
DELIMITERS: Final = ",;\t|"
#: Bytes that are looked at to guess; rows of a preview.
SAMPLE: Final = 256 * 1024
#: Bounds against files that are made to hurt.
MOST_COLUMNS: Final = 500
LONGEST_CELL: Final = 100_000
MOST_UNPACKED: Final = 2 * 1024**3

csv.field_size_limit(LONGEST_CELL * 10)


@dataclass(frozen=True)
class Shape:
    """How a file is read.

    Attributes:
        kind: `csv`, `xlsx` or `jsonl`.
        encoding: Python's name of it; empty for xlsx.
        delimiter: what stands between the columns of a CSV.
        alternatives: other encodings that could be meant, each with a sample decoded by it.
    """

    kind: str
    encoding: str = ""
    delimiter: str = ""
    alternatives: Sequence[tuple[str, str]] = field(default_factory=tuple)


@dataclass(frozen=True)
class FileRow:
    """A row of the file: its number (the first under the headings is 1), its cells by heading, and what is wrong with it."""

    number: int
    cells: dict[str, Any]
    damage: str = ""


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
    text = _decoded(sample, encoding)
    if ending in (".jsonl", ".ndjson") or text.lstrip().startswith("{"):
        return Shape("jsonl", encoding)
    if "\x00" in text or sum(unicodedata.category(letter) == "Cc" for letter in text[:2000]) > len(text[:2000]) // 10 + 200:
        raise unreadable(_("This isn't a file of rows. Take a CSV, Excel or JSON Lines file."))
    return Shape("csv", encoding, find_delimiter(text), alternatives)


def find_encoding(sample: bytes) -> tuple[str, list[tuple[str, str]]]:
    """Guess an encoding, and give the other possible ones with what the file would say in them."""
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16", []
    if sample.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig", []
    try:
        sample[: sample.rfind(b"\n") + 1 or len(sample)].decode("utf-8")
        return "utf-8-sig", []
    except UnicodeDecodeError:
        pass
    ranked = sorted(CODE_PAGES, key=lambda page: -_likeness(sample, page))
    line = next((each for each in sample.splitlines() if not each.isascii()), b"")[:120]
    return ranked[0], [(page, line.decode(page, "replace")) for page in ranked[:4]]


def _likeness(sample: bytes, page: str) -> float:
    """Tell how much a text looks like people's words in an encoding: letters that speak for it, less what never stands in words."""
    script, own = CODE_PAGES[page]
    score = 0.0
    text = sample.decode(page, "replace")
    for before, letter in zip(" " + text, text, strict=False):
        if letter.isascii():
            continue
        if not letter.isalpha():
            score -= 2 if before.isalpha() or unicodedata.category(letter) in ("Cc", "Cn", "So", "Po") else 0.5
        elif script == "GREEK":
            is_greek = "\u0370" <= letter <= "\u03ff"
            score += 1 if is_greek and (not before.isalpha() or "\u0370" <= before <= "\u03ff") else -1
        else:
            score += 1 if letter in own else -0.5
    return score


def find_delimiter(text: str) -> str:
    """Guess what stands between columns: what divides the most lines into the same number of cells."""
    lines = [line for line in text.splitlines()[:50] if line.strip()]
    best, best_score = ",", -1.0
    for delimiter in DELIMITERS:
        widths = [len(row) for row in csv.reader(lines, delimiter=delimiter)]
        width = max(set(widths), key=widths.count) if widths else 1
        score = widths.count(width) * (width - 1) if width > 1 else 0
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _decoded(sample: bytes, encoding: str) -> str:
    return sample.decode(encoding, "replace")


def headings(path: Path, shape: Shape) -> list[str]:
    """Read the names of a file's columns.

    Raises:
        Problem: 422 when there are none, or far too many.
    """
    if shape.kind == "jsonl":
        first = next(read_rows(path, shape), None)
        return list(first.cells) if first else []
    names = [str(name).strip() for name in next(_raw_rows(path, shape), [])]
    if not any(names):
        raise unreadable(_("The first row has no column names."))
    if len(names) > MOST_COLUMNS:
        raise unreadable(_("The file has more than %(most)s columns.", most=MOST_COLUMNS))
    return _distinct(names)


def _distinct(names: Sequence[str]) -> list[str]:
    """Name unnamed columns by their place, and equal ones apart."""
    seen: dict[str, int] = {}
    result = []
    for place, name in enumerate(names, 1):
        name = name or _("Column %(place)s", place=place)
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return result


def read_rows(path: Path, shape: Shape, after: int = 0) -> Iterator[FileRow]:
    """Read a file's rows, one by one.

    Args:
        path: where it lies.
        shape: how it is read.
        after: rows to pass over, those that were committed before.
    """
    rows = _json_rows(path, shape) if shape.kind == "jsonl" else _table_rows(path, shape)
    yield from islice(rows, after, None)


def _json_rows(path: Path, shape: Shape) -> Iterator[FileRow]:
    with path.open(encoding=shape.encoding, errors="replace") as stream:
        number = 0
        for line in stream:
            if not line.strip():
                continue
            number += 1
            try:
                cells = json.loads(line)
            except ValueError:
                cells = None
            if isinstance(cells, dict):
                yield FileRow(number, cells)
            else:
                yield FileRow(number, {"": line[:1_000]}, _("This line isn't a JSON object."))


def _table_rows(path: Path, shape: Shape) -> Iterator[FileRow]:
    rows = _raw_rows(path, shape)
    names = _distinct([str(name).strip() for name in next(rows, [])])
    number = 0
    for row in rows:
        if not any(str(cell).strip() for cell in row):
            continue
        number += 1
        cells = dict(zip(names, row, strict=False))
        damage = ""
        if any("\ufffd" in str(cell) for cell in row):
            damage = _("A letter of this row can't be read in the encoding %(name)s.", name=NAMES.get(shape.encoding, shape.encoding))
        elif len(row) > len(names) and any(str(cell).strip() for cell in row[len(names) :]):
            damage = _("This row has %(count)s cells, and there are %(columns)s columns.", count=len(row), columns=len(names))
        elif shape.kind == "csv" and len(row) < len(names) // 2 and len(names) > 2:
            damage = _("This row has %(count)s cells, and there are %(columns)s columns.", count=len(row), columns=len(names))
        yield FileRow(number, cells, damage)


def _raw_rows(path: Path, shape: Shape) -> Iterator[Sequence[Any]]:
    if shape.kind == "xlsx":
        yield from _sheet(path)
        return
    with path.open(encoding=shape.encoding, errors="replace", newline="") as stream:
        try:
            yield from csv.reader((line.replace("\x00", "") for line in stream), delimiter=shape.delimiter)
        except csv.Error as error:
            raise unreadable(_("The file can't be read as CSV: %(why)s.", why=str(error))) from error


def _sheet(path: Path) -> Iterator[Sequence[Any]]:
    from python_calamine import CalamineError, load_workbook

    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MOST_UNPACKED:
                raise unreadable(_("The workbook is too large once it is unpacked."))
        with path.open("rb") as stream:
            workbook = load_workbook(stream)
            for row in workbook.get_sheet_by_index(0).iter_rows():
                yield [_cell(value) for value in row]
    except (CalamineError, zipfile.BadZipFile, IndexError) as error:
        raise unreadable(_("This isn't an Excel workbook, or it is damaged.")) from error


def _cell(value: Any) -> Any:
    """Write a workbook's value as text: whole numbers without `.0`, days and moments in ISO form."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)
