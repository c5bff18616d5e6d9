"""A worker that is killed while it empties a bin: what it deleted is told, and the next one goes on with the rest."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from core.access import system_actor
from core.customers.models import ContactPoint, Customer
from core.customers.operations import create_customers
from core.database import JournalEntry, bulk_insert, db, new_id, utc_now, write_unit
from core.jobs import Job, enqueue
from core.jobs.operations import release_worker
from core.jobs.worker import run_next_job
from core.records.jobs import empty_bin
from tests.conftest import Site
from tests.killing import let_die

CUSTOMERS = 30

#: Deletes ten customers at a time and dies with its second ten: before they are committed, or right after.
DYING = """
import os, signal, sys
from core.access import acting_as, system_actor
from core.app import create_app
from core.jobs.worker import run_next_job
from core.records import emptying, jobs
from core.settings import Settings

delete, calls = emptying.delete_for_good, []

def dying(records, unknown):
    calls.append(len(records))
    if len(calls) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    emptied = delete(records, unknown)
    if len(calls) == 2 and sys.argv[1] == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    return emptied

emptying.delete_for_good, jobs.EMPTIED_AT_ONCE = dying, 10
app = create_app(Settings.from_environment(dict(os.environ)))
with app.app_context(), acting_as(system_actor()):
    run_next_job("dying")
"""


def count(column: object, *criteria: object) -> int:
    return int(db.session.scalar(select(func.count()).select_from(column).where(*criteria)) or 0)  # type: ignore[arg-type]


@pytest.mark.parametrize(("moment", "left"), [("before", 20), ("after", 10)])
def test_who_is_killed_has_deleted_whole_batches_and_the_next_one_goes_on(
    app: Flask, site: Site, moment: str, left: int
) -> None:
    system, ids = system_actor(), [new_id() for _each in range(CUSTOMERS)]
    create_customers(system, [{"id": each, "name": "Ρήγας", "deleted_at": utc_now()} for each in ids])
    with write_unit():
        bulk_insert(
            ContactPoint, [{"customer_id": each, "kind": "phone", "value": "1", "normalised": "1"} for each in ids]
        )
    job_id = enqueue(empty_bin, actor=system, record_type="customer").id
    db.session.remove()
    let_die(site, DYING, moment)
    deleted = (JournalEntry.record_type == "customer", JournalEntry.operation == "delete")
    assert count(Customer) == count(ContactPoint) == left
    assert count(JournalEntry, *deleted) == CUSTOMERS - left
    release_worker("dying")
    run_next_job("heir")
    db.session.rollback()
    done = db.session.get_one(Job, job_id)
    db.session.refresh(done)
    assert (done.state, done.message) == ("done", f"Customers: {CUSTOMERS} records are deleted for good.")
    assert count(Customer) == count(ContactPoint) == 0
    assert count(JournalEntry, *deleted) == CUSTOMERS
