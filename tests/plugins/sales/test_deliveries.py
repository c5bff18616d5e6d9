"""What comes back of a delivery, and what of an order will never go out."""

from decimal import Decimal
from functools import partial
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from core.access import system_actor
from core.database import db
from plugins.catalog.api import held_for
from plugins.catalog.models import Product, StockLevel, StockMovement
from plugins.sales.letters import letter_of_delivery
from plugins.sales.models import Delivery, Order
from plugins.sales.operations.deliveries import cancel_rest, deliver, take_delivery_back
from plugins.sales.operations.invoices import credit_invoice, invoice_order, post_invoice
from plugins.sales.operations.orders import cancel_order, confirm_order
from plugins.sales.queries.invoices import lines_of_invoice
from plugins.sales.queries.orders import lines_of_order, quantities_of
from tests.plugins.sales.invoicing import refused
from tests.plugins.sales.ordering import all_of, figures, order_of

SYSTEM = system_actor()


def standing(order: Order) -> tuple[str, list[int]]:
    """Give an order's status, and how much of its line went out, was invoiced and was cancelled."""
    db.session.refresh(order)
    [line] = lines_of_order(order, anew=True)
    return order.status, [int(each) for each in (line.delivered, line.invoiced, line.cancelled)]


def levels(product: Product) -> dict[str, int]:
    found = select(StockLevel).where(StockLevel.product_id == product.id)
    return {level.location: int(level.on_hand) for level in db.session.scalars(found)}


# What comes back


def test_what_comes_back_is_taken_off_what_went_out_and_put_where_it_was(customer: Any, press: Product) -> None:
    order = confirm_order(SYSTEM, order_of(customer, press, 8))
    sent = deliver(SYSTEM, order, all_of(order, 8))
    assert (standing(order), levels(press)) == (("delivered", [8, 0, 0]), {"Πάτρα": 0, "Łódź": 2})
    back = take_delivery_back(SYSTEM, sent, all_of(order, 7), note="Scratched")
    assert standing(order) == ("part_delivered", [1, 0, 0])
    assert levels(press) == {"Πάτρα": 6, "Łódź": 3}
    assert (back.reverses_id, back.number > sent.number, back.sealed_at is None) == (sent.id, True, False)
    assert list(quantities_of(back).values()) == [-7]
    kinds = db.session.execute(select(StockMovement.kind, StockMovement.reason).order_by(StockMovement.id)).all()
    assert kinds[-1] == ("return", back.number)
    assert figures(press) == [9, 7, 2], "the order waits for them again"
    take_delivery_back(SYSTEM, sent)
    assert standing(order) == ("confirmed", [0, 0, 0])
    cancel_order(SYSTEM, order)
    assert figures(press) == [10, 0, 10]


def test_no_more_comes_back_than_went_out_with_a_delivery(customer: Any, press: Product) -> None:
    order = confirm_order(SYSTEM, order_of(customer, press, 5))
    first, second = deliver(SYSTEM, order, all_of(order, 2)), deliver(SYSTEM, order, all_of(order, 3))
    for quantities in (all_of(order, 3), all_of(order, -1)):
        problem = refused(partial(take_delivery_back, SYSTEM, first, quantities))
        assert (problem.code, problem.status) == ("sales.more_than_ordered", 422)
    assert refused(lambda: take_delivery_back(SYSTEM, first, {})).code == "sales.nothing_to_return"
    back = take_delivery_back(SYSTEM, first)
    assert refused(lambda: take_delivery_back(SYSTEM, first)).code == "sales.nothing_to_return"
    assert refused(lambda: take_delivery_back(SYSTEM, back)).code == "sales.nothing_to_return"
    assert standing(order) == ("part_delivered", [3, 0, 0])
    assert list(quantities_of(second).values()) == [3]


def test_what_is_broken_isnt_put_into_the_stock(customer: Any, press: Product) -> None:
    order = confirm_order(SYSTEM, order_of(customer, press, 4))
    sent = deliver(SYSTEM, order, all_of(order, 4))
    take_delivery_back(SYSTEM, sent, to_stock=False)
    assert sum(levels(press).values()) == 6
    assert standing(order) == ("confirmed", [0, 0, 0])


def test_a_closed_order_opens_again_and_closes_with_a_credit_note(customer: Any, press: Product) -> None:
    order = confirm_order(SYSTEM, order_of(customer, press, 4))
    sent = deliver(SYSTEM, order, all_of(order, 4))
    invoice = post_invoice(SYSTEM, invoice_order(SYSTEM, order))
    take_delivery_back(SYSTEM, sent, all_of(order, 1))
    assert standing(order) == ("invoiced", [3, 4, 0])
    assert refused(lambda: cancel_rest(SYSTEM, order)).code == "sales.nothing_to_cancel", "it is invoiced"
    [line] = lines_of_invoice(invoice)
    post_invoice(SYSTEM, credit_invoice(SYSTEM, invoice, {line.id: Decimal(1)}))
    assert standing(order) == ("part_delivered", [3, 3, 0])
    cancel_rest(SYSTEM, order)
    assert standing(order) == ("invoiced", [3, 3, 1])


def test_the_note_says_what_came_back_in_the_customers_language(customer: Any, press: Product) -> None:
    order = confirm_order(SYSTEM, order_of(customer, press, 4, language="el"))
    sent = deliver(SYSTEM, order, all_of(order, 4))
    back = take_delivery_back(SYSTEM, sent, all_of(order, 3))
    letter = letter_of_delivery(back)
    assert letter.title == f"Δελτίο επιστροφής {back.number}"
    assert [row.cells for row in letter.parts[0].rows] == [["Press", "3 τεμάχια"]]


# What will never go out


def test_the_rest_that_is_cancelled_is_free_for_those_who_wait(customer: Any, press: Product) -> None:
    order = confirm_order(SYSTEM, order_of(customer, press, 8))
    waiting = confirm_order(SYSTEM, order_of(customer, press, 5), short=True)
    deliver(SYSTEM, order, all_of(order, 3))
    assert [int(each.quantity) for each in held_for(("sales.order", waiting.id))] == [2]
    cancel_rest(SYSTEM, order)
    assert standing(order) == ("delivered", [3, 0, 5])
    assert sum(int(each.quantity) for each in held_for(("sales.order", waiting.id))) == 5
    assert not held_for(("sales.order", order.id))
    assert refused(lambda: deliver(SYSTEM, order, all_of(order, 1))).status in (409, 422)
    assert refused(lambda: cancel_rest(SYSTEM, order)).code == "sales.nothing_to_cancel"
    cancel_rest(SYSTEM, order, all_of(order, 3))
    assert standing(order) == ("part_delivered", [3, 0, 3])
    assert [int(each.quantity) for each in held_for(("sales.order", order.id))] == [2], "two of them are there"


def test_units_of_a_cancelled_order_go_to_those_who_wait(customer: Any, press: Product) -> None:
    order = confirm_order(SYSTEM, order_of(customer, press, 8))
    waiting = confirm_order(SYSTEM, order_of(customer, press, 5), short=True)
    cancel_order(SYSTEM, order)
    assert sum(int(each.quantity) for each in held_for(("sales.order", waiting.id))) == 5


def test_an_order_whose_rest_is_cancelled_is_invoiced_and_closed_as_far_as_it_went(
    customer: Any, press: Product
) -> None:
    order = confirm_order(SYSTEM, order_of(customer, press, 5))
    deliver(SYSTEM, order, all_of(order, 2))
    cancel_rest(SYSTEM, order)
    invoice = invoice_order(SYSTEM, order, everything=True)
    assert [int(line.quantity) for line in lines_of_invoice(invoice)] == [2]
    post_invoice(SYSTEM, invoice)
    assert standing(order) == ("invoiced", [2, 2, 3])


def test_what_went_out_or_was_invoiced_isnt_cancelled(customer: Any, press: Product) -> None:
    order = order_of(customer, press, 5)
    assert refused(lambda: cancel_rest(SYSTEM, order)).code == "sales.nothing_to_cancel", "it is a draft"
    confirm_order(SYSTEM, order)
    assert refused(lambda: cancel_rest(SYSTEM, order)).code == "sales.nothing_to_cancel", "cancel the order instead"
    deliver(SYSTEM, order, all_of(order, 2))
    post_invoice(SYSTEM, invoice_order(SYSTEM, order, everything=True))
    for quantities in (all_of(order, 1), all_of(order, -1)):
        problem = refused(partial(cancel_rest, SYSTEM, order, quantities))
        assert problem.code == "sales.more_than_ordered"
    assert standing(order) == ("invoiced", [2, 5, 0])


# Pages and API


def test_pages_take_back_and_cancel_the_rest(client: FlaskClient, customer: Any, press: Product) -> None:
    order = confirm_order(SYSTEM, order_of(customer, press, 5))
    sent = deliver(SYSTEM, order, all_of(order, 4))
    [line] = lines_of_order(order)
    page = client.get(f"/sales/orders/{order.id}").text
    assert f"/sales/deliveries/{sent.id}/return" in page
    assert f"/sales/orders/{order.id}/rest" in page
    assert 'value="4"' in client.get(f"/sales/deliveries/{sent.id}/return").text
    url = f"/sales/deliveries/{sent.id}/return"
    assert client.post(url, data={f"quantity-{line.id}": "5"}).status_code == 422
    assert standing(order)[1] == [4, 0, 0]
    answer = client.post(url, data={f"quantity-{line.id}": "1", "delivered_on": "2026-12-01", "to_stock": "on"})
    assert "dialog:close" in answer.headers["HX-Trigger"]
    back = db.session.scalars(select(Delivery).where(Delivery.reverses_id == sent.id)).one()
    assert f"takes {sent.number} back" in answer.text
    assert client.get(f"/sales/deliveries/{back.id}/pdf").mimetype == "application/pdf"
    assert 'value="2"' in client.get(f"/sales/orders/{order.id}/rest").text
    answer = client.post(f"/sales/orders/{order.id}/rest", data={f"quantity-{line.id}": "2"})
    assert "2 cancelled" in answer.text
    assert standing(order) == ("delivered", [3, 0, 2])


def test_programs_take_back_and_cancel_the_rest(api: FlaskClient, customer: Any, press: Product) -> None:
    order = confirm_order(SYSTEM, order_of(customer, press, 5))
    sent = deliver(SYSTEM, order, all_of(order, 4))
    [line] = lines_of_order(order)
    said = {"quantities": {str(line.id): "1"}, "to_stock": False}
    back = api.post(f"/api/v1/sales/deliveries/{sent.id}/take-back", json=said).get_json()
    assert back["reverses"] == str(sent.id)
    wrong = api.post(f"/api/v1/sales/deliveries/{sent.id}/take-back", json={"quantities": {str(line.id): "-1"}})
    assert (wrong.status_code, list(wrong.get_json()["errors"])) == (422, ["quantities"])
    answer = api.post(f"/api/v1/sales/orders/{order.id}/cancel-rest", json={})
    assert (answer.status_code, answer.get_json()["status"]) == (200, "delivered")
    assert standing(order) == ("delivered", [3, 0, 2])
    described = api.get("/api/v1/openapi.json").get_json()
    body = described["paths"]["/api/v1/sales/orders/{record_id}/cancel-rest"]["post"]["requestBody"]
    assert "quantities" in str(body)
