"""The worker: threads that run jobs, one that carries events, and a main thread that wakes and watches them."""

import os
import socket
import threading
import time
import traceback
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import structlog
from flask import Flask, g
from sqlalchemy import select

from core.access import Actor, acting_as, system_actor
from core.database import db
from core.jobs import events, operations
from core.jobs.models import Job
from core.jobs.progress import LEASE_SECONDS, JobCancelled, JobInterrupted, JobStopped, Progress
from core.jobs.registry import JobDefinition, jobs
from core.operation.metrics import JOBS_ENDED
from core.problems import Problem

log = structlog.get_logger(__name__)

#: How often the job rows are looked through although nobody rang, in seconds.
SWEEP_SECONDS: Final = 5.0
#: How often the journal is asked for news, in seconds.
EVENT_SECONDS: Final = 1.0
#: How long a worker that is told to stop waits for running batches, in seconds.
GRACE_SECONDS: Final = 20.0
#: With what a worker ends that found itself hung (EX_TEMPFAIL of sysexits.h); the supervisor starts another.
HUNG: Final = 75


def worker_name(process_id: int | None = None) -> str:
    """Name a worker by machine and process."""
    return f"{socket.gethostname()}:{process_id or os.getpid()}"


def run_next_job(worker: str, stopping: Callable[[], bool] = lambda: False) -> Job | None:
    """Claim the next job that is due and run it to its end; None when there is nothing to do.

    Args:
        worker: the worker's name.
        stopping: asked between batches whether to put the job back.
    """
    runnable = jobs.runnable()
    job = operations.claim(worker, list(runnable))
    if job is not None:
        run_job(job, runnable[job.name], stopping)
    return job


def run_job(job: Job, definition: JobDefinition, stopping: Callable[[], bool] = lambda: False) -> None:
    """Run a claimed job, and write down how it ended.

    Args:
        job: the job as `operations.claim` gave it.
        definition: what its author declared.
        stopping: asked between batches whether to put it back.
    """
    with structlog.contextvars.bound_contextvars(job=job.name, job_id=str(job.id)):
        if job.attempts > definition.attempts:
            operations.fail(job, definition.attempts, "The worker stopped each time that it ran this job.")
            _note_end(job, "parked")
            return
        progress = Progress(job, stopping)
        try:
            with acting_as(_speaking_as(job), origin="job"):
                result = definition.function(progress, **job.arguments)
        except JobInterrupted:
            progress.abandon()
            _put_back(job)
        except JobStopped as stopped:
            progress.abandon()
            _note_end(job, "cancelled" if isinstance(stopped, JobCancelled) else "lease lost")
        except Problem as problem:
            progress.abandon()
            _refuse(job, problem)
        except Exception as error:  # noqa: BLE001 – a job may raise anything; it is written down and tried again
            progress.abandon()
            _fail(job, definition, error)
        else:
            progress.abandon()
            operations.finish(job, result if isinstance(result, dict) else None)
            _note_end(job, "done")
        finally:
            db.session.rollback()


def _note_end(job: Job, outcome: str, **details: Any) -> None:
    JOBS_ENDED.labels(job.name, outcome).inc()
    log.info("job.ended", outcome=outcome, **details)


def _speaking_as(job: Job) -> Actor:
    """Give the job's actor, and let messages be in their language and zone."""
    actor = _actor_of(job)
    # No read transaction stays open while a job computes: it would keep the write-ahead log from shrinking.
    db.session.rollback()
    g.language, g.zone = actor.language, actor.zone
    return actor


def _actor_of(job: Job) -> Actor:
    """Give the actor with whose present rights a job runs.

    Raises:
        Problem: when the user is gone or disabled since.
    """
    if job.actor_id is None:
        return system_actor()
    from core.users.queries import actor_of  # users enqueue jobs

    return actor_of(job.actor_id)


def _put_back(job: Job) -> None:
    db.session.rollback()
    if job.lease_id is not None:
        operations.release([job.lease_id])
    _note_end(job, "put back")


def _refuse(job: Job, problem: Problem) -> None:
    db.session.rollback()
    operations.refuse(job, str(problem))
    _note_end(job, "refused", code=problem.code)


def _fail(job: Job, definition: JobDefinition, error: Exception) -> None:
    db.session.rollback()
    operations.fail(job, definition.attempts, "".join(traceback.format_exception(error)))
    _note_end(job, "failed", attempts=job.attempts, exc_info=error)


@dataclass
class _Running:
    """A job that a thread of this worker is running."""

    lease_id: uuid.UUID
    job_id: uuid.UUID
    name: str
    patience: int
    #: What was last seen of its progress, and when that changed.
    seen: tuple[Any, ...] = ()
    seen_at: float = field(default_factory=time.monotonic)


class Worker:
    """One worker process.

    Args:
        app: the application.
        threads: how many jobs run at the same time.
        parent_is_alive: asked every few seconds; when it says no, the worker stops.
    """

    def __init__(self, app: Flask, threads: int, parent_is_alive: Callable[[], bool] = lambda: True) -> None:
        self.name = worker_name()
        self._app = app
        self._threads = threads
        self._parent_is_alive = parent_is_alive
        self._stop = threading.Event()
        self._work = threading.Condition()
        self._rung = 0
        self._running: dict[threading.Thread, _Running] = {}
        self._event_pulse = time.monotonic()
        #: What each step failed with when it was last done: a database that is away fails them every second.
        self._failing: dict[str, str] = {}

    def stop(self) -> None:
        """Let running jobs end their batch, and then stop; may be called from a signal handler."""
        self._stop.set()

    def run(self) -> int:
        """Work until told to stop; the answer is the process's exit status."""
        log.info("worker.started", worker=self.name, threads=self._threads)
        threads = [self._start(self._run_jobs, f"jobs-{number}") for number in range(self._threads)]
        threads.append(self._start(self._carry_events, "events"))
        while not self._stop.is_set():
            self._guarded(self._look_after)
            if self._is_hung():
                return HUNG
            with self._app.app_context():
                operations.waker().wait(SWEEP_SECONDS, self._stop.is_set)
            self._wake_threads()
            if not self._parent_is_alive():
                self.stop()
        return self._end(threads)

    def _start(self, target: Callable[[], None], name: str) -> threading.Thread:
        thread = threading.Thread(target=target, name=name, daemon=True)
        thread.start()
        return thread

    def _guarded(self, step: Callable[[], Any]) -> Any:
        """Do one step in a context of its own; a database that is away for a while must not end the worker."""
        with self._app.app_context():
            name = getattr(step, "__name__", "")
            try:
                done = step()
            except Exception as error:  # noqa: BLE001 – whatever it is, it is written down, and the step done again
                db.session.rollback()
                self._note_failure(name, error)
                return None
            self._failing.pop(name, None)
            return done

    def _note_failure(self, step: str, error: Exception) -> None:
        """Write a failure down once, until it is another one or the step has gone well again."""
        said = f"{type(error).__name__}: {getattr(error, 'orig', None) or error}"
        if self._failing.get(step) != said:
            log.warning("worker.step_failed", step=step, exc_info=error)
        self._failing[step] = said

    def _wake_threads(self) -> None:
        with self._work:
            self._rung += 1
            self._work.notify_all()

    def _look_after(self) -> None:
        """Keep the leases of what runs here, and put what is due in the queue."""
        running = list(self._running.values())
        if running:
            operations.renew([each.lease_id for each in running])
            self._watch(running)
        if operations.enqueue_due(list(jobs.runnable())):
            self._wake_threads()

    def _watch(self, running: list[_Running]) -> None:
        """Note for each running job when it last showed progress."""
        rows = db.session.execute(
            select(Job.id, Job.done, Job.message, Job.cursor).where(Job.id.in_([each.job_id for each in running]))
        ).all()
        db.session.rollback()
        seen = {row.id: (row.done, row.message, row.cursor) for row in rows}
        for each in running:
            if each.seen != seen.get(each.job_id):
                each.seen, each.seen_at = seen.get(each.job_id, ()), time.monotonic()

    def _is_hung(self) -> bool:
        """Find out whether a thread has got stuck; Python can end a process, but not a thread."""
        now = time.monotonic()
        stuck = [each for each in list(self._running.values()) if now - each.seen_at > each.patience]
        if not stuck and now - self._event_pulse < LEASE_SECONDS * 5:
            return False
        log.error("worker.hung", jobs=[each.name for each in stuck], events=not stuck)
        innocent = [each.lease_id for each in self._running.values() if each not in stuck]
        self._guarded(lambda: operations.release(innocent))
        self._guarded(lambda: operations.release_worker(self.name))
        return True

    def _run_jobs(self) -> None:
        rung = -1
        while not self._stop.is_set():
            with self._work:
                if rung == self._rung:
                    self._work.wait(SWEEP_SECONDS)
                rung = self._rung
            while not self._stop.is_set() and self._guarded(self._run_one) is not None:
                pass

    def _run_one(self) -> Job | None:
        runnable = jobs.runnable()
        job = operations.claim(self.name, list(runnable))
        if job is None or job.lease_id is None:
            return None
        definition = runnable[job.name]
        thread = threading.current_thread()
        self._running[thread] = _Running(job.lease_id, job.id, job.name, definition.patience)
        try:
            run_job(job, definition, self._stop.is_set)
        finally:
            del self._running[thread]
        return job

    def _carry_events(self) -> None:
        while not self._stop.is_set():
            self._event_pulse = time.monotonic()
            if not self._guarded(self._dispatch):
                self._stop.wait(EVENT_SECONDS)

    def _dispatch(self) -> int:
        return events.dispatch(self.name, self._is_stopping)

    def _is_stopping(self) -> bool:
        """Answer the events' question before each of them, which at the same time shows that they aren't hung."""
        self._event_pulse = time.monotonic()
        return self._stop.is_set()

    def _end(self, threads: list[threading.Thread]) -> int:
        """Wait for what runs, and put back what doesn't end in time."""
        self._wake_threads()
        deadline = time.monotonic() + GRACE_SECONDS
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        left = [each.lease_id for each in list(self._running.values())]
        if left:
            self._guarded(lambda: operations.release(left))
        log.info("worker.stopped", worker=self.name, put_back=len(left))
        return 0
