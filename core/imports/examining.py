"""Looking through a file before anything is written: which records are there already, and which names nobody has."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

from core.access import Actor
from core.imports import guessing, reading
from core.imports.matching import Matcher, existing
from core.imports.models import Import
from core.imports.options import options_of, record_type_of, shape_of
from core.imports.rows import RowReader
from core.imports.running import BATCH
from core.records import fields
from core.records.types import RecordType

#: Rows that a page looks at; of a longer file it says so.
EXAMINED: Final = 20_000
#: Names that a page asks about.
MOST_NAMES: Final = 50


@dataclass(frozen=True)
class NewName:
    """A name that the file gives and no record has.

    Attributes:
        field: the field's name.
        label: what people call it.
        cell: the name in the file.
        rows: how many rows give it.
        near: the existing name that it is, but for blanks and signs, or that is alike; empty for none.
        is_same: whether it is the near one but for blanks and signs.
        may_be_made: whether the record type lets an import make one.
    """

    field: str
    label: str
    cell: str
    rows: int
    near: str
    is_same: bool
    may_be_made: bool


@dataclass(frozen=True)
class Examined:
    """What a file holds, seen against what is there.

    Attributes:
        rows: how many rows were looked at.
        there: how many of them are there already.
        names: the names that nobody has, the most frequent first.
    """

    rows: int
    there: int
    names: Sequence[NewName]


def examine(actor: Actor, job: Import) -> Examined:
    """Look through a draft's first rows.

    Args:
        actor: whose view of the records counts.
        job: the draft.
    """
    record_type, options = record_type_of(job), options_of(job)
    related = _related(job, record_type)
    mapping = {column: name for column, name in job.mapping.items() if column not in related}
    reader = RowReader(record_type, mapping, options, Matcher(actor))
    rows = there = 0
    source = islice(reading.read_rows(Path(job.path), shape_of(job)), EXAMINED)
    while batch := list(islice(source, BATCH)):
        rows += len(batch)
        if options.match:
            matches = [reader.read(each).match for each in batch]
            known = existing(actor, record_type, options.match, matches)
            there += sum(each in known for each in matches)
    return Examined(rows, there, _new_names(actor, job, record_type, related))


def _related(job: Import, record_type: RecordType) -> dict[str, str]:
    """Give the columns that name records of other types: column to field."""
    known = guessing.importable(record_type)
    return {
        column: name
        for column, name in job.mapping.items()
        if isinstance(known.get(name), fields.Related) and known[name].record_type != record_type.key
    }


def _new_names(actor: Actor, job: Import, record_type: RecordType, related: Mapping[str, str]) -> list[NewName]:
    known = guessing.importable(record_type)
    counted: Counter[tuple[str, str]] = Counter()
    for row in islice(reading.read_rows(Path(job.path), shape_of(job)), EXAMINED):
        counted.update((name, cell) for column, name in related.items() if (cell := _cell(row.cells, column)))
    matcher = Matcher(actor)
    for name in related.values():
        matcher.prepare(known[name].record_type, [cell for (of, cell) in counted if of == name])
    found = (_new_name(matcher, name, known[name], cell, rows) for (name, cell), rows in counted.most_common())
    return list(islice((each for each in found if each is not None), MOST_NAMES))


def _cell(cells: Mapping[str, Any], column: str) -> str:
    cell = cells.get(column)
    return cell.strip() if isinstance(cell, str) else ""


def _new_name(matcher: Matcher, name: str, declared: Any, cell: str, rows: int) -> NewName | None:
    found = matcher.find(declared.record_type, cell)
    if found.shared or (found.id is not None and not found.near):
        return None
    return NewName(
        field=name,
        label=str(declared.label),
        cell=cell,
        rows=rows,
        near=found.near,
        is_same=found.id is not None,
        may_be_made=matcher.may_make(declared.record_type),
    )
