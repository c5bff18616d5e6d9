"""A worker that is killed while it imports, or takes an import back: nothing twice, nothing lost."""

import io

import pytest
from flask import Flask
from sqlalchemy import func, select

from core.access import system_actor
from core.customers.models import Customer
from core.customers.records import CUSTOMERS
from core.database import db
from core.imports import operations, queries
from core.imports.jobs import run_import, undo_import
from core.imports.models import Import
from core.jobs import Job, enqueue
from core.jobs.operations import release_worker
from core.jobs.worker import run_next_job
from tests.conftest import Site
from tests.killing import let_die

ROWS = 30
#: Each has the next one for a parent, which comes later in the file; the last one has none.
FILE = "name,parent\n" + "".join(f"Ρήγας {n},{f'Ρήγας {n + 1}' if n + 1 < ROWS else ''}\n" for n in range(ROWS))

#: Works ten rows at a time and dies with its second ten: before they are committed, or right after.
DYING = """
import os, signal, sys
from core.access import acting_as, system_actor
from core.app import create_app
from core.imports import running, undoing
from core.jobs.progress import Progress
from core.jobs.worker import run_next_job
from core.settings import Settings

advance, calls = Progress.advance, []

def dying(progress, done=None, **more):
    calls.append(done)
    if len(calls) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    advance(progress, done, **more)
    if len(calls) == 2 and sys.argv[1] == "before":
        os.kill(os.getpid(), signal.SIGKILL)

Progress.advance, running.BATCH, undoing.BATCH = dying, 10, 10
app = create_app(Settings.from_environment(dict(os.environ)))
with app.app_context(), acting_as(system_actor()):
    run_next_job("dying")
"""


def go_on() -> None:
    """Let another worker take what the dead one held."""
    release_worker("dying")
    run_next_job("heir")
    db.session.rollback()


def live() -> int:
    return int(db.session.scalar(select(func.count()).where(Customer.deleted_at.is_(None))) or 0)


def take() -> Import:
    return operations.take_file(system_actor(), CUSTOMERS, "file.csv", io.BytesIO(FILE.encode()))


@pytest.mark.parametrize(("moment", "written"), [("before", 10), ("after", 20)])
def test_an_import_goes_on_behind_what_was_committed(app: Flask, site: Site, moment: str, written: int) -> None:
    found = take()
    import_id, job_id = found.id, enqueue(run_import, actor=system_actor(), import_id=str(found.id)).id
    db.session.remove()
    let_die(site, DYING, moment)
    assert (live(), queries.find_import(import_id).done_rows) == (written, written)
    go_on()
    done = queries.find_import(import_id)
    assert (done.status, done.created, done.failed, done.warnings) == ("done", ROWS, 0, 0)
    assert db.session.get_one(Job, job_id).state == "done"
    parents = [row.parent_id for row in db.session.execute(select(Customer.parent_id))]
    assert len(parents) == len(set(parents)) == ROWS, "each is linked, those from before it was killed too"


@pytest.mark.parametrize(("moment", "left"), [("before", 10), ("after", 0)])
def test_an_undo_goes_on_with_what_is_left(app: Flask, site: Site, moment: str, left: int) -> None:
    found = take()
    import_id = found.id
    operations.run(system_actor(), found)
    enqueue(undo_import, actor=system_actor(), import_id=str(import_id))
    db.session.remove()
    let_die(site, DYING, moment)
    assert (live(), queries.find_import(import_id).status) == (left, "done")
    go_on()
    undone = queries.find_import(import_id)
    assert (live(), undone.status, undone.undone) == (0, "undone", {"put_back": {"customer": ROWS}, "kept": {}})
