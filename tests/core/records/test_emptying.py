"""Emptying a bin: what goes for good, what goes with it, what stays and why; and changes of long ago."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text

from core.access import acting_as, system_actor
from core.customers.models import Customer
from core.customers.records import CUSTOMERS
from core.database import JournalEntry, db, utc_now, write_unit
from core.i18n import format_day
from core.jobs.models import DONE, EventCursor, Job
from core.jobs.operations import enqueue
from core.jobs.worker import run_next_job
from core.problems import Problem
from core.records.history import kept_since
from core.records.jobs import empty_bin, forget_old_changes
from core.records.operations import bin_record, create_record, update_record
from core.records.registry import record_types
from core.records.types import RecordType
from core.users.operations import add_user
from tests.conftest import PASSWORD, sign_in, staff

SYSTEM = system_actor()
#: For a job that is refused before it begins.
NO_PROGRESS: Any = None


def make(key: str, **values: Any) -> Any:
    return create_record(SYSTEM, type_of(key), values)


def type_of(key: str) -> RecordType:
    found = record_types.get(key)
    assert found is not None
    return found


def bin_(*records: Any) -> None:
    for each in records:
        bin_record(SYSTEM, type_of(each.__record_type__), each)


def empty(key: str = "customer") -> Job:
    """Empty a bin with the rights of the system, and give the job."""
    with write_unit():
        job_id = enqueue(empty_bin, actor=SYSTEM, record_type=key).id
    while run_next_job("tests") is not None:
        pass
    return db.session.get_one(Job, job_id)


def number_of(model: Any) -> int:
    return int(db.session.scalar(select(func.count()).select_from(model)) or 0)


def told_of(record_id: Any) -> list[str]:
    """Give what the journal tells of a record."""
    told = select(JournalEntry.operation).where(JournalEntry.record_id == record_id).order_by(JournalEntry.sequence)
    return list(db.session.scalars(told))


def test_what_lies_in_the_bin_goes_and_nothing_else(app: Flask) -> None:
    going, staying = make("customer", name="Going"), make("customer", name="Staying")
    bin_(going)
    going_id = going.id
    job = empty()
    assert (job.state, job.message) == (DONE, "Customers: 1 record is deleted for good.")
    assert list(db.session.scalars(select(Customer.name))) == [staying.name]
    assert told_of(going_id) == ["insert", "bin", "delete"]


def test_what_is_part_of_a_record_goes_with_it_and_is_told(app: Flask) -> None:
    going, other = make("customer", name="Going"), make("customer", name="Other")
    points = [
        make("contact_point", customer=str(each.id), kind="email", value=f"{each.name}@x.example")
        for each in (going, other)
    ]
    note = make("activities.note", customer=str(going.id), body="Remember")
    gone = [points[0].id, note.id]
    bin_(going)
    empty()
    assert [told_of(each)[-1] for each in gone] == ["delete", "delete"]
    assert told_of(points[1].id) == ["insert"]


def test_what_is_used_outside_of_the_bin_stays_and_says_by_what(app: Flask) -> None:
    customer = make("customer", name="Used")
    make("sales.opportunity", name="Deal", customer=str(customer.id))
    bin_(customer, free := make("customer", name="Free"))
    job = empty()
    assert job.message == "Customers: 1 record is deleted for good. 1 stays, held by: Deals (1)."
    assert db.session.get(Customer, customer.id) is not None
    assert db.session.scalar(select(Customer.id).where(Customer.name == "Free")) is None
    assert told_of(free.id)[-1] == "delete"


def test_what_points_from_the_bin_is_untied(app: Flask) -> None:
    customer = make("customer", name="Used")
    deal = make("sales.opportunity", name="Deal", customer=str(customer.id))
    bin_(customer, deal)
    assert empty().message == "Customers: 1 record is deleted for good."
    db.session.refresh(deal)
    assert deal.customer_id is None
    assert told_of(deal.id)[-1] == "update"


def test_a_stage_that_deals_went_through_stays(app: Flask) -> None:
    stage = db.session.scalars(select(type_of("sales.stage").model).order_by("position")).first()
    deal = make("sales.opportunity", name="Deal")
    assert stage is not None
    with write_unit():
        stage.deleted_at = utc_now()
    assert "held by" in empty("sales.stage").message
    assert told_of(deal.id) == ["insert"]


def test_what_was_posted_stays(app: Flask) -> None:
    invoice = make("sales.invoice", name="Invoice", customer=str(make("customer", name="Buyer").id))
    with write_unit() as session:
        session.refresh(invoice)
        invoice.sealed_at = utc_now()
    table = type(invoice).__table__  # no door of ours puts it into the bin
    with write_unit() as session:
        session.connection().execute(table.update().values(deleted_at=utc_now()))
    assert (
        empty("sales.invoice").message
        == "Invoices: 0 records are deleted for good. 1 stays, held by: sent or posted (1)."
    )


def test_what_held_a_record_back_and_goes_lets_it_go_in_the_same_job(app: Flask) -> None:
    part, bundle = make("catalog.product", name="Part"), make("catalog.product", name="Bundle")
    make("catalog.bundle_part", bundle=str(bundle.id), part=str(part.id))
    bin_(part, bundle)
    assert empty("catalog.product").message == "Products: 2 records are deleted for good."


def test_a_table_of_a_plugin_that_is_gone_holds_a_record(app: Flask) -> None:
    customer = make("customer", name="Used by nobody we know")
    with write_unit() as session:
        connection = session.connection()
        kind = "CHAR(32)" if connection.dialect.name == "sqlite" else "UUID"
        connection.execute(
            text(f"CREATE TABLE gone_thing (id INTEGER PRIMARY KEY, customer_id {kind} REFERENCES core_customer(id))")
        )
        connection.execute(text("INSERT INTO gone_thing VALUES (1, :id)"), {"id": customer.id.hex})
    bin_(customer)
    assert (
        empty().message
        == "Customers: 0 records are deleted for good. 1 stays, held by: a plugin that isn’t installed (1)."
    )


def test_only_administrators_empty_a_bin(app: Flask) -> None:
    with acting_as(staff(customer__view="all", customer__delete="all")), pytest.raises(Problem) as refused:
        empty_bin(NO_PROGRESS, "customer")
    assert refused.value.status == 404


def test_the_page_asks_before_it_begins_and_shows_what_came_of_it(client: FlaskClient) -> None:
    bin_(make("customer", name="Going"))
    assert 'hx-get="/customers/bin/empty"' in client.get("/customers?bin=1").text
    assert "1 record and what is only part of it" in client.get("/customers/bin/empty").text
    assert client.post("/customers/bin/empty").location == "/admin/jobs"
    while run_next_job("tests") is not None:
        pass
    assert "1 record is deleted for good." in client.get("/admin/jobs").text
    assert "Empty the bin" not in client.get("/customers?bin=1").text


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_page_is_for_administrators(app: Flask, client: FlaskClient, method: str) -> None:
    add_user(SYSTEM, email="sofia@example.org", role="sales_manager", password=PASSWORD, name="Sofia")
    answer = getattr(sign_in(app, "sofia@example.org"), method)("/customers/bin/empty")
    assert answer.status_code == 404


def forget() -> None:
    """Run the job of the night."""
    with write_unit():
        enqueue(forget_old_changes, actor=SYSTEM)
    while run_next_job("tests") is not None:
        pass


def test_changes_are_forgotten_after_their_time(app: Flask) -> None:
    with time_machine.travel(utc_now() - dt.timedelta(days=800), tick=False):
        old = make("customer", name="Old")
    new = make("customer", name="New")
    forget()
    assert (told_of(old.id), told_of(new.id)) == ([], ["insert"])


def test_changes_are_kept_until_plugins_have_heard_of_them(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with time_machine.travel(utc_now() - dt.timedelta(days=800), tick=False):
        old = make("customer", name="Old")
    monkeypatch.setattr("core.jobs.events._listening", lambda: ["sales"])
    with write_unit() as session:
        session.merge(EventCursor(plugin="sales", sequence=0))
    forget()
    assert told_of(old.id) == ["insert"]


def test_history_says_what_is_no_longer_kept(client: FlaskClient) -> None:
    with time_machine.travel(utc_now() - dt.timedelta(days=800), tick=False):
        old = make("customer", name="Old")
    since = kept_since()
    assert since is not None
    forget()
    assert f"Changes before {format_day(since)} are no longer kept" in client.get(f"/customers/{old.id}/history").text
    new = make("customer", name="New")
    assert "no longer kept" not in client.get(f"/customers/{new.id}/history").text


def test_history_goes_on_with_earlier_changes(client: FlaskClient) -> None:
    customer = make("customer", name="Name 0")
    for number in range(1, 41):
        update_record(SYSTEM, CUSTOMERS, customer, {"name": f"Name {number}"})
    page = client.get(f"/customers/{customer.id}/history").text
    assert "Name 40" in page
    assert "created it" not in page
    earlier = page.partition(f"/customers/{customer.id}/history?before=")[2].partition('"')[0]
    assert "created it" in client.get(f"/customers/{customer.id}/history?before={earlier}").text
