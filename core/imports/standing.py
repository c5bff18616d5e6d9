"""Who runs an import at present, and how it therefore stands: one that was killed in the shell can't say so itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import select

from core.database import db
from core.imports.models import Import
from core.jobs.models import RUNNING, WAITING, Job


def standing(job: Import) -> str:
    """Say how an import stands: as it was written down, but `failed` where nobody runs it any more."""
    if job.status != "running" or _is_held(job):
        return job.status
    at_work = select(Job.id).where(Job.subject_id == job.id, Job.state.in_((WAITING, RUNNING)))
    return "running" if db.session.execute(at_work.limit(1)).first() is not None else "failed"


@contextmanager
def held(job: Import) -> Iterator[None]:
    """Let it be seen that this process runs an import, until the block or the process ends, however that ends."""
    with _lock_file(job).open("ab") as stream:
        try:
            import fcntl
        except ImportError:
            yield
        else:
            fcntl.flock(stream, fcntl.LOCK_SH)
            yield


def _is_held(job: Import) -> bool:
    try:
        import fcntl
    except ImportError:  # nobody can tell on Windows
        return True
    if not _lock_file(job).is_file():
        return False
    with _lock_file(job).open("ab") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _lock_file(job: Import) -> Path:
    return Path(job.path).parent / "running.lock"
