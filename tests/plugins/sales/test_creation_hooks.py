"""Other plugins ask sales for opportunities and orders, each once; deals tell what else is under way."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from core.access import Actor, Kind, Scope, system_actor
from core.customers.operations import create_customer
from core.database import db, new_id, write_unit
from core.host.doors import ask, collect, current_host
from core.host.lifecycle import disable_plugin
from core.problems import Problem
from core.records.operations import bin_record
from core.users.models import User
from plugins.catalog.operations.prices import create_price
from plugins.catalog.operations.products import create_product
from plugins.sales.api import DealConflict
from plugins.sales.models import Opportunity, Order, OrderLine
from plugins.sales.operations.opportunities import create_opportunity
from plugins.sales.queries.orders import lines_of_order
from plugins.sales.records import OPPORTUNITIES
from tests.at_once import at_once

SYSTEM = system_actor()


@pytest.fixture
def customer(app: Flask) -> Any:
    return create_customer(SYSTEM, {"name": "Nordvik Foods AS", "currency": "EUR"})


@pytest.fixture
def press(app: Flask) -> Any:
    press = create_product(SYSTEM, {"name": "Press"})
    create_price(SYSTEM, {"product_id": press.id, "amount": Decimal(1200)})
    return press


def seller(name: str) -> User:
    with write_unit() as session:
        user = User(name=name)
        session.add(user)
        return user


def count(model: Any) -> int:
    return db.session.scalars(select(func.count()).select_from(model)).one()


def made(key: UUID, **values: Any) -> UUID | None:
    answer: UUID | None = ask("crm_create_opportunity", actor=SYSTEM, key=key, values=values)
    return answer


# Making


def test_hook_crm_create_opportunity_makes_one_for_a_key(customer: Any) -> None:
    key = new_id()
    assert made(key, name="Canteen", customer=str(customer.id), amount="900.50") == key
    deal = db.session.get_one(Opportunity, key)
    assert (deal.name, deal.customer_id, deal.amount) == ("Canteen", customer.id, Decimal("900.50"))
    assert made(key, name="Asked again") == key
    assert (count(Opportunity), deal.name) == (1, "Canteen")


def test_what_was_made_and_thrown_away_isnt_made_again(customer: Any) -> None:
    key = new_id()
    made(key, name="Canteen")
    bin_record(SYSTEM, OPPORTUNITIES, db.session.get_one(Opportunity, key))
    assert made(key, name="Canteen") == key
    assert count(Opportunity) == 1


def test_wrong_values_are_told_and_make_nothing(app: Flask) -> None:
    with pytest.raises(Problem) as refused:
        made(new_id(), name="Canteen", amount="much")
    assert (refused.value.status, list(refused.value.fields)) == (422, ["amount"])
    assert count(Opportunity) == 0


def test_nobody_makes_through_a_hook_what_they_may_not_make(app: Flask) -> None:
    viewer = Actor(Kind.staff, grants={"sales.opportunity.view": Scope.all, "sales.order.view": Scope.all})
    said: dict[str, Any] = {"actor": viewer, "key": new_id(), "values": {"name": "Canteen"}}
    with pytest.raises(Problem) as deal:
        ask("crm_create_opportunity", **said)
    with pytest.raises(Problem) as order:
        ask("crm_create_order", lines=[], **said)
    assert (deal.value.status, order.value.status) == (403, 403)


def test_nothing_answers_while_sales_are_off(app: Flask) -> None:
    disable_plugin(current_host(), "sales")
    assert made(new_id(), name="Canteen") is None


def test_many_who_ask_at_once_make_one(app: Flask, customer: Any) -> None:
    key, answers = new_id(), list[Any]()
    at_once(app, 6, lambda _number: answers.append(made(key, name="Canteen")))
    assert answers == [key] * 6
    assert count(Opportunity) == 1


def test_hook_crm_create_order_makes_a_draft_with_priced_lines_for_a_key(customer: Any, press: Any) -> None:
    key = new_id()
    lines = [{"product": str(press.id), "quantity": "2"}, {"name": "Installation", "unit_price": "80"}]
    values = {"customer": str(customer.id), "currency": "EUR"}
    for _turn in range(2):
        assert ask("crm_create_order", actor=SYSTEM, key=key, values=values, lines=lines) == key
    order = db.session.get_one(Order, key)
    assert (order.status, order.net, order.number) == ("draft", Decimal(2480), None)
    assert [(line.name, line.quantity) for line in lines_of_order(order)] == [
        ("Press", Decimal(2)),
        ("Installation", Decimal(1)),
    ]
    assert count(Order) == 1


def test_an_order_with_a_wrong_line_isnt_made_at_all(customer: Any) -> None:
    values, lines = {"customer": str(customer.id)}, [{"name": "Press", "unit_price": "5"}, {"name": "No price"}]
    with pytest.raises(Problem):
        ask("crm_create_order", actor=SYSTEM, key=new_id(), values=values, lines=lines)
    assert (count(Order), count(OrderLine)) == (0, 0)


# What else is under way


@pytest.fixture
def deal(customer: Any, press: Any) -> Any:
    values = {"customer_id": customer.id, "product_id": press.id, "owner_id": seller("Ελένη Δούκα").id}
    return create_opportunity(SYSTEM, {"name": "Canteen", "amount": Decimal(900), "currency": "EUR"} | values)


def conflicts(actor: Actor, deal: Any) -> list[tuple[str, str, str]]:
    found = collect("crm_collect_deal_conflicts", actor=actor, deal=deal)
    return [(each.title, each.note, each.figure) for each in found]


def test_hook_crm_collect_deal_conflicts_names_anothers_deal_about_the_same(deal: Any, press: Any) -> None:
    other = seller("Γιώργος Παππάς")
    values = {"customer_id": deal.customer_id, "owner_id": other.id}
    create_opportunity(SYSTEM, {"name": "Second line", "product_id": press.id} | values)
    create_opportunity(SYSTEM, {"name": "Something else"} | values)
    assert conflicts(SYSTEM, deal) == [("Second line", "Γιώργος Παππάς · Needs", "")]


def test_a_deal_that_was_entered_twice_is_named_whosever_it_is(deal: Any) -> None:
    create_opportunity(SYSTEM, {"name": "CANTEEN", "customer_id": deal.customer_id, "owner_id": deal.owner_id})
    assert [title for title, _note, _figure in conflicts(SYSTEM, deal)] == ["CANTEEN"]


def test_nobody_hears_of_deals_that_they_may_not_see(deal: Any, press: Any) -> None:
    values = {"customer_id": deal.customer_id, "product_id": press.id, "owner_id": seller("Γιώργος Παππάς").id}
    create_opportunity(SYSTEM, {"name": "Second line"} | values)
    owner = Actor(Kind.staff, user_id=deal.owner_id, grants={"sales.opportunity.view": Scope.own})
    assert conflicts(owner, deal) == []


def test_page_of_a_deal_begins_with_what_else_is_under_way(
    client: FlaskClient, deal: Any, answering: Callable[..., None]
) -> None:
    assert "Also under way" not in client.get(f"/sales/opportunities/{deal.id}").text
    answering(crm_collect_deal_conflicts=lambda deal: [DealConflict("Registered by Solvik AS", "until 1 March")])
    page = client.get(f"/sales/opportunities/{deal.id}").text
    assert (
        page.index("Also under way") < page.index("Registered by Solvik AS") < page.index("In this stage since today")
    )
    assert "until 1 March" in page


def test_page_of_a_deal_says_who_couldnt_be_asked(
    client: FlaskClient, deal: Any, answering: Callable[..., None]
) -> None:
    def answer() -> list[DealConflict]:
        raise ConnectionError("no line")

    answering(crm_collect_deal_conflicts=answer)
    assert "couldn&#39;t be asked" in client.get(f"/sales/opportunities/{deal.id}").text
