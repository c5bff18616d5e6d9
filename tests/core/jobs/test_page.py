"""The page of jobs: what administrators see and do there, and that nobody else learns of it."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.access import system_actor
from core.database import db, write_unit
from core.jobs import Job, Progress, enqueue
from core.jobs.models import CANCELLED, PARKED, RUNNING, WAITING, ParkedEvent
from core.jobs.worker import run_next_job
from core.users.operations import add_user
from tests.conftest import PASSWORD, sign_in

Declare = Callable[..., Callable[..., Any]]


@pytest.fixture
def parked(declare: Declare) -> Job:
    """A job that failed too often."""

    def fail(progress: Progress) -> None:
        raise RuntimeError("<b>the printer is on fire</b>")

    job = enqueue(declare(fail, attempts=1))
    run_next_job("worker")
    return job


@pytest.fixture
def colleague(app: Flask, client: FlaskClient) -> FlaskClient:
    """A client of somebody who isn't an administrator."""
    add_user(system_actor(), email="sofia@example.org", role="salesperson", password=PASSWORD, name="Sofia")
    return sign_in(app, "sofia@example.org")


def state_of(job: Job) -> str:
    db.session.rollback()
    found = db.session.get_one(Job, job.id)
    db.session.refresh(found)
    return found.state


def test_the_page_shows_jobs_with_their_reason_and_what_can_be_done(client: FlaskClient, parked: Job) -> None:
    page = client.get("/admin/jobs").text
    assert "core.test_fail" in page
    assert "&lt;b&gt;the printer is on fire&lt;/b&gt;" in page
    assert f"/admin/jobs/{parked.id}/retry" in page


def test_an_empty_page_says_so(client: FlaskClient) -> None:
    assert "No jobs here." in client.get("/admin/jobs?state=parked").text


def test_a_state_that_does_not_exist_is_not_found(client: FlaskClient) -> None:
    assert client.get("/admin/jobs?state=lost").status_code == 404
    assert client.get("/admin/jobs?before=nonsense").status_code == 404


def test_a_parked_job_is_run_again_by_its_button(client: FlaskClient, parked: Job) -> None:
    assert client.post(f"/admin/jobs/{parked.id}/retry").status_code == 303
    assert state_of(parked) == WAITING


def test_a_waiting_job_is_cancelled_by_its_button(client: FlaskClient, declare: Declare) -> None:
    job = enqueue(declare(lambda progress: None, name="core.test_unwanted"))
    assert client.post(f"/admin/jobs/{job.id}/cancel").status_code == 303
    assert state_of(job) == CANCELLED
    assert client.post(f"/admin/jobs/{job.id}/cancel").status_code == 409


def test_progress_asks_again_only_while_the_job_lives(client: FlaskClient, declare: Declare) -> None:
    job = enqueue(declare(lambda progress: None, name="core.test_import"))
    with write_unit() as session:
        row = session.get_one(Job, job.id)
        row.state, row.done, row.total = RUNNING, 250, 1_000
    running = client.get(f"/jobs/{job.id}/progress").text
    assert 'hx-trigger="every 2s"' in running
    assert 'aria-valuenow="25"' in running
    with write_unit() as session:
        session.get_one(Job, job.id).state = PARKED
    assert "hx-trigger" not in client.get(f"/jobs/{job.id}/progress").text


def test_a_job_of_a_module_that_is_off_is_shown_by_its_name(client: FlaskClient, app: Flask) -> None:
    with write_unit() as session:
        session.add(Job(name="gone.remind"))
    page = client.get("/admin/jobs").text
    assert "gone.remind" in page
    assert "its plugin is off" in page


def test_parked_events_are_shown_and_dropped(client: FlaskClient, app: Flask) -> None:
    with write_unit() as session:
        parked = ParkedEvent(plugin="warranties", sequence=41, failures=5, error="ValueError: cannot digest this")
        session.add(parked)
    page = client.get("/admin/jobs?state=parked").text
    assert "cannot digest this" in page
    assert client.post(f"/admin/jobs/events/{parked.id}/drop").status_code == 303
    db.session.rollback()
    assert db.session.query(ParkedEvent).count() == 0


def test_who_is_no_administrator_learns_of_nothing(colleague: FlaskClient, parked: Job) -> None:
    for path in ("/admin/jobs", "/admin/jobs?state=parked", f"/jobs/{parked.id}/progress"):
        assert colleague.get(path).status_code == 404
    for path in (f"/admin/jobs/{parked.id}/retry", f"/admin/jobs/{parked.id}/cancel"):
        assert colleague.post(path).status_code == 404
    assert state_of(parked) == PARKED


def test_row_of_the_list_is_drawn_anew_once_its_job_has_ended(client: FlaskClient, declare: Declare) -> None:
    job = enqueue(declare(lambda progress: None, name="core.test_import"))
    page = client.get("/admin/jobs").text
    assert f"/jobs/{job.id}/progress?row=1" in page
    assert f"/admin/jobs/{job.id}/cancel" in page
    assert "HX-Retarget" not in client.get(f"/jobs/{job.id}/progress?row=1").headers
    run_next_job("worker")
    ended = client.get(f"/jobs/{job.id}/progress?row=1")
    assert (ended.headers["HX-Retarget"], ended.headers["HX-Reswap"]) == (f"#job-{job.id}", "outerHTML")
    assert f'id="job-{job.id}"' in ended.text
    assert f"/admin/jobs/{job.id}/cancel" not in ended.text


def test_whoever_started_a_job_sees_its_progress(app: Flask, colleague: FlaskClient, declare: Declare) -> None:
    from sqlalchemy import select

    from core.users.models import User
    from core.users.queries import actor_of

    sofia = db.session.scalars(select(User).where(User.email == "sofia@example.org")).one()
    job = enqueue(declare(lambda progress: None, name="core.test_export"), actor=actor_of(sofia.id))
    assert colleague.get(f"/jobs/{job.id}/progress").status_code == 200
    assert colleague.get(f"/jobs/{uuid.uuid4()}/progress").status_code == 404


@pytest.mark.usefixtures("administrator")
def test_the_public_is_sent_to_sign_in(app: Flask) -> None:
    answer = app.test_client().get("/admin/jobs")
    assert answer.status_code in (302, 303)
    assert "/login" in answer.headers["Location"]


def test_the_page_takes_a_fixed_number_of_statements(
    client: FlaskClient, declare: Declare, statements: list[str]
) -> None:
    quiet = declare(lambda progress: None, name="core.test_many")

    def cost() -> int:
        statements.clear()
        assert client.get("/admin/jobs").status_code == 200
        return len([each for each in statements if "core_job" in each])

    enqueue(quiet)
    few = cost()
    for _number in range(30):
        enqueue(quiet)
    assert cost() == few <= 2
