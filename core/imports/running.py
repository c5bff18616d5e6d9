"""Running an import: batch by batch, each in a write unit of its own, so that a killed one goes on where it stood."""

import csv
import re
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from dataclasses import fields as fields_of_class
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, Final

import marshmallow as ma
from sqlalchemy import select
from sqlalchemy.exc import DataError, IntegrityError

from core.access import Actor, require
from core.database import JournalEntry, db, new_id, utc_now, write_unit
from core.exports.writing import safe_cell
from core.i18n import _
from core.imports import guessing, reading, values
from core.imports.matching import Found, Matcher, existing, key_of
from core.imports.models import Import, ImportIssue
from core.imports.options import error_file, options_of, record_type_of, shape_of
from core.imports.reading import FileRow
from core.problems import Problem
from core.records import fields
from core.records.fields import trusted_ids
from core.records.operations import create_record, load_values, update_record
from core.records.registry import record_types

#: Rows of one write unit: what is lost, and done again, when the process is killed.
BATCH: Final = 500
#: Rows that a preview reads.
PREVIEW_ROWS: Final = 200

#: The levels of an issue: the row isn't in; it is in with a doubt; it is in and worth listing; it waits for a record
#: further down in the file.
ERROR, WARNING, NOTICE, LATER = "error", "warning", "notice", "later"

TRUE_WORDS: Final = frozenset({"1", "true", "yes", "y", "x", "ναι", "tak", "αληθεσ", "prawda"})
FALSE_WORDS: Final = frozenset({"0", "false", "no", "n", "οχι", "nie", "ψευδεσ", "falsz"})


@dataclass
class Tally:
    """What an import came to."""

    created: int = 0
    updated: int = 0
    skipped: int = 0
    failed: int = 0
    warnings: int = 0

    def add(self, other: "Tally") -> None:
        """Add what a batch came to."""
        for each in fields_of_class(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))


@dataclass(frozen=True)
class Issue:
    """What a row's failure or doubt is."""

    level: str
    code: str
    message: str


@dataclass
class Row:
    """A row on its way to being a record: raw values by field, and what was noticed."""

    source: FileRow
    data: dict[str, Any] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)
    #: Fields whose record isn't there yet, but may come later in the same file: field to name.
    later: dict[str, Any] = field(default_factory=dict)
    #: The value that its record is recognised by.
    match: Any = None
    #: The id that its record is given, when the file names one.
    record_id: uuid.UUID | None = None

    @property
    def has_failed(self) -> bool:
        """Whether it can't become a record."""
        return any(issue.level == ERROR for issue in self.issues)

    def fail(self, code: str, message: str) -> None:
        """Write down why it can't become a record."""
        self.issues.append(Issue(ERROR, code, message))


class _TriedOut(Exception):  # noqa: N818 - it is no error
    """Rolls a dry run's write unit back."""


class Runner:
    """Turns the rows of one import into records.

    Args:
        actor: whoever imports.
        job: the import.
    """

    def __init__(self, actor: Actor, job: Import) -> None:
        self.actor = actor
        self.job = job
        self.record_type = record_type_of(job)
        self.options = options_of(job)
        self.fields = guessing.importable(self.record_type)
        self.mapping: Mapping[str, str] = dict(job.mapping)
        self.matcher = Matcher(actor, create_missing=self.options.create_missing)
        self.shape = shape_of(job)
        self.path = Path(job.path)
        #: Our own export says what is empty; in any other file an empty cell says nothing.
        self.exact = "id" in self.mapping.values()
        self.related = {
            column: name for column, name in self.mapping.items() if isinstance(self.fields.get(name), fields.Related)
        }
        self.usual = self._usually_filled()
        self.trusted: set[uuid.UUID] = set()
        #: What the rows of the present batch point at, by record type.
        self.pointed: dict[str, set[uuid.UUID]] = {}
        #: The issues of a dry run, which are written down nowhere.
        self.samples: list[tuple[int, Issue]] = []

    def _usually_filled(self) -> frozenset[str]:
        """Name the relations that most rows fill, so that the rows without one can be listed."""
        rows = list(islice(reading.read_rows(self.path, self.shape), PREVIEW_ROWS))
        filled = {name: sum(bool(row.cells.get(column)) for row in rows) for column, name in self.related.items()}
        return frozenset(name for name, count in filled.items() if 2 * count > len(rows))

    def run(self, progress: Callable[[int, int], None]) -> Tally:
        """Write all rows that aren't committed yet; `progress` is told inside of each batch's write unit."""
        with write_unit() as session:
            session.refresh(self.job)
            self.job.status = "running"
        try:
            self._run(progress)
        except Exception:
            self._mark_failed()
            raise
        job = self.job
        return Tally(job.created, job.updated, job.skipped, job.failed, job.warnings)

    def _run(self, progress: Callable[[int, int], None]) -> None:
        done = self.job.done_rows
        rows = reading.read_rows(self.path, self.shape, after=done)
        while batch := list(islice(rows, BATCH)):
            with write_unit() as session:
                session.refresh(self.job)
                if self.job.done_rows != done:
                    raise Problem("imports.runs_elsewhere", _("This import runs in another process."), status=409)
                tally, issues = self.batch(batch)
                self._count(tally, len(batch))
                session.add_all(issues)
                progress(self.job.done_rows, self.job.total_rows)
            done += len(batch)
        with write_unit() as session:
            session.refresh(self.job)
            self._link_later()
            self.job.status, self.job.finished_at = "done", utc_now()
        self._write_error_file()

    def _count(self, tally: Tally, rows: int) -> None:
        self.job.done_rows += rows
        self.job.total_rows = max(self.job.total_rows, self.job.done_rows)
        for name, number in asdict(tally).items():
            setattr(self.job, name, getattr(self.job, name) + number)

    def _mark_failed(self) -> None:
        with write_unit() as session:
            session.refresh(self.job)
            self.job.status = "failed"

    def try_out(self, limit: int | None = None) -> Tally:
        """Run batches in a write unit that is rolled back; `samples` then holds what was noticed.

        Args:
            limit: how many rows are tried; all when not given.
        """
        total = Tally()
        rows = islice(reading.read_rows(self.path, self.shape), limit)
        try:
            with write_unit():
                while batch := list(islice(rows, BATCH)):
                    tally, issues = self.batch(batch)
                    total.add(tally)
                    self._keep_samples(issues)
                    db.session.flush()
                self._try_linking(total)
                raise _TriedOut
        except _TriedOut:
            pass
        return total

    def _try_linking(self, total: Tally) -> None:
        self._link_later()
        db.session.flush()
        linked = list(db.session.scalars(select(ImportIssue).where(ImportIssue.import_id == self.job.id)))
        total.warnings += sum(issue.level == WARNING for issue in linked)
        self._keep_samples(linked)

    def _keep_samples(self, issues: Iterable[ImportIssue]) -> None:
        self.samples += [
            (each.row, Issue(each.level, each.code, each.message)) for each in issues if each.level != LATER
        ]

    # One batch

    def batch(self, batch: Sequence[FileRow]) -> tuple[Tally, list[ImportIssue]]:
        """Write one batch; a row that fails takes nothing with it."""
        self.pointed.clear()
        self._prepare(batch)
        rows = [self.read(each) for each in batch]
        kept = self._kept_in_memory()
        tally = Tally()
        token = trusted_ids.set(self.trusted)
        try:
            self._write_all(rows, tally)
        finally:
            trusted_ids.reset(token)
        del kept
        tally.failed += sum(row.has_failed for row in rows)
        tally.warnings += sum(issue.level == WARNING for row in rows for issue in row.issues)
        return tally, [self._issue(row, issue) for row in rows for issue in row.issues]

    def _prepare(self, batch: Sequence[FileRow]) -> None:
        for column, name in self.related.items():
            self.matcher.prepare(self.fields[name].record_type, [row.cells.get(column) for row in batch])

    def _kept_in_memory(self) -> list[Any]:
        """Read what the rows point at, in few statements, so that operations find it without asking row by row."""
        kept: list[Any] = []
        for key, ids in self.pointed.items():
            record_type = record_types.get(key)
            wanted = list(ids) if record_type is not None else []
            for start in range(0, len(wanted), BATCH):
                model = record_type.model  # type: ignore[union-attr]
                kept += db.session.scalars(select(model).where(model.id.in_(wanted[start : start + BATCH])))
        return kept

    def _issue(self, row: Row, issue: Issue) -> ImportIssue:
        cells = {str(name): _text(value) for name, value in row.source.cells.items()} if issue.level == ERROR else None
        return ImportIssue(
            import_id=self.job.id,
            row=row.source.number,
            level=issue.level,
            code=issue.code,
            message=issue.message,
            cells=cells,
        )

    # Reading a row

    def read(self, source: FileRow) -> Row:
        """Turn a row's cells into the raw values that the schema reads."""
        row = Row(source)
        if source.damage:
            row.fail("damaged", source.damage)
            return row
        if source.doubt:
            row.issues.append(Issue(WARNING, "mended", source.doubt))
        for column, name in self.mapping.items():
            cell = source.cells.get(column)
            cell = cell.strip() if isinstance(cell, str) else cell
            if cell is None or cell == "":
                self._read_empty(row, name)
            elif (value := self._value(row, name, cell)) is not None:
                self._put(row, name, value)
        row.match = self._match_value(row)
        return row

    def _read_empty(self, row: Row, name: str) -> None:
        declared = self.fields[name]
        if name in self.usual and not declared.required:
            row.issues.append(Issue(NOTICE, f"empty:{name}", _("%(field)s is empty.", field=declared.label)))
        if self.exact and name != "id" and declared.allow_none:
            self._put(row, name, [] if isinstance(declared, fields.Tags) else None)

    def _put(self, row: Row, name: str, value: Any) -> None:
        if name == "id":
            self._put_id(row, value)
        elif name.startswith("custom."):
            row.data.setdefault("custom", {})[name.removeprefix("custom.")] = value
        else:
            row.data[name] = value

    def _put_id(self, row: Row, value: Any) -> None:
        try:
            row.record_id = uuid.UUID(str(value))
        except ValueError:
            row.fail("bad_id", _("“%(text)s” isn't an id of ours.", text=str(value)[:60]))

    def _value(self, row: Row, name: str, cell: Any) -> Any:
        declared = self.fields[name]
        if isinstance(declared, fields.Related):
            return self._related(row, name, cell)
        if isinstance(declared, fields.Tags):
            return cell if isinstance(cell, list) else values.read_words(_text(cell))
        if isinstance(cell, bool) and isinstance(declared, fields.Boolean):
            return cell
        text = _text(cell)
        if isinstance(declared, fields.Email):
            text = self._first_address(row, text)
        return self._read_text(declared, text, is_number=not isinstance(cell, str))

    def _first_address(self, row: Row, text: str) -> str:
        """Take the first of several mail addresses in one cell, as phones and Google write them."""
        addresses = [each for each in re.split(r"\s*(?::::|[,;])\s*", text) if each]
        if len(addresses) > 1:
            message = _("Of several mail addresses in one cell the first was taken.")
            row.issues.append(Issue(WARNING, "several_addresses", message))
        return addresses[0] if addresses else text

    def _read_text(self, declared: Any, text: str, *, is_number: bool) -> Any:
        order = self.options.order or "dmy"
        if isinstance(declared, fields.DateTime):
            return values.read_moment(text, order) or None
        if isinstance(declared, fields.Date):
            return values.read_day(text, order) or None
        if isinstance(declared, fields.Boolean):
            return _boolean(text)
        if isinstance(declared, fields.Money | fields.Integer | fields.Decimals):
            return text if is_number else values.read_number(text, self.options.decimal)
        if isinstance(declared, fields.Choice):
            return _choice(declared, text)
        return text

    def _related(self, row: Row, name: str, cell: Any) -> str | None:
        declared = self.fields[name]
        if isinstance(cell, Mapping):  # as the API writes it
            cell = cell.get("id") or cell.get("title") or ""
        cell = _text(cell)
        cell = self.options.names.get(name, {}).get(cell, cell)
        if declared.record_type == self.record_type.key:
            found = self.matcher.find_exactly(declared.record_type, cell)
            if found.id is None:
                row.later[name] = cell
                return None
        else:
            found = self.matcher.find(declared.record_type, cell)
        if (issue := self._doubt(name, cell, found)) is not None:
            row.issues.append(issue)
        if found.id is None or row.has_failed:
            return None
        self.trusted.add(found.id)
        self.pointed.setdefault(declared.record_type, set()).add(found.id)
        return str(found.id)

    def _doubt(self, name: str, cell: str, found: Found) -> Issue | None:
        """Say what is doubtful about whom a cell was found to name; None when nothing is."""
        declared = self.fields[name]
        if found.made:
            return Issue(NOTICE, f"made:{name}", _("%(field)s “%(cell)s” was made.", field=declared.label, cell=cell))
        if found.id is not None and not found.near:
            return None
        if found.id is not None and self.options.accept_near:
            return Issue(WARNING, f"near:{name}", _("“%(cell)s” was taken for “%(near)s”.", cell=cell, near=found.near))
        fails = self.options.strict or declared.required or found.id is not None
        level = ERROR if fails else WARNING
        if found.near:
            message = _("“%(cell)s” isn't there; “%(near)s” is near.", cell=cell, near=found.near)
            return Issue(level, f"near:{name}", message)
        if found.shared:
            message = _("%(field)s: several are called “%(cell)s”.", field=declared.label, cell=cell)
        else:
            message = _("%(field)s: there is no “%(cell)s”.", field=declared.label, cell=cell)
        return Issue(level, f"missing:{name}", message)

    def _match_value(self, row: Row) -> Any:
        name = self.options.match
        if name == "id":
            return row.record_id
        raw = row.data.get(name)
        if raw is None:
            return None
        try:
            return self.fields[name].deserialize(raw, name, row.data)
        except ma.ValidationError:
            return None  # the schema says what is wrong with it when the row is written

    # Writing rows

    def _write_all(self, rows: Sequence[Row], tally: Tally) -> None:
        known = self._known(rows)
        self._refuse_taken_ids(rows, known)
        own = self._written_before(known)
        claimed: dict[Any, Row] = {}
        fresh: list[tuple[Row, dict[str, Any]]] = []
        for row in rows:
            if row.has_failed:
                continue
            ids = known.get(row.match, ()) if row.match is not None else ()
            earlier = claimed.get(row.match) if row.match is not None else None
            if self.options.on_match != "create" and (earlier is not None or any(each in own for each in ids)):
                self._repeat(row, earlier, ids, tally)
                continue
            if self.record_type.create_many is not None and (not ids or self.options.on_match == "create"):
                self._load_fresh(row, fresh, has_twin=bool(ids))
            else:
                self._write(row, ids, tally)
            if row.match is not None and not row.has_failed:
                claimed[row.match] = row
        if fresh:
            self._write_many(fresh, tally)

    def _load_fresh(self, row: Row, fresh: list[tuple[Row, dict[str, Any]]], *, has_twin: bool) -> None:
        try:
            require(self.actor, self.record_type, "create")
            loaded = load_values(self.record_type, _given(row.data))
        except Problem as problem:
            row.fail(problem.code, self._said(problem))
            return
        loaded["id"] = new_id() if has_twin else row.record_id or new_id()
        fresh.append((row, loaded))

    def _write_many(self, fresh: Sequence[tuple[Row, dict[str, Any]]], tally: Tally) -> None:
        """Make the new records of a batch at once; one by one where the database refuses one of them."""
        create_many = self.record_type.create_many
        assert create_many is not None  # noqa: S101 - the caller has looked
        try:
            with db.session.begin_nested():
                outcomes = create_many(self.actor, [loaded for _row, loaded in fresh])
        except (IntegrityError, DataError):
            for row, _loaded in fresh:
                self._write(row, (), tally)
            return
        title = self.record_type.title
        for (row, loaded), problem in zip(fresh, outcomes, strict=True):
            if problem is not None:
                row.fail(problem.code, self._said(problem))
                continue
            tally.created += 1
            self._remember(row, loaded["id"], str(loaded.get(title) or ""))

    def _known(self, rows: Sequence[Row]) -> Mapping[Any, Sequence[uuid.UUID]]:
        name = self.options.match
        if not name:
            return {}
        column = "id" if name == "id" else self.fields[name].column
        return existing(self.actor, self.record_type, column, [row.match for row in rows if not row.has_failed])

    def _refuse_taken_ids(self, rows: Sequence[Row], known: Mapping[Any, Sequence[uuid.UUID]]) -> None:
        """Fail the rows whose id is another's: a record in the bin, one that isn't to be seen, an earlier row's."""
        free: dict[uuid.UUID, Row] = {}
        for row in rows:
            if row.record_id is None or known.get(row.match):
                continue
            earlier = free.setdefault(row.record_id, row)
            if earlier is not row and self.options.match != "id":
                row.fail("repeated", _("Row %(number)s has the same id.", number=earlier.source.number))
        model, ids = self.record_type.model, list(free)
        for start in range(0, len(ids), BATCH):
            for taken in db.session.scalars(select(model.id).where(model.id.in_(ids[start : start + BATCH]))):
                free[taken].fail("taken_id", _("This record is in the bin, or isn't yours to see."))

    def count_known(self, batch: Sequence[FileRow]) -> int:
        """Count the rows of a batch whose records are there already; nothing is written."""
        self._prepare(batch)
        rows = [self.read(each) for each in batch]
        known = self._known(rows)
        return sum(bool(known.get(row.match)) for row in rows if row.match is not None)

    def _written_before(self, known: Mapping[Any, Sequence[uuid.UUID]]) -> frozenset[uuid.UUID]:
        """Tell which of some records an earlier batch of this very import wrote."""
        ids = [each for found in known.values() for each in found]
        written: set[uuid.UUID] = set()
        for start in range(0, len(ids), BATCH):
            criteria = (
                JournalEntry.record_type == self.record_type.key,
                JournalEntry.record_id.in_(ids[start : start + BATCH]),
                JournalEntry.import_id == self.job.id,
            )
            written |= set(db.session.scalars(select(JournalEntry.record_id).where(*criteria)))
        return frozenset(written)

    def _repeat(self, row: Row, earlier: Row | None, ids: Sequence[uuid.UUID], tally: Tally) -> None:
        """Skip a row that says again what an earlier one said; one that says something else fails."""
        record = db.session.get(self.record_type.model, ids[0]) if ids else None
        if (earlier is not None and earlier.data == row.data) or (record is not None and self._is_same(record, row)):
            tally.skipped += 1
            return
        label = self.fields[self.options.match].label
        if earlier is None:
            row.fail("repeated", _("An earlier row has the same %(field)s.", field=label))
        else:
            message = _("Row %(number)s has the same %(field)s.", number=earlier.source.number, field=label)
            row.fail("repeated", message)

    def _write(self, row: Row, ids: Sequence[uuid.UUID], tally: Tally) -> None:
        try:
            with db.session.begin_nested():
                record, outcome = self._written(row, ids)
                db.session.flush()
        except Problem as problem:
            row.fail(problem.code, self._said(problem))
            return
        except (IntegrityError, DataError) as error:
            row.fail("refused", _refusal(error))
            return
        setattr(tally, outcome, getattr(tally, outcome) + 1)
        if record is not None:
            self._remember(row, record.id, self.record_type.title_of(record))

    def _written(self, row: Row, ids: Sequence[uuid.UUID]) -> tuple[Any, str]:
        if not ids or self.options.on_match == "create":
            record_id = row.record_id if not ids else None
            return create_record(self.actor, self.record_type, _given(row.data), record_id or new_id()), "created"
        if len(ids) > 1:
            label = self.fields[self.options.match].label
            raise Problem("imports.ambiguous", _("%(count)s records have this %(field)s.", count=len(ids), field=label))
        record = db.session.get(self.record_type.model, ids[0])
        if self.options.on_match == "skip" or record is None or self._is_same(record, row):
            return record, "skipped"
        return update_record(self.actor, self.record_type, record, row.data), "updated"

    def _is_same(self, record: Any, row: Row) -> bool:
        loaded = load_values(self.record_type, row.data, partial=True)
        custom = loaded.pop("custom", {})
        return all(record.custom.get(name) == value for name, value in custom.items()) and all(
            getattr(record, name, value) == value for name, value in loaded.items()
        )

    def _said(self, problem: Problem) -> str:
        if not problem.fields:
            return str(problem)
        parts = []
        for name, messages in problem.fields.items():
            declared = self.fields.get(name) or self.fields.get(f"custom.{name}")
            parts.append(f"{declared.label if declared is not None else name}: {' '.join(messages)}")
        return " ".join(parts)

    # Relations inside of the file

    def _remember(self, row: Row, record_id: uuid.UUID, title: str) -> None:
        """Keep whom the row points at in the same file, so that a killed import still links them when it goes on."""
        own_key = self.record_type.key
        if any(self.fields[name].record_type == own_key for name in self.related.values()):
            self.matcher.learn(self.record_type, title, record_id)
        for name, cell in row.later.items():
            waiting = {"record_id": str(record_id)}
            db.session.add(
                ImportIssue(
                    import_id=self.job.id, row=row.source.number, level=LATER, code=name, message=cell, cells=waiting
                )
            )

    def _link_later(self) -> None:
        """Fill in relations to records that stood further down in the same file."""
        statement = select(ImportIssue).where(ImportIssue.import_id == self.job.id, ImportIssue.level == LATER)
        token = trusted_ids.set(self.trusted)
        try:
            waiting = list(db.session.scalars(statement.order_by(ImportIssue.row)))
            self.matcher.prepare(self.record_type.key, [each.message for each in waiting])
            for issue in waiting:
                self._link(issue)
        finally:
            trusted_ids.reset(token)

    def _link(self, waiting: ImportIssue) -> None:
        name, cell = waiting.code, waiting.message
        record = db.session.get(self.record_type.model, uuid.UUID((waiting.cells or {})["record_id"]))
        found = self.matcher.find(self.record_type.key, cell)
        issue = self._doubt(name, cell, found)
        if record is not None and found.id is not None and (issue is None or issue.level != ERROR):
            try:
                self.trusted.add(found.id)
                with db.session.begin_nested():
                    update_record(self.actor, self.record_type, record, {name: str(found.id)})
            except Problem as problem:
                issue = Issue(WARNING, f"refused:{name}", self._said(problem))
        if issue is None:
            db.session.delete(waiting)
            return
        # The record is in, so that even what would have failed its row is no more than a warning now.
        waiting.level = NOTICE if issue.level == NOTICE else WARNING
        waiting.code, waiting.message, waiting.cells = issue.code, issue.message, None
        self.job.warnings += waiting.level == WARNING

    # The rows that failed

    def _write_error_file(self) -> None:
        """Write the rows that failed, with the reason beside them, so that they can be mended and imported again."""
        criteria = (ImportIssue.import_id == self.job.id, ImportIssue.level == ERROR)
        if db.session.execute(select(1).where(*criteria).limit(1)).first() is None:
            return
        columns = reading.headings(self.path, self.shape)
        with error_file(self.job).open("w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow([*columns, _("Why it failed")])
            statement = select(ImportIssue.cells, ImportIssue.message).where(*criteria).order_by(ImportIssue.row)
            for cells, message in db.session.execute(statement.execution_options(yield_per=BATCH)):
                own = [cells.get(name, "") for name in columns]
                beyond = [text for name, text in cells.items() if name not in columns]
                writer.writerow(safe_cell(each) for each in [*own, message, *beyond])


def _given(data: Mapping[str, Any]) -> dict[str, Any]:
    """Leave empty custom fields out of a new record: what was never filled has no place in it."""
    custom = {name: value for name, value in data.get("custom", {}).items() if value is not None}
    return {**data, "custom": custom} if custom else {name: value for name, value in data.items() if name != "custom"}


def _refusal(error: Exception) -> str:
    if isinstance(error, IntegrityError):
        return _("Another record has the same values where each has its own.")
    return _("The database can't hold one of the values.")


def _text(value: Any) -> str:
    """Write a cell of a workbook or of JSON as a person would have typed it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return "" if value is None else str(value)


def _boolean(text: str) -> Any:
    word = key_of(text)
    return True if word in TRUE_WORDS else False if word in FALSE_WORDS else text


def _choice(declared: fields.Choice, text: str) -> str:
    wanted = key_of(text)
    for value, label in declared.choices.items():
        if wanted in (key_of(value), key_of(label)):
            return str(value)
    return text
