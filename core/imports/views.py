"""Importing a file, step by step: file, columns, dry run, run, report, undo."""

from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request, send_file
from werkzeug.wrappers import Response as AnyResponse

from core.access import current_actor, may
from core.database import write_unit
from core.i18n import _, _l, format_day, format_number, ngettext
from core.imports import encodings, guessing, jobs, operations, options, queries, reading, values
from core.imports.models import Import
from core.jobs.operations import enqueue
from core.problems import Problem, not_found
from core.records import fields
from core.records.registry import record_types
from core.web.audience import audience
from core.web.render import fragment, redirect_or_refresh, render, toast

blueprint = Blueprint("imports", __name__, url_prefix="/admin/imports")

STEPS = (_l("File"), _l("Columns"), _l("Dry run"), _l("Run"), _l("Report"))
STATUSES = {
    "draft": (_l("not run yet"), "grey"),
    "running": (_l("running"), "blue"),
    "done": (_l("done"), "green"),
    "failed": (_l("failed"), "red"),
    "undone": (_l("undone"), "amber"),
}


def _found(import_id: UUID) -> Import:
    found = queries.find_import(import_id)
    record_type = record_types.get(found.record_type)
    if record_type is None or not may(current_actor(), record_type, "import"):
        raise not_found()
    return found


def _allowed() -> list[Any]:
    actor = current_actor()
    allowed = [each for each in record_types if may(actor, each, "import")]
    if not allowed:
        raise not_found()
    return allowed


def _context(found: Import, current: int) -> dict[str, Any]:
    return {
        "job": found,
        "record_type": options.record_type_of(found),
        "steps": [str(step) for step in STEPS],
        "current": current,
        "url": f"/admin/imports/{found.id}",
        "options": options.options_of(found),
    }


@blueprint.get("")
@audience("staff")
def imports_page() -> Response:
    """List the imports, newest first."""
    _allowed()
    return render("imports/list.html", jobs=queries.latest_imports(), statuses=STATUSES, types=record_types)


@blueprint.get("/new")
@audience("staff")
def new_page() -> Response:
    """Ask what is brought, and for the file."""
    return _new()


def _new(status: int = 200, problem: Problem | None = None) -> Response:
    allowed = _allowed()
    chosen = request.values.get("type", "")
    known = [each.key for each in allowed]
    key = chosen if chosen in known else ("customer" if "customer" in known else known[0])
    return render(
        "imports/new.html", status, types=allowed, chosen=key, problem=problem, steps=[str(step) for step in STEPS]
    )


@blueprint.post("/new")
@audience("staff")
def upload() -> AnyResponse:
    """Take the file; a wrong one is refused with what to do."""
    record_type = record_types.get(request.values.get("type", ""))
    given = request.files.get("file")
    if record_type is None or given is None or not given.filename:
        return _new(422, Problem("imports.no_file", _("Choose a file first.")))
    try:
        made = operations.take_file(current_actor(), record_type, given.filename, given.stream)  # type: ignore[arg-type]
    except Problem as problem:
        return _new(problem.status, problem)
    return redirect_or_refresh(f"/admin/imports/{made.id}")


@blueprint.get("/<uuid:import_id>")
@audience("staff")
def import_page(import_id: UUID) -> Response:
    """Show the step that an import is at: its columns, its progress, or its report."""
    found = _found(import_id)
    if found.status == "draft":
        return _columns(found)
    if found.status == "running":
        return render("imports/running.html", **_context(found, 4), poll=f"/admin/imports/{found.id}/progress")
    return _report(found)


def _columns(found: Import, status: int = 200, problem: Problem | None = None) -> Response:
    record_type = options.record_type_of(found)
    shape = options.shape_of(found)
    path = Path(found.path)
    columns = reading.headings(path, shape)
    rows = operations.preview(path, shape)
    guesses = {guess.column: guess for guess in guessing.guess_columns(record_type, columns, rows)}
    known = guessing.importable(record_type)
    pairs = [(name, str(declared.label)) for name, declared in known.items()]
    listed = [_column(found, index, guesses[column], pairs, known, rows) for index, column in enumerate(columns)]
    counts = {word: sum(each["sure"] == word for each in listed) for word in ("certain", "likely", "asks", "none")}
    return render(
        "imports/columns.html",
        status,
        **_context(found, 2),
        columns=listed,
        counts=counts,
        problem=problem,
        shape=shape,
        proof=_proof(shape),
        match_pairs=[(name, str(known[name].label)) for name in record_type.match if name in known],
        rows_text=ngettext("%(num)d row", "%(num)d rows", found.total_rows),
    )


def _proof(shape: reading.Shape) -> list[dict[str, Any]]:
    return [
        {"text": sample, "name": encodings.NAMES.get(page, page), "chosen": page == shape.encoding, "page": page}
        for page, sample in shape.alternatives
    ]


def _column(found: Import, index: int, guess: Any, pairs: Any, known: Any, rows: Any) -> dict[str, Any]:
    value = found.mapping.get(guess.column, "")
    sure = guess.certainty if value == guess.field else ("certain" if value else "none")
    ask = None
    if value and isinstance(known.get(value), fields.Date | fields.DateTime):
        ask = _day_question([str(row.get(guess.column) or "") for row in rows], found)
    return {
        "name": guess.column,
        "samples": guess.samples,
        "field_name": f"column-{index}",
        "options": pairs,
        "value": value,
        "sure": "asks" if ask and sure != "none" else sure,
        "ask": ask,
    }


def _day_question(values: list[str], found: Import) -> dict[str, Any] | None:
    counted = guessing.day_order(values)
    if not counted.is_doubtful:
        return None
    sample = next(value for value in values if guessing.day_order([value]).both)
    order = options.options_of(found).order
    return {
        "question": _("How is %(day)s meant?", day=sample),
        "note": _(
            "%(both)s days fit both, %(first)s only day first, %(second)s only month first.",
            both=counted.both, first=counted.day_first, second=counted.month_first,
        ),
        "answers": [
            {"label": format_day(_as_day(sample, each)), "name": "order", "value": each, "primary": order == each}
            for each in ("dmy", "mdy")
        ],
    }  # fmt: skip


def _as_day(text: str, order: str) -> Any:
    from datetime import date

    return date.fromisoformat(values.read_day(text, order))


@blueprint.post("/<uuid:import_id>")
@audience("staff")
def save_columns(import_id: UUID) -> AnyResponse:
    """Keep the mapping and the options, then show the columns again or try all rows."""
    found = _found(import_id)
    form = request.form
    columns = reading.headings(Path(found.path), options.shape_of(found))
    mapping = {column: form[f"column-{index}"] for index, column in enumerate(columns) if form.get(f"column-{index}")}
    changed: dict[str, Any] = {
        name: form[name] for name in ("encoding", "order", "decimal", "match", "on_match") if name in form
    }
    changed |= {name: name in form for name in ("create_missing", "strict")}
    changed["accept_near"] = form.get("accept_near", "1") == "1"
    try:
        operations.set_up(found, mapping=mapping, **changed)
        if "try" not in form:
            return _columns(found)
        return _dry_run(found)
    except Problem as problem:
        if problem.status != 422:
            raise
        return _columns(found, 422, problem)


def _dry_run(found: Import) -> Response:
    trial = operations.try_out(current_actor(), found)
    return render(
        "imports/dry_run.html",
        **_context(found, 3),
        tally=trial.tally,
        figures=_figures(trial.tally),
        reasons=trial.reasons,
    )


def _figures(tally: Any) -> dict[str, tuple[int, str]]:
    names = ("created", "updated", "skipped", "failed")
    return {name: (getattr(tally, name), format_number(getattr(tally, name))) for name in names}


@blueprint.post("/<uuid:import_id>/run")
@audience("staff")
def run(import_id: UUID) -> AnyResponse:
    """Begin the import in the background."""
    found = _found(import_id)
    if found.status != "draft":
        raise Problem("imports.not_a_draft", _("This import ran already."), status=409)
    with write_unit() as session:
        session.refresh(found)
        found.status = "running"
        enqueue(jobs.run_import, subject_id=found.id, import_id=str(found.id))
    return redirect_or_refresh(f"/admin/imports/{found.id}")


@blueprint.get("/<uuid:import_id>/progress")
@audience("staff")
def progress(import_id: UUID) -> AnyResponse:
    """Tell how far a running import is; when it is over, lead to its report."""
    found = _found(import_id)
    if found.status != "running":
        return redirect_or_refresh(f"/admin/imports/{found.id}")
    return fragment("imports/progress.html", job=found, poll=f"/admin/imports/{found.id}/progress")


def _report(found: Import) -> Response:
    return render(
        "imports/report.html",
        **_context(found, 5),
        figures=_figures(found),
        reasons=queries.reasons(found.id),
        has_errors=options.error_file(found).is_file(),
        status_text=STATUSES[found.status],
    )


@blueprint.get("/<uuid:import_id>/errors.csv")
@audience("staff")
def errors(import_id: UUID) -> Response:
    """Send the rows that failed, with the reason beside them."""
    found = _found(import_id)
    path = options.error_file(found)
    if not path.is_file():
        raise not_found()
    return send_file(path, as_attachment=True, download_name=f"{Path(found.file_name).stem}-errors.csv", max_age=0)


@blueprint.post("/<uuid:import_id>/undo")
@audience("staff")
def undo(import_id: UUID) -> AnyResponse:
    """Take back everything that an import did."""
    found = _found(import_id)
    undone = operations.undo(current_actor(), found)
    text = ngettext("%(num)d record is as it was.", "%(num)d records are as they were.", undone.put_back)
    if undone.kept:
        text += " " + ngettext(
            "%(num)d was changed since, and stays.", "%(num)d were changed since, and stay.", len(undone.kept)
        )
    toast(text)
    return redirect_or_refresh(f"/admin/imports/{found.id}")
