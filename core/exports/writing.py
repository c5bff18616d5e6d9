"""Writing records into a file: CSV, Excel or JSON Lines, in the form that an import reads back."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from core.access import Actor, require
from core.customfields import fields_of
from core.database.journal import plain
from core.i18n import _
from core.problems import Problem
from core.records import fields, queries
from core.records.queries import ListQuery
from core.records.types import RecordType

FORMATS: Final = ("csv", "xlsx", "jsonl")
#: Beginnings of a cell that a spreadsheet would take for a formula (OWASP, CSV injection).
FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def safe_cell(value: Any) -> Any:
    """Keep a spreadsheet from running a text as a formula: an apostrophe is put before it. Numbers stay as they are."""
    if not isinstance(value, str) or not value.startswith(FORMULA_STARTS):
        return value
    rest = value[1:]
    is_number = value[0] in "+-" and rest.replace(".", "", 1).isdecimal()
    return value if is_number else f"'{value}"


def exported_fields(record_type: RecordType) -> dict[str, Any]:
    """List the fields that an export holds: the id, what may be written, and what is shown; moments come last."""
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
    """Give what a query finds, row by row: field to plain value, related records by their titles.

    Raises:
        Problem: 403 without the `export` permission; 400 for a filter that can't be read.
    """
    require(actor, record_type, "export")
    known = exported_fields(record_type)
    for batch in queries.iterate_records(actor, record_type, query):
        titles = queries.related_titles(actor, record_type, batch, list(record_type.fields))
        for record in batch:
            yield {"id": str(record.id)} | {
                name: _value(record, name, declared, titles) for name, declared in known.items()
            }


def _value(record: Any, name: str, declared: Any, titles: Mapping[Any, str]) -> Any:
    if name.startswith("custom."):
        return record.custom.get(name.removeprefix("custom."))
    value = getattr(record, declared.column)
    if isinstance(declared, fields.Related):
        return titles.get(value) if value is not None else None
    if isinstance(declared, fields.Money | fields.Decimals) and value is not None:
        return f"{value.normalize():f}"
    return plain(value)


def write_export(actor: Actor, record_type: RecordType, query: ListQuery, form: str, target: Path) -> int:
    """Write what a query finds into a file.

    Args:
        actor: whoever exports.
        record_type: what is exported.
        query: which of it.
        form: `csv`, `xlsx` or `jsonl`.
        target: the file; it is replaced.

    Returns:
        How many records were written.

    Raises:
        Problem: 403 without the right; 422 for a form that isn't among the three.
    """
    writers: Mapping[str, Callable[[Sequence[str], Iterable[Mapping[str, Any]], Path], int]] = {
        "csv": _write_csv,
        "xlsx": _write_xlsx,
        "jsonl": _write_jsonl,
    }
    if form not in writers:
        raise Problem("exports.bad_format", _("The format is one of: %(all)s.", all=", ".join(FORMATS)))
    names = ["id", *exported_fields(record_type)]
    return writers[form](names, export_rows(actor, record_type, query), target)


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else value


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
    from xlsxwriter import Workbook

    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    count = 0
    with Workbook(str(target), options) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, names)
        for count, row in enumerate(rows, 1):
            sheet.write_row(count, 0, [_cell(row[name]) for name in names])
    return count


def _write_jsonl(_names: Sequence[str], rows: Iterable[Mapping[str, Any]], target: Path) -> int:
    count = 0
    with target.open("w", encoding="utf-8") as stream:
        for row in rows:
            stream.write(json.dumps(row, ensure_ascii=False) + "\n")
            count += 1
    return count
