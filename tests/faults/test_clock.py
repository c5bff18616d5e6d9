"""The machine's clock: set back, set wrong by a year, and never quite the same on two machines."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from core.access import system_actor
from core.database import JournalEntry, db, write_unit
from core.jobs import job, jobs, operations
from core.users import operations as people
from core.users.models import Team, User
from tests.conftest import sign_in

NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
HOUR, YEAR = dt.timedelta(hours=1), dt.timedelta(days=365)


def at(moment: dt.datetime) -> Any:
    return time_machine.travel(moment, tick=False)


@pytest.mark.parametrize("back", [dt.timedelta(seconds=1), HOUR])
def test_whoever_signed_in_stays_signed_in_when_the_clock_goes_back(
    app: Flask, administrator: User, back: dt.timedelta
) -> None:
    """Or when another machine, whose clock is behind, answers the next request."""
    app.config["WTF_CSRF_ENABLED"] = False
    with at(NOW):
        client = sign_in(app, "admin@example.org")
    with at(NOW - back):
        assert client.get("/settings").status_code == 200
    with at(NOW + dt.timedelta(days=31)):
        assert client.get("/settings").status_code == 303, "but not for longer than a sign-in lasts"


def test_a_link_for_a_password_works_on_a_machine_whose_clock_is_behind(app: Flask, administrator: User) -> None:
    vera = people.add_user(system_actor(), email="vera@example.org", role="viewer")
    with at(NOW):
        link = f"/password/{people.password_link(system_actor(), vera)}"
    client = app.test_client()
    for moment, status in ((NOW - HOUR, 200), (NOW + dt.timedelta(days=6), 200), (NOW + dt.timedelta(days=8), 404)):
        with at(moment):
            assert client.get(link).status_code == status


def test_the_journal_keeps_its_order_when_the_clock_goes_back(app: Flask) -> None:
    for moment, name in ((NOW, "one"), (NOW - HOUR, "two"), (NOW - YEAR, "three")):
        with at(moment), write_unit() as session:
            session.add(Team(name=name))
    told = db.session.scalars(
        select(JournalEntry).where(JournalEntry.record_type == "team").order_by(JournalEntry.sequence)
    )
    assert [entry.changes["name"][1] for entry in told] == ["one", "two", "three"]


def test_a_job_begins_at_once_on_a_machine_whose_clock_is_behind(app: Flask) -> None:
    job(name="core.test_ahead")(lambda progress: None)
    try:
        with at(NOW), write_unit():
            operations.enqueue("core.test_ahead")
            operations.enqueue("core.test_ahead", not_before=NOW + dt.timedelta(minutes=10))
        with at(NOW - HOUR):
            begun = [operations.claim("worker", ["core.test_ahead"]) for _each in range(2)]
        assert [each is not None for each in begun] == [True, False], "but not what is to wait"
    finally:
        del jobs._jobs["core.test_ahead"]
