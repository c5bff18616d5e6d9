"""The page of jobs: what waits, runs, failed and is parked; progress for whoever waits for a job."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from core.access import current_actor, require_administrator
from core.database import db, utc_now
from core.i18n import _, _l
from core.jobs import events, operations, queries
from core.jobs.models import CANCELLED, DONE, FAILED, PARKED, RUNNING, STATES, WAITING, Job, ParkedEvent
from core.jobs.registry import jobs
from core.problems import Problem, not_found
from core.web.audience import audience
from core.web.render import fragment, redirect_or_refresh, render, toast

blueprint = Blueprint("jobs", __name__)

#: For each state its word and its tone.
STATE_WORDS: dict[str, tuple[Any, str]] = {
    WAITING: (_l("waiting"), "grey"),
    RUNNING: (_l("running"), "blue"),
    DONE: (_l("done"), "green"),
    FAILED: (_l("refused"), "amber"),
    PARKED: (_l("parked"), "red"),
    CANCELLED: (_l("cancelled"), "line"),
}


@blueprint.get("/admin/jobs")
@audience("staff")
def jobs_page() -> Response:
    """Show the jobs, newest first, and the events that plugins failed on."""
    require_administrator(current_actor())
    state = request.args.get("state", "")
    if state and state not in STATES:
        raise not_found()
    found = queries.list_jobs(state or None, _uuid(request.args.get("before")))
    page = found[: queries.PAGE]
    more = url_for("jobs.jobs_page", state=state or None, before=page[-1].id) if len(found) > queries.PAGE else None
    return render(
        "jobs/list.html",
        states=_tabs(state),
        rows=[row_of(job, in_list=True) for job in page],
        more=more,
        events=[_event_row(parked) for parked in queries.parked_events()] if state in ("", PARKED) else [],
    )


def _tabs(current: str) -> list[dict[str, Any]]:
    counts = queries.count_by_state()
    everything = {"label": _("All"), "url": url_for("jobs.jobs_page"), "current": not current}
    return [
        everything,
        *(
            {
                "label": str(STATE_WORDS[state][0]).capitalize(),
                "url": url_for("jobs.jobs_page", state=state),
                "current": state == current,
                "count": counts[state],
            }
            for state in STATES
        ),
    ]


def row_of(job: Job, *, in_list: bool = False) -> dict[str, Any]:
    """Describe a job for `jobs/row.html` and `jobs/progress.html`.

    Args:
        job: the job.
        in_list: whether it stands in the list, whose row with its buttons is drawn anew once the job has ended.
    """
    definition = jobs.runnable().get(job.name)
    word, tone = STATE_WORDS[job.state]
    return {
        "job": job,
        "title": str(definition.title) if definition else job.name,
        "is_off": definition is None,
        "word": str(word),
        "tone": tone,
        "reason": job.error.strip().splitlines()[-1] if job.error.strip() else "",
        "may_retry": job.may_become(WAITING) and job.state != RUNNING,
        "may_cancel": job.may_become(CANCELLED),
        "progress_url": url_for("jobs.progress", job_id=job.id, row="1" if in_list else None)
        if _moves_soon(job)
        else None,
    }


def _moves_soon(job: Job) -> bool:
    """Tell whether a page should look again in a moment: not for a job that waits for tomorrow."""
    return job.state == RUNNING or (job.state == WAITING and job.next_try_at <= utc_now() + timedelta(minutes=1))


def _event_row(parked: ParkedEvent) -> dict[str, Any]:
    from core.host.doors import current_host  # the host stands on the registry of jobs

    return {
        "event": parked,
        "title": str(current_host().title(parked.plugin)),
        "reason": parked.error.strip().splitlines()[-1] if parked.error.strip() else "",
    }


@blueprint.get("/jobs/<uuid:job_id>/progress")
@audience("staff")
def progress(job_id: UUID) -> Response:
    """Show how far a job is, to administrators and to whoever started it; it asks again while the job lives."""
    actor, job = current_actor(), queries.find_job(job_id)
    if not actor.is_administrator and (actor.user_id is None or job.actor_id != actor.user_id):
        raise not_found()
    in_list = actor.is_administrator and "row" in request.args
    if not in_list or job.is_live:
        return fragment("jobs/progress.html", row=row_of(job, in_list=in_list))
    answer = fragment("jobs/row.html", row=row_of(job, in_list=True))
    answer.headers["HX-Retarget"], answer.headers["HX-Reswap"] = f"#job-{job.id}", "outerHTML"
    return answer


@blueprint.post("/admin/jobs/<uuid:job_id>/retry")
@audience("staff")
def retry(job_id: UUID) -> WerkzeugResponse:
    """Let a failed or parked job run again."""
    require_administrator(current_actor())
    operations.retry(job_id)
    toast(_("The job waits for the next free worker."))
    return redirect_or_refresh(url_for("jobs.jobs_page"))


@blueprint.post("/admin/jobs/<uuid:job_id>/cancel")
@audience("staff")
def cancel(job_id: UUID) -> WerkzeugResponse:
    """Stop a job for good."""
    require_administrator(current_actor())
    operations.cancel(job_id)
    toast(_("The job was cancelled. What it had finished stays."))
    return redirect_or_refresh(url_for("jobs.jobs_page"))


@blueprint.post("/admin/jobs/events/<uuid:parked_id>/retry")
@audience("staff")
def retry_event(parked_id: UUID) -> WerkzeugResponse:
    """Give a parked event to its plugin once more."""
    require_administrator(current_actor())
    try:
        events.retry_event(parked_id)
    except Problem:
        raise
    except Exception as error:  # noqa: BLE001 – the plugin may raise anything; the person is told
        db.session.rollback()
        toast(_("It failed again: %(reason)s", reason=f"{type(error).__name__}: {error}"[:200]), level="warning")
    else:
        toast(_("The event was dealt with."))
    return redirect_or_refresh(url_for("jobs.jobs_page", state=PARKED))


@blueprint.post("/admin/jobs/events/<uuid:parked_id>/drop")
@audience("staff")
def drop_event(parked_id: UUID) -> WerkzeugResponse:
    """Forget a parked event."""
    require_administrator(current_actor())
    events.drop_event(parked_id)
    toast(_("The event was dropped."))
    return redirect_or_refresh(url_for("jobs.jobs_page", state=PARKED))


def _uuid(text: str | None) -> UUID | None:
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise not_found() from None
