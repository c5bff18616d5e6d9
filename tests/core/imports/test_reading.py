"""Files as other programs write them: encodings, delimiters, damage, and files that are made to hurt."""

import contextlib
import csv
import json
import subprocess
import sys
import zipfile
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some
from xlsxwriter import Workbook

from core.imports.encodings import find_encoding
from core.imports.reading import LONGEST_CELL, MOST_LINES, FileRow, find_shape, headings, read_rows
from core.problems import Problem

DATA = Path(__file__).parents[3].parent / "shared" / "data"
HEADINGS = ["name", "city", "note"]

pytestmark = pytest.mark.usefixtures("app")


def write(folder: Path, text: str | bytes, name: str = "file.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def rows_of(path: Path) -> list[FileRow]:
    return list(read_rows(path, find_shape(path)))


def table(rows: list[list[str]], delimiter: str = ",") -> str:
    stream = StringIO(newline="")
    csv.writer(stream, delimiter=delimiter).writerows([HEADINGS, *rows])
    return stream.getvalue()


GREEK = [["Ελαιώνες Πελοποννήσου", "Πάτρα", "Άνω Αίγιο"], ["Παπαδόπουλος & Υιοί", "Ξάνθη", "Ώρες 9–5"]]
POLISH = [["Żabka", "Łódź", "Zażółć gęślą jaźń"], ["Wiśniewski", "Kraków", "Śląsk"]]
GERMAN = [["Müller & Söhne", "Köln", "Groß"], ["Zoë", "Zürich", "français à la carte"]]


@pytest.mark.parametrize(
    ("rows", "encoding"),
    [
        (GREEK, "utf-8"),
        (GREEK, "utf-8-sig"),
        (GREEK, "utf-16"),
        (GREEK, "cp1253"),
        ([["Ελαιώνες Πελοποννήσου", "Πάτρα", "Άνω Αίγιο"]], "iso8859_7"),
        (POLISH, "utf-8"),
        (POLISH, "utf-16"),
        (POLISH, "utf-16-le"),
        (POLISH, "cp1250"),
        (POLISH, "iso8859_2"),
        (GERMAN, "cp1252"),
        (GERMAN, "latin-1"),
    ],
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encoding_and_delimiter_are_found(tmp_path: Path, rows: list[list[str]], encoding: str, delimiter: str) -> None:
    path = write(tmp_path, table(rows, delimiter).encode(encoding))
    assert find_shape(path).delimiter == delimiter
    assert [list(row.cells.values()) for row in rows_of(path)] == rows
    assert not any(row.damage or row.doubt for row in rows_of(path))


def test_the_proof_shows_the_same_cell_in_the_encodings_that_could_be_meant(tmp_path: Path) -> None:
    shape = find_shape(write(tmp_path, table(GREEK, ";").encode("cp1253")))
    assert shape.alternatives[0] == ("cp1253", "Ελαιώνες Πελοποννήσου")
    assert "cp1252" in {page for page, _cell in shape.alternatives}
    assert len({cell for _page, cell in shape.alternatives}) > 2


def test_a_letter_cut_in_two_at_the_end_of_the_sample_is_no_other_encoding() -> None:
    text = "Ελαιώνες".encode()
    assert find_encoding(text[:-1])[0] == "utf-8-sig"


def test_single_lines_in_another_encoding_are_mended_and_told(tmp_path: Path) -> None:
    lines = [f"Łódź {number},x,y".encode() for number in range(50)]
    lines[20] = "Müller,x,y".encode("cp1252")
    rows = rows_of(write(tmp_path, b"name,city,note\n" + b"\n".join(lines)))
    assert rows[20].cells["name"] == "Müller"
    assert "Windows-" in rows[20].doubt
    assert [row.doubt for row in rows].count("") == 49


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_ends_of_lines_of_every_system(tmp_path: Path, end: str) -> None:
    rows = rows_of(write(tmp_path, f'name,city,note{end}A,B,"two{end}lines"{end}C,D,E{end}'))
    assert [row.cells["name"] for row in rows] == ["A", "C"]
    assert rows[0].cells["note"] == f"two{end}lines"


def test_rows_are_numbered_as_a_spreadsheet_shows_them(tmp_path: Path) -> None:
    rows = rows_of(write(tmp_path, "name,city,note\nA,,\n\n,,\nB,,\n"))
    assert [(row.number, row.cells["name"]) for row in rows] == [(2, "A"), (5, "B")]


def test_reading_goes_on_behind_what_was_committed(tmp_path: Path) -> None:
    path = write(tmp_path, "name,city,note\n" + "".join(f"{number},,\n" for number in range(1, 11)))
    assert [row.cells["name"] for row in read_rows(path, find_shape(path), after=7)] == ["8", "9", "10"]


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("only,two", "2 cells"),
        ("one,two,three,four", "4 cells"),
        ("a\x00b,c,d", "NUL"),
        (f"{'x' * (LONGEST_CELL + 1)},c,d", "longer"),
        ('"never closed,c,d', "never closed"),
    ],
)
def test_damage_stays_in_its_row(tmp_path: Path, line: str, word: str) -> None:
    rows = rows_of(write(tmp_path, f"name,city,note\nbefore,b,c\n{line}\nafter,b,c\nlast,b,c\n"))
    assert [row.cells["name"] for row in rows if not row.damage] == ["before", "after", "last"]
    assert [word in row.damage for row in rows] == [False, True, False, False]


def test_a_quote_that_is_never_closed_in_a_long_file(tmp_path: Path) -> None:
    lines = [f"{number},b,c" for number in range(3 * MOST_LINES)]
    lines[5] = '5,"b,c'
    rows = rows_of(write(tmp_path, "name,city,note\n" + "\n".join(lines)))
    assert len(rows) == 3 * MOST_LINES
    assert [row.number for row in rows if row.damage] == [7]


def test_cells_beyond_the_headings_are_kept_for_the_error_file(tmp_path: Path) -> None:
    (row,) = rows_of(write(tmp_path, "name,city,note\na,b,c,d,e\n"))
    assert list(row.cells.values()) == ["a", "b", "c", "d", "e"]


def test_a_guarded_formula_is_read_as_the_text_that_it_was(tmp_path: Path) -> None:
    rows = rows_of(write(tmp_path, "name,city,note\n'=1+1,''=2,'plain\n"))
    assert list(rows[0].cells.values()) == ["=1+1", "'=2", "'plain"]


def test_equal_and_empty_headings_are_told_apart(tmp_path: Path) -> None:
    path = write(tmp_path, "Mail,,Mail\na,b,c\n")
    assert headings(path, find_shape(path)) == ["Mail", "Column 2", "Mail (2)"]


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "empty.csv", "empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "old.xls", "old Excel"),
        (bytes(range(256)) * 8, "picture.png", "isn't a file of rows"),
        (b"PK\x03\x04broken", "broken.xlsx", "isn't an Excel workbook"),
        (b",,\n1,2,3\n", "nameless.csv", "no column names"),
        (b"a," * 600 + b"a\n1\n", "wide.csv", "more than 500 columns"),
    ],
)
def test_a_wrong_file_is_refused_with_what_to_do(tmp_path: Path, content: bytes, name: str, words: str) -> None:
    path = write(tmp_path, content, name)
    with pytest.raises(Problem, match=words) as caught:
        headings(path, find_shape(path, name))
    assert caught.value.status == 422


@given(some.binary(max_size=300))
def test_no_file_makes_reading_crash(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = write(tmp_path_factory.mktemp("any"), content)
    with contextlib.suppress(Problem):
        rows_of(path)


def workbook(folder: Path, rows: list[list[object]]) -> Path:
    path = folder / "book.xlsx"
    with Workbook(str(path), {"default_date_format": "yyyy-mm-dd", "remove_timezone": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return path


def test_workbook_gives_text_numbers_and_days(tmp_path: Path) -> None:
    from datetime import date
    from decimal import Decimal

    path = workbook(tmp_path, [["name", "amount", "day", "sure"], ["Łódź", 1234.5, date(2026, 3, 4), True], ["x", 7.0]])
    first, second = rows_of(path)
    assert first.cells == {"name": "Łódź", "amount": Decimal("1234.5"), "day": "2026-03-04", "sure": "true"}
    assert (second.cells["amount"], second.cells["day"]) == (7, "")


def test_workbook_with_a_cell_at_the_far_end_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "far.xlsx"
    with Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "name")
        sheet.write(1_000_000, 16_000, "x")
    with pytest.raises(Problem, match="too large"):
        rows_of(path)


def test_workbook_that_unpacks_to_gigabytes_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.imports.reading.MOST_UNPACKED", 1_000_000)
    path = workbook(tmp_path, [["name"], ["x"]])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/zeros.bin", bytes(2_000_000))
    with pytest.raises(Problem, match="too large"):
        rows_of(path)


def test_json_lines_keep_their_types(tmp_path: Path) -> None:
    lines = '{"name": "Łódź", "amount": 0.1, "tags": ["a, b"]}\n\n[1]\n{"name": "x"\n{"name": "y", "more": null}\n'
    path = write(tmp_path, lines, "file.jsonl")
    rows = rows_of(path)
    assert [bool(row.damage) for row in rows] == [False, True, True, False]
    assert str(rows[0].cells["amount"]) == "0.1"
    assert headings(path, find_shape(path)) == ["name", "amount", "tags", "more"]


GENERATOR = DATA / "gen" / "gen_bad_csv.py"
STRUCTURAL = {"error:columns", "error:nul", "error:toolong"}


@pytest.mark.skipif(not GENERATOR.is_file(), reason="../shared/data/gen is not there")
def test_verdict_of_every_row_in_seven_encodings(tmp_path: Path) -> None:
    subprocess.run([sys.executable, GENERATOR, tmp_path, "3000"], check=True)
    files = sorted(tmp_path.glob("*.csv"))
    assert len(files) == 7
    for path in files:
        expected = json.loads(path.with_suffix(".expected.json").read_text())["verdicts"]
        found = {row.number: row for row in rows_of(path)}
        verdicts = [
            "blank" if number not in found else "damaged" if found[number].damage else "whole"
            for number in range(2, len(expected) + 2)
        ]
        wanted = ["blank" if each == "blank" else "damaged" if each in STRUCTURAL else "whole" for each in expected]
        assert verdicts == wanted, path.name


def test_bytes_that_no_page_has_are_told(tmp_path: Path) -> None:
    text = table(GREEK, ";").encode("cp1253") + b"\xd2\xff;x;y\r\n"
    rows = rows_of(write(tmp_path, text))
    assert [bool(row.damage) for row in rows] == [False, False, True]
    assert "Windows-1253" in rows[2].damage


def test_a_stream_of_one_long_line_is_read(tmp_path: Path) -> None:
    stream = BytesIO(b"name\n" + b"x" * 10_000)
    (row,) = rows_of(write(tmp_path, stream.getvalue()))
    assert len(row.cells["name"]) == 10_000


@pytest.mark.parametrize("name", ["file.csv", "file.jsonl"])
def test_a_line_without_an_end_is_refused_by_its_number_before_it_fills_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr("core.imports.reading.LONGEST_LINE", 1_000)
    file = tmp_path / name
    first = "name,city\nElaiones,Patra\n" if name.endswith("csv") else '{"name": "A"}\n{"name": "B"}\n'
    file.write_text(first + '"Open, ' + "Πάτρα " * 1_000)
    rows = read_rows(file, find_shape(file))
    with pytest.raises(Problem, match="Line 3 is longer than 1,000 letters"):
        list(rows)
