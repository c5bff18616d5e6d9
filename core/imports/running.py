"""Running an import: batch by batch, each in a write unit of its own, so that a killed one goes on where it stood."""

import csv
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from dataclasses import fields as fields_of_class
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Final

from sqlalchemy import insert, select
from sqlalchemy.exc import DataError, IntegrityError

from core.access import Actor, may, require
from core.database import JournalEntry, db, in_parts, new_id, utc_now, write_unit
from core.exports.writing import safe_cell
from core.i18n import _
from core.imports import guessing, reading
from core.imports.matching import Matcher, existing
from core.imports.models import Import, ImportIssue
from core.imports.options import error_file, headings_of, options_of, record_type_of, shape_of
from core.imports.own_names import names_in_file
from core.imports.reading import FileRow
from core.imports.rows import (
    CUSTOM,
    ERROR,
    LATER,
    NOTICE,
    WARNING,
    Issue,
    Row,
    RowReader,
    is_part,
    text_of,
    value_meant,
)
from core.problems import Problem
from core.records import fields
from core.records.fields import read_before, trusted_ids
from core.records.operations import create_records, load_values, update_records
from core.records.registry import record_types

#: Rows of one write unit: what is lost, and done again, when the process is killed.
BATCH: Final = 1_000
#: Rows that a preview reads.
PREVIEW_ROWS: Final = 200


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
class _Fresh:
    """A row that becomes a new record, with its checked values."""

    row: Row
    values: dict[str, Any]


@dataclass(frozen=True)
class _Changed:
    """A row that changes a record, with its checked values."""

    row: Row
    id: uuid.UUID
    record: Any
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Claim:
    """What is remembered of a row whose key no other row may have: its number, and a digest of what it says."""

    number: int
    digest: int


class _TriedOut(Exception):  # noqa: N818 - it is no error
    """Rolls a dry run's write unit back."""


class Runner:
    """Turns the rows of one import into records.

    Args:
        actor: whoever imports.
        job: the import.
        only_looks: whether nothing that a row names and nobody has is made, whatever the options say.
        tries: whether this is a dry run.
    """

    def __init__(self, actor: Actor, job: Import, *, only_looks: bool = False, tries: bool = False) -> None:
        self.actor = actor
        self.job = job
        self.record_type = record_type_of(job)
        self.options = options_of(job)
        self.mapping: Mapping[str, str] = dict(job.mapping)
        self.matcher = Matcher(actor, create_missing=self.options.create_missing, only_looks=only_looks)
        self.shape = shape_of(job)
        self.path = Path(job.path)
        usual = self._usually_filled()
        in_file = None if only_looks else partial(names_in_file, actor, job)
        looks = only_looks or tries
        self.reader = RowReader(
            self.record_type, self.mapping, self.options, self.matcher, usual, tries=looks, in_file=in_file
        )
        self.fields = self.reader.fields
        self.related = self.reader.related
        #: Whether rows name records of their own type, which may stand further down in the file.
        own_key = self.record_type.key
        self.may_create = may(actor, self.record_type, "create")
        self.names_own_kind = any(self.fields[name].record_type == own_key for name in self.related.values())
        #: Whether this is a dry run, and what it remembers, because it is written down nowhere: what was noticed in how
        #: many rows and where first, the keys that rows claimed, the records by name, and what waits for one of them.
        self.tries = tries
        self.noticed: dict[Issue, tuple[int, int, str]] = {}
        self.claimed: dict[Any, _Claim] = {}
        self.named: list[tuple[str, uuid.UUID]] = []
        #: What was read of texts, because most columns hold few different ones.
        self.read_before: dict[tuple[Any, str], Any] = {}
        self.waiting: list[Mapping[str, Any]] = []

    def _usually_filled(self) -> frozenset[str]:
        """Name the relations that most rows fill, so that the rows without one can be listed."""
        known = guessing.importable(self.record_type)
        related = {
            column: name
            for column, name in self.mapping.items()
            if isinstance(known[name], fields.Related) and not is_part(name)
        }
        rows = list(islice(reading.read_rows(self.path, self.shape), PREVIEW_ROWS)) if related else []
        filled = {name: sum(bool(row.cells.get(column)) for row in rows) for column, name in related.items()}
        return frozenset(name for name, count in filled.items() if 2 * count > len(rows))

    def run(self, progress: Callable[[int, int], None]) -> Tally:
        """Write all rows that aren't committed yet; `progress` is told inside of each batch's write unit."""
        with write_unit() as session:
            session.refresh(self.job)
            self.job.status = "running"
            self.job.started_at = self.job.started_at or utc_now()
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
                self._count_empty()
                self._write_down(issues)
                progress(self.job.done_rows, self.job.total_rows)
            done += len(batch)
        with write_unit() as session:
            session.refresh(self.job)
            self._link_later()
            self.job.status, self.job.finished_at = "done", utc_now()
        self._write_error_file()

    @staticmethod
    def _write_down(issues: Sequence[Mapping[str, Any]]) -> None:
        if issues:
            db.session.connection().execute(insert(ImportIssue), issues)

    def _count(self, tally: Tally, rows: int) -> None:
        self.job.done_rows += rows
        self.job.total_rows = max(self.job.total_rows, self.job.done_rows)
        for name, number in asdict(tally).items():
            setattr(self.job, name, getattr(self.job, name) + number)

    def _count_empty(self) -> None:
        """Add the batch's empty cells to those of the batches before it."""
        counted = dict(self.job.empty_cells)
        for name, (rows, first) in self.reader.empty.items():
            before, first_before = counted.get(name, (0, first))
            counted[name] = [before + rows, first_before]
        self.reader.empty.clear()
        self.job.empty_cells = counted

    def _mark_failed(self) -> None:
        with write_unit() as session:
            session.refresh(self.job)
            self.job.status = "failed"

    def try_out(self, progress: Callable[[int], None]) -> Tally:
        """Run each batch in a write unit that is rolled back; `noticed` then holds what was noticed.

        So nobody waits for a dry run longer than for a batch. What the batches before it made isn't there for a row,
        but their keys are known.
        """
        total, done = Tally(), 0
        rows = reading.read_rows(self.path, self.shape)
        while batch := list(islice(rows, BATCH)):
            with suppress(_TriedOut), write_unit():
                tally, issues = self.batch(batch)
                raise _TriedOut
            self.matcher.forget()
            total.add(tally)
            self._notice(issues)
            done += len(batch)
            progress(done)
        with suppress(_TriedOut), write_unit():
            self._try_linking(total)
            raise _TriedOut
        return total

    def _try_linking(self, total: Tally) -> None:
        for title, record_id in self.named:
            self.matcher.learn(self.record_type, title, record_id)
        for waiting in self.waiting:
            name, cell = waiting["code"], waiting["message"]
            self.matcher.prepare(self.record_type.key, [cell])
            issue = self.reader.doubt(name, cell, self.matcher.find(self.record_type.key, cell))
            if issue is not None:
                level = NOTICE if issue.level == NOTICE else WARNING
                total.warnings += level == WARNING
                self._notice([{**waiting, "level": level, "code": issue.code, "message": issue.message}])

    def _notice(self, issues: Iterable[Mapping[str, Any]]) -> None:
        for each in issues:
            if each["level"] == LATER:
                self.waiting.append(each)
                continue
            issue = Issue(each["level"], each["code"], each["message"])
            if issue.code.startswith("made:") and any(issue.code == known.code for known in self.noticed):
                continue  # each batch makes it anew
            known = self.noticed.get(issue)
            if known is None:
                self.noticed[issue] = (1, each["row"], value_meant(self.job.mapping, issue.code, each.get("cells")))
            else:
                self.noticed[issue] = (known[0] + 1, *known[1:])

    # One batch

    def batch(self, batch: Sequence[FileRow]) -> tuple[Tally, list[dict[str, Any]]]:
        """Write one batch; a row that fails takes nothing with it.

        Returns:
            The counts, and the columns of what is to be written down of its rows.
        """
        rows = self._read(batch)
        tally = Tally()
        trusted = trusted_ids.set({each for ids in self.reader.pointed.values() for each in ids})
        remembered = read_before.set(self.read_before)
        try:
            waiting = self._write_all(rows, tally)
        finally:
            read_before.reset(remembered)
            trusted_ids.reset(trusted)
        tally.failed += sum(row.has_failed for row in rows)
        tally.warnings += sum(issue.level == WARNING for row in rows for issue in row.issues)
        return tally, [self._issue(row, issue) for row in rows for issue in row.issues] + waiting

    def _read(self, batch: Sequence[FileRow]) -> list[Row]:
        self.reader.pointed.clear()
        for column, name in self.related.items():
            self.matcher.prepare(self.fields[name].record_type, [row.cells.get(column) for row in batch])
        return [self.reader.read(each) for each in batch]

    def _issue(self, row: Row, issue: Issue) -> dict[str, Any]:
        cells = {str(name): text_of(value) for name, value in row.source.cells.items()}
        return {
            "import_id": self.job.id,
            "row": row.source.number,
            "level": issue.level,
            "code": issue.code,
            "message": issue.message,
            "cells": cells if issue.level == ERROR else None,
        }

    # Writing rows

    def _write_all(self, rows: Sequence[Row], tally: Tally) -> list[dict[str, Any]]:
        known = self._known(rows)
        self._refuse_taken_ids(rows, known)
        own = self._written_before(known)
        kept = self._kept_in_memory(known)
        if not self.tries:
            self.claimed.clear()  # the earlier batches' records are there to be found
        fresh: list[_Fresh] = []
        changed: list[_Changed] = []
        done: list[tuple[Row, uuid.UUID, str]] = []
        for row in rows:
            if row.has_failed:
                continue
            ids = known.get(row.match, ()) if row.match is not None else ()
            earlier = self.claimed.get(row.match) if row.match is not None else None
            if self.options.on_match == "create":
                self._load_fresh(row, fresh, has_twin=bool(ids))
            elif earlier is not None or any(each in own for each in ids):
                self._repeat(row, earlier, ids, tally)
                continue
            elif ids:
                self._load_change(row, ids, tally, changed, done)
            else:
                self._load_fresh(row, fresh, has_twin=False)
            if row.match is not None and not row.has_failed:
                self.claimed[row.match] = _Claim(row.source.number, self._digest(row))
        self._change(changed, tally, done)
        self._make(fresh, tally, done)
        del kept
        return self._remember(done)

    def _known(self, rows: Sequence[Row]) -> Mapping[Any, Sequence[uuid.UUID]]:
        matches = [row.match for row in rows if not row.has_failed]
        return existing(self.actor, self.record_type, self.options.match, matches)

    def _kept_in_memory(self, known: Mapping[Any, Sequence[uuid.UUID]]) -> list[Any]:
        """Read the rows' records and what they point at, in few statements, so that nobody asks row by row."""
        wanted = dict(self.reader.pointed)
        present = {ids[0] for ids in known.values()}
        wanted[self.record_type.key] = wanted.get(self.record_type.key, set()) | present
        kept: list[Any] = []
        for key, ids in wanted.items():
            record_type = record_types.get(key)
            if ids and record_type is not None:
                for part in in_parts(list(ids)):
                    kept += db.session.scalars(select(record_type.model).where(record_type.model.id.in_(part)))
        return kept

    def _refuse_taken_ids(self, rows: Sequence[Row], known: Mapping[Any, Sequence[uuid.UUID]]) -> None:
        """Fail the rows whose id is another's: a record in the bin, one that isn't to be seen, an earlier row's."""
        free: dict[uuid.UUID, Row] = {}
        for row in rows:
            if row.record_id is None or known.get(row.match):
                continue
            earlier = free.setdefault(row.record_id, row)
            if earlier is not row and self.options.match != "id":
                row.fail("repeated", _("Row %(number)s has the same id.", number=earlier.source.number))
        model = self.record_type.model
        for part in in_parts(list(free)):
            for taken in db.session.scalars(select(model.id).where(model.id.in_(part))):
                free[taken].fail("taken_id", _("This record is in the bin, or isn't yours to see."))

    def _written_before(self, known: Mapping[Any, Sequence[uuid.UUID]]) -> frozenset[uuid.UUID]:
        """Tell which of some records an earlier batch of this very import wrote."""
        written: set[uuid.UUID] = set()
        for part in in_parts([each for found in known.values() for each in found]):
            criteria = (
                JournalEntry.record_type == self.record_type.key,
                JournalEntry.record_id.in_(part),
                JournalEntry.import_id == self.job.id,
            )
            written |= set(db.session.scalars(select(JournalEntry.record_id).where(*criteria)))
        return frozenset(written)

    def _repeat(self, row: Row, earlier: _Claim | None, ids: Sequence[uuid.UUID], tally: Tally) -> None:
        """Skip a row that says again what an earlier one said; one that says something else fails."""
        record = db.session.get(self.record_type.model, ids[0]) if ids else None
        says_the_same = earlier is not None and earlier.digest == self._digest(row)
        if says_the_same or (record is not None and self._is_same(record, row)):
            tally.skipped += 1
            return
        label = self.fields[self.options.match].label
        if earlier is None:
            row.fail("repeated", _("An earlier row has the same %(field)s.", field=label))
        else:
            message = _("Row %(number)s has the same %(field)s.", number=earlier.number, field=label)
            row.fail("repeated", message)

    def _digest(self, row: Row) -> int:
        """Tell rows apart that say different things; whom they name is told by the names, for a dry run has no ids."""
        named = {name: row.source.cells.get(column) for column, name in self.related.items()}
        return hash(repr({**row.data, **named}))

    def _load_change(
        self,
        row: Row,
        ids: Sequence[uuid.UUID],
        tally: Tally,
        changed: list[_Changed],
        done: list[tuple[Row, uuid.UUID, str]],
    ) -> None:
        if len(ids) > 1:
            label = self.fields[self.options.match].label
            message = _("%(count)s records have this %(field)s.", count=len(ids), field=label)
            row.fail("imports.ambiguous", message)
            return
        record = db.session.get_one(self.record_type.model, ids[0])
        try:
            values = {} if self.options.on_match == "skip" else load_values(self.record_type, row.data, partial=True)
        except Problem as problem:
            self._refuse(row, problem)
            return
        if _holds(record, values):
            tally.skipped += 1
            done.append((row, record.id, self.record_type.title_of(record)))
        else:
            changed.append(_Changed(row, record.id, record, values))

    def _change(self, changed: Sequence[_Changed], tally: Tally, done: list[tuple[Row, uuid.UUID, str]]) -> None:
        """Change records at once; where the database refuses, by halves until it is told which one it refuses."""
        if not changed:
            return
        try:
            with db.session.begin_nested():
                pairs = [(each.record, each.values) for each in changed]
                outcomes = update_records(self.actor, self.record_type, pairs)
        except (IntegrityError, DataError) as error:
            if len(changed) == 1:
                changed[0].row.fail("refused", _refusal(error))
                return
            middle = len(changed) // 2
            self._change(changed[:middle], tally, done)
            self._change(changed[middle:], tally, done)
            return
        titles = self._titles_of([each.id for each in changed])
        for each, problem in zip(changed, outcomes, strict=True):
            if problem is not None:
                self._refuse(each.row, problem)
                continue
            tally.updated += 1
            done.append((each.row, each.id, titles.get(each.id, "")))

    def _titles_of(self, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, str]:
        """Read what changed records are called now, where other rows may name them."""
        if not self.names_own_kind:
            return {}
        model, titles = self.record_type.model, dict[uuid.UUID, str]()
        for chunk in in_parts(ids):
            statement = select(model.id, getattr(model, self.record_type.title)).where(model.id.in_(chunk))
            titles |= {record_id: str(name or "") for record_id, name in db.session.execute(statement)}
        return titles

    def _is_same(self, record: Any, row: Row) -> bool:
        try:
            return _holds(record, load_values(self.record_type, row.data, partial=True))
        except Problem:
            return False

    def _load_fresh(self, row: Row, fresh: list[_Fresh], *, has_twin: bool) -> None:
        try:
            if not self.may_create:
                require(self.actor, self.record_type, "create")
            loaded = load_values(self.record_type, _given(row.data))
        except Problem as problem:
            self._refuse(row, problem)
            return
        loaded["id"] = new_id() if has_twin else row.record_id or new_id()
        fresh.append(_Fresh(row, loaded))

    def _make(self, fresh: Sequence[_Fresh], tally: Tally, done: list[tuple[Row, uuid.UUID, str]]) -> None:
        """Make new records at once; where the database refuses, by halves until it is told which one it refuses."""
        if not fresh:
            return
        try:
            with db.session.begin_nested():
                outcomes = create_records(self.actor, self.record_type, [each.values for each in fresh])
                db.session.flush()
        except (IntegrityError, DataError) as error:
            if len(fresh) == 1:
                fresh[0].row.fail("refused", _refusal(error))
                return
            middle = len(fresh) // 2
            self._make(fresh[:middle], tally, done)
            self._make(fresh[middle:], tally, done)
            return
        title = self.record_type.title
        for each, problem in zip(fresh, outcomes, strict=True):
            if problem is not None:
                self._refuse(each.row, problem)
                continue
            tally.created += 1
            done.append((each.row, each.values["id"], str(each.values.get(title) or "")))

    def _refuse(self, row: Row, problem: Problem) -> None:
        """Write down why a row can't become a record, and of which field, where it is one alone."""
        names = list(problem.fields)
        row.fail(f"{problem.code}:{names[0]}"[:60] if len(names) == 1 else problem.code, self._said(problem))

    def _said(self, problem: Problem) -> str:
        if not problem.fields:
            return str(problem)
        parts = []
        for name, messages in problem.fields.items():
            declared = self.fields.get(name) or self.fields.get(f"{CUSTOM}{name}")
            parts.append(f"{declared.label if declared is not None else name}: {' '.join(messages)}")
        return " ".join(parts)

    # Relations inside of the file

    def _remember(self, done: Iterable[tuple[Row, uuid.UUID, str]]) -> list[dict[str, Any]]:
        """Keep whom rows point at in the same file, so that a killed import still links them when it goes on."""
        if not self.names_own_kind:
            return []
        waiting: list[dict[str, Any]] = []
        if self.tries:
            self.named += [(title, record_id) for _row, record_id, title in done]
        for row, record_id, title in done:
            self.matcher.learn(self.record_type, title, record_id)
            for name, cell in row.later.items():
                issue = self._issue(row, Issue(LATER, name, cell))
                waiting.append(issue | {"cells": {"record_id": str(record_id)}})
        return waiting

    def _link_later(self) -> None:
        """Fill in relations to records that stood further down in the same file."""
        statement = select(ImportIssue).where(ImportIssue.import_id == self.job.id, ImportIssue.level == LATER)
        waiting = list(db.session.scalars(statement.order_by(ImportIssue.row)))
        if not waiting:
            return
        self.matcher.prepare(self.record_type.key, [each.message for each in waiting])
        for part in in_parts(waiting, BATCH):
            self._link(part)

    def _link(self, waiting: Sequence[ImportIssue]) -> None:
        ids = [uuid.UUID((each.cells or {})["record_id"]) for each in waiting]
        records: dict[uuid.UUID, Any] = {}
        for chunk in in_parts(ids):
            found = db.session.scalars(select(self.record_type.model).where(self.record_type.model.id.in_(chunk)))
            records |= {each.id: each for each in found}
        named = [self.matcher.find(self.record_type.key, each.message) for each in waiting]
        doubts = [self.reader.doubt(each.code, each.message, of) for each, of in zip(waiting, named, strict=True)]
        linked: list[tuple[int, Any, dict[str, Any]]] = []
        for place, (each, of, doubt) in enumerate(zip(waiting, named, doubts, strict=True)):
            record = records.get(ids[place])
            if record is not None and of.id is not None and (doubt is None or doubt.level != ERROR):
                linked.append((place, record, {self.fields[each.code].column: of.id}))
        pairs = [(record, values) for _place, record, values in linked]
        outcomes = update_records(self.actor, self.record_type, pairs)
        for (place, _record, _values), problem in zip(linked, outcomes, strict=True):
            if problem is not None:
                doubts[place] = Issue(WARNING, f"refused:{waiting[place].code}", self._said(problem))
        for each, doubt in zip(waiting, doubts, strict=True):
            self._settle(each, doubt)

    def _settle(self, waiting: ImportIssue, doubt: Issue | None) -> None:
        """Write down what is to be said of a row that waited for another, or nothing any more."""
        if doubt is None:
            db.session.delete(waiting)
            return
        # The record is in, so that even what would have failed its row is no more than a warning now.
        waiting.level = NOTICE if doubt.level == NOTICE else WARNING
        waiting.code, waiting.message, waiting.cells = doubt.code, doubt.message, None
        self.job.warnings += waiting.level == WARNING

    # The rows that failed

    def _write_error_file(self) -> None:
        """Write the rows that failed, with the reason beside them, so that they can be mended and imported again."""
        criteria = (ImportIssue.import_id == self.job.id, ImportIssue.level == ERROR)
        if db.session.execute(select(1).where(*criteria).limit(1)).first() is None:
            return
        columns = headings_of(self.job)
        with error_file(self.job).open("w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow([*columns, _("Row"), _("Why it failed")])
            reasons = (ImportIssue.cells, ImportIssue.row, ImportIssue.message)
            statement = select(*reasons).where(*criteria).order_by(ImportIssue.row)
            for cells, row, message in db.session.execute(statement.execution_options(yield_per=BATCH)):
                own = [cells.get(name, "") for name in columns]
                beyond = [text for name, text in cells.items() if name not in columns]
                writer.writerow(safe_cell(each) for each in [*own, row, message, *beyond])


def _holds(record: Any, values: Mapping[str, Any]) -> bool:
    """Tell whether a record has all of some checked values already."""
    custom = values.get("custom", {})
    return all(record.custom.get(name) == value for name, value in custom.items()) and all(
        getattr(record, name, value) == value for name, value in values.items() if name != "custom"
    )


def _given(data: Mapping[str, Any]) -> dict[str, Any]:
    """Leave empty custom fields out of a new record: what was never filled has no place in it."""
    custom = {name: value for name, value in data.get("custom", {}).items() if value is not None}
    return {**data, "custom": custom} if custom else {name: value for name, value in data.items() if name != "custom"}


def _refusal(error: Exception) -> str:
    if isinstance(error, IntegrityError):
        return _("Another record has the same values where each has its own.")
    return _("The database can't hold one of the values.")
