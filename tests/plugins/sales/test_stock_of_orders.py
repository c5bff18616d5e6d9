"""Stock of orders: reserved when they are confirmed, taken by deliveries, given up when they are cancelled."""

import threading
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.access import Actor, acting_as, system_actor
from core.database import db
from core.host.doors import ask, demand
from core.i18n import format_day, today
from core.problems import Problem
from core.records.operations import bin_record, create_record, update_record
from plugins.catalog.api import availability_of, held_for
from plugins.catalog.models import Product, StockMovement
from plugins.catalog.operations.products import create_product
from plugins.catalog.operations.stock import create_delivery as expect
from plugins.catalog.operations.stock import create_movement
from plugins.catalog.operations.stock import update_delivery as update_expected
from plugins.catalog.records import BUNDLE_PARTS, PRODUCTS, RESERVATIONS
from plugins.sales.letters import letter_of_delivery
from plugins.sales.models import DeliveryLine, Order
from plugins.sales.operations.acceptance import accept_quote
from plugins.sales.operations.deliveries import deliver
from plugins.sales.operations.orders import cancel_order, confirm_order, create_order_of_quote
from plugins.sales.operations.quote_lines import add_line
from plugins.sales.operations.quotes import create_quote, send_quote
from plugins.sales.queries.orders import lines_of_order, order_of_quote
from plugins.sales.queries.quotes import sets_of
from plugins.sales.records import DELIVERY_LINES, ORDER_LINES, ORDERS
from plugins.sales.views.stock import StockStanding, stock_for
from tests.plugins.sales.invoicing import refused
from tests.plugins.sales.ordering import all_of, figures, order_of, there_is

SYSTEM = system_actor()
DRAWN = "M40 60 L50 40 L60 80 M90 20 L95 60"


def test_people_leave_what_an_order_holds_to_the_order(customer: Any, press: Product) -> None:
    order = confirm_order(SYSTEM, order_of(customer, press, 7, name="Presses for Πάτρα"))
    [held] = held_for(("sales.order", order.id))
    change = refused(lambda: update_record(SYSTEM, RESERVATIONS, held, {"quantity": "1"}))
    words = "These units are held by Order “Presses for Πάτρα”; change or cancel that instead."
    assert (change.status, change.message) == (409, words)
    binned = refused(lambda: bin_record(SYSTEM, RESERVATIONS, held))
    assert binned.message == "This can't go into the bin: it is used by Order “Presses for Πάτρα”."
    update_record(SYSTEM, ORDERS, order, {"due_on": (today() + timedelta(days=2)).isoformat()})
    deliver(SYSTEM, order, all_of(order, 7))
    assert figures(press) == [3, 0, 3]


def test_confirming_reserves_delivering_consumes_and_cancelling_releases(customer: Any, press: Product) -> None:
    first, second = (confirm_order(SYSTEM, order_of(customer, press, units)) for units in (7, 3))
    assert figures(press) == [10, 10, 0]
    delivery = deliver(SYSTEM, first, all_of(first, 5))
    assert figures(press) == [5, 5, 0]
    moved = db.session.query(StockMovement).filter_by(kind="issue").all()
    assert {(each.location, int(each.quantity), each.reason) for each in moved} == {("Πάτρα", -5, delivery.number)}
    cancel_order(SYSTEM, second)
    assert figures(press) == [5, 2, 3]


def test_delivery_takes_from_several_places(customer: Any, press: Product) -> None:
    order = confirm_order(SYSTEM, order_of(customer, press, 9))
    deliver(SYSTEM, order, all_of(order, 9))
    moved = db.session.query(StockMovement).filter_by(kind="issue").all()
    assert {(each.location, int(each.quantity)) for each in moved} == {("Πάτρα", -6), ("Łódź", -3)}
    assert figures(press) == [1, 0, 1]


def test_order_that_wants_more_than_there_is_stays_a_draft_unless_it_may_be_short(
    customer: Any, press: Product
) -> None:
    draft = order_of(customer, press, 12)
    problem = refused(lambda: confirm_order(SYSTEM, draft))
    assert (problem.code, problem.status) == ("catalog.not_available", 409)
    db.session.refresh(draft)
    assert (draft.status, draft.number, figures(press)) == ("draft", None, [10, 0, 10])
    confirm_order(SYSTEM, draft, short=True)
    assert figures(press) == [10, 10, 0]
    deliver(SYSTEM, draft, all_of(draft, 10))
    assert refused(lambda: deliver(SYSTEM, draft, all_of(draft, 2))).code == "catalog.not_available"
    create_record_of_receipt(press, 5)
    deliver(SYSTEM, draft, all_of(draft, 2))
    assert (draft.status, figures(press)) == ("delivered", [3, 0, 3])


def create_record_of_receipt(press: Product, units: int) -> None:
    values = {"product_id": press.id, "location": "Πάτρα", "quantity": Decimal(units), "due_on": today()}
    expect(SYSTEM, {**values, "received_on": today()})


def test_what_is_expected_by_the_day_can_be_promised_for_it(customer: Any, press: Product) -> None:
    later = today() + timedelta(days=10)
    expect(SYSTEM, {"product_id": press.id, "quantity": Decimal(5), "due_on": later})
    order = confirm_order(SYSTEM, order_of(customer, press, 15, due_on=later.isoformat()))
    assert there_is(press, later).available == 0
    assert refused(lambda: update_record(SYSTEM, ORDERS, order, {"due_on": today().isoformat()})).status == 409
    update_record(SYSTEM, ORDERS, order, {"due_on": (later + timedelta(days=1)).isoformat()})
    assert there_is(press, later).reserved == 15


def test_two_who_order_the_last_units_one_gets_them_and_one_is_told(app: Flask, customer: Any, press: Product) -> None:
    drafts = [order_of(customer, press, 6).id for _each in range(4)]
    product = press.id
    db.session.remove()
    ready, outcomes = threading.Barrier(len(drafts)), Counter[str]()

    def confirm(order_id: Any) -> None:
        with app.app_context(), acting_as(SYSTEM):
            mine = db.session.get_one(Order, order_id)
            db.session.rollback()
            ready.wait()
            try:
                confirm_order(SYSTEM, mine)
                outcomes["confirmed"] += 1
            except Problem as problem:
                outcomes[problem.code] += 1
            finally:
                db.session.remove()

    threads = [threading.Thread(target=confirm, args=(each,)) for each in drafts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == {"confirmed": 1, "catalog.not_available": 3}
    assert availability_of([product], today())[product].reserved == 6


def test_line_of_a_delivery_is_written_and_read_as_a_record(customer: Any, press: Product) -> None:
    order = confirm_order(SYSTEM, order_of(customer, press, 4))
    (line,) = lines_of_order(order)
    made: DeliveryLine = create_record(SYSTEM, DELIVERY_LINES, {"order_line": str(line.id), "quantity": "3"})
    assert (int(made.quantity), int(line.delivered), order.status) == (3, 3, "part_delivered")
    told = DELIVERY_LINES.schema().dump(made)
    assert (told["quantity"], told["order_line"], told["delivery"]) == ("3.0000", str(line.id), str(made.delivery_id))
    assert refused(
        lambda: create_record(SYSTEM, DELIVERY_LINES, {"order_line": str(line.id), "quantity": "2"})
    ).fields.keys() == {"quantity"}


@pytest.mark.parametrize(
    ("language", "title", "left"),
    [
        ("en", "Delivery note", "Still to come"),
        ("el", "Δελτίο αποστολής", "Απομένουν"),
        ("pl", "Dokument WZ", "Pozostaje"),
    ],
)
def test_delivery_note_speaks_the_customers_language(
    customer: Any, press: Product, language: str, title: str, left: str
) -> None:
    order = confirm_order(SYSTEM, order_of(customer, press, 4, language=language))
    delivery = deliver(SYSTEM, order, all_of(order, 3))
    deliver(SYSTEM, order, all_of(order, 1))
    letter = letter_of_delivery(delivery)
    assert letter.parts[0].rows[0].cells[0] == "Press"
    assert letter.parts[0].rows[0].cells[1].startswith("3")
    assert letter.title.startswith(title)
    (note,) = letter.notes
    assert (note.title.startswith(left), note.text[:1]) == (True, "1")


# The hooks


def test_hook_crm_check_availability_is_answered_from_the_catalogs_stock(press: Product) -> None:
    service = create_product(SYSTEM, {"name": "Training"})
    items = {press.id: Decimal(3), service.id: Decimal(1)}
    answer = ask("crm_check_availability", actor=SYSTEM, items=items, due_on=today())
    assert {product: each.available for product, each in answer.items()} == {press.id: 10}


def test_hook_crm_validate_order_refuses_what_isnt_offered_any_more(customer: Any, press: Product) -> None:
    draft = order_of(customer, press, 1)
    update_record(SYSTEM, PRODUCTS, press, {"active": False})
    assert refused(lambda: confirm_order(SYSTEM, draft)).code == "sales.not_offered"
    lines = lines_of_order(draft)
    with pytest.raises(Problem):
        demand("crm_validate_order", actor=SYSTEM, order=draft, lines=lines)


# The pages


def test_pages_tell_what_there_is_and_what_lacks(client: FlaskClient, customer: Any, press: Product) -> None:
    draft = order_of(customer, press, 12)
    assert "10 available" in client.get(f"/sales/orders/{draft.id}").text
    asked = client.post(f"/sales/orders/{draft.id}/confirm")
    assert (asked.status_code, asked.headers["HX-Retarget"]) == (422, "#dialog-content")
    assert "Press: 12 wanted, 10 available." in asked.text
    client.post(f"/sales/orders/{draft.id}/confirm", data={"short": "1"})
    db.session.refresh(draft)
    assert draft.status == "confirmed"
    assert "10 reserved" in client.get(f"/sales/orders/{draft.id}").text
    deliver(SYSTEM, draft, all_of(draft, 1))
    (delivered,) = db.session.query(DeliveryLine).all()
    printed = client.get(f"/sales/deliveries/{delivered.delivery_id}/pdf")
    assert printed.mimetype == "application/pdf"


def test_accepted_quote_becomes_a_short_order_only_when_that_is_said(
    client: FlaskClient, customer: Any, press: Product
) -> None:
    quote = create_quote(SYSTEM, {"customer_id": customer.id})
    only = sets_of(quote)[0]
    add_line(SYSTEM, only, {"product_id": press.id, "quantity": Decimal(11)})
    assert "10 available" in client.get(f"/sales/quotes/{quote.id}").text
    send_quote(SYSTEM, quote)
    accept_quote(quote, only.id, [], "Γιάννης Βλάχος", DRAWN, "192.0.2.7")
    assert refused(lambda: create_order_of_quote(SYSTEM, quote)).code == "catalog.not_available"
    assert "Not enough in stock" in client.post(f"/sales/quotes/{quote.id}/order").text
    assert order_of_quote(quote.id) is None
    client.post(f"/sales/quotes/{quote.id}/order", data={"short": "1"})
    made = order_of_quote(quote.id)
    assert made is not None
    assert made.status == "confirmed"


def test_stock_is_for_those_who_may_see_it(seller: Actor, customer: Any, press: Product) -> None:
    lines = lines_of_order(order_of(customer, press, 12))
    hidden = stock_for(seller, lines)
    assert (hidden.words, hidden.standing) == ({}, None)
    (words,) = stock_for(SYSTEM, lines).words.values()
    assert (words.text, words.is_short) == ("10 available", True)


def test_quote_says_when_all_of_it_can_be_had_and_what_is_to_come(
    client: FlaskClient, customer: Any, press: Product
) -> None:
    quote = create_quote(SYSTEM, {"customer_id": customer.id})
    line = add_line(SYSTEM, sets_of(quote)[0], {"product_id": press.id, "quantity": Decimal(6)})
    lines = [line, add_line(SYSTEM, sets_of(quote)[0], {"product_id": press.id, "quantity": Decimal(4)})]
    assert stock_for(SYSTEM, lines).standing == StockStanding("All available", "green", [])
    confirm_order(SYSTEM, order_of(customer, press, 3))
    scarce = stock_for(SYSTEM, lines).standing
    assert scarce == StockStanding("Not enough", "red", ["Press: 10 on hand, 3 reserved"])
    soon, later = (today() + timedelta(days=days) for days in (5, 9))
    for day, units in ((later, 7), (soon, 2)):
        expect(SYSTEM, {"product_id": press.id, "quantity": Decimal(units), "due_on": day})
    told = stock_for(SYSTEM, lines).standing
    assert told is not None
    coming = f"2 due on {format_day(soon)}, 7 due on {format_day(later)}"
    assert (told.text, told.tone) == (f"All by {format_day(later)}", "amber")
    assert told.lacking == [f"Press: 10 on hand, 3 reserved, {coming}"]
    page = client.get(f"/sales/quotes/{quote.id}").text
    assert f"All by {format_day(later)}" in page
    assert coming in page
    assert stock_for(SYSTEM, lines, later).standing == StockStanding(f"All by {format_day(later)}", "green", [])


def test_stock_of_many_lines_costs_no_statement_each(
    client: FlaskClient, customer: Any, press: Product, statements: list[str]
) -> None:
    draft = order_of(customer, press, 1)

    def count() -> int:
        del statements[:]
        assert client.get(f"/sales/orders/{draft.id}").status_code == 200
        return len(statements)

    count()
    one = count()
    for _each in range(5):
        values = {"order": str(draft.id), "product": str(press.id), "quantity": "1"}
        create_record(SYSTEM, ORDER_LINES, values)
    assert count() == one


def reserved_for(*orders: Order) -> list[int]:
    return [int(sum(each.quantity for each in held_for(("sales.order", order.id)))) for order in orders]


def receive(product: Product, units: int) -> None:
    values = {"product_id": product.id, "location": "Πάτρα", "quantity": Decimal(units), "kind": "receipt"}
    create_movement(SYSTEM, values)


def test_hook_crm_stock_arrived_gives_what_came_to_the_orders_that_wait(customer: Any, press: Product) -> None:
    days = [(today() + timedelta(days=each)).isoformat() for each in (9, 2, 2)]
    drafts = [order_of(customer, press, 6, due_on=day) for day in days]
    late, first, second = (confirm_order(SYSTEM, each, short=True) for each in (drafts[0], drafts[1], drafts[2]))
    assert reserved_for(late, first, second) == [6, 4, 0]
    receive(press, 3)
    assert reserved_for(late, first, second) == [6, 6, 1]
    assert figures(press) == [13, 13, 0]
    with pytest.raises(Problem):
        confirm_order(SYSTEM, order_of(customer, press, 1))
    receive(press, 9)
    assert reserved_for(late, first, second) == [6, 6, 6]
    assert figures(press) == [22, 18, 4]


def test_what_came_is_promised_only_to_what_is_still_to_go_out(customer: Any, press: Product) -> None:
    cancelled = cancel_order(SYSTEM, confirm_order(SYSTEM, order_of(customer, press, 20), short=True))
    begun = confirm_order(SYSTEM, order_of(customer, press, 12), short=True)
    deliver(SYSTEM, begun, all_of(begun, 10))
    expected = {"product_id": press.id, "quantity": Decimal(7), "due_on": today(), "location": "Πάτρα"}
    update_expected(SYSTEM, expect(SYSTEM, expected), {"received_on": today()})
    assert reserved_for(cancelled, begun) == [0, 2]
    assert figures(press) == [7, 2, 5]


def test_what_came_is_promised_to_bundles_that_it_is_part_of(customer: Any, press: Product) -> None:
    pair = create_product(SYSTEM, {"name": "Pair", "list_price": Decimal(150), "bundle_price": "own"})
    create_record(SYSTEM, BUNDLE_PARTS, {"bundle": str(pair.id), "part": str(press.id), "quantity": "2"})
    order = confirm_order(SYSTEM, order_of(customer, pair, 7), short=True)
    assert reserved_for(order) == [10]
    receive(press, 5)
    assert (reserved_for(order), figures(press)) == ([14], [15, 14, 1])
