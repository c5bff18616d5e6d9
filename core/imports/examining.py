"""Looking through a file before anything is written: which records are there already, and which names nobody has."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final

from core.access import Actor
from core.imports import guessing, reading
from core.imports.matching import Found, Matcher, existing, key_of
from core.imports.models import Import
from core.imports.options import EMPTY, FAIL, MAKE, options_of, record_type_of, shape_of
from core.imports.own_names import names_in_file
from core.imports.reading import FileRow
from core.imports.rows import RowReader, is_part
from core.imports.running import BATCH
from core.records import fields
from core.records.registry import record_types
from core.records.types import RecordType

#: Rows that a page looks at; of a longer file it says so.
EXAMINED: Final = 20_000
#: Names that a page asks about.
MOST_NAMES: Final = 50


@dataclass(frozen=True)
class NewName:
    """A name that the file gives and no record has, or several have.

    Attributes:
        field: the field's name.
        label: what people call it.
        record_type: the key of the records that it could name.
        cell: the name in the file.
        rows: how many rows give it.
        near: the records that it may mean, the likeliest first: id and name; of those that the file brings, the name
            in place of the id.
        is_shared: whether several records have it.
        fate: what becomes of it where nobody answers: `TAKE`, `MAKE`, `EMPTY` or `FAIL` of `core.imports.options`.
        fates: what else a person may say: those of `MAKE`, `EMPTY` and `FAIL` that are possible.
    """

    field: str
    label: str
    record_type: str
    cell: str
    rows: int
    near: Sequence[tuple[str, str]]
    is_shared: bool
    fate: str
    fates: Sequence[str]


@dataclass(frozen=True)
class Examined:
    """What a file holds, seen against what is there.

    Attributes:
        rows: how many rows were looked at.
        there: how many of them are there already.
        names: the names that nobody has, the most frequent first.
        further: how many such names there are beyond these.
        makes: what the file names that may be made from a name alone: the record types' names for many.
    """

    rows: int
    there: int
    names: Sequence[NewName]
    further: int
    makes: Sequence[str]


def examine(actor: Actor, job: Import) -> Examined:
    """Look through a draft's first rows.

    Args:
        actor: whose view of the records counts.
        job: the draft.
    """
    record_type, options = record_type_of(job), options_of(job)
    related = _related(job, record_type)
    named: Counter[tuple[str, str]] = Counter()
    mapping = {column: name for column, name in job.mapping.items() if column not in related}
    matcher = Matcher(actor, only_looks=True)
    reader = RowReader(record_type, mapping, options, matcher, in_file=partial(names_in_file, actor, job))
    rows = there = 0
    source = islice(reading.read_rows(Path(job.path), shape_of(job)), EXAMINED)
    while batch := list(islice(source, BATCH)):
        rows += len(batch)
        named.update(
            (name, cell) for each in batch for column, name in related.items() if (cell := _cell(each, column))
        )
        if options.match:
            matches = [reader.read(each).match for each in batch]
            known = existing(actor, record_type, options.match, matches)
            there += sum(each in known for each in matches)
    names = list(_new_names(reader, named))
    return Examined(rows, there, names[:MOST_NAMES], len(names[MOST_NAMES:]), _made_of(reader, job))


def _related(job: Import, record_type: RecordType) -> dict[str, str]:
    """Give the columns that name records: column to field."""
    known = guessing.importable(record_type)
    return {column: name for column, name in job.mapping.items() if isinstance(known.get(name), fields.Related)}


def _made_of(reader: RowReader, job: Import) -> list[str]:
    """Name what the file names and an import may make, sorted as people would."""
    declared = [reader.fields[name] for name in job.mapping.values()]
    keys = {each.record_type for each in declared if isinstance(each, fields.Related)}
    types = (record_types.get(key) for key in keys if reader.matcher.may_make(key))
    return sorted((str(each.label_plural) for each in types if each is not None), key=key_of)


def _new_names(reader: RowReader, counted: Counter[tuple[str, str]]) -> Iterator[NewName]:
    for name in {name for name, _cell in counted}:
        cells = [cell for (of, cell) in counted if of == name]
        reader.matcher.prepare(reader.fields[name].record_type, cells)
    for (name, cell), rows in counted.most_common():
        found = reader.find(name, cell)
        if found.id is None or found.near:
            yield _new_name(reader, name, cell, rows, found)


def _cell(row: FileRow, column: str) -> str:
    cell = row.cells.get(column)
    return cell.strip() if isinstance(cell, str) else ""


def _new_name(reader: RowReader, name: str, cell: str, rows: int, found: Found) -> NewName:
    declared, matcher = reader.fields[name], reader.matcher
    near = [] if found.shared else reader.near(name, cell)
    possible = {
        MAKE: matcher.may_make(declared.record_type) and not found.shared,
        EMPTY: not declared.required,
        FAIL: not is_part(name),
    }
    return NewName(
        field=name,
        label=str(declared.label),
        record_type=declared.record_type,
        cell=cell,
        rows=rows,
        near=near,
        is_shared=found.shared,
        fate=reader.fate(name, found),
        fates=[each for each, is_possible in possible.items() if is_possible],
    )
