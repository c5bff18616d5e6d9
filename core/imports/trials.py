"""Dry runs: trying every row of a draft without writing any, at once or in the background."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from core.access import Actor, acting_as, require
from core.database import new_id, write_unit
from core.imports.models import Import
from core.imports.operations import require_fields
from core.imports.options import record_type_of
from core.imports.rows import few_values
from core.imports.running import BATCH, Runner, Tally
from core.jobs.operations import enqueue
from core.jobs.progress import JobCancelled

#: Rows that are tried while somebody waits for the page; more are tried in the background.
AT_ONCE: Final = BATCH

RUNNING, DONE, FAILED = "running", "done", "failed"


class Outdated(Exception):  # noqa: N818 - it is no error
    """The draft was changed, run or tried anew while it was tried, so that what comes of it says nothing."""


@dataclass(frozen=True)
class Trial:
    """What a dry run came to.

    Attributes:
        state: `running`, `done`, or `failed` when it broke off.
        token: tells one dry run from the next.
        done: how many rows were tried.
        tally: the counts.
        empty_cells: fields that were empty in some rows: field to in how many, and in which first.
        few: columns of text that hold few different values: field to each value and in how many rows it stands.
        reasons: what was noticed, equal things together with how often, as `queries.reasons` gives it of a run.
    """

    state: str = DONE
    token: str = ""
    done: int = 0
    tally: Mapping[str, int] = field(default_factory=lambda: asdict(Tally()))
    empty_cells: Mapping[str, Sequence[int]] = field(default_factory=dict)
    few: Mapping[str, Sequence[tuple[str, int]]] = field(default_factory=dict)
    reasons: Sequence[Mapping[str, Any]] = ()


def trial_of(job: Import) -> Trial | None:
    """Give the latest dry run of an import as it is now; None when there was none."""
    return Trial(**job.trial) if job.trial is not None else None


def try_out(actor: Actor, job: Import, progress: Callable[[int], None] = lambda _done: None) -> Trial:
    """Try all rows of a draft and write nothing.

    Args:
        actor: whoever tries; needs the `import` permission.
        job: the draft.
        progress: told how many rows were tried, after each batch, outside of a write unit.

    Raises:
        Problem: 422 when a required field has no column; 403 without the right.
    """
    require(actor, record_type_of(job), "import")
    require_fields(job)
    with acting_as(actor, "import"):
        runner = Runner(actor, job, tries=True)
        tally = runner.try_out(progress)
    reasons = [
        asdict(issue) | {"rows": rows, "first": first, "value": value}
        for issue, (rows, first, value) in runner.noticed.items()
    ]
    ordered = sorted(reasons, key=lambda each: (each["level"], -each["rows"]))
    empty = {name: list(counted) for name, counted in runner.reader.empty.items()}
    few = few_values(runner.reader.few)
    return Trial(done=job.total_rows, tally=asdict(tally), empty_cells=empty, few=few, reasons=ordered)


def begin(actor: Actor, job: Import) -> None:
    """Try a draft: a short one at once, a long one in the background.

    Raises:
        Problem: as `try_out`.
    """
    if job.total_rows <= AT_ONCE:
        _keep(job, try_out(actor, job))
        return
    from core.imports.jobs import run_trial  # the jobs stand on this module

    require(actor, record_type_of(job), "import")
    require_fields(job)
    token = str(new_id())
    with write_unit():
        _keep(job, Trial(state=RUNNING, token=token))
        enqueue(run_trial, subject_id=job.id, import_id=str(job.id), token=token)


def go_on(actor: Actor, job: Import, token: str, progress: Callable[[int], None]) -> None:
    """Try a draft in the background, writing down how far it is, unless it was changed since it was begun.

    Args:
        actor: whoever began it.
        job: the draft.
        token: of the trial that was begun.
        progress: told how many rows were tried.
    """

    def tell(done: int) -> None:
        _replace(job, token, Trial(state=RUNNING, token=token, done=done))
        progress(done)

    try:
        tell(0)
        found = try_out(actor, job, tell)
        _replace(job, token, found)
    except Outdated:
        return
    except (Exception, JobCancelled):
        _replace(job, token, Trial(state=FAILED, token=token))
        raise


def _replace(job: Import, token: str, trial: Trial) -> None:
    with write_unit() as session:
        session.refresh(job)
        if job.status != "draft" or job.trial is None or job.trial["token"] != token:
            raise Outdated
        _keep(job, trial)


def _keep(job: Import, trial: Trial) -> None:
    with write_unit() as session:
        session.refresh(job)
        job.trial = asdict(trial)
