"""A worker that is killed while it places customers in their territories: the next one goes on, and nothing is lost."""

import pytest
from flask import Flask
from sqlalchemy import select

from core.access import system_actor
from core.customers.models import Customer
from core.customers.operations import create_customers
from core.database import db, new_id
from core.jobs import Job, enqueue
from core.jobs.operations import release_worker
from core.jobs.worker import run_next_job
from core.territories import assignment, jobs
from core.territories.operations import create_territory
from tests.conftest import Site
from tests.killing import let_die

CUSTOMERS = 30

#: Places ten customers at a time and dies with its second ten: before they are committed, or right after.
DYING = """
import os, signal, sys
from core.access import acting_as, system_actor
from core.app import create_app
from core.jobs.worker import run_next_job
from core.settings import Settings
from core.territories import jobs

place, calls = jobs.assign_part, []

def dying(after, _size, told):
    calls.append(after)
    if len(calls) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    part = place(after, 10, told)
    if len(calls) == 2 and sys.argv[1] == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    return part

jobs.assign_part = dying
app = create_app(Settings.from_environment(dict(os.environ)))
with app.app_context(), acting_as(system_actor()):
    run_next_job("dying")
"""


@pytest.mark.parametrize(("moment", "placed"), [("before", 10), ("after", 20)])
def test_who_is_killed_has_placed_whole_batches_and_the_next_one_goes_on(
    app: Flask, site: Site, moment: str, placed: int
) -> None:
    system = system_actor()
    create_customers(system, [{"id": new_id(), "name": f"Ρήγας {each}", "country": "GR"} for each in range(CUSTOMERS)])
    greece = create_territory(system, {"name": "Greece", "code": "GR", "countries": ["GR"]})
    greece_id, job_id = greece.id, enqueue(jobs.assign_territories, actor=system).id
    db.session.remove()
    let_die(site, DYING, moment)
    where = select(Customer.id).where(Customer.territory_id == greece_id)
    assert len(db.session.scalars(where).all()) == db.session.get_one(Job, job_id).done == placed
    release_worker("dying")
    run_next_job("heir")
    db.session.rollback()
    done = db.session.get_one(Job, job_id)
    db.session.refresh(done)
    assert (done.state, done.done) == ("done", CUSTOMERS)
    assert len(db.session.scalars(where).all()) == CUSTOMERS
    assert assignment.preview(system).moving == 0
