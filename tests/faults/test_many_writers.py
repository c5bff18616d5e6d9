"""Many who write at the same time: everybody gets an answer, and nobody's change is lost."""

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from core.access import system_actor
from core.customers.models import Customer
from core.customers.operations import create_customer
from core.database import JournalEntry, db
from core.users.models import User
from core.users.operations import make_token

WRITERS, TIMES = 6, 6


@pytest.fixture
def shared(app: Flask, administrator: User) -> str:
    """Make the customer that all write to."""
    return str(create_customer(system_actor(), {"name": "Shared", "kind": "organisation", "roles": [], "tags": []}).id)


def together(app: Flask, act: Callable[[FlaskClient, int], None]) -> None:
    """Let several clients act at the same time, each some times."""
    token = make_token(system_actor(), "admin@example.org", "writers")
    ready = threading.Barrier(WRITERS)

    def work(number: int) -> None:
        client = app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        ready.wait()
        for time in range(TIMES):
            act(client, number * TIMES + time)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_who_insists_on_no_version_is_served_in_turn(app: Flask, shared: str) -> None:
    statuses: Counter[int] = Counter()

    def act(client: FlaskClient, number: int) -> None:
        statuses[client.patch(f"/api/v1/customers/{shared}", json={"employees": number}).status_code] += 1

    together(app, act)
    assert statuses == {200: WRITERS * TIMES}
    written = select(JournalEntry.changes).where(
        JournalEntry.record_type == "customer", JournalEntry.operation == "update"
    )
    changes = [each["employees"] for each in db.session.scalars(written.order_by(JournalEntry.sequence))]
    assert len(changes) == WRITERS * TIMES
    assert [old for old, _new in changes] == [None, *(new for _old, new in changes[:-1])], (
        "each stands on the one before"
    )


def test_who_names_a_version_loses_to_whoever_was_first_and_is_told(app: Flask, shared: str) -> None:
    statuses: Counter[int] = Counter()

    def act(client: FlaskClient, _number: int) -> None:
        seen: Any = client.get(f"/api/v1/customers/{shared}").json
        body, tag = {"employees": (seen["employees"] or 0) + 1}, f'"{seen["version"]}"'
        answer = client.patch(f"/api/v1/customers/{shared}", json=body, headers={"If-Match": tag})
        statuses[answer.status_code] += 1

    together(app, act)
    assert set(statuses) <= {200, 409}
    db.session.rollback()
    kept = db.session.scalars(select(Customer).where(Customer.name == "Shared")).one()
    assert kept.employees == statuses[200], "nobody's step was lost"


def test_all_new_records_are_there_and_numbered_without_a_gap(app: Flask, shared: str) -> None:
    statuses: Counter[int] = Counter()

    def act(client: FlaskClient, number: int) -> None:
        statuses[client.post("/api/v1/customers", json={"name": f"New {number}"}).status_code] += 1

    together(app, act)
    assert statuses == {201: WRITERS * TIMES}
    numbers = list(db.session.scalars(select(JournalEntry.sequence).order_by(JournalEntry.sequence)))
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
