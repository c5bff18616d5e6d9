"""A worker for the fault tests: it runs what is due, dies where it is told to, and is started again.

Called with a JSON object: `database_url`, `data_dir`, `job` (one of the jobs below), `deaths` (after how many items of
its own each of the lives ends; then lives that aren't cut short), `mode` (`kill`, `exit` or `hang`).
Prints how each life ended, as JSON.
"""

import json
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from flask import Flask

from core.access import acting_as, system_actor
from core.app import create_app
from core.database import db, write_unit
from core.jobs import Progress, enqueue, job, operations
from core.jobs import worker as workers
from core.settings import Settings
from core.users.models import Setting

ITEMS = 120

#: After how many items this life ends, and how many it has seen.
life: dict[str, Any] = {"dies_after": None, "seen": 0}


def count_up(key: str) -> None:
    """Do something that shows how often it was done."""
    with write_unit() as session:
        row = session.get(Setting, ("test", "", key))
        if row is None:
            session.add(Setting(plugin="test", scope="", key=key, value=1))
        else:
            row.value = row.value + 1
        session.flush()


@job(name="core.test_import", attempts=1_000)
def import_items(progress: Progress) -> None:
    """Go through many items, dying in the middle of a batch, at its edge or behind it."""
    for number in progress.track(range(ITEMS), key=int, batch=7):
        count_up(f"item {number:03}")
        life["seen"] += 1
        if life["seen"] == life["dies_after"]:
            os.kill(os.getpid(), signal.SIGKILL)


@job(name="core.test_exit", attempts=3)
def end_the_process(_progress: Progress) -> None:
    """Take the whole process along, as a crash in a C library would."""
    count_up("begun")
    os._exit(1)


@job(name="core.test_hang", attempts=2, patience=1)
def hang(_progress: Progress) -> None:
    """Never come back."""
    count_up("begun")
    threading.Event().wait()


@job(name="core.test_healthy")
def healthy(_progress: Progress) -> None:
    """Do one small thing."""
    count_up("healthy")


def run_until_idle(app: Flask) -> None:
    """Run what is due, one job after the other."""
    with app.app_context():
        while workers.run_next_job(workers.worker_name()) is not None:
            pass


def run_worker(app: Flask) -> int:
    """Run a whole worker, which ends itself when the queue is empty or it finds itself hung."""
    workers.SWEEP_SECONDS = 0.2  # type: ignore[misc]  # a test needn't wait as long as a machine may
    worker = workers.Worker(app, threads=1)

    def stop_when_idle() -> None:
        with app.app_context():
            from core.jobs import queries

            while (counts := queries.count_by_state())["waiting"] + counts["running"]:
                db.session.rollback()
                threading.Event().wait(0.1)
        worker.stop()

    threading.Thread(target=stop_when_idle, daemon=True).start()
    return worker.run()


def live(app: Flask, mode: str, dies_after: int | None) -> int:
    """Live one life in a process of its own; the answer is how it ended, as `os.waitpid` says it."""
    process_id = os.fork()
    if process_id == 0:
        life.update(dies_after=dies_after, seen=0)
        status = 0
        if mode == "hang":
            status = run_worker(app)
        else:
            run_until_idle(app)
        os._exit(status)
    _pid, ended = os.waitpid(process_id, 0)
    with app.app_context():
        operations.release_worker(workers.worker_name(process_id))
        make_everything_due()
        db.session.remove()
        db.engine.dispose()
    return ended


def make_everything_due() -> None:
    """Let nothing wait for its next try."""
    from sqlalchemy import update

    from core.database import utc_now
    from core.jobs import Job

    with write_unit() as session:
        session.connection().execute(update(Job).values(next_try_at=utc_now()))


def main(arguments: dict[str, Any]) -> None:
    """Enqueue the job, and a healthy one behind it; live until everything is done or parked."""
    settings = Settings.from_environment(
        {
            "PELATIS_DATA_DIR": arguments["data_dir"],
            "PELATIS_DATABASE_URL": arguments["database_url"],
            "PELATIS_LOG_LEVEL": "ERROR",
        }
    )
    app = create_app(settings)
    with app.app_context(), acting_as(system_actor()):
        enqueue(arguments["job"])
        enqueue("core.test_healthy")
        db.session.remove()
        db.engine.dispose()
    endings = [live(app, arguments["mode"], dies_after) for dies_after in arguments["deaths"]]
    for _life in range(10):
        endings.append(live(app, arguments["mode"], None))
        if endings[-1] == 0:
            break
    sys.stdout.write(json.dumps(endings))


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    main(json.loads(sys.argv[1]))
