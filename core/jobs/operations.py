"""Everything that changes a job: enqueueing, claiming, finishing, failing, retrying, cancelling."""

import json
import uuid
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from flask import current_app
from sqlalchemy import ColumnElement, and_, or_, select, update

from core.access import Actor, current_actor
from core.database import db, new_id, on_commit, utc_now, write_unit
from core.i18n import _
from core.jobs.models import CANCELLED, DONE, FAILED, PARKED, RUNNING, WAITING, EventCursor, Job, JobSchedule
from core.jobs.progress import LEASE_SECONDS
from core.jobs.registry import JobDefinition, jobs
from core.jobs.wake import Waker
from core.problems import Problem, not_found

#: How many seconds a job waits after its first, second, … failure in a row.
BACK_OFF: Final = (10, 60, 300, 1_800)


def waker() -> Waker:
    """Give the application's bell."""
    bell: Waker = current_app.extensions["pelatis_waker"]
    return bell


def enqueue(
    job: str | Callable[..., Any],
    *,
    actor: Actor | None = None,
    subject_id: uuid.UUID | None = None,
    not_before: datetime | None = None,
    **arguments: Any,
) -> Job:
    """Put a job in the queue. It becomes visible when the write unit commits, and then the workers are woken.

    Args:
        job: the function that `@job` declared, or its qualified name.
        actor: with whose rights it runs; whoever acts now by default.
        subject_id: the record or import that it works for.
        not_before: an aware moment before which it doesn't begin.
        **arguments: what the function gets after its `Progress`; plain JSON values, ids as text.

    Raises:
        ValueError: when there is no such job.
        TypeError: when an argument isn't plain JSON.
    """
    name = job if isinstance(job, str) else getattr(job, "job_name", "")
    if jobs.get(name) is None:
        raise ValueError(f"there is no job named {name!r}: declare it with @job()")
    json.dumps(arguments)
    now = utc_now()
    row = Job(
        id=new_id(),
        name=name,
        arguments=arguments,
        actor_id=(actor or current_actor()).user_id,
        subject_id=subject_id,
        next_try_at=not_before or now,
        created_at=now,
    )
    with write_unit() as session:
        session.add(row)
        session.flush()
        on_commit(waker().ring)
    return row


def _due(names: Collection[str], now: datetime) -> ColumnElement[bool]:
    # What nobody wanted to wait is due whatever the clock says: another machine's may be ahead, or it was set back.
    at_once = and_(Job.attempts == 0, Job.next_try_at <= Job.created_at)
    waiting = and_(Job.state == WAITING, or_(Job.next_try_at <= now, at_once))
    abandoned = and_(Job.state == RUNNING, Job.lease_until < now)
    return and_(Job.name.in_(names), or_(waiting, abandoned))


def claim(worker: str, names: Collection[str]) -> Job | None:
    """Take the next job that is due, or one whose worker has died; None when there is none.

    The claim is one conditional UPDATE, so that of any number of workers one gets the job.

    Args:
        worker: machine and process, for the administrator.
        names: the jobs that may run now: those of the core and of enabled plugins.
    """
    now = utc_now()
    if db.session.execute(select(1).where(_due(names, now)).limit(1)).first() is None:
        db.session.rollback()
        return None
    candidate = select(Job.id).where(_due(names, now)).order_by(Job.next_try_at, Job.id).limit(1)
    statement = (
        update(Job)
        .where(Job.id == candidate.with_for_update(skip_locked=True).scalar_subquery(), _due(names, now))
        .values(
            state=RUNNING,
            attempts=Job.attempts + 1,
            lease_id=new_id(),
            lease_until=now + timedelta(seconds=LEASE_SECONDS),
            worker=worker,
            started_at=now,
        )
        .returning(Job.id)
    )
    with write_unit() as session:
        job_id = session.connection().execute(statement).scalar_one_or_none()
    return _detached(job_id) if job_id else None


def _detached(job_id: uuid.UUID) -> Job:
    """Read a job and let go of the session, so that no read transaction stays open while the job runs."""
    job = db.session.get_one(Job, job_id)
    db.session.expunge(job)
    db.session.rollback()
    return job


def renew(lease_ids: Collection[uuid.UUID]) -> None:
    """Keep the leases of jobs that are running here."""
    until = utc_now() + timedelta(seconds=LEASE_SECONDS)
    with write_unit() as session:
        session.connection().execute(update(Job).where(_held(lease_ids)).values(lease_until=until))


def release(lease_ids: Collection[uuid.UUID]) -> None:
    """Put running jobs back, so that another worker goes on with them; it doesn't count as an attempt."""
    values = {"state": WAITING, "attempts": Job.attempts - 1, "lease_id": None, "lease_until": None}
    with write_unit() as session:
        session.connection().execute(update(Job).where(_held(lease_ids)).values(values))


def release_worker(worker: str) -> None:
    """Put back what a worker held that is known to be dead, without waiting for its leases to end.

    It does count as an attempt: the job may be what killed it.
    """
    ended = {"lease_until": utc_now()}
    with write_unit() as session:
        connection = session.connection()
        connection.execute(update(Job).where(Job.worker == worker, Job.state == RUNNING).values(ended))
        connection.execute(
            update(EventCursor).where(EventCursor.worker == worker, EventCursor.lease_id.is_not(None)).values(ended)
        )


def _held(lease_ids: Collection[uuid.UUID]) -> ColumnElement[bool]:
    return and_(Job.lease_id.in_(lease_ids), Job.state == RUNNING)


def finish(job: Job, result: Mapping[str, Any] | None = None) -> None:
    """Close a job that ran to its end."""
    _close(job, {"state": DONE, "finished_at": utc_now(), "result": dict(result or {}), "error": ""})


def refuse(job: Job, reason: str) -> None:
    """Close a job that would end the same way each time."""
    _close(job, {"state": FAILED, "finished_at": utc_now(), "error": reason})


def fail(job: Job, attempts: int, error: str) -> None:
    """Put a job that has failed back for later, or park it when it failed too often.

    Args:
        job: the job as it was claimed.
        attempts: how many failures in a row its author allows.
        error: what went wrong, for the administrator.
    """
    with write_unit() as session:
        row = session.get(Job, job.id)
        if row is None or row.lease_id != job.lease_id or row.state != RUNNING:
            return
        row.error = error
        row.lease_id = row.lease_until = None
        if row.attempts >= attempts:
            row.state, row.finished_at = PARKED, utc_now()
        else:
            row.state = WAITING
            row.next_try_at = utc_now() + timedelta(seconds=BACK_OFF[min(row.attempts, len(BACK_OFF)) - 1])


def _close(job: Job, values: dict[str, Any]) -> None:
    held = (Job.id == job.id, Job.lease_id == job.lease_id, Job.state == RUNNING)
    released = values | {"lease_id": None, "lease_until": None}
    with write_unit() as session:
        session.connection().execute(update(Job).where(*held).values(released))


def retry(job_id: uuid.UUID) -> Job:
    """Let a failed or parked job run again, from its last committed batch.

    Raises:
        Problem: 404 without such a job, 409 when it isn't failed or parked.
    """
    with write_unit():
        job = _movable(job_id, WAITING)
        job.state, job.attempts, job.next_try_at, job.finished_at = WAITING, 0, utc_now(), None
        on_commit(waker().ring)
    return job


def cancel(job_id: uuid.UUID) -> Job:
    """Stop a job for good; a running one stops at its next batch, what it has committed stays.

    Raises:
        Problem: 404 without such a job, 409 when it has ended.
    """
    with write_unit():
        job = _movable(job_id, CANCELLED)
        job.state, job.finished_at = CANCELLED, utc_now()
    return job


def _movable(job_id: uuid.UUID, state: str) -> Job:
    job = db.session.get(Job, job_id, with_for_update=True)
    if job is None:
        raise not_found()
    if not job.may_become(state):
        raise Problem("jobs.ended", _("This job has already changed its state. Load the page again."), status=409)
    return job


def enqueue_due(names: Collection[str]) -> int:
    """Put the jobs in the queue whose time has come, each once, however many workers ask; tell how many.

    A job that was due while nothing ran is done once, not once for each time that was missed. The first time that a
    job is seen, it only notes when it was last due.

    Args:
        names: the jobs that may run now.
    """
    now, count = utc_now(), 0
    known = {row.name: row.last_due_at for row in db.session.scalars(select(JobSchedule))}
    for definition in jobs:
        if definition.every is None or definition.name not in names:
            continue
        due = definition.every.last_due(now)
        if known.get(definition.name) != due:
            count += _enqueue_once(definition, due)
    return count


def _enqueue_once(definition: JobDefinition, due: datetime) -> int:
    with write_unit() as session:
        schedule = session.get(JobSchedule, definition.name, with_for_update=True)
        if schedule is None:
            session.add(JobSchedule(name=definition.name, last_due_at=due))
            return 0
        if schedule.last_due_at > utc_now():
            schedule.last_due_at = due  # the clock was ahead; waiting until then might take a year
            return 0
        if schedule.last_due_at >= due:
            return 0
        schedule.last_due_at = due
        if _is_under_way(definition.name):
            return 0
        enqueue(definition.name)
    return 1


def _is_under_way(name: str) -> bool:
    live = select(1).where(Job.name == name, Job.state.in_((WAITING, RUNNING)))
    return db.session.execute(live.limit(1)).first() is not None
