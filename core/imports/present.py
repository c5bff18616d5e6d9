"""What the pages of imports show: questions, a row as it will look, reasons with what helps, the facts of a run."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from core.access import Actor
from core.i18n import _, format_day, format_duration, format_moment, format_number, ngettext
from core.imports import encodings, guessing, reading
from core.imports.examining import Examined, NewName
from core.imports.matching import as_id
from core.imports.models import Import
from core.imports.options import EMPTY, FAIL, MAKE, TAKE, options_of, record_type_of, shape_of
from core.imports.rows import ERROR, WARNING
from core.imports.running import Runner
from core.imports.undoing import Plan
from core.imports.values import read_day
from core.problems import Problem
from core.records import fields, queries
from core.records.operations import load_values
from core.records.present import initials, list_url, shown
from core.records.registry import record_types
from core.records.types import RecordType

#: Records that a page lists by name.
MOST_LISTED: Final = 6
#: Facts of the row that is shown as it will look.
MOST_FACTS: Final = 10


def delimiter_names() -> list[tuple[str, str]]:
    """List what may stand between columns."""
    return [(",", _("Comma ,")), (";", _("Semicolon ;")), ("\t", _("Tab")), ("|", _("Bar |"))]


def encoding_names() -> list[tuple[str, str]]:
    """List the encodings that a file may be read in, code pages with the languages that they write."""
    written = {
        "cp1253": _("Greek"),
        "iso8859_7": _("Greek"),
        "cp1250": _("Central European"),
        "iso8859_2": _("Central European"),
        "cp1252": _("Western European"),
    }
    pages = encodings.NAMES.items()
    return [(page, f"{written[page]}, {name}" if page in written else name) for page, name in pages]


def day_question(job: Import, name: str, values: Sequence[str]) -> dict[str, Any] | None:
    """Ask how the days of a column are meant, where they can be read in two ways; None where they can't.

    Args:
        job: the draft.
        name: the field that the column becomes.
        values: some of its cells.
    """
    declared = guessing.importable(record_type_of(job)).get(name)
    counted = guessing.day_order(values)
    if not isinstance(declared, fields.Date | fields.DateTime) or not counted.is_doubtful:
        return None
    sample = next(value for value in values if guessing.day_order([value]).both)
    chosen = options_of(job).order
    return {
        "question": _("How is %(day)s meant?", day=sample),
        "note": _(
            "%(both)s days fit both, %(first)s only day first, %(second)s only month first.",
            both=counted.both,
            first=counted.day_first,
            second=counted.month_first,
        ),
        "answers": [
            {
                "label": f"{format_day(date.fromisoformat(read_day(sample, order)), 'long')}, {words}",
                "name": "order",
                "value": order,
                "primary": chosen == order,
            }
            for order, words in (("dmy", _("day first")), ("mdy", _("month first")))
        ],
    }


def preview_row(actor: Actor, job: Import, number: int) -> dict[str, Any]:
    """Show one of the file's rows as the record that it will be.

    Args:
        actor: whose view of related records counts.
        job: the draft.
        number: which of the first rows, from 1; a wrong one shows the first. The row's number in the file is another.
    """
    rows = list(islice(reading.read_rows(Path(job.path), shape_of(job)), 50))
    place = number if 1 <= number <= len(rows) else 1
    record_type = record_type_of(job)
    row = Runner(actor, job, only_looks=True).reader.read(rows[place - 1])
    try:
        loaded = {} if row.has_failed else load_values(record_type, row.data)
        faults = [issue.message for issue in row.issues if issue.level in (ERROR, WARNING)]
    except Problem as problem:
        loaded, faults = {}, [str(text) for texts in problem.fields.values() for text in texts] or [str(problem)]
    name = str(loaded.get(record_type.title) or "")
    return {
        "place": place,
        "number": rows[place - 1].number,
        "previous": place - 1 if place > 1 else len(rows),
        "next": place + 1 if place < len(rows) else 1,
        "name": name,
        "initials": initials(name) if name else "–",
        "facts": _facts(actor, job, row.data, loaded),
        "faults": faults,
    }


def _facts(actor: Actor, job: Import, data: Mapping[str, Any], loaded: Mapping[str, Any]) -> list[tuple[str, Any]]:
    record_type = record_type_of(job)
    facts = []
    for name in job.mapping.values():
        declared = record_type.fields.get(name)
        value = loaded.get(declared.column) if declared is not None else None
        if declared is None or value in (None, "", []) or declared.column == record_type.title or name not in data:
            continue
        titles: dict[UUID, str] = {}
        if isinstance(declared, fields.Related):
            titles = queries.titles(actor, declared.record_type, [value])
        text = shown(declared, value, titles)
        facts.append((str(declared.label), getattr(text, "text", text)))
    return facts[:MOST_FACTS]


def questions(actor: Actor, job: Import, examined: Examined) -> list[dict[str, Any]]:
    """Ask what each name means that nobody has, with what becomes of it where nobody answers.

    Args:
        actor: whose view of the records counts.
        job: the draft.
        examined: what its file holds.
    """
    said = options_of(job).names
    given = {(each.field, each.cell): said.get(each.field, {}).get(each.cell, "") for each in examined.names}
    chosen = [
        (each.record_type, known_id)
        for each in examined.names
        if (known_id := as_id(given[each.field, each.cell])) is not None
    ]
    titles = {str(record_id): title for record_id, title in queries.titles_of(actor, chosen).items()}
    return [_question(each, given[each.field, each.cell], titles) for each in examined.names]


def _question(name: NewName, answer: str, titles: Mapping[str, str]) -> dict[str, Any]:
    words = {MAKE: _("Make it new"), EMPTY: _("Leave it empty"), FAIL: _("Let these rows fail")}
    near = dict(name.near)
    unasked = name.near[0][1] if name.fate == TAKE else words[name.fate]
    meant = next((key for key, title in near.items() if answer in (key, title)), answer)
    is_answered = bool(meant) and meant != name.fate and not (name.fate == TAKE and meant in list(near)[:1])
    offered = {key: title for key, title in near.items() if name.fate != TAKE or title != unasked}
    offered |= {fate: words[fate] for fate in name.fates if fate != name.fate}
    chosen = meant if is_answered else ""
    another = (chosen, titles.get(chosen, chosen)) if chosen and chosen not in offered else ("", "")
    record_type = record_types.get(name.record_type)
    return {
        "name": f"{name.field}:{name.cell}",
        "cell": name.cell,
        "label": name.label,
        "rows": format_number(name.rows),
        "is_shared": name.is_shared,
        "answers": [("", unasked), *offered.items()],
        "chosen": chosen,
        "another": another,
        "search": f"{record_type.url}/options" if record_type is not None else "",
        "sure": _sureness(name, is_answered=is_answered),
    }


def _sureness(name: NewName, *, is_answered: bool) -> tuple[str, str]:
    """Say how sure what becomes of a name is, and in which tone that is shown."""
    if is_answered:
        return _("Answered"), "green"
    if name.fate == TAKE:
        return _("Likely"), "blue"
    if name.fate == MAKE and not name.near:
        return _("New"), "green"
    return (_("Fails"), "red") if name.fate == FAIL and not name.near else (_("Asks"), "amber")


def _help(code: str, *, is_over: bool) -> str:
    kind = code.partition(":")[0]
    if is_over and kind == "near":
        return _("Compare it, and write it out in the file")
    return {
        "damaged": _("Mend the line in the file"),
        "mended": _("Compare the letters with the source"),
        "near": _("Say what is meant in the step Matches"),
        "missing": _("Add it, or let the import make it"),
        "repeated": _("Keep one of the rows"),
        "taken_id": _("Take it out of the bin first"),
        "invalid": _("Mend the value in the error file"),
        "imports.ambiguous": _("Merge them, or match by another field"),
        "several_addresses": _("Add the others on the page"),
        "choice": _("Mend it, or add the choice to the custom field"),
        "empty": _("Fill it later"),
        "made": _("Rename or complete it"),
        "unmade": _("Add it on its page first, or say whom the name means"),
    }.get(kind, "")


def reasons(found: Iterable[Mapping[str, Any]], *, is_over: bool) -> dict[str, list[dict[str, Any]]]:
    """Sort reasons by their level into rows of a table: reason, count, example, help.

    Args:
        found: the reasons with their counts.
        is_over: whether the rows were written, so that no step of the import can help any more.
    """
    by_level: dict[str, list[dict[str, Any]]] = {"error": [], "warning": [], "notice": []}
    for each in found:
        if each["code"].startswith("empty:"):
            continue  # counted with the other empty cells
        by_level[each["level"]].append(
            {
                "reason": each["message"],
                "count": format_number(each["rows"]),
                "rows": each["rows"],
                "example": _example(each),
                "help": _help(each["code"], is_over=is_over),
            }
        )
    return by_level


def _example(reason: Mapping[str, Any]) -> str:
    """Point at the first row that something was noticed of, and at what stands there."""
    if not reason.get("first"):
        return ""
    row = _("row %(number)s", number=format_number(reason["first"]))
    return f"{row}: {reason['value']}" if reason.get("value") else str(row)


def empty_cells(
    job: Import, counted: Mapping[str, Sequence[int]], record_type: RecordType | None = None
) -> list[dict[str, Any]]:
    """List the fields that a column fills and that were empty in some rows, in the order of the columns.

    Args:
        job: the import.
        counted: field to in how many rows, and in which first.
        record_type: what was imported, where it is there already; a field then leads to the records that lack it.
    """
    known = guessing.importable(record_type_of(job))
    return [
        {
            "column": column,
            "label": str(known[name].label),
            "count": format_number(counted[name][0]),
            "example": _("row %(number)s", number=format_number(counted[name][1])),
            "url": _lacking(record_type, name) if record_type is not None else "",
        }
        for column, name in job.mapping.items()
        if name in counted and name in known
    ]


def few_values(job: Import, few: Mapping[str, Sequence[tuple[str, int]]]) -> list[tuple[str, str]]:
    """Give the columns that hold few different texts, with each text and in how many rows it stands.

    Args:
        job: the import.
        few: as `Trial.few` has it.
    """
    known = guessing.importable(record_type_of(job))
    told = {name: ", ".join(f"{text} {format_number(rows)}" for text, rows in values) for name, values in few.items()}
    return [(str(known[name].label), told[name]) for name in job.mapping.values() if name in told and name in known]


def _lacking(record_type: RecordType, name: str) -> str:
    """Give the list of the records that lack a field."""
    if name not in record_type.filters:
        return ""
    return list_url(record_type, {}, filter=json.dumps({"and": [{"field": name, "op": "empty", "value": []}]}))


def _counted(by_type: Mapping[str, int]) -> str:
    """Say how many records of which types: “85 customers, 2 teams”."""
    told = []
    for key, count in by_type.items():
        record_type = record_types.get(key)
        noun = record_type and (record_type.label if count == 1 else record_type.label_plural)
        told.append(_("%(count)s %(noun)s", count=format_number(count), noun=str(noun or key).lower()))
    return ", ".join(told)


def undo_plan(plan: Plan) -> list[tuple[str, str]]:
    """Tell what undoing an import would come to: what happens, to how many of what."""
    parts = (
        (_("Go to the bin"), plan.binned),
        (_("Get their old values"), plan.restored),
        (_("Were changed since, and stay"), plan.kept),
    )
    return [(words, _counted(counts)) for words, counts in parts if counts]


def undone(job: Import) -> list[str]:
    """Say in sentences what the undo of an import came to; none where there was none."""
    came_to = job.undone or {}
    told = []
    if came_to.get("put_back"):
        told.append(_("As before: %(what)s.", what=_counted(came_to["put_back"])))
    if came_to.get("kept"):
        told.append(_("Changed since, so they stay: %(what)s.", what=_counted(came_to["kept"])))
    return told


def report_lead(job: Import, state: str) -> str:
    """Say what is left to do after an import: rows that failed, unless all of it was taken back.

    Args:
        job: the import.
        state: how it stands.
    """
    if state == "undone" or not job.failed:
        return job.file_name
    count = format_number(job.failed)
    return ngettext("%(count)s row waits to be mended.", "%(count)s rows wait to be mended.", job.failed, count=count)


def report_title(job: Import, state: str) -> str:
    """Say in one sentence what an import came to; for the arguments see `report_lead`."""
    if state == "undone":
        return _("This import was undone")
    if state == "failed":
        rows = format_number(job.done_rows)
        return ngettext(
            "The import stopped after %(count)s row",
            "The import stopped after %(count)s rows",
            job.done_rows,
            count=rows,
        )
    brought = job.created + job.updated + job.skipped
    what = record_type_of(job)
    if brought == 1:
        return _("1 %(what)s is in", what=str(what.label).lower())
    return _("%(count)s %(what)s are in", count=format_number(brought), what=str(what.label_plural).lower())


def report_facts(actor: Actor, job: Import) -> list[tuple[str, str]]:
    """Tell how an import ran: file, match, time, number, person."""
    known = guessing.importable(record_type_of(job))
    options = options_of(job)
    facts = [(_("File"), _file_text(job))]
    match = str(known[options.match].label) if options.match in known else _("nothing, every row is new")
    facts.append((_("Match on"), match))
    people = queries.titles(actor, "user", [job.actor_id])
    if job.actor_id in people:
        facts.append((_("By"), people[job.actor_id]))
    if job.started_at is not None:
        facts.append((_("Begun"), format_moment(job.started_at)))
    if job.started_at is not None and job.finished_at is not None:
        facts.append((_("Took"), _duration(job.finished_at - job.started_at, job.done_rows)))
    facts.append((_("Number"), str(job.id)))
    return facts


def _duration(took: timedelta, rows: int) -> str:
    """Say how long an import took, and how many rows it wrote in a second where that tells something."""
    seconds = took.total_seconds()
    words = format_duration(took)
    if seconds < 1:
        return words
    pace = _("%(count)s rows a second", count=format_number(round(rows / seconds)))
    return f"{words}, {pace}"


def _file_text(job: Import) -> str:
    path = Path(job.path)
    if not path.is_file():
        return job.file_name
    size = path.stat().st_size
    text = _("%(size)s MB", size=format_number(round(size / 1_000_000, 1)))
    if size < 1_000_000:
        text = _("%(size)s KB", size=format_number(max(1, size // 1_000)))
    encoding = encodings.NAMES.get(shape_of(job).encoding, "")
    return f"{text}, {encoding}" if encoding else text


def linked(actor: Actor, records: Sequence[tuple[str, UUID]]) -> list[dict[str, str]]:
    """Name some records with their pages, as far as the actor may see them."""
    types = {record_id: record_types.get(key) for key, record_id in records}
    titles = queries.titles_of(actor, records)
    return [
        {"title": titles[record_id], "url": record_type.url_of(record_id) if record_type else ""}
        for record_id, record_type in types.items()
        if record_id in titles
    ]
