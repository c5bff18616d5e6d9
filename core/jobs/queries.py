"""Reading jobs: the list of the page, counts for the metrics."""

import uuid
from collections.abc import Sequence

from sqlalchemy import func, select

from core.database import db
from core.jobs.models import STATES, Job, ParkedEvent
from core.problems import not_found

#: How many jobs a page shows.
PAGE = 50


def list_jobs(state: str | None = None, before: uuid.UUID | None = None) -> Sequence[Job]:
    """List jobs, the newest first, one more than a page so that the caller knows whether there are more.

    Args:
        state: only the jobs in this state.
        before: the last job of the page before; ids sort by the time they were made.
    """
    statement = select(Job).order_by(Job.id.desc()).limit(PAGE + 1)
    if state:
        statement = statement.where(Job.state == state)
    if before:
        statement = statement.where(Job.id < before)
    return db.session.scalars(statement).all()


def find_job(job_id: uuid.UUID) -> Job:
    """Find one job.

    Raises:
        Problem: 404 when there is none.
    """
    job = db.session.get(Job, job_id)
    if job is None:
        raise not_found()
    return job


def count_by_state() -> dict[str, int]:
    """Count the jobs in each state, those with none included."""
    rows = db.session.execute(select(Job.state, func.count()).group_by(Job.state))
    counted = {row[0]: row[1] for row in rows}
    return {state: counted.get(state, 0) for state in STATES}


def parked_events() -> Sequence[ParkedEvent]:
    """List the events that a plugin failed on too often, the newest first."""
    return db.session.scalars(select(ParkedEvent).order_by(ParkedEvent.id.desc()).limit(PAGE)).all()
