"""Work in the background: rows of `core_job` are the truth, huey only wakes the workers."""

from core.jobs.events import Event
from core.jobs.models import Job
from core.jobs.operations import enqueue
from core.jobs.progress import JobCancelled, JobInterrupted, JobStopped, LeaseLost, Progress
from core.jobs.registry import JobDefinition, job, jobs
from core.jobs.wake import Waker

__all__ = [
    "Event",
    "Job",
    "JobCancelled",
    "JobDefinition",
    "JobInterrupted",
    "JobStopped",
    "LeaseLost",
    "Progress",
    "Waker",
    "enqueue",
    "job",
    "jobs",
]
