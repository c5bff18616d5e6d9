"""How an import's file is read, and what is done with what it holds."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from flask import current_app

from core.imports.models import Import
from core.imports.reading import Shape, find_shape, headings
from core.problems import not_found
from core.records.registry import record_types
from core.records.types import RecordType

#: What is done with a name that nobody has: it is taken for a near one, made, left out, or its rows fail.
TAKE, MAKE, EMPTY, FAIL = ":take", ":make", ":empty", ":fail"


@dataclass(frozen=True, kw_only=True)
class Options:
    """How a file is read, and what is done with what it holds.

    Attributes:
        encoding, delimiter: as the person corrected them; empty for what was found.
        order: `dmy` or `mdy`, for days that don't begin with the year.
        decimal: `,` or `.`; empty to tell by the numbers.
        match: the field by which a row's record is recognised; empty to make every row a new one.
        on_match: `update`, `skip` or `create` when it is there already.
        create_missing: make the records that the file names and nobody has, of the types that are made from a name:
            stages, people, teams, products, customers.
        strict: a row that names an unknown record fails, instead of being taken without it.
        accept_near: take a name for the one that it nearly is (`GTXPro` for `GTX Pro`), with a warning.
        names: what a person said of names that nobody has: field to name in the file to the id or name of the record
            that is meant, or `MAKE`, `EMPTY` or `FAIL`.
    """

    encoding: str = ""
    delimiter: str = ""
    order: str = ""
    decimal: str = ""
    match: str = ""
    on_match: str = "update"
    create_missing: bool = False
    strict: bool = False
    accept_near: bool = True
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def options_of(job: Import) -> Options:
    """Give an import's options."""
    known = Options.__dataclass_fields__
    return Options(**{name: value for name, value in job.options.items() if name in known})


def shape_of(job: Import) -> Shape:
    """Tell how an import's file is read, with what the person corrected."""
    options = options_of(job)
    found = find_shape(Path(job.path), job.file_name)
    return replace(found, encoding=options.encoding or found.encoding, delimiter=options.delimiter or found.delimiter)


def headings_of(job: Import) -> list[str]:
    """Read the headings of an import's file."""
    return headings(Path(job.path), shape_of(job))


def record_type_of(job: Import) -> RecordType:
    """Give the record type that an import fills.

    Raises:
        Problem: 404 when its plugin is off.
    """
    record_type = record_types.get(job.record_type)
    if record_type is None:
        raise not_found()
    return record_type


def folder_of(import_id: uuid.UUID) -> Path:
    """Give the folder in which an import keeps its files."""
    settings: Any = current_app.extensions["pelatis_settings"]
    folder: Path = settings.data_dir / "imports" / str(import_id)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def error_file(job: Import) -> Path:
    """Name the file of an import's failed rows; it is there when any failed."""
    return Path(job.path).parent / "errors.csv"
