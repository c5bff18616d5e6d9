"""Leads: the clock that begins with them, the order of their statuses, and what they become."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlalchemy import func, select

from core.access import Actor, system_actor
from core.customers.models import Customer
from core.customers.operations import create_customer
from core.database import db, utc_now
from core.problems import Problem
from core.working import WorkingCalendar
from plugins.activities.operations import arrange_meeting, log_call, mark_done, plan_visit, write_note
from plugins.sales.models import Lead, Opportunity
from plugins.sales.operations.clock import RESPONSE_TIME
from plugins.sales.operations.leads import convert_lead, create_lead, take_lead, update_lead
from plugins.sales.queries.deals import running_leads


def lead(actor: Actor | None = None, **values: Any) -> Lead:
    return create_lead(actor or system_actor(), {"name": "Maria Korkmaz", "status": "new", **values})


def test_clock_of_a_new_lead_runs_for_the_response_time(app: Any) -> None:
    made = lead()
    assert made.respond_by is not None
    assert abs(made.respond_by - WorkingCalendar().after(utc_now(), RESPONSE_TIME)) < timedelta(minutes=1)


def test_clock_of_a_lead_of_friday_evening_runs_until_monday(app: Any) -> None:
    with time_machine.travel(datetime(2026, 11, 20, 18, tzinfo=ZoneInfo("Europe/Athens")), tick=False):
        assert lead().respond_by == datetime(2026, 11, 23, 10, tzinfo=ZoneInfo("Europe/Athens"))


def test_taking_a_lead_stops_its_clock_and_makes_it_ones_own(app: Any, seller: Actor) -> None:
    made = lead(seller)
    take_lead(seller, made)
    assert (made.status, made.owner_id) == ("working", seller.user_id)
    assert made.answered_at is not None
    assert running_leads(seller, utc_now() + timedelta(hours=4)) == []


@pytest.mark.parametrize("write_down", [log_call, arrange_meeting, plan_visit])
def test_speaking_with_a_lead_stops_its_clock(app: Any, write_down: Callable[..., Any]) -> None:
    made = lead()
    made_at = utc_now()
    about = {"about_type": "sales.lead", "about_id": made.id, "subject": "First word"}
    planned = write_down(system_actor(), {**about, "starts_at": made_at + timedelta(hours=2)})
    assert (made.status, made.answered_at) == ("new", None), "it is planned alone"
    mark_done(system_actor(), planned, True)
    assert made.status == "working"
    assert made.answered_at is not None
    first = made.answered_at
    write_down(system_actor(), about)
    assert made.answered_at == first


def test_a_note_or_a_call_about_another_stops_no_clock(app: Any) -> None:
    made = lead()
    log_call(system_actor(), {"subject": "Somebody else"})
    write_note(system_actor(), {"about_type": "sales.lead", "about_id": made.id, "body": "Looks promising"})
    assert (made.status, made.answered_at) == ("new", None)


def test_lead_is_taken_once(app: Any, seller: Actor) -> None:
    made = take_lead(seller, lead(seller))
    with pytest.raises(Problem) as refused:
        take_lead(seller, made)
    assert refused.value.code == "sales.lead_status_refused"


def test_running_leads_are_ones_own_and_nobodys_the_most_urgent_first(app: Any, seller: Actor) -> None:
    now = utc_now()
    later = lead(seller, respond_by=now + timedelta(minutes=50))
    sooner = lead(seller, respond_by=now + timedelta(minutes=8))
    lead(respond_by=now + timedelta(minutes=1), name="Somebody else's")
    lead(seller, respond_by=now + timedelta(days=2))
    assert [each.id for each in running_leads(seller, now + timedelta(hours=4))] == [sooner.id, later.id]


@pytest.mark.parametrize(
    ("status", "following"),
    [("new", "converted"), ("working", "new"), ("disqualified", "qualified"), ("qualified", "new")],
)
def test_status_that_does_not_follow_is_refused(app: Any, status: str, following: str) -> None:
    made = lead(status=status, disqualified_reason="spam")
    with pytest.raises(Problem) as refused:
        update_lead(system_actor(), made, {"status": following})
    assert refused.value.code == "sales.lead_status_refused"


def test_disqualifying_needs_a_reason(app: Any) -> None:
    made = lead()
    with pytest.raises(Problem) as refused:
        update_lead(system_actor(), made, {"status": "disqualified"})
    assert set(refused.value.fields) == {"disqualified_reason"}
    update_lead(system_actor(), made, {"status": "disqualified", "disqualified_reason": "no_budget"})
    assert made.status == "disqualified"


def test_conversion_makes_a_customer_and_a_deal(app: Any) -> None:
    made = lead(company="Bosporus Deli", email="maria@bosporus.example", phone="+302610437221", source="web")
    opportunity = convert_lead(system_actor(), made)
    customer = db.session.get_one(Customer, opportunity.customer_id)
    assert (customer.name, customer.kind, customer.email) == ("Bosporus Deli", "organisation", "maria@bosporus.example")
    assert (made.status, made.customer_id, made.opportunity_id) == ("converted", customer.id, opportunity.id)
    assert (opportunity.name, opportunity.source) == ("Bosporus Deli", "web")


@pytest.mark.parametrize(
    "known",
    [{"email": "maria@bosporus.example"}, {"phone": "+302610437221"}, {"name": "BOSPORUS DELI Ltd"}],
)
def test_customer_that_is_known_already_is_not_doubled(app: Any, known: dict[str, str]) -> None:
    customer = create_customer(system_actor(), {"name": "Another name", "kind": "organisation", **known})
    made = lead(company="Bosporus Deli", email="maria@bosporus.example", phone="+302610437221")
    assert convert_lead(system_actor(), made).customer_id == customer.id
    assert db.session.scalar(select(func.count()).select_from(Customer)) == 1


def test_customer_of_somebody_else_is_not_given_away(app: Any, seller: Actor) -> None:
    hidden = create_customer(
        system_actor(), {"name": "Bosporus Deli", "kind": "organisation", "email": "maria@bosporus.example"}
    )
    made = lead(seller, company="Bosporus Deli", email="maria@bosporus.example")
    assert convert_lead(seller, made).customer_id != hidden.id


def test_lead_is_converted_once(app: Any) -> None:
    made = lead(company="Bosporus Deli")
    convert_lead(system_actor(), made)
    with pytest.raises(Problem):
        convert_lead(system_actor(), made)
    assert db.session.scalar(select(func.count()).select_from(Opportunity)) == 1
