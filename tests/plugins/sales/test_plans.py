"""Account plans: one for a customer, who matters there, and what they don't buy yet."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from core.access import Actor, Scope, system_actor
from core.customers.operations import add_person, create_customer, update_customer
from core.database import write_unit
from core.problems import Problem
from core.records.operations import create_record
from core.records.queries import ListQuery, list_records
from plugins.catalog.models import Product
from plugins.sales.models import AccountPlan, Opportunity
from plugins.sales.operations.contacts import create_contact_role
from plugins.sales.operations.invoices import post_invoice
from plugins.sales.operations.orders import cancel_order, confirm_order
from plugins.sales.operations.plans import create_account_plan, update_account_plan
from plugins.sales.queries.plans import stakeholders, white_space
from plugins.sales.records import ACCOUNT_PLANS, INVOICE_LINES, ORDER_LINES, ORDERS
from tests.plugins.sales.invoicing import draft

Deal = Callable[..., Opportunity]
SYSTEM = system_actor()


def plan(customer: Any, actor: Actor = SYSTEM, **values: Any) -> AccountPlan:
    return create_account_plan(actor, {"customer_id": customer.id, **values})


def product(name: str, **values: Any) -> Product:
    with write_unit() as session:
        made = Product(name=name, **values)
        session.add(made)
        session.flush()
        return made


def test_plan_is_called_like_its_customer_and_there_is_one(customer: Any) -> None:
    made = plan(customer, name="")
    assert made.name == customer.name
    with pytest.raises(Problem) as refused:
        plan(customer)
    assert refused.value.code == "sales.known_plan"


def test_customer_of_a_plan_stays(customer: Any) -> None:
    made = plan(customer)
    other = create_customer(SYSTEM, {"name": "Another", "kind": "organisation"})
    update_account_plan(SYSTEM, made, {"customer_id": other.id, "goals": "Double it", "name": ""})
    assert (made.customer_id, made.goals, made.name) == (customer.id, "Double it", customer.name)


def test_what_they_do_not_buy_yet_leaves_out_what_was_won_or_is_open(customer: Any, deal: Deal) -> None:
    oil, tins, boxes, gone = (product(name, active=name != "Gone") for name in ("Oil", "Tins", "Boxes", "Gone"))
    deal("Won", customer_id=customer.id, product_id=oil.id)
    deal("Needs", customer_id=customer.id, product_id=tins.id)
    deal("Lost", customer_id=customer.id, product_id=boxes.id, lost_reason="price")
    assert [each.id for each in white_space(SYSTEM, customer.id)] == [boxes.id]
    assert gone.id not in {each.id for each in white_space(SYSTEM, customer.id)}


def test_what_they_ordered_or_were_invoiced_they_do_buy(taxed: Any) -> None:
    oil, tins, soap, boxes = (product(name) for name in ("Oil", "Tins", "Soap", "Boxes"))

    def line(record_type: Any, document: str, made: Any, each: Product) -> Any:
        said = {document: str(made.id), "product": str(each.id), "quantity": "1", "unit_price": "9"}
        create_record(SYSTEM, record_type, said)
        return made

    def order(each: Product) -> Any:
        made = create_record(SYSTEM, ORDERS, {"customer": str(taxed.id), "currency": "EUR"})
        return line(ORDER_LINES, "order", made, each)

    confirm_order(SYSTEM, order(oil))
    order(tins)
    cancel_order(SYSTEM, confirm_order(SYSTEM, order(boxes)))
    post_invoice(SYSTEM, line(INVOICE_LINES, "invoice", draft(taxed, ()), soap))
    assert [each.name for each in white_space(SYSTEM, taxed.id)] == ["Boxes", "Tins"]


def test_people_of_the_deals_are_those_who_matter(customer: Any, deal: Deal) -> None:
    person = add_person(SYSTEM, customer, {"name": "Κατερίνα Βλάχου"})
    for role in ("uses", "decides"):
        opportunity = deal(customer_id=customer.id)
        create_contact_role(SYSTEM, {"opportunity_id": opportunity.id, "customer_id": person.id, "role": role})
    assert [(each.id, role) for each, role in stakeholders(SYSTEM, customer.id)] == [(person.id, "decides")]


def test_plan_is_seen_by_whoever_may_edit_or_owns_it(customer: Any, hire: Callable[[str], Actor]) -> None:
    eleni, piotr = (
        Actor(each.kind, each.user_id, grants={**each.grants, "sales.account_plan.view": Scope.own})
        for each in (hire("Eleni"), hire("Piotr"))
    )
    made = plan(customer, owner_id=eleni.user_id)
    assert [each.id for each in list_records(eleni, ACCOUNT_PLANS, ListQuery()).items] == [made.id]
    assert list_records(piotr, ACCOUNT_PLANS, ListQuery()).items == []


def test_page_of_a_key_account_offers_a_plan_and_shows_it(client: FlaskClient, customer: Any) -> None:
    url = f"/customers/{customer.id}"
    assert "A key account without a plan." not in client.get(url).text
    update_customer(SYSTEM, customer, {"roles": ["key_account"]})
    assert "A key account without a plan." in client.get(url).text
    made = client.post("/sales/account-plans", data={"customer": str(customer.id), "goals": "Double the oil"})
    assert made.status_code == 303
    assert "Double the oil" in client.get(url).text
    page = client.get(made.headers["Location"]).text
    for text in ("Who matters", "Don’t buy yet"):
        assert text in page
