"""Importing a file, step by step: file, columns, matches, dry run, run, report, undo."""

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, Response, request, send_file
from werkzeug.wrappers import Response as AnyResponse

import core.imports.jobs  # noqa: F401 - by this every process knows the work that is done in the background
from core.access import current_actor, may
from core.exports.writing import safe_cell
from core.i18n import _, _l, format_number, ngettext
from core.imports import (
    encodings,
    examining,
    guessing,
    mappings,
    operations,
    options,
    present,
    queries,
    reading,
    trials,
    undoing,
)
from core.imports.models import Import
from core.imports.standing import standing
from core.problems import Problem, not_found
from core.records.registry import record_types
from core.search.fold import fold
from core.web.audience import audience
from core.web.bodies import takes_files
from core.web.htmx import htmx
from core.web.render import fragment, redirect_or_refresh, render, toast

blueprint = Blueprint("imports", __name__, url_prefix="/admin/imports")

STEPS: Final = (_l("File"), _l("Columns"), _l("Matches"), _l("Dry run"), _l("Run"), _l("Report"))
FILE, COLUMNS, MATCHES, DRY_RUN, RUN, REPORT = range(1, 7)
STATUSES: Final = {
    "draft": (_l("not run yet"), "grey"),
    "running": (_l("running"), "blue"),
    "done": (_l("done"), "green"),
    "failed": (_l("stopped"), "red"),
    "undone": (_l("undone"), "amber"),
}
#: Options that the forms send as text, and those that are ticks; a form says by `ticks` which it holds.
TEXTS: Final = ("encoding", "delimiter", "order", "decimal", "match", "on_match")
#: What a name of the file was said to mean: `means:owner:Δούκα Ε.`; and which other record, where it is another one.
MEANS: Final = "means:"
CHOSEN: Final = "chosen:"
ANOTHER: Final = ":another"


def _found(import_id: UUID) -> Import:
    return queries.find_import(import_id, current_actor())


def _allowed() -> list[Any]:
    actor = current_actor()
    allowed = [each for each in record_types if may(actor, each, "import")]
    if not allowed:
        raise not_found()
    return sorted(allowed, key=lambda each: fold(str(each.label_plural)))


def _context(found: Import, current: int) -> dict[str, Any]:
    url = _url(found)
    passed = [f"/admin/imports/new?type={found.record_type}", f"{url}/columns", f"{url}/matches"]
    return {
        "job": found,
        "record_type": options.record_type_of(found),
        "steps": [str(step) for step in STEPS],
        "passed": passed[: current - 1] if found.status == "draft" else [],
        "current": current,
        "url": url,
        "options": options.options_of(found),
    }


def _url(found: Import, step: str = "") -> str:
    """Give the address of an import, or of one of its steps."""
    return f"/admin/imports/{found.id}{'/' if step else ''}{step}"


def _lead_on(found: Import) -> AnyResponse:
    """Lead to the step that an import is at."""
    step = {"draft": "columns", "running": "running"}.get(standing(found), "report")
    return redirect_or_refresh(_url(found, step))


@blueprint.get("")
@audience("staff")
def imports_page() -> Response:
    """List the imports, newest first."""
    _allowed()
    jobs_seen = queries.latest_imports(current_actor())
    saved = mappings.saved_mappings(current_actor())
    states = {each.id: STATUSES[standing(each)] for each in jobs_seen}
    return render("imports/list.html", jobs=jobs_seen, mappings=saved, states=states, types=record_types)


# Saved mappings


@blueprint.post("/mappings/<uuid:mapping_id>/rename")
@audience("staff")
def rename_mapping(mapping_id: UUID) -> AnyResponse:
    """Call a saved mapping something else."""
    try:
        mappings.rename(mappings.find_mapping(current_actor(), mapping_id), request.form.get("name", ""))
    except Problem as problem:
        if problem.status != 422:
            raise
        toast(str(problem), level="danger")
    return redirect_or_refresh("/admin/imports")


@blueprint.post("/mappings/<uuid:mapping_id>/remove")
@audience("staff")
def remove_mapping(mapping_id: UUID) -> AnyResponse:
    """Forget a saved mapping."""
    mappings.remove(mappings.find_mapping(current_actor(), mapping_id))
    toast(_("The mapping is gone. Files with these columns are guessed again."))
    return redirect_or_refresh("/admin/imports")


# The file


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
@takes_files
def upload() -> AnyResponse:
    """Take the file; a wrong one is refused with what to do."""
    record_type = record_types.get(request.values.get("type", ""))
    given = request.files.get("file")
    if record_type is None or given is None or not given.filename:
        return _new(422, Problem("imports.no_file", _("Choose a file first.")))
    try:
        made = operations.take_file(current_actor(), record_type, given.filename, given.stream)  # type: ignore[arg-type]
        if (saved := mappings.fitting(current_actor(), made)) is not None:
            mappings.apply(made, saved)
    except Problem as problem:
        if problem.status != 422:
            raise
        return _new(problem.status, problem)
    return redirect_or_refresh(_url(made, "columns"))


@blueprint.get("/<uuid:import_id>")
@audience("staff")
def import_page(import_id: UUID) -> AnyResponse:
    """Lead to the step that an import is at: its columns, its progress, or its report."""
    return _lead_on(_found(import_id))


@blueprint.post("/<uuid:import_id>/discard")
@audience("staff")
def discard(import_id: UUID) -> AnyResponse:
    """Forget a draft and its file."""
    operations.discard(_found(import_id))
    return redirect_or_refresh("/admin/imports")


# The columns


@blueprint.get("/<uuid:import_id>/columns")
@audience("staff")
def columns_page(import_id: UUID) -> AnyResponse:
    """Show which column is what, and how the file is read."""
    found = _found(import_id)
    return _columns(found) if found.status == "draft" else _lead_on(found)


def _columns(found: Import, status: int = 200, problem: Problem | None = None) -> Response:
    shape = options.shape_of(found)
    rows = operations.preview(Path(found.path), shape)
    columns = _columns_of(found, rows)
    return render(
        "imports/columns.html",
        status,
        **_context(found, COLUMNS),
        columns=columns,
        lead=_counted(found, columns),
        problem=problem,
        shape=shape,
        proof=_proof(shape),
        saved=_taken_from(found),
        encodings=present.encoding_names(),
        delimiters=present.delimiter_names(),
        row=present.preview_row(current_actor(), found, request.values.get("row", 1, type=int)),
    )


def _counted(found: Import, columns: Sequence[Mapping[str, Any]]) -> str:
    """Say how many rows a file has, and how sure it is what its columns become."""
    count = Counter(each["sure"] for each in columns)
    sure = (
        (count["certain"], _("%(count)s certain", count=count["certain"])),
        (count["likely"], _("%(count)s likely", count=count["likely"])),
        (count["asks"], _("%(count)s asked", count=count["asks"])),
        (count["none"], _("%(count)s left behind", count=count["none"])),
    )
    rows = ngettext("%(count)s row", "%(count)s rows", found.total_rows, count=format_number(found.total_rows))
    return f"{rows} · {', '.join(words for number, words in sure if number)}"


def _taken_from(found: Import) -> str:
    """Name the saved mapping that a draft's is; empty when it isn't one."""
    saved = mappings.fitting(current_actor(), found)
    return saved.name if saved is not None and saved.mapping == found.mapping else ""


def _columns_of(found: Import, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    record_type = options.record_type_of(found)
    headings = options.headings_of(found)
    guesses = {guess.column: guess for guess in guessing.guess_columns(record_type, headings, rows)}
    pairs = [(name, str(declared.label)) for name, declared in guessing.importable(record_type).items()]
    return [_column(found, index, guesses[column], pairs, rows) for index, column in enumerate(headings)]


def _proof(shape: reading.Shape) -> list[dict[str, Any]]:
    """Show how the file reads in the encoding that is taken and in two others, as far as it reads differently."""
    lines = dict(shape.alternatives)
    chosen = {"text": lines.pop(shape.encoding, ""), "name": encodings.SHORT_NAMES[shape.encoding], "chosen": True}
    proof = [chosen] if chosen["text"] else []
    for page, line in lines.items():
        if line not in {each["text"] for each in proof} and len(proof) < 3:
            proof.append({"text": line, "name": encodings.SHORT_NAMES[page], "chosen": False})
    return proof


def _column(
    found: Import,
    index: int,
    guess: guessing.Guess,
    pairs: Sequence[tuple[str, str]],
    rows: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    value = found.mapping.get(guess.column, "")
    sure = guess.certainty if value == guess.field else (guessing.CERTAIN if value else guessing.NONE)
    ask = present.day_question(found, value, [str(row.get(guess.column) or "") for row in rows])
    return {
        "name": guess.column,
        "samples": guess.samples,
        "field_name": f"column-{index}",
        "options": pairs,
        "value": value,
        "sure": guessing.ASKS if ask else guessing.CERTAIN if sure == guessing.ASKS else sure,
        "ask": ask,
    }


@blueprint.post("/<uuid:import_id>/columns")
@audience("staff")
def save_columns(import_id: UUID) -> AnyResponse:
    """Keep the mapping and how the file is read, then show the columns again or go on to the matches."""
    found = _found(import_id)
    form = request.form
    try:
        changed = _changed_options()
        if changed.get("encoding") or changed.get("delimiter"):
            operations.set_up(found, **changed)
        columns = options.headings_of(found)
        mapping = {name: form[f"column-{index}"] for index, name in enumerate(columns) if form.get(f"column-{index}")}
        operations.map_columns(found, mapping, **changed)
    except Problem as problem:
        if problem.status != 422:
            raise
        return _columns(found, 422, problem)
    if "next" in form:
        return redirect_or_refresh(_url(found, "matches"))
    return _columns(found)


def _changed_options() -> dict[str, Any]:
    form = request.form
    changed: dict[str, Any] = {name: form[name] for name in TEXTS if name in form}
    ticks = [name for name in form.get("ticks", "").split() if name in ("create_missing", "strict", "accept_near")]
    changed |= {name: name in form for name in ticks}
    if ticks:
        changed["names"] = _meanings()
    return changed


def _meanings() -> dict[str, dict[str, str]]:
    meant: dict[str, dict[str, str]] = {}
    for key, said in request.form.items():
        name = key.removeprefix(MEANS)
        answer = request.form.get(f"{CHOSEN}{name}", "") if said == ANOTHER else said
        if key.startswith(MEANS) and answer:
            field, _colon, cell = name.partition(":")
            meant.setdefault(field, {})[cell] = answer
    return meant


# The matches


@blueprint.get("/<uuid:import_id>/matches")
@audience("staff")
def matches_page(import_id: UUID) -> AnyResponse:
    """Show what is there already, and which names nobody has."""
    found = _found(import_id)
    return _matches(found) if found.status == "draft" else _lead_on(found)


def _matches(found: Import, status: int = 200, problem: Problem | None = None) -> Response:
    record_type = options.record_type_of(found)
    known = guessing.importable(record_type)
    mapped = set(found.mapping.values())
    examined = examining.examine(current_actor(), found)
    return render(
        "imports/matches.html",
        status,
        **_context(found, MATCHES),
        problem=problem,
        examined=examined,
        questions=present.questions(current_actor(), found, examined),
        is_all=examined.rows < examining.EXAMINED,
        match_pairs=[(name, str(known[name].label)) for name in ("id", *record_type.match) if name in mapped],
    )


@blueprint.post("/<uuid:import_id>/matches")
@audience("staff")
def save_matches(import_id: UUID) -> AnyResponse:
    """Keep what is done with matches and unknown names, then look again or try the rows."""
    found = _found(import_id)
    operations.require_draft(found)
    try:
        operations.set_up(found, **_changed_options())
        if "next" not in request.form:
            return _matches(found)
        trials.begin(current_actor(), found)
    except Problem as problem:
        if problem.status != 422:
            raise
        return _matches(found, 422, problem)
    return redirect_or_refresh(_url(found, "dry-run"))


@blueprint.get("/<uuid:import_id>/dry-run")
@audience("staff")
def dry_run_page(import_id: UUID) -> AnyResponse:
    """Show what would come of the import, or how far that is."""
    found = _found(import_id)
    if found.status != "draft":
        return _lead_on(found)
    trial = trials.trial_of(found)
    if trial is None or trial.state == trials.FAILED:
        return redirect_or_refresh(_url(found, "matches"))
    if trial.state == trials.RUNNING:
        return render(
            "imports/under_way.html",
            **_context(found, DRY_RUN),
            **_tried(found, trial),
            heading=_("Trying %(file)s", file=found.file_name),
            lead=_("You may leave this page; nothing is written."),
            back=_url(found, "matches"),
        )
    return render(
        "imports/dry_run.html",
        **_context(found, DRY_RUN),
        tally=trial.tally,
        figures=_figures(trial.tally),
        reasons=present.reasons(trial.reasons, is_over=False),
        empty=present.empty_cells(found, trial.empty_cells),
        few=present.few_values(found, trial.few),
    )


@blueprint.get("/<uuid:import_id>/dry-run/progress")
@audience("staff")
def dry_run_progress(import_id: UUID) -> AnyResponse:
    """Tell how far a dry run is; when it is over, lead to what came of it."""
    found = _found(import_id)
    trial = trials.trial_of(found)
    if trial is None or trial.state != trials.RUNNING:
        return redirect_or_refresh(_url(found, "dry-run"))
    return fragment("imports/progress.html", job=found, **_tried(found, trial))


def _tried(found: Import, trial: trials.Trial) -> dict[str, Any]:
    return {"words": _("Trying the rows"), "done": trial.done, "poll": _url(found, "dry-run/progress")}


def _figures(counts: Mapping[str, int]) -> dict[str, tuple[int, str]]:
    return {name: (counts[name], format_number(counts[name])) for name in ("created", "updated", "skipped", "failed")}


# The run


@blueprint.post("/<uuid:import_id>/run")
@audience("staff")
def run(import_id: UUID) -> AnyResponse:
    """Begin the import in the background, or go on with one that stopped."""
    found = _found(import_id)
    operations.begin(found)
    return redirect_or_refresh(_url(found, "running"))


@blueprint.get("/<uuid:import_id>/running")
@audience("staff")
def running_page(import_id: UUID) -> AnyResponse:
    """Show how far a running import is."""
    found = _found(import_id)
    if standing(found) != "running":
        return _lead_on(found)
    return render(
        "imports/under_way.html",
        **_context(found, RUN),
        **_written(found),
        heading=_("Importing %(file)s", file=found.file_name),
        lead=_("You may leave this page; the import goes on."),
    )


@blueprint.get("/<uuid:import_id>/progress")
@audience("staff")
def progress(import_id: UUID) -> AnyResponse:
    """Tell how far a running import is; when it is over, lead to its report."""
    found = _found(import_id)
    if standing(found) != "running":
        return _lead_on(found)
    return fragment("imports/progress.html", job=found, **_written(found))


def _written(found: Import) -> dict[str, Any]:
    return {"words": _("Writing the rows"), "done": found.done_rows, "poll": _url(found, "progress")}


# The report


@blueprint.get("/<uuid:import_id>/report")
@audience("staff")
def report_page(import_id: UUID) -> AnyResponse:
    """Show what came of an import."""
    found = _found(import_id)
    state = standing(found)
    if state in ("draft", "running"):
        return _lead_on(found)
    actor = current_actor()
    present_type = None if state == "undone" else options.record_type_of(found)
    return render(
        "imports/report.html",
        **_context(found, REPORT),
        figures=_figures({name: getattr(found, name) for name in ("created", "updated", "skipped", "failed")}),
        reasons=present.reasons(queries.reasons(found), is_over=True),
        empty=present.empty_cells(found, found.empty_cells, present_type),
        has_errors=options.error_file(found).is_file(),
        state=state,
        status_text=STATUSES[state],
        title=present.report_title(found, state),
        lead=present.report_lead(found, state),
        undone=present.undone(found),
        is_undoable=undoing.is_undoable(found),
        is_expired=undoing.is_expired(found),
        facts=present.report_facts(actor, found),
        changed=present.linked(actor, undoing.changed_since(found, present.MOST_LISTED)),
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


@blueprint.get("/<uuid:import_id>/remarks.csv")
@audience("staff")
def remarks(import_id: UUID) -> Response:
    """Send what there is to say about single rows: what failed, was taken with a doubt, or lacks something."""
    found = _found(import_id)
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow([_("Row"), _("Remark")])
    for row, message in queries.remarks(found.id):
        writer.writerow([row, safe_cell(message)])
    name = f"{Path(found.file_name).stem}-remarks.csv"
    return send_file(BytesIO(text.getvalue().encode("utf-8-sig")), as_attachment=True, download_name=name, max_age=0)


@blueprint.get("/<uuid:import_id>/undo")
@audience("staff")
def ask_undo(import_id: UUID) -> Response:
    """Ask whether an import is to be taken back, with what that comes to."""
    found, actor = _found(import_id), current_actor()
    undoing.require_undoable(found)
    context = {
        **_context(found, REPORT),
        "plan": present.undo_plan(undoing.plan(found)),
        "changed": present.linked(actor, undoing.changed_since(found, present.MOST_LISTED)),
        "in_background": undoing.takes_long(found),
    }
    if htmx.is_partial:
        return fragment("imports/undo_dialog.html", **context)
    return render("imports/undo.html", **context)


@blueprint.post("/<uuid:import_id>/undo")
@audience("staff")
def undo(import_id: UUID) -> AnyResponse:
    """Take back everything that an import did."""
    found = _found(import_id)
    undoing.begin(current_actor(), found)
    if found.status != "undone":
        toast(_("The import is being taken back in the background."))
    else:
        toast(" ".join(present.undone(found)) or _("There was nothing to take back."))
    return redirect_or_refresh(_url(found, "report"))
