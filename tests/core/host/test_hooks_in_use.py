"""Hooks that the bundled plugins answer, asked as the pages ask them."""

from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from core.access import Actor, Kind, Scope, system_actor
from core.customers.operations import create_customer
from core.database import utc_now, write_unit
from core.host.doors import ask, collect, current_host
from core.host.lifecycle import disable_plugin
from core.i18n import today
from core.records.dependents import said_of_binned
from core.records.registry import record_types
from core.users.models import User
from plugins.activities.operations import create_task, write_note
from plugins.sales.operations.opportunities import create_opportunity
from plugins.sales.operations.payments import create_payment
from plugins.sales.operations.pipelines import default_pipeline, stages_of

SYSTEM = system_actor()


@pytest.fixture
def customer(app: Flask) -> Any:
    return create_customer(SYSTEM, {"name": "Nordvik Foods AS", "kind": "organisation"})


@pytest.fixture
def deal(customer: Any) -> Any:
    first = stages_of(default_pipeline().id)[0]
    return create_opportunity(SYSTEM, {"name": "Canteen", "stage_id": first.id, "customer_id": customer.id})


def test_actions_of_a_customer_come_from_every_plugin_and_know_their_giver(customer: Any) -> None:
    found = {each.id: each.plugin for each in collect("crm_collect_actions", actor=SYSTEM, record=customer)}
    assert found["sales.new_opportunity"] == "sales"
    assert found["activities.plan_visit"] == "activities"


def test_actions_are_offered_to_nobody_who_may_not_do_them(customer: Any) -> None:
    viewer = Actor(Kind.staff, grants={"customer.view": Scope.all})
    assert collect("crm_collect_actions", actor=viewer, record=customer) == []


def test_task_of_today_is_a_calendar_item_of_its_owner_alone(customer: Any) -> None:
    with write_unit() as session:
        owner, other = User(name="Ελένη Δούκα"), User(name="Γιώργος Παππάς")
        session.add_all([owner, other])
        session.flush()
    task = create_task(
        SYSTEM, {"title": "Send the offer", "customer_id": customer.id, "owner_id": owner.id, "due_at": utc_now()}
    )

    def items_of(user: User) -> list[Any]:
        actor = Actor(Kind.staff, user_id=user.id, grants={"*": Scope.all})
        return [each.id for each in collect("crm_collect_calendar_items", actor=actor, day=today())]

    assert task.id in items_of(owner)
    assert task.id not in items_of(other)


def test_dependents_of_a_customer_are_counted_in_words(customer: Any, deal: Any) -> None:
    write_note(SYSTEM, {"customer_id": customer.id, "body": "They like set B."})
    found = collect("crm_collect_dependents", actor=SYSTEM, record_type="customer", ids=[customer.id])
    assert sorted((each.plugin, each.count, each.label) for each in found) == [
        ("activities", 1, "1 activity"),
        ("sales", 1, "1 deal"),
    ]


def test_what_leans_on_a_record_in_the_bin_is_told_to_those_who_may_see_such(customer: Any, deal: Any) -> None:
    write_note(SYSTEM, {"customer_id": customer.id, "body": "They like set B."})
    customers = record_types.get("customer")
    assert customers is not None
    assert said_of_binned(SYSTEM, customers, customer).endswith(
        " is in the bin. What leans on it stays: 1 activity, 1 deal."
    )
    nobody = Actor(Kind.staff, grants={"customer.delete": Scope.all})
    assert said_of_binned(nobody, customers, customer).endswith(" is in the bin.")


def test_stage_with_deals_must_not_go(deal: Any) -> None:
    (found,) = collect("crm_collect_dependents", actor=SYSTEM, record_type="sales.stage", ids=[deal.stage_id])
    assert (found.record_type, found.count, found.blocks) == ("sales.opportunity", 1, True)


def test_next_step_of_a_deal_is_asked_of_activities_and_unknown_while_they_are_off(deal: Any) -> None:
    create_task(SYSTEM, {"title": "Send the offer", "about_type": "sales.opportunity", "about_id": deal.id})
    answer = ask("crm_get_next_steps", actor=SYSTEM, ids=[deal.id])
    assert "Send the offer" in answer[deal.id]
    disable_plugin(current_host(), "activities")
    assert ask("crm_get_next_steps", actor=SYSTEM, ids=[deal.id]) is None


def test_credits_of_a_customer_are_collected_until_sales_are_off(customer: Any) -> None:
    payment = create_payment(SYSTEM, {"customer_id": customer.id, "amount": Decimal(30), "currency": "EUR"})
    found = collect("crm_collect_credits", actor=SYSTEM, customer=customer.id)
    assert [(each.title, each.amount, each.currency) for each in found] == [(f"Payment {payment.number}", 30, "EUR")]
    disable_plugin(current_host(), "sales")
    assert collect("crm_collect_credits", actor=SYSTEM, customer=customer.id) == []
