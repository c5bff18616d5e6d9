"""Every rule of imports: taking a file, trying it, running it batch by batch, undoing the whole."""

import csv
import shutil
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Final

from flask import current_app
from sqlalchemy import select

from core.access import Actor, acting_as, require
from core.database import JournalEntry, db, new_id, utc_now, write_unit
from core.database.models import model_of
from core.i18n import _
from core.imports import guessing, reading
from core.imports.matching import Matcher, existing
from core.imports.models import Import, ImportIssue
from core.imports.reading import FileRow, Shape
from core.problems import Problem, not_found
from core.records import fields
from core.records.fields import trusted_ids
from core.records.history import typed_value
from core.records.operations import create_record, load_values, update_record
from core.records.registry import record_types
from core.records.types import RecordType

#: Rows of one write unit: what is lost, and done again, when the process is killed.
BATCH: Final = 500
#: The level of an issue that waits for a record further down in the file.
LATER: Final = "later"
#: Rows that a preview reads.
PREVIEW_ROWS: Final = 200

TRUE_WORDS: Final = frozenset({"1", "true", "yes", "y", "x", "ναι", "tak", "αληθεσ", "prawda"})
FALSE_WORDS: Final = frozenset({"0", "false", "no", "n", "οχι", "nie", "ψευδεσ", "falsz"})


@dataclass(frozen=True, kw_only=True)
class Options:
    """How a file is read, and what is done with what it holds.

    Attributes:
        encoding, delimiter: as the person corrected them; empty for what was found.
        order: `dmy` or `mdy`, for days that don't begin with the year.
        decimal: `,` or `.`; empty to tell by the numbers.
        match: the field by which a row's record is recognised; empty to make every row a new one.
        on_match: `update`, `skip` or `create` when it is there already.
        create_missing: make the stages, people and other small things that the file names.
        strict: a row that names an unknown record fails, instead of being taken without it.
        accept_near: take a name for the one that it nearly is (`GTXPro` for `GTX Pro`), with a warning.
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


@dataclass
class Tally:
    """What an import came to."""

    created: int = 0
    updated: int = 0
    skipped: int = 0
    failed: int = 0
    warnings: int = 0


@dataclass(frozen=True)
class Issue:
    """What a row's failure or doubt is."""

    level: str
    code: str
    message: str


@dataclass
class _Row:
    """A row on its way to being a record: raw values by field, and what was noticed."""

    source: FileRow
    data: dict[str, Any] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)
    #: Fields whose record isn't there yet, but may come later in the same file: field to name.
    later: dict[str, Any] = field(default_factory=dict)

    @property
    def has_failed(self) -> bool:
        return any(issue.level == "error" for issue in self.issues)


def folder_of(import_id: uuid.UUID) -> Path:
    """Give the folder in which an import keeps its files."""
    folder: Path = current_app.extensions["pelatis_settings"].data_dir / "imports" / str(import_id)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


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
    with path.open("wb") as copy:
        shutil.copyfileobj(stream, copy)
    try:
        shape = reading.find_shape(path, name)
        columns = reading.headings(path, shape)
    except Problem:
        shutil.rmtree(path.parent, ignore_errors=True)
        raise
    rows = [row.cells for row in islice(reading.read_rows(path, shape), PREVIEW_ROWS)]
    guesses = guessing.guess_columns(record_type, columns, rows)
    mapping = {guess.column: guess.field for guess in guesses if guess.field}
    options = Options(match=_first_match(record_type, mapping.values()), order=_order(record_type, mapping, rows))
    with write_unit() as session:
        made = Import(
            id=import_id,
            record_type=record_type.key,
            file_name=Path(name).name[:255],
            path=str(path),
            options=asdict(options),
            mapping=mapping,
            total_rows=sum(1 for _row in reading.read_rows(path, shape)),
            actor_id=actor.user_id,
        )
        session.add(made)
        return made


def _first_match(record_type: RecordType, mapped: Iterable[str]) -> str:
    present = set(mapped)
    return next((name for name in record_type.match if name in present), "")


def _order(record_type: RecordType, mapping: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> str:
    known = guessing.importable(record_type)
    for column, name in mapping.items():
        if isinstance(known[name], fields.Date | fields.DateTime):
            order = guessing.day_order(str(row.get(column) or "") for row in rows)
            if order.day_first or order.month_first:
                return order.order
    return "dmy"


def shape_of(job: Import) -> Shape:
    """Tell how an import's file is read, with what the person corrected."""
    options = options_of(job)
    found = reading.find_shape(Path(job.path), job.file_name)
    return Shape(
        found.kind, options.encoding or found.encoding, options.delimiter or found.delimiter, found.alternatives
    )


def options_of(job: Import) -> Options:
    """Give an import's options."""
    known = Options.__dataclass_fields__
    return Options(**{name: value for name, value in job.options.items() if name in known})


def record_type_of(job: Import) -> RecordType:
    """Give the record type that an import fills.

    Raises:
        Problem: 404 when its plugin is off.
    """
    record_type = record_types.get(job.record_type)
    if record_type is None:
        raise not_found()
    return record_type


def set_up(job: Import, *, mapping: Mapping[str, str] | None = None, **options: Any) -> None:
    """Correct the mapping or the options of a draft.

    Raises:
        Problem: 409 when it ran already; 422 for a field or option that doesn't exist, or a field mapped twice.
    """
    if job.status != "draft":
        raise Problem("imports.not_a_draft", _("This import ran already."), status=409)
    if mapping is not None:
        _check_mapping(job, mapping)
    changed = asdict(options_of(job)) | options
    match = changed["match"]
    if match and match not in record_type_of(job).match:
        raise Problem("imports.bad_match", _("“%(field)s” doesn't recognise a record.", field=match))
    with write_unit() as session:
        session.refresh(job)
        if mapping is not None:
            job.mapping = dict(mapping)
        job.options = asdict(Options(**changed))


def _check_mapping(job: Import, mapping: Mapping[str, str]) -> None:
    known = guessing.importable(record_type_of(job))
    columns = reading.headings(Path(job.path), shape_of(job))
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


def run(
    actor: Actor,
    job: Import,
    *,
    dry: bool = False,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Tally:
    """Turn a file's rows into records, five hundred in one write unit, from where an earlier run was killed.

    Args:
        actor: whoever imports.
        job: the import.
        dry: try every row and write nothing.
        progress: told (rows done, rows altogether) after each batch, inside the batch's write unit.

    Returns:
        The counts; of a dry run what would be.

    Raises:
        Problem: 409 when it is done or undone already; 422 when a required field has no column.
    """
    if not dry and job.status not in ("draft", "running"):
        raise Problem("imports.not_a_draft", _("This import ran already."), status=409)
    record_type = record_type_of(job)
    require(actor, record_type, "import")
    _require_fields(record_type, job)
    with acting_as(actor, "import", None if dry else job.id):
        runner = _Runner(actor, record_type, job)
        if dry:
            return runner.try_out()
        return runner.run(progress)


def _require_fields(record_type: RecordType, job: Import) -> None:
    mapped = set(job.mapping.values())
    known = guessing.importable(record_type)
    missing = [str(each.label) for name, each in known.items() if each.required and name not in mapped]
    if missing:
        raise Problem("imports.missing_columns", _("No column becomes %(fields)s.", fields=", ".join(missing)))


class _DryRun(Exception):
    """Rolls a dry run's write unit back."""


class _Runner:
    def __init__(self, actor: Actor, record_type: RecordType, job: Import) -> None:
        self.actor = actor
        self.record_type = record_type
        self.job = job
        self.options = options_of(job)
        self.fields = guessing.importable(record_type)
        self.matcher = Matcher(actor, create_missing=self.options.create_missing)
        self.shape = shape_of(job)
        self.trusted: set[uuid.UUID] = set()

    def run(self, progress: Callable[[int, int], None]) -> Tally:
        job = self.job
        with write_unit() as session:
            session.refresh(job)
            job.status = "running"
        rows = reading.read_rows(Path(job.path), self.shape, after=job.done_rows)
        while batch := list(islice(rows, BATCH)):
            with write_unit() as session:
                tally, issues = self.batch(batch)
                session.refresh(job)
                job.done_rows += len(batch)
                for name, number in asdict(tally).items():
                    setattr(job, name, getattr(job, name) + number)
                session.add_all(issues)
                progress(job.done_rows, job.total_rows)
            db.session.expunge_all()
            job = self.job = db.session.get(Import, job.id)  # type: ignore[assignment]
        with write_unit() as session:
            session.refresh(job)
            self.link_later()
            job.status, job.finished_at = "done", utc_now()
        _write_error_file(job, self.shape)
        return Tally(job.created, job.updated, job.skipped, job.failed, job.warnings)

    def try_out(self) -> Tally:
        """Run every batch in a write unit that is rolled back."""
        total = Tally()
        rows = reading.read_rows(Path(self.job.path), self.shape)
        samples: list[ImportIssue] = []
        try:
            with write_unit():
                while batch := list(islice(rows, BATCH)):
                    tally, issues = self.batch(batch)
                    for name, number in asdict(tally).items():
                        setattr(total, name, getattr(total, name) + number)
                    samples += issues[: max(0, 200 - len(samples))]
                    db.session.flush()
                raise _DryRun
        except _DryRun:
            pass
        self.samples = samples
        return total

    def batch(self, batch: Sequence[FileRow]) -> tuple[Tally, list[ImportIssue]]:
        """Write one batch; a row that fails takes nothing with it."""
        rows = [self.read(each) for each in batch]
        matched = self.matches(rows)
        tally, issues = Tally(), []
        token = trusted_ids.set(self.trusted)
        try:
            for row in rows:
                if not row.has_failed:
                    self.write(row, matched, tally)
                if row.has_failed:
                    tally.failed += 1
                tally.warnings += sum(issue.level == "warning" for issue in row.issues)
                issues += [self.issue(row, issue) for issue in row.issues]
        finally:
            trusted_ids.reset(token)
        return tally, issues

    def issue(self, row: _Row, issue: Issue) -> ImportIssue:
        cells = {name: str(value) for name, value in row.source.cells.items()} if issue.level == "error" else None
        return ImportIssue(
            import_id=self.job.id, row=row.source.number, level=issue.level, code=issue.code, message=issue.message, cells=cells
        )

    # One row

    def read(self, source: FileRow) -> _Row:
        """Turn a row's cells into the raw values that the schema reads."""
        row = _Row(source)
        if source.damage:
            row.issues.append(Issue("error", "damaged", source.damage))
            return row
        for column, name in self.job.mapping.items():
            cell = source.cells.get(column, "")
            if isinstance(cell, str):
                cell = cell.strip()
            value = self.value(row, name, self.fields[name], cell)
            if name.startswith("custom."):
                if value is not None:
                    row.data.setdefault("custom", {})[name.removeprefix("custom.")] = value
            elif value is not None or name not in row.data:
                row.data[name] = value
        row.data = {name: value for name, value in row.data.items() if value is not None or self.fields[name].allow_none}
        return row

    def value(self, row: _Row, name: str, declared: Any, cell: Any) -> Any:
        if cell in ("", None):
            return None
        if isinstance(declared, fields.Related):
            return self.related(row, name, declared, cell)
        if isinstance(declared, fields.Tags):
            return cell if isinstance(cell, list) else [part.strip() for part in str(cell).replace(";", ",").split(",") if part.strip()]
        if not isinstance(cell, str):
            return cell
        if isinstance(declared, fields.Date):
            return guessing.read_day(cell, self.options.order or "dmy")
        if isinstance(declared, fields.DateTime):
            return guessing.read_day(cell, self.options.order or "dmy") if guessing.DAY.fullmatch(cell) and ":" not in cell else cell
        if isinstance(declared, fields.Boolean):
            return _boolean(cell)
        if isinstance(declared, fields.Money | fields.Integer | fields.Decimals):
            return guessing.read_number(cell, self.options.decimal)
        if isinstance(declared, fields.Choice):
            return _choice(declared, cell)
        return cell

    def related(self, row: _Row, name: str, declared: Any, cell: Any) -> str | None:
        found = self.matcher.find(declared.record_type, cell)
        if found.near and not self.options.accept_near:
            message = _("“%(cell)s” isn't there; “%(near)s” is near.", cell=cell, near=found.near)
            row.issues.append(Issue("error", f"near:{name}", message))
            return None
        if found.near:
            message = _("“%(cell)s” was taken for “%(near)s”.", cell=cell, near=found.near)
            row.issues.append(Issue("warning", f"near:{name}", message))
        if found.id is not None:
            self.trusted.add(found.id)
            return str(found.id)
        if declared.record_type == self.record_type.key:
            row.later[name] = cell
            return None
        message = _("%(field)s: there is no “%(cell)s”.", field=declared.label, cell=cell)
        fails = self.options.strict or declared.required
        row.issues.append(Issue("error" if fails else "warning", f"missing:{name}", message))
        return None

    def matches(self, rows: Sequence[_Row]) -> Mapping[Any, Sequence[uuid.UUID]]:
        name = self.options.match
        if not name:
            return {}
        values = [self._match_value(row) for row in rows if not row.has_failed]
        return existing(self.actor, self.record_type, self.fields[name].column, values)

    def _match_value(self, row: _Row) -> Any:
        raw = row.data.get(self.options.match)
        if raw is None:
            return None
        try:
            return self.fields[self.options.match].deserialize(raw)
        except Exception:  # noqa: BLE001 - the schema says what is wrong with the value
            return None

    def write(self, row: _Row, matched: Mapping[Any, Sequence[uuid.UUID]], tally: Tally) -> None:
        ids = matched.get(self._match_value(row), ()) if self.options.match else ()
        try:
            with db.session.begin_nested():
                record, outcome = self._written(row, ids)
                db.session.flush()
        except Problem as problem:
            row.issues.append(Issue("error", problem.code, _said(problem, self.fields)))
            return
        setattr(tally, outcome, getattr(tally, outcome) + 1)
        if record is not None:
            self._remember(row, record)

    def _written(self, row: _Row, ids: Sequence[uuid.UUID]) -> tuple[Any, str]:
        if not ids or self.options.on_match == "create":
            return create_record(self.actor, self.record_type, row.data), "created"
        if len(ids) > 1:
            raise Problem(
                "imports.ambiguous", _("%(count)s records have this %(field)s.", count=len(ids), field=self.fields[self.options.match].label)
            )
        record = db.session.get(self.record_type.model, ids[0])
        if self.options.on_match == "skip" or record is None or self._is_same(record, row):
            return record, "skipped"
        return update_record(self.actor, self.record_type, record, row.data), "updated"

    def _is_same(self, record: Any, row: _Row) -> bool:
        values = load_values(self.record_type, row.data, partial=True)
        return all(
            {**record.custom, **value} == record.custom if name == "custom" else getattr(record, name, value) == value
            for name, value in values.items()
        )

    def _remember(self, row: _Row, record: Any) -> None:
        self.matcher.learn(self.record_type, self.record_type.title_of(record), record.id)
        # Kept in the database, so that a killed import still links them when it goes on.
        db.session.add_all(
            ImportIssue(
                import_id=self.job.id,
                row=row.source.number,
                level=LATER,
                code=name,
                message=str(cell),
                cells={"record_id": str(record.id)},
            )
            for name, cell in row.later.items()
        )

    def link_later(self) -> None:
        """Fill in relations to records that stood further down in the same file."""
        statement = select(ImportIssue).where(ImportIssue.import_id == self.job.id, ImportIssue.level == LATER)
        token = trusted_ids.set(self.trusted)
        try:
            for issue in list(db.session.scalars(statement.order_by(ImportIssue.row))):
                self._link(issue)
        finally:
            trusted_ids.reset(token)

    def _link(self, issue: ImportIssue) -> None:
        found = self.matcher.find(self.record_type.key, issue.message)
        record = db.session.get(self.record_type.model, uuid.UUID((issue.cells or {})["record_id"]))
        if found.id is not None and record is not None:
            self.trusted.add(found.id)
            update_record(self.actor, self.record_type, record, {issue.code: str(found.id)})
            db.session.delete(issue)
            return
        name, label = issue.code, self.fields[issue.code].label
        issue.level, issue.code, issue.cells = "warning", f"missing:{name}", None
        issue.message = _("%(field)s: there is no “%(cell)s”.", field=label, cell=issue.message)
        self.job.warnings += 1


def _boolean(cell: str) -> Any:
    from core.search.fold import fold

    word = fold(cell)
    return True if word in TRUE_WORDS else False if word in FALSE_WORDS else cell


def _choice(declared: Any, cell: str) -> str:
    from core.imports.matching import key_of

    wanted = key_of(cell)
    for value, label in declared.choices.items():
        if wanted in (key_of(value), key_of(label)):
            return str(value)
    return cell


def _said(problem: Problem, known: Mapping[str, Any]) -> str:
    if not problem.fields:
        return str(problem)
    parts = []
    for name, messages in problem.fields.items():
        declared = known.get(name)
        parts.append(f"{declared.label if declared is not None else name}: {' '.join(messages)}")
    return " ".join(parts)


def _write_error_file(job: Import, shape: Shape) -> None:
    """Write the rows that failed, with the reason beside them, so that they can be mended and imported again."""
    statement = select(ImportIssue).where(ImportIssue.import_id == job.id, ImportIssue.level == "error")
    issues = list(db.session.scalars(statement.order_by(ImportIssue.row)))
    if not issues:
        return
    columns = reading.headings(Path(job.path), shape)
    with error_file(job).open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([*columns, _("Why it failed")])
        for issue in issues:
            cells = issue.cells or {}
            writer.writerow([*[cells.get(column, "") for column in columns], issue.message])


def error_file(job: Import) -> Path:
    """Name the file of an import's failed rows; it is there when any failed."""
    return Path(job.path).parent / "errors.csv"


# Undoing


@dataclass(frozen=True)
class Undone:
    """What undoing an import came to: records put back, and those left alone because somebody changed them since."""

    put_back: int
    kept: Sequence[tuple[str, uuid.UUID]]


def undo(actor: Actor, job: Import) -> Undone:
    """Take back everything that an import did: what it made goes to the bin, what it changed is as it was.

    Records that somebody changed since are left as they are, and told.

    Args:
        actor: whoever undoes; needs the `import` permission.
        job: the import.

    Raises:
        Problem: 409 when it didn't run, or was undone already.
    """
    record_type = record_type_of(job)
    require(actor, record_type, "import")
    if job.status not in ("done", "running", "failed"):
        raise Problem("imports.nothing_to_undo", _("There is nothing to undo."), status=409)
    put_back, kept = 0, []
    with acting_as(actor, "undo"), write_unit() as session:
        for (key, record_id), entries in _by_record(job.id):
            if _undo_record(session, key, record_id, entries, job.id):
                put_back += 1
            else:
                kept.append((key, record_id))
        session.refresh(job)
        job.status = "undone"
    return Undone(put_back, kept)


def _by_record(import_id: uuid.UUID) -> Iterator[tuple[tuple[str, uuid.UUID], list[JournalEntry]]]:
    statement = select(JournalEntry).where(JournalEntry.import_id == import_id).order_by(JournalEntry.sequence.desc())
    grouped: dict[tuple[str, uuid.UUID], list[JournalEntry]] = {}
    for entry in db.session.scalars(statement):
        grouped.setdefault((entry.record_type, entry.record_id), []).append(entry)
    yield from grouped.items()


def _undo_record(
    session: Any, key: str, record_id: uuid.UUID, entries: Sequence[JournalEntry], import_id: uuid.UUID
) -> bool:
    model = model_of(key)
    record = session.get(model, record_id) if model is not None else None
    if record is None:
        return False
    values: dict[str, Any] = {}
    for entry in entries:  # newest first: the oldest old value stays
        for name, (old, new) in entry.changes.items():
            if name not in values and getattr(record, name) != typed_value(model, name, new):
                return False
            values[name] = typed_value(model, name, old)
    if entries[-1].operation == "insert":
        if session.execute(_later_changes(key, record_id, entries[0].sequence)).first() is not None:
            return False
        record.deleted_at = record.deleted_at or utc_now()
        return True
    for name, value in values.items():
        setattr(record, name, value)
    return True


def _later_changes(key: str, record_id: uuid.UUID, sequence: int) -> Any:
    return (
        select(JournalEntry.sequence)
        .where(JournalEntry.record_type == key, JournalEntry.record_id == record_id, JournalEntry.sequence > sequence)
        .limit(1)
    )
