"""The names of a file's own records, which its rows may point at before they are there."""

from pathlib import Path
from typing import Any

from core.access import Actor
from core.imports import guessing, reading
from core.imports.matching import NOT_YET, Matcher, Names, title_field
from core.imports.models import Import
from core.imports.options import options_of, record_type_of, shape_of
from core.imports.rows import RowReader, text_of
from core.problems import Problem
from core.records import fields
from core.records.operations import load_values


def names_in_file(actor: Actor, job: Import) -> Names:
    """Read what the rows of a file will be called as records, by their names and by the ids that it gives them.

    Args:
        actor: whoever imports.
        job: the import.
    """
    record_type, known = record_type_of(job), guessing.importable(record_type_of(job))
    title = title_field(record_type)
    columns = {name: column for column, name in job.mapping.items()}
    mapping = {column: name for column, name in job.mapping.items() if not isinstance(known.get(name), fields.Related)}
    reader = RowReader(record_type, mapping, options_of(job), Matcher(actor, only_looks=True))
    names = Names(record_type)
    for source in reading.read_rows(Path(job.path), shape_of(job)):
        if not source.damage:
            names.add(_cell(source, columns.get(title)) or _composed(reader, source), NOT_YET)
            names.add(_cell(source, columns.get("id")), NOT_YET)
    return names


def _cell(source: reading.FileRow, column: str | None) -> str:
    return text_of(source.cells.get(column)).strip() if column is not None else ""


def _composed(reader: RowReader, source: reading.FileRow) -> Any:
    """Give the name that a record makes up of other fields: a person's of two."""
    row = reader.read(source)
    try:
        return load_values(reader.record_type, row.data).get(reader.record_type.title)
    except Problem:
        return ""
