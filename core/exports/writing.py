"""Writing records into a file: CSV, Excel, JSON Lines or vCards, in the form that an import reads back as it was.

The columns are the record's id and its fields by name. A related record is written by its title, or by its id where
several have that title or where the reader may not see it. In a CSV a text that a spreadsheet would run as a formula
gets an apostrophe before it; the import takes exactly that one off again. Excel cells are typed and need none.
"""

import csv
import json
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZipFile

from sqlalchemy import String, func, select

from core.access import Actor, require, require_administrator
from core.customfields import fields_of
from core.database import db, in_parts
from core.database.journal import plain
from core.exports.cards import write_cards
from core.i18n import _
from core.problems import Problem
from core.records import fields, queries
from core.records.queries import ListQuery
from core.records.registry import record_types
from core.records.types import RecordType

FORMATS: Final = ("csv", "xlsx", "jsonl", "vcf")
#: What all that a plugin stored may be written as: forms that hold any number of rows.
STORED_FORMATS: Final = ("csv", "jsonl")
#: How a cell begins that a spreadsheet would take for a formula (OWASP, CSV injection), or that was guarded against it.
FORMULA: Final = re.compile(r"'*[=+\-@\t\r＝＋－＠]")
NUMBER: Final = re.compile(r"[+-]\d+(\.\d+)?")
#: What a sheet and a cell of Excel hold, and how many digits its numbers keep.
MOST_SHEET_ROWS: Final = 1_048_575
LONGEST_SHEET_CELL: Final = 32_767
EXACT_DIGITS: Final = 15


def safe_cell(value: Any) -> Any:
    """Keep a spreadsheet from running a text as a formula: an apostrophe is put before it. Numbers stay as they are."""
    if not isinstance(value, str) or not FORMULA.match(value) or NUMBER.fullmatch(value):
        return value
    return f"'{value}"


def exported_fields(record_type: RecordType) -> dict[str, Any]:
    """List the fields that an export holds: what may be written and what is shown; moments come last."""
    own = {
        name: declared
        for name, declared in record_type.fields.items()
        if isinstance(declared, fields.FieldInfo) and not declared.load_only
    }
    moments = ("created_at", "updated_at")
    ordered = {name: declared for name, declared in own.items() if name not in moments}
    custom = {f"custom.{name}": declared for name, declared in fields_of(record_type).items()}
    return ordered | custom | {name: own[name] for name in moments if name in own}


def export_rows(actor: Actor, record_type: RecordType, query: ListQuery) -> Iterator[dict[str, Any]]:
    """Give what a query finds, row by row: field to value; amounts are decimals, days dates, moments text.

    Raises:
        Problem: 403 without the `export` permission; 400 for a filter that can't be read.
    """
    require(actor, record_type, "export")
    yield from _rows(actor, record_type, queries.iterate_records(actor, record_type, query))


def _rows(actor: Actor, record_type: RecordType, batches: Iterable[Sequence[Any]]) -> Iterator[dict[str, Any]]:
    known = exported_fields(record_type)
    for batch in batches:
        titles = _distinct_titles(actor, record_type, batch)
        for record in batch:
            row = {name: _value(record, name, declared, titles) for name, declared in known.items()}
            yield {"id": str(record.id)} | row


def _distinct_titles(actor: Actor, record_type: RecordType, batch: Sequence[Any]) -> Mapping[Any, str]:
    """Name what a batch points at, but for what shares its name with another record."""
    named = {
        name: each.record_type
        for name, each in record_type.fields.items()
        if isinstance(each, fields.Related) and _is_named_by_text(each.record_type)
    }
    titles = queries.related_titles(actor, record_type, batch, list(named))
    shared: set[str] = set()
    for key in set(named.values()):
        shared |= _shared_titles(actor, key, titles.values())
    return {record_id: title for record_id, title in titles.items() if title not in shared}


def _is_named_by_text(key: str) -> bool:
    """Tell whether a record type's title is a text; a day or an amount names no record, and its id is written."""
    found = record_types.get(key)
    return found is None or isinstance(getattr(found.model, found.title).type, String)


def _shared_titles(actor: Actor, key: str, titles: Iterable[str]) -> set[str]:
    record_type, wanted = record_types.get(key), list(set(titles))
    shared: set[str] = set()
    if record_type is None:
        return shared
    title = getattr(record_type.model, record_type.title)
    for part in in_parts(wanted):
        criteria = (title.in_(part), queries.live(actor, record_type))
        statement = select(title).where(*criteria).group_by(title).having(func.count() > 1)
        shared |= set(db.session.scalars(statement))
    return shared


def _value(record: Any, name: str, declared: Any, titles: Mapping[Any, str]) -> Any:
    if name.startswith("custom."):
        return record.custom.get(name.removeprefix("custom."))
    value = getattr(record, declared.column)
    if value is None:
        return None
    if isinstance(declared, fields.Related):
        return titles.get(value, str(value))
    if isinstance(value, Decimal | datetime) or not isinstance(value, date):
        return _short(value) if isinstance(value, Decimal) else plain(value)
    return value


def _short(amount: Decimal) -> Decimal:
    """Write an amount without the zeros behind its last decimal, and never as 1E+3."""
    return amount.quantize(Decimal(1)) if amount == amount.to_integral_value() else amount.normalize()


def write_export(actor: Actor, record_type: RecordType, query: ListQuery, form: str, target: Path) -> int:
    """Write what a query finds into a file, without holding it in memory.

    Args:
        actor: whoever exports.
        record_type: what is exported.
        query: which of it.
        form: `csv` (UTF-8 with a mark, as Excel wants it), `xlsx`, `jsonl`, or of customers `vcf`.
        target: the file; it is replaced.

    Returns:
        How many records were written.

    Raises:
        Problem: 403 without the right; 422 for a form that isn't among these, or for what Excel can't hold.
    """
    names = ["id", *exported_fields(record_type)]
    return write_table(names, export_rows(actor, record_type, query), form, target)


def write_stored(actor: Actor, types: Iterable[RecordType], form: str, target: Path) -> int:
    """Write all records of some types, whose plugins may be off, into a ZIP with a file for each type that has any.

    What lies in the bin is left out. What points at records of a plugin that is off holds their ids.

    Args:
        actor: an administrator, whose rights nothing narrows.
        types: what is written; their tables must be as their models say.
        form: `csv` or `jsonl`, as exports have them.
        target: the ZIP; it is replaced.

    Returns:
        How many records were written.

    Raises:
        Problem: 404 for anybody but an administrator; 422 for another form.
    """
    require_administrator(actor)
    if form not in STORED_FORMATS:
        raise Problem("exports.bad_format", _("The format is one of: %(all)s.", all=", ".join(STORED_FORMATS)))
    total = 0
    with TemporaryDirectory(dir=target.parent) as folder, ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for record_type in types:
            part = Path(folder) / f"{record_type.key}.{form}"
            names = ["id", *exported_fields(record_type)]
            count = write_table(names, _rows(actor, record_type, _all_records(record_type)), form, part)
            if count:
                archive.write(part, part.name)
            part.unlink()
            total += count
    return total


def _all_records(record_type: RecordType) -> Iterator[Sequence[Any]]:
    """Read a type's records in batches without asking who may see them: scopes find nothing while a plugin is off."""
    model, last = record_type.model, UUID(int=0)
    statement = select(model).where(model.deleted_at.is_(None)).order_by(model.id).limit(1_000)
    while batch := db.session.scalars(statement.where(model.id > last)).all():
        yield batch
        last = batch[-1].id
        db.session.expunge_all()


def write_table(names: Sequence[str], rows: Iterable[Mapping[str, Any]], form: str, target: Path) -> int:
    """Write rows into a file, cells guarded as those of records are.

    Args:
        names: the columns, in their order.
        rows: for each its value of every column.
        form: `csv`, `xlsx`, `jsonl`, or of customers `vcf`.
        target: the file; it is replaced once all is written, and stays as it was when something fails.

    Returns:
        How many rows were written.

    Raises:
        Problem: 422 for a form that isn't among these, or for what Excel can't hold.
    """
    writers: Mapping[str, Callable[[Sequence[str], Iterable[Mapping[str, Any]], Path], int]] = {
        "csv": _write_csv,
        "xlsx": _write_xlsx,
        "jsonl": _write_jsonl,
        "vcf": write_cards,
    }
    if form not in writers:
        raise Problem("exports.bad_format", _("The format is one of: %(all)s.", all=", ".join(FORMATS)))
    if target.is_symlink() or (target.exists() and not target.is_file()):
        return writers[form](names, rows, target)  # a pipe or a terminal, which nothing else can stand in for
    with TemporaryDirectory(dir=target.parent, prefix=".export-") as folder:
        whole = Path(folder) / target.name
        count = writers[form](names, rows, whole)
        if target.exists():
            shutil.copymode(target, whole)  # what only its owner could read stays so
        whole.replace(target)
    return count


def _cell(value: Any) -> Any:
    """Write a value as the text that an import reads: lists of words with commas, as JSON where a word has one."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        words = [str(word) for word in value]
        has_signs = any("," in word or ";" in word for word in words)
        return json.dumps(words, ensure_ascii=False) if has_signs else ", ".join(words)
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return plain(value)


def _write_csv(names: Sequence[str], rows: Iterable[Mapping[str, Any]], target: Path) -> int:
    count = 0
    with target.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(names)
        for row in rows:
            writer.writerow([safe_cell(_cell(row[name])) for name in names])
            count += 1
    return count


def _write_xlsx(names: Sequence[str], rows: Iterable[Mapping[str, Any]], target: Path) -> int:
    from xlsxwriter import Workbook  # only exports to Excel need it

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    count = 0
    with Workbook(str(target), options) as workbook:
        sheet = workbook.add_worksheet()
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, names)
        for row in rows:
            count += 1
            if count > MOST_SHEET_ROWS:
                message = _("Excel holds %(most)s rows at most. Narrow the list, or choose CSV.", most=MOST_SHEET_ROWS)
                raise Problem("exports.too_many_rows", message)
            for place, name in enumerate(names):
                _write_sheet_cell(sheet, count, place, row[name], day)
    return count


def _write_sheet_cell(sheet: Any, row: int, column: int, value: Any, day: Any) -> None:
    if isinstance(value, date) and not isinstance(value, datetime):
        sheet.write_datetime(row, column, value, day)
    elif isinstance(value, int | float | Decimal) and not isinstance(value, bool) and _fits_number(value):
        sheet.write_number(row, column, value)
    elif (text := str(_cell(value))) != "":
        if len(text) > LONGEST_SHEET_CELL:
            message = _("Excel holds %(most)s letters in a cell. Choose CSV.", most=LONGEST_SHEET_CELL)
            raise Problem("exports.too_long", message)
        sheet.write_string(row, column, text)


def _fits_number(value: int | float | Decimal) -> bool:
    return len(Decimal(str(value)).as_tuple().digits) <= EXACT_DIGITS


def _write_jsonl(_names: Sequence[str], rows: Iterable[Mapping[str, Any]], target: Path) -> int:
    count = 0
    with target.open("w", encoding="utf-8") as stream:
        for row in rows:
            stream.write(json.dumps(row, ensure_ascii=False, default=plain) + "\n")
            count += 1
    return count
