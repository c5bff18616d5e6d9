"""What happened with a customer and what comes next: rules, timelines, next steps, a person's day."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from core.access import Actor, Kind, Scope, system_actor
from core.customers.operations import create_customer
from core.database import db, utc_now, write_unit
from core.i18n import today
from core.problems import Problem
from core.users.models import User
from plugins.activities.models import Call, Note, Task, Visit
from plugins.activities.operations import (
    arrange_meeting,
    create_task,
    log_call,
    mark_done,
    plan_visit,
    update_appointment,
    update_task,
    write_note,
)
from plugins.activities.queries import day_of, last_contact_day, last_contacts, next_steps, timeline
from plugins.activities.wording import next_steps_of_customers

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}
SYSTEM = system_actor()


@pytest.fixture
def customer(app: Flask) -> Any:
    return create_customer(SYSTEM, {"name": "Nordvik Foods AS", "kind": "organisation"})


@pytest.fixture
def person(app: Flask) -> Callable[..., Actor]:
    """Give a function that makes a member of staff with some grants on activities of own customers."""

    def make(scope: Scope = Scope.team) -> Actor:
        with write_unit() as session:
            user = User(name="Ελένη Δούκα")
            session.add(user)
            session.flush()
        kinds = ("note", "task", "call", "meeting", "visit")
        grants = {f"activities.{kind}.{action}": scope for kind in kinds for action in ("view", "create", "edit")}
        return Actor(Kind.staff, user_id=user.id, name=user.name, grants=grants | {"customer.view": Scope.own})

    return make


# Rules


def test_call_that_is_logged_has_taken_place_now(customer: Any) -> None:
    call = log_call(SYSTEM, {"customer_id": customer.id, "body": "They take set B.\nTransport stays."})
    assert call.done_at is not None
    assert call.subject == "They take set B."


def test_visit_that_begins_later_is_planned(customer: Any) -> None:
    visit = plan_visit(SYSTEM, {"customer_id": customer.id, "starts_at": utc_now() + timedelta(days=1)})
    assert visit.done_at is None


def test_meeting_cannot_end_before_it_begins(customer: Any) -> None:
    now = utc_now()
    with pytest.raises(Problem) as refused:
        arrange_meeting(SYSTEM, {"customer_id": customer.id, "starts_at": now, "ends_at": now - timedelta(hours=1)})
    assert set(refused.value.fields) == {"ends_at"}


def test_day_of_a_task_follows_its_moment_in_the_persons_zone(app: Flask) -> None:
    late = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    task = create_task(SYSTEM, {"title": "Call Tokyo", "due_at": late})
    assert task.due_on == date(2026, 11, 21)  # in Athens


def test_new_day_of_a_task_drops_its_old_moment(app: Flask) -> None:
    task = create_task(SYSTEM, {"title": "Send samples", "due_at": datetime(2026, 11, 20, 9, tzinfo=UTC)})
    update_task(SYSTEM, task, {"due_on": date(2026, 11, 24)})
    assert (task.due_on, task.due_at) == (date(2026, 11, 24), None)


def test_tick_is_set_once_and_can_be_taken_away(app: Flask) -> None:
    task = create_task(SYSTEM, {"title": "Send samples"})
    mark_done(SYSTEM, task, True)
    first = task.done_at
    mark_done(SYSTEM, task, True)
    assert task.done_at == first
    mark_done(SYSTEM, task, False)
    assert task.done_at is None


def test_nobody_ticks_what_they_may_not_see(customer: Any, person: Callable[..., Actor]) -> None:
    task = create_task(SYSTEM, {"title": "Send samples", "customer_id": customer.id})
    with pytest.raises(Problem) as refused:
        mark_done(person(), task, True)
    assert refused.value.status == 404


def test_moment_that_is_left_empty_in_a_form_stays_what_it_was(client: FlaskClient, customer: Any) -> None:
    client.post("/activities/visits", data={"subject": "Review", "customer": str(customer.id), "starts_at": ""})
    visit = db.session.scalars(select(Visit)).one()
    began = visit.starts_at
    client.post(f"/activities/visits/{visit.id}", data={"starts_at": "", "version": str(visit.version), "place": "Ρίο"})
    db.session.expire_all()
    assert (visit.place, visit.starts_at) == ("Ρίο", began)


# Timelines


def fill(customer: Any) -> None:
    """One of each kind: a pinned note of long ago, then a note, a call, a done task, a planned visit."""
    old = utc_now() - timedelta(days=400)
    write_note(
        SYSTEM, {"customer_id": customer.id, "body": "Never call on Wednesdays", "pinned": True, "written_at": old}
    )
    write_note(SYSTEM, {"customer_id": customer.id, "body": "Asked for the VAT certificate"})
    log_call(SYSTEM, {"customer_id": customer.id, "subject": "Renewal", "direction": "in", "outcome": "message"})
    mark_done(SYSTEM, create_task(SYSTEM, {"customer_id": customer.id, "title": "Send the quote"}), True)
    plan_visit(SYSTEM, {"customer_id": customer.id, "subject": "Review", "starts_at": utc_now() + timedelta(days=9)})


def test_timeline_is_one_statement_for_all_kinds(customer: Any, statements: list[str]) -> None:
    fill(customer)
    statements.clear()
    rows = timeline(SYSTEM, customer.id, None, 20)
    assert len(statements) == 1
    assert sorted(row.kind for row in rows) == ["call", "note", "note", "task", "visit"]


def test_timeline_is_newest_first_and_goes_on_without_a_gap(customer: Any) -> None:
    for number in range(25):
        written = utc_now() - timedelta(hours=number + 1)
        write_note(SYSTEM, {"customer_id": customer.id, "body": f"Note {number}", "written_at": written})
    first = sorted(timeline(SYSTEM, customer.id, None, 10), key=lambda row: row.at, reverse=True)[:10]
    rest = timeline(SYSTEM, customer.id, first[-1].at, 100)
    assert [row.body for row in [*first, *rest]] == [f"Note {number}" for number in range(25)]


def test_pinned_note_comes_with_the_first_page_alone(customer: Any) -> None:
    fill(customer)
    assert [row.body for row in timeline(SYSTEM, customer.id, None, 1, {"note"}) if row.pinned]
    assert timeline(SYSTEM, customer.id, utc_now() - timedelta(days=30), 20) == []


def test_timeline_takes_kinds_and_words(customer: Any) -> None:
    fill(customer)
    assert [row.kind for row in timeline(SYSTEM, customer.id, None, 20, {"call"})] == ["call"]
    assert [row.title for row in timeline(SYSTEM, customer.id, None, 20, (), "quote")] == ["Send the quote"]
    assert timeline(SYSTEM, customer.id, None, 20, {"deal"}) == []


def test_timeline_of_a_hidden_customer_shows_ones_own_alone(customer: Any, person: Callable[..., Actor]) -> None:
    fill(customer)
    actor = person()
    write_note(actor, {"customer_id": customer.id, "body": "Mine"})
    assert [row.body for row in timeline(actor, customer.id, None, 20)] == ["Mine"]


# Next steps, last contacts


def test_next_step_is_the_first_thing_that_is_planned(customer: Any, statements: list[str]) -> None:
    plan_visit(SYSTEM, {"customer_id": customer.id, "subject": "Review", "starts_at": utc_now() + timedelta(days=9)})
    create_task(SYSTEM, {"customer_id": customer.id, "title": "Some day"})
    create_task(SYSTEM, {"customer_id": customer.id, "title": "Send samples", "due_on": today()})
    mark_done(SYSTEM, create_task(SYSTEM, {"customer_id": customer.id, "title": "Done", "due_on": today()}), True)
    statements.clear()
    assert next_steps_of_customers(SYSTEM, [customer.id]) == {customer.id: "Send samples, today"}
    assert len(statements) == 1


def test_next_steps_of_other_records_stand_apart_from_their_customers(customer: Any) -> None:
    about = {"about_type": "sales.opportunity", "about_id": customer.id}
    create_task(SYSTEM, {"title": "Ask for the budget", **about})
    assert next_steps(SYSTEM, "customer_id", [customer.id]) == {}
    assert next_steps(SYSTEM, "about_id", [customer.id])[customer.id].title == "Ask for the budget"


def test_last_contact_is_a_call_meeting_or_visit_that_took_place(customer: Any) -> None:
    write_note(SYSTEM, {"customer_id": customer.id, "body": "No contact"})
    plan_visit(SYSTEM, {"customer_id": customer.id, "starts_at": utc_now() + timedelta(days=1)})
    assert last_contacts(SYSTEM, [customer.id]) == {}
    log_call(SYSTEM, {"customer_id": customer.id, "starts_at": utc_now() - timedelta(days=3)})
    log_call(SYSTEM, {"customer_id": customer.id, "starts_at": utc_now() - timedelta(days=30)})
    assert last_contacts(SYSTEM, [customer.id]) == {customer.id: "3 days ago"}


def test_last_contact_can_be_filtered_and_sorted_by(customer: Any) -> None:
    from core.customers.models import Customer

    day = last_contact_day(SYSTEM, Customer)
    log_call(SYSTEM, {"customer_id": customer.id, "starts_at": datetime(2026, 3, 1, 12, tzinfo=UTC)})
    quiet = create_customer(SYSTEM, {"name": "Quiet", "kind": "organisation"})
    rows = db.session.execute(select(Customer.name, day)).all()
    assert {row[0]: row[1] for row in rows} == {customer.name: date(2026, 3, 1), quiet.name: None}
    assert list(db.session.scalars(select(Customer.name).where(day < date(2026, 4, 1)))) == [customer.name]


# A person's day


def test_day_holds_what_is_due_what_waits_and_what_was_done(person: Callable[..., Actor]) -> None:
    actor = person()
    noon = datetime.combine(today(), datetime.min.time(), UTC) + timedelta(hours=10)
    create_task(actor, {"title": "Late", "due_on": today() - timedelta(days=2)})
    create_task(actor, {"title": "Today", "due_on": today()})
    create_task(actor, {"title": "Tomorrow", "due_on": today() + timedelta(days=1)})
    create_task(actor, {"title": "Some day"})
    create_task(SYSTEM, {"title": "Somebody else's", "due_on": today()})
    log_call(actor, {"subject": "Done call", "starts_at": noon, "done_at": noon})
    plan_visit(actor, {"subject": "Missed", "starts_at": noon - timedelta(days=1), "done_at": None})
    assert {row.title for row in day_of(actor, today())} == {"Late", "Today", "Done call"}


def test_today_page_shows_tasks_and_ticks_them(client: FlaskClient, administrator: Any) -> None:
    task = create_task(SYSTEM, {"title": "Send samples", "due_on": today(), "owner_id": administrator.id})
    assert "Send samples" in client.get("/").text
    answer = client.post(f"/activities/tasks/{task.id}/done", headers=PARTIAL)
    assert (answer.status_code, answer.text.strip()) == (200, "")
    assert "/undo/" in answer.headers["HX-Trigger"]
    assert "Send samples" not in client.get("/").text


# The composer


def write(client: FlaskClient, kind: str, customer: Any, **form: str) -> Any:
    return client.post(f"/activities/compose/{kind}?customer={customer.id}", data=form, headers=PARTIAL)


def test_composer_writes_a_note_and_offers_to_undo_it(client: FlaskClient, customer: Any) -> None:
    answer = write(client, "note", customer, text="Dimitra decides, Giorgos pays.")
    assert answer.status_code == 204
    assert "/undo/" in answer.headers["HX-Trigger"]
    assert "timeline:changed" in answer.headers["HX-Trigger"]
    note = db.session.scalars(select(Note)).one()
    assert (note.customer_id, note.body) == (customer.id, "Dimitra decides, Giorgos pays.")
    assert "Dimitra decides" in client.get(f"/customers/{customer.id}").text


def test_composer_logs_a_call_with_its_controls(client: FlaskClient, customer: Any) -> None:
    write(client, "call", customer, text="They call back", direction="in", outcome="call_back", duration_minutes="7")
    call = db.session.scalars(select(Call)).one()
    assert (call.direction, call.outcome, call.duration_minutes) == ("in", "call_back", 7)


def test_composer_names_a_task_by_its_first_line(client: FlaskClient, customer: Any) -> None:
    write(client, "task", customer, text="Send samples\nThe spring tins, three sizes", due_on="2026-11-24")
    task = db.session.scalars(select(Task)).one()
    assert (task.title, task.body) == ("Send samples", "The spring tins, three sizes")
    assert task.due_on == date(2026, 11, 24)


def test_composer_plans_a_visit(client: FlaskClient, customer: Any) -> None:
    write(client, "visit", customer, text="Yearly review", starts_at="2030-12-09T16:30", place="Ρίο")
    visit = db.session.scalars(select(Visit)).one()
    assert (visit.subject, visit.place, visit.done_at) == ("Yearly review", "Ρίο", None)


def test_empty_composer_writes_nothing(client: FlaskClient, customer: Any) -> None:
    assert write(client, "note", customer, text="  ").status_code == 422
    assert db.session.scalars(select(Note)).all() == []


@pytest.mark.parametrize("subject", ["customer=nonsense", "about=sales.nothing:x", "about=", "customer=", ""])
def test_composer_about_nothing_is_not_found(client: FlaskClient, subject: str) -> None:
    answer = client.post(f"/activities/compose/note?{subject}", data={"text": "x"}, headers=PARTIAL)
    assert answer.status_code == 404


def test_unknown_kind_is_not_found(client: FlaskClient, customer: Any) -> None:
    assert write(client, "telegram", customer, text="x").status_code == 404


def test_pages_of_activities_come_from_their_declaration(client: FlaskClient, customer: Any) -> None:
    fill(customer)
    for kind in ("notes", "tasks", "calls", "meetings", "visits"):
        for suffix in ("", "/new"):
            assert client.get(f"/activities/{kind}{suffix}").status_code == 200, kind + suffix


def test_customers_list_has_last_contact_and_next_step(client: FlaskClient, customer: Any) -> None:
    fill(customer)
    page = client.get("/customers").text
    assert "Last contact" in page
    assert "Review" in page


def test_hook_crm_activity_done_is_told_once_what_took_place(app: Flask, answering: Any) -> None:
    told: list[str] = []

    def take_notice(activity: Any) -> None:
        told.append(activity.subject)

    answering(crm_activity_done=take_notice)
    log_call(SYSTEM, {"subject": "Made"})
    planned = log_call(SYSTEM, {"subject": "Planned", "starts_at": utc_now() + timedelta(hours=2)})
    assert told == ["Made"]
    mark_done(SYSTEM, planned, True)
    mark_done(SYSTEM, planned, True)
    update_appointment(SYSTEM, planned, {"subject": "Renamed"})
    assert told == ["Made", "Planned"]
    meeting = arrange_meeting(SYSTEM, {"subject": "Met", "starts_at": utc_now() + timedelta(hours=2)})
    update_appointment(SYSTEM, meeting, {"done_at": utc_now()})
    mark_done(SYSTEM, create_task(system_actor(), {"title": "No appointment"}), True)
    assert told == ["Made", "Planned", "Met"]
