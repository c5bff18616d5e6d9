"""Orders and invoices that nobody quoted: past a limit they need somebody who may approve."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from core.access import Actor, acting_as, system_actor
from core.database import db, write_unit
from core.i18n import today
from core.notifications import Notification
from core.records.operations import create_record, update_record
from core.users.operations import add_user
from core.users.operations.rights import save_role, set_roles
from core.users.queries import actor_of
from plugins.sales.models import ApprovalLimit, Invoice, Order
from plugins.sales.operations.acceptance import accept_quote
from plugins.sales.operations.approvals import ask_for_approver
from plugins.sales.operations.deliveries import deliver
from plugins.sales.operations.documents import update_line
from plugins.sales.operations.invoices import INVOICE_KIND, credit_invoice, invoice_order, post_invoice
from plugins.sales.operations.limits import reasons_against
from plugins.sales.operations.orders import ORDER_KIND, confirm_order, create_order_of_quote
from plugins.sales.operations.quote_lines import add_line
from plugins.sales.operations.quotes import create_quote, send_quote
from plugins.sales.operations.recurring import create_recurring_order, make_due_orders
from plugins.sales.queries.invoices import lines_of_invoice
from plugins.sales.queries.orders import lines_of_order
from plugins.sales.queries.quotes import sets_of
from plugins.sales.records import INVOICE_LINES, ORDER_LINES, ORDERS
from tests.plugins.sales.invoicing import draft, refused

SYSTEM = system_actor()
KINDS = ("order", "order_line", "invoice", "invoice_line")
RIGHTS = ("view", "edit", "create")
Hire = Callable[..., Actor]


@pytest.fixture(autouse=True)
def limit(app: Flask) -> None:
    """Let every discount over 5 % need an approval."""
    with write_unit() as session:
        session.add(ApprovalLimit(name="Discounts", max_discount=Decimal(5)))


@pytest.fixture
def staff(app: Flask) -> Hire:
    """Give what adds a person who writes orders and invoices, and may do what else is named."""

    def add(name: str, *more: str) -> Actor:
        user = add_user(SYSTEM, email=f"{name.lower()}@example.org", role="viewer", name=name)
        usual = [f"sales.{kind}.{each}" for kind in KINDS for each in RIGHTS]
        grants: dict[str, str | None] = dict.fromkeys((*usual, "sales.invoice.post", "customer.view", *more), "all")
        set_roles(SYSTEM, user, [save_role(SYSTEM, None, f"Role of {name}", grants).id])
        return actor_of(user.id)

    return add


def order_with(customer: Any, discount: int, owner: Actor = SYSTEM) -> Order:
    order: Order = create_record(owner, ORDERS, {"name": "Cans", "customer": str(customer.id), "currency": "EUR"})
    values = {"order": str(order.id), "name": "Can", "quantity": "2", "unit_price": "100", "discount": str(discount)}
    create_record(owner, ORDER_LINES, values)
    return order


def invoice_with(customer: Any, discount: int) -> Invoice:
    invoice = draft(customer, lines=())
    values = {"invoice": str(invoice.id), "name": "Can", "unit_price": "100", "discount": str(discount)}
    create_record(SYSTEM, INVOICE_LINES, values)
    return invoice


def told(who: Actor) -> list[str]:
    return list(db.session.scalars(select(Notification.text).where(Notification.user_id == who.user_id)))


def test_an_order_past_a_limit_is_confirmed_by_another_who_may_approve(customer: Any, staff: Hire) -> None:
    seller, manager = staff("Nikos"), staff("Sofia", "sales.order.approve")
    with acting_as(seller):
        order = order_with(customer, 20, seller)
        problem = refused(lambda: confirm_order(seller, order))
        assert (problem.code, problem.status) == ("sales.needs_approval", 409)
        assert str(problem) == "It needs an approval first. A discount of 20 % is over the limit of 5 %."
        assert ask_for_approver(seller, order, lines_of_order(order)) == 1
    assert told(manager) == ["Nikos asks you to approve and confirm an order: Cans"]
    with acting_as(manager):
        confirm_order(manager, order)
    assert order.status == "confirmed"
    assert told(seller) == ["Sofia approved Cans."]


def test_nobody_approves_what_is_their_own(customer: Any, staff: Hire) -> None:
    manager, other = staff("Sofia", "sales.order.approve"), staff("Petros", "sales.order.approve")
    order = order_with(customer, 20, manager)
    assert refused(lambda: confirm_order(manager, order)).code == "sales.needs_approval"
    assert confirm_order(other, order).status == "confirmed"


def test_what_is_within_the_limits_is_confirmed_and_posted_by_anybody(customer: Any, staff: Hire) -> None:
    seller = staff("Nikos")
    order = order_with(customer, 5, seller)
    assert refused(lambda: ask_for_approver(seller, order, lines_of_order(order))).code == "sales.nothing_to_decide"
    assert confirm_order(seller, order).status == "confirmed"
    assert post_invoice(seller, invoice_with(customer, 5)).status == "posted"


def test_an_invoice_past_a_limit_is_posted_by_another_who_may_approve(customer: Any, staff: Hire) -> None:
    seller, manager = staff("Nikos"), staff("Sofia", "sales.invoice.approve")
    invoice = invoice_with(customer, 20)
    assert refused(lambda: post_invoice(seller, invoice)).code == "sales.needs_approval"
    assert ask_for_approver(seller, invoice, lines_of_invoice(invoice)) == 1
    assert told(manager) == [f"Nikos asks you to approve and post an invoice: {invoice.name}"]
    assert post_invoice(manager, invoice).status == "posted"


def test_what_was_agreed_before_needs_no_second_approval_unless_it_is_cheaper_now(customer: Any, staff: Hire) -> None:
    seller = staff("Nikos")
    order = confirm_order(SYSTEM, order_with(customer, 20))
    deliver(SYSTEM, order, {line.id: line.quantity for line in lines_of_order(order)})
    invoice = invoice_order(seller, order)
    [line] = lines_of_invoice(invoice)
    update_line(INVOICE_KIND, seller, line, {"discount": Decimal(21)})
    assert refused(lambda: post_invoice(seller, invoice)).code == "sales.needs_approval"
    update_line(INVOICE_KIND, seller, line, {"discount": Decimal(20)})
    assert post_invoice(seller, invoice).status == "posted"
    assert post_invoice(seller, credit_invoice(seller, invoice)).status in ("posted", "used_up", "part_used")


def test_a_repeated_order_needs_no_approval_for_what_was_approved(customer: Any, staff: Hire) -> None:
    seller = staff("Nikos")
    repeated = confirm_order(SYSTEM, order_with(customer, 20))
    recurring = create_recurring_order(SYSTEM, {"order_id": repeated.id, "name": "Cans", "begins_on": today()})
    assert make_due_orders(recurring.id) == 1
    order = db.session.scalars(select(Order).where(Order.status == "draft")).one()
    [line] = lines_of_order(order)
    assert line.discount == 20
    update_line(ORDER_KIND, seller, line, {"discount": Decimal(30)})
    assert refused(lambda: confirm_order(seller, order)).code == "sales.needs_approval"
    update_line(ORDER_KIND, seller, line, {"discount": Decimal(20)})
    assert confirm_order(seller, order).status == "confirmed"


def test_an_accepted_quote_was_approved_and_no_draft_becomes_its_order(customer: Any, staff: Hire) -> None:
    quote = create_quote(SYSTEM, {"customer_id": customer.id, "name": "Frame", "currency": "EUR"})
    add_line(SYSTEM, sets_of(quote)[0], {"name": "Can", "unit_price": Decimal(100)})
    send_quote(SYSTEM, quote)
    accept_quote(quote, sets_of(quote)[0].id, [], "Γιάννης", "M40 60 L50 40 L60 80 M90 20 L95 60", "192.0.2.7")
    seller = staff("Nikos", "sales.quote.view")
    cheap = order_with(customer, 50, seller)
    problem = refused(lambda: update_record(seller, ORDERS, cheap, {"quote": str(quote.id)}))
    assert (problem.code, list(problem.fields)) == ("sales.stays", ["quote"])
    order = create_order_of_quote(seller, quote)
    assert (order.status, reasons_against(order, lines_of_order(order))) == ("confirmed", [])


def test_pages_tell_why_and_ask(app: Flask, client: FlaskClient, customer: Any, staff: Hire) -> None:
    manager = staff("Sofia", "sales.order.approve", "sales.invoice.approve")
    made = client.post("/sales/orders", data={"name": "Cans", "customer": str(customer.id), "currency": "EUR"})
    assert made.status_code in (200, 204, 303)
    order = db.session.scalars(select(Order)).one()
    line = {"name": "Can", "quantity": "1", "unit_price": "100", "discount": "20"}
    client.post(f"/sales/orders/{order.id}/lines", data=line)
    [written] = lines_of_order(order)
    update_line(ORDER_KIND, SYSTEM, written, {"discount": Decimal(20)})
    page = client.get(f"/sales/orders/{order.id}").text
    assert "A discount of 20 % is over the limit of 5 %." in page
    assert f"/sales/orders/{order.id}/ask" in page
    assert f"/sales/orders/{order.id}/confirm" not in page
    assert client.post(f"/sales/orders/{order.id}/confirm").status_code == 409
    client.post(f"/sales/orders/{order.id}/ask")
    assert told(manager)[0].endswith("asks you to approve and confirm an order: Cans")
    invoice = invoice_with(customer, 20)
    page = client.get(f"/sales/invoices/{invoice.id}").text
    assert "Approve and post" in page
    assert client.post(f"/sales/invoices/{invoice.id}/post").status_code in (200, 204, 303)
    db.session.refresh(invoice)
    assert invoice.status == "posted"


def test_programs_ask_and_are_refused(api: FlaskClient, customer: Any, staff: Hire) -> None:
    manager = staff("Sofia", "sales.order.approve", "sales.invoice.approve")
    order = order_with(customer, 20)
    assert api.post(f"/api/v1/sales/orders/{order.id}/ask").status_code == 200
    invoice = invoice_with(customer, 20)
    assert api.post(f"/api/v1/sales/invoices/{invoice.id}/ask").status_code == 200
    assert len(told(manager)) == 2
