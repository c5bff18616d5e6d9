"""Every rule of imports: taking a file, setting it up, trying it, running it, undoing the whole."""

import hashlib
import shutil
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from itertools import islice
from pathlib import Path, PureWindowsPath
from typing import Any, BinaryIO, Final

from sqlalchemy import select

from core.access import Actor, acting_as, require
from core.database import db, new_id, write_unit
from core.i18n import _
from core.imports import encodings, guessing, reading
from core.imports.models import Import
from core.imports.options import Options, folder_of, headings_of, options_of, record_type_of, shape_of
from core.imports.running import PREVIEW_ROWS, Runner, Tally
from core.imports.standing import held, standing
from core.jobs.operations import enqueue
from core.problems import Problem
from core.records import fields
from core.records.operations import load_values
from core.records.types import RecordType

#: States in which an import can be begun, and those in which its run goes on where it stopped.
BEGINNABLE: Final = frozenset({"draft", "failed"})
RUNNABLE: Final = BEGINNABLE | {"running"}


def take_file(actor: Actor, record_type: RecordType, name: str, stream: BinaryIO) -> Import:
    """Keep a copy of a file, and guess how it is read and what its columns are. Nothing else is written.

    Args:
        actor: whoever imports; needs the `import` permission of the record type.
        record_type: what the rows become.
        name: what the person calls the file.
        stream: its bytes.

    Raises:
        Problem: 403 without the right; 422 when it is no file of rows.
    """
    require(actor, record_type, "import")
    import_id = new_id()
    path = folder_of(import_id) / f"file{Path(name).suffix.lower()[:10]}"
    try:
        with path.open("wb") as copy:
            shutil.copyfileobj(stream, copy)
        return _draft(actor, record_type, import_id, path, name)
    except BaseException:
        shutil.rmtree(path.parent, ignore_errors=True)
        raise


def plain_name(name: str) -> str:
    """Give a file's name without folders, and without signs that break headers or turn it round."""
    last = PureWindowsPath(name).name
    return "".join(sign for sign in last if sign.isprintable())[:255] or "file"


def _draft(actor: Actor, record_type: RecordType, import_id: uuid.UUID, path: Path, name: str) -> Import:
    shape = reading.find_shape(path, name)
    columns = reading.headings(path, shape)
    rows = preview(path, shape)
    if not rows:
        raise reading.unreadable(_("The file has column names but no rows."))
    mapping = {guess.column: guess.field for guess in guessing.guess_columns(record_type, columns, rows) if guess.field}
    options = Options(
        match=_first_match(record_type, mapping.values()),
        order=_order(record_type, mapping, rows),
        decimal=guessing.numbers_style(record_type, mapping, rows),
    )
    with write_unit() as session:
        made = Import(
            id=import_id,
            record_type=record_type.key,
            file_name=plain_name(name),
            path=str(path),
            options=asdict(options),
            mapping=mapping,
            total_rows=sum(1 for _row in reading.read_rows(path, shape)),
            actor_id=actor.user_id,
        )
        session.add(made)
        return made


def preview(path: Path, shape: reading.Shape) -> list[Mapping[str, Any]]:
    """Read the first rows of a file, those that are whole."""
    return [row.cells for row in islice(reading.read_rows(path, shape), PREVIEW_ROWS) if not row.damage]


def _first_match(record_type: RecordType, mapped: Iterable[str]) -> str:
    present = set(mapped)
    return next((name for name in ("id", *record_type.match) if name in present), "")


def _order(record_type: RecordType, mapping: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> str:
    known = guessing.importable(record_type)
    for column, name in mapping.items():
        if isinstance(known[name], fields.Date | fields.DateTime):
            order = guessing.day_order(str(row.get(column) or "") for row in rows)
            if order.day_first or order.month_first:
                return order.order
    return "dmy"


def find_unfinished(record_type: RecordType, file: Path) -> Import | None:
    """Find an import of the very same file that was stopped half-way, to go on with it instead of starting anew.

    Args:
        record_type: what the rows become.
        file: the file that somebody wants to import.
    """
    statement = select(Import).where(
        Import.record_type == record_type.key,
        Import.file_name == plain_name(file.name),
        Import.status.in_(RUNNABLE - {"draft"}),
    )
    for job in db.session.scalars(statement.order_by(Import.created_at.desc())):
        if Path(job.path).is_file() and _digest(Path(job.path)) == _digest(file):
            return job
    return None


def require_draft(job: Import, states: Collection[str] = ("draft",)) -> None:
    """Stop unless an import hasn't run yet.

    Args:
        job: the import.
        states: how it may stand, where one that was stopped half-way will do as well.

    Raises:
        Problem: 409 when it ran already.
    """
    if standing(job) not in states:
        raise Problem("imports.not_a_draft", _("This import ran already."), status=409)


def discard(job: Import) -> None:
    """Forget a draft and the copy of its file.

    Raises:
        Problem: 409 when it ran already; its report and its undo stay.
    """
    require_draft(job)
    folder = Path(job.path).parent
    with write_unit() as session:
        session.refresh(job)
        session.delete(job)
    shutil.rmtree(folder, ignore_errors=True)


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def set_up(job: Import, *, mapping: Mapping[str, str] | None = None, **options: Any) -> None:
    """Correct the mapping or the options of a draft.

    Raises:
        Problem: 409 when it ran already; 422 for a field or option that doesn't exist, or a field mapped twice.
    """
    require_draft(job)
    changed = Options(**(asdict(options_of(job)) | options))
    _check_shape(changed)
    with write_unit() as session:
        session.refresh(job)
        job.options = asdict(changed)
        job.trial = None
        if mapping is not None:
            _check_mapping(job, mapping)
            job.mapping = dict(mapping)
        _check_match(job, changed.match)


def map_columns(job: Import, mapping: Mapping[str, str], **options: Any) -> None:
    """Correct the mapping of a draft; where nothing becomes the field that it was matched by, another one is taken.

    Args:
        job: the draft.
        mapping: column heading to field.
        **options: see `set_up`.

    Raises:
        Problem: as `set_up`; 422 when a required field has no column.
    """
    wanted = options.get("match", options_of(job).match)
    match = wanted if wanted in mapping.values() else _first_match(record_type_of(job), mapping.values())
    set_up(job, mapping=mapping, **options | {"match": match})


def _check_shape(options: Options) -> None:
    if options.encoding and options.encoding not in encodings.NAMES:
        raise Problem("imports.bad_encoding", _("Files aren't read in the encoding “%(name)s”.", name=options.encoding))
    if options.delimiter and options.delimiter not in reading.DELIMITERS:
        raise Problem("imports.bad_delimiter", _("“%(sign)s” doesn't stand between columns.", sign=options.delimiter))


def _check_match(job: Import, match: str) -> None:
    if match and match not in ("id", *record_type_of(job).match):
        raise Problem("imports.bad_match", _("“%(field)s” doesn't recognise a record.", field=match))
    if match and match not in job.mapping.values():
        label = guessing.importable(record_type_of(job))[match].label
        raise Problem(
            "imports.match_not_mapped", _("No column becomes %(field)s, so it can't be matched.", field=label)
        )


def _check_mapping(job: Import, mapping: Mapping[str, str]) -> None:
    known = guessing.importable(record_type_of(job))
    columns = headings_of(job)
    for column, name in mapping.items():
        if column not in columns:
            raise Problem(
                "imports.unknown_column",
                _("The file has no column “%(column)s”. It has: %(all)s.", column=column, all=", ".join(columns)),
            )
        if name not in known:
            raise Problem(
                "imports.unknown_field",
                _("There is no field “%(field)s”. There are: %(all)s.", field=name, all=", ".join(known)),
            )
    doubled = [name for name in mapping.values() if list(mapping.values()).count(name) > 1]
    if doubled:
        raise Problem("imports.mapped_twice", _("Two columns become “%(field)s”.", field=known[doubled[0]].label))


# Running


def begin(job: Import) -> None:
    """Let the background run a draft, whose mapping is kept for the next such file, or go on with what was stopped.

    Raises:
        Problem: 409 when it ran already, or was begun by somebody else a moment ago.
    """
    from core.imports import jobs, mappings  # they stand on this module

    with write_unit() as session:
        session.refresh(job, with_for_update=True)  # whoever else begins it waits, and finds it begun
        require_draft(job, BEGINNABLE)
        if job.status == "draft":
            mappings.keep(job)
        job.status = "running"
        enqueue(jobs.run_import, subject_id=job.id, import_id=str(job.id))


def run(
    actor: Actor,
    job: Import,
    *,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Tally:
    """Turn a file's rows into records, a thousand in one write unit, from where an earlier run was stopped.

    Args:
        actor: whoever imports.
        job: the import.
        progress: told (rows done, rows altogether) after each batch, inside the batch's write unit.

    Returns:
        The counts, those of earlier runs included.

    Raises:
        Problem: 409 when it is done or undone already, or runs elsewhere; 422 when a required field has no column.
    """
    require_draft(job, RUNNABLE)
    require(actor, record_type_of(job), "import")
    require_fields(job)
    with acting_as(actor, "import", job.id), held(job):
        return Runner(actor, job).run(progress)


def require_fields(job: Import) -> None:
    """Stop when a required field has no column, unless rows do without it: a person's name comes from two others.

    Raises:
        Problem: 422 with the fields.
    """
    record_type = record_type_of(job)
    mapped, known = set(job.mapping.values()), guessing.importable(record_type)
    missing = {name: str(each.label) for name, each in known.items() if each.required and name not in mapped}
    if not missing:
        return
    for row in preview(Path(job.path), shape_of(job))[:20]:
        data = {name: row.get(column) for column, name in job.mapping.items() if row.get(column) and "." not in name}
        try:
            load_values(record_type, data)
        except Problem as problem:
            if missing.keys() & problem.fields.keys():
                continue
        return
    raise Problem("imports.missing_columns", _("No column becomes %(fields)s.", fields=", ".join(missing.values())))
