"""Orders: one of each accepted quote, sealed when confirmed, delivered in parts and never more than was ordered."""

import threading
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from core.access import system_actor
from core.database import JournalEntry, db, write_unit
from core.i18n import today
from core.problems import Problem
from core.records.bulk import run_bulk
from core.records.history import undo_transaction
from core.records.operations import bin_record, create_record, restore_record, update_record
from plugins.sales.letters import letter_of_order
from plugins.sales.models import Delivery, DeliveryLine, Order, OrderLine, Quote
from plugins.sales.operations.acceptance import accept_quote
from plugins.sales.operations.deliveries import deliver
from plugins.sales.operations.orders import (
    ORDER_MOVES,
    cancel_order,
    confirm_order,
    create_order_of_quote,
)
from plugins.sales.operations.quote_lines import add_line, add_set
from plugins.sales.operations.quotes import create_quote, send_quote
from plugins.sales.queries.orders import deliveries_of, lines_of_order
from plugins.sales.queries.quotes import sets_of
from plugins.sales.records import DELIVERIES, ORDER_LINES, ORDERS
from plugins.sales.schemas import ORDER_STATUSES

SYSTEM = system_actor()
DRAWN = "M40 60 L50 40 L60 80 M90 20 L95 60"


def text(name: str, price: int, **values: Any) -> dict[str, Any]:
    return {"name": name, "unit_price": Decimal(price), "quantity": Decimal(1), **values}


@pytest.fixture
def accepted(customer: Any) -> Quote:
    """Give a quote whose second set was accepted, with one of its two options."""
    quote = create_quote(SYSTEM, {"customer_id": customer.id, "name": "Press"})
    add_line(SYSTEM, sets_of(quote)[0], text("Small press", 1_000))
    chosen = add_set(SYSTEM, quote, {"name": "Large"})
    add_line(SYSTEM, chosen, text("Large press", 2_000, quantity=Decimal(3), discount=Decimal(10)))
    training = add_line(SYSTEM, chosen, text("Training", 300, optional=True))
    add_line(SYSTEM, chosen, text("Insurance", 100, optional=True))
    send_quote(SYSTEM, quote)
    accept_quote(quote, chosen.id, [training.id], "Γιάννης Βλάχος", DRAWN, "192.0.2.7")
    return quote


@pytest.fixture
def order(customer: Any) -> Order:
    """Give a confirmed order of ten cans and a transport."""
    draft = draft_with_lines(customer)
    return confirm_order(SYSTEM, draft)


def draft_with_lines(customer: Any) -> Order:
    draft: Order = create_record(SYSTEM, ORDERS, {"name": "Oil", "customer": str(customer.id), "currency": "EUR"})
    for name, quantity, price in (("Can of 5 l", "10", "24.90"), ("Transport", "1", "100")):
        values = {"order": str(draft.id), "name": name, "quantity": quantity, "unit_price": price}
        create_record(SYSTEM, ORDER_LINES, values)
    return draft


def parts(order: Order, *quantities: int) -> dict[Any, Decimal]:
    lines = lines_of_order(order)
    return {line.id: Decimal(quantity) for line, quantity in zip(lines, quantities, strict=False)}


def refused(change: Callable[[], Any]) -> Problem:
    with pytest.raises(Problem) as caught:
        change()
    db.session.rollback()
    return caught.value


def test_every_status_has_a_name_and_a_place_in_the_table() -> None:
    assert ORDER_MOVES.keys() == ORDER_STATUSES.keys()
    assert set().union(*ORDER_MOVES.values()) <= ORDER_MOVES.keys()


def test_of_many_orders_the_sealed_ones_are_named_and_stay(customer: Any, order: Order) -> None:
    draft = draft_with_lines(customer)
    for action, values in (("edit", {"name": "Vinegar"}), ("bin", "")):
        outcome = run_bulk(SYSTEM, ORDERS, action, [order.id, draft.id], None, values)
        assert outcome.done == 1
        assert [name for name, _why in outcome.left] == [ORDERS.title_of(order)]
        assert "can't change any more" in outcome.left[0][1]
    assert (order.customer_id, order.deleted_at) == (customer.id, None)
    assert run_bulk(SYSTEM, ORDERS, "edit", [order.id], None, {"reference": "PO 4711"}).done == 1, "it stays open"


# Of a quote


def test_order_takes_the_accepted_set_with_the_chosen_options(accepted: Quote) -> None:
    made = create_order_of_quote(SYSTEM, accepted)
    assert (made.status, made.number, made.customer_id) == (
        "confirmed",
        f"O-{today().year}-00001",
        accepted.customer_id,
    )
    taken: list[Any] = [(line.name, line.quantity, line.discount, line.net) for line in lines_of_order(made)]
    assert taken == [("Large press", 3, 10, Decimal(5_400)), ("Training", 1, 0, Decimal(300))]
    offered = db.session.get_one(type(sets_of(accepted)[1]), accepted.accepted_set_id)
    assert (made.net, made.tax, made.gross) == (offered.net, offered.tax, offered.gross)


def test_quote_becomes_one_order_however_often_it_is_asked_for(accepted: Quote) -> None:
    first = create_order_of_quote(SYSTEM, accepted)
    assert create_order_of_quote(SYSTEM, accepted).id == first.id
    assert create_record(SYSTEM, ORDERS, {"quote": str(accepted.id)}).id == first.id


def test_two_who_make_the_order_at_once_get_the_same_one(app: Flask, accepted: Quote) -> None:
    quote_id = accepted.id
    db.session.remove()
    ready = threading.Barrier(2)
    made: list[Any] = []

    def click() -> None:
        with app.app_context():
            quote = db.session.get_one(Quote, quote_id)
            ready.wait()
            made.append(create_order_of_quote(SYSTEM, quote).id)

    threads = [threading.Thread(target=click) for _each in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 2
    assert len(set(made)) == 1
    assert db.session.scalar(select(func.count()).select_from(Order)) == 1


def test_quote_that_nobody_accepted_makes_no_order(customer: Any) -> None:
    quote = create_quote(SYSTEM, {"customer_id": customer.id})
    assert refused(lambda: create_order_of_quote(SYSTEM, quote)).code == "sales.not_accepted"


# Drafts


def test_draft_prices_its_lines_and_takes_no_number(customer: Any) -> None:
    draft = draft_with_lines(customer)
    assert (draft.status, draft.number, draft.net) == ("draft", None, Decimal(349))
    can = lines_of_order(draft)[0]
    update_record(SYSTEM, ORDER_LINES, can, {"quantity": "20", "discount": "50"})
    assert (can.net, draft.net) == (Decimal(249), Decimal(349))
    bin_record(SYSTEM, ORDER_LINES, can)
    assert draft.net == Decimal(100)
    restore_record(SYSTEM, ORDER_LINES, can)
    assert draft.net == Decimal(349)


def test_empty_draft_isnt_confirmed(customer: Any) -> None:
    draft = create_record(SYSTEM, ORDERS, {"customer": str(customer.id)})
    assert refused(lambda: confirm_order(SYSTEM, draft)).code == "sales.nothing_ordered"


def test_confirmed_order_is_sealed_but_for_its_day_and_the_customers_number(order: Order) -> None:
    line = lines_of_order(order)[0]
    for change in (
        lambda: update_record(SYSTEM, ORDERS, order, {"name": "Other"}),
        lambda: update_record(SYSTEM, ORDERS, order, {"customer": None}),
        lambda: update_record(SYSTEM, ORDER_LINES, line, {"quantity": "9"}),
        lambda: create_record(SYSTEM, ORDER_LINES, {"order": str(order.id), "name": "More", "unit_price": "1"}),
        lambda: bin_record(SYSTEM, ORDER_LINES, line),
        lambda: bin_record(SYSTEM, ORDERS, order),
    ):
        assert refused(change).status == 409
    update_record(SYSTEM, ORDERS, order, {"due_on": "2027-01-15", "reference": "PO 4711"})
    assert (order.due_on, order.reference, order.number) == (date(2027, 1, 15), "PO 4711", f"O-{today().year}-00001")


def test_undo_doesnt_open_a_confirmed_order_or_a_delivery(order: Order) -> None:
    delivery = deliver(SYSTEM, order, parts(order, 4))
    for record_id in (order.id, delivery.id):
        entries = db.session.scalars(select(JournalEntry).where(JournalEntry.record_id == record_id))
        for transaction in {entry.transaction_id for entry in entries}:
            assert refused(lambda: undo_transaction(SYSTEM, transaction)).code == "sealed"  # noqa: B023
    with pytest.raises(Problem), write_unit():
        delivery.note = "Other"
    db.session.rollback()


# Deliveries


def test_parts_go_out_until_all_is_delivered(order: Order) -> None:
    def delivered() -> list[int]:
        return [int(line.delivered) for line in lines_of_order(order)]

    first = deliver(SYSTEM, order, parts(order, 4, 0), day=date(2026, 12, 1), note="Parcel 77")
    assert (order.status, delivered()) == ("part_delivered", [4, 0])
    assert first.number == "D-2026-00001"
    create_record(SYSTEM, DELIVERIES, {"order": str(order.id)})
    assert (order.status, delivered()) == ("delivered", [10, 1])
    shown = {each.number: [(line.name, quantity) for line, quantity in rows] for each, rows in deliveries_of(order)}
    assert shown["D-2026-00001"] == [("Can of 5 l", 4)]
    assert sum(len(rows) for rows in shown.values()) == 3


def test_more_than_was_ordered_never_goes_out(order: Order) -> None:
    deliver(SYSTEM, order, parts(order, 8))
    assert refused(lambda: deliver(SYSTEM, order, parts(order, 3))).code == "sales.more_than_ordered"
    assert refused(lambda: deliver(SYSTEM, order, parts(order, 0))).code == "sales.nothing_delivered"
    assert refused(lambda: deliver(SYSTEM, order, parts(order, -1, 1))).code == "sales.nothing_delivered"
    assert db.session.scalar(select(func.sum(DeliveryLine.quantity))) == 8


def test_two_who_deliver_the_last_piece_at_once_one_is_told(app: Flask, order: Order) -> None:
    deliver(SYSTEM, order, parts(order, 9))
    order_id = order.id
    db.session.remove()
    ready = threading.Barrier(2)
    told: list[str] = []

    def send() -> None:
        with app.app_context():
            mine = db.session.get_one(Order, order_id)
            wanted = parts(mine, 1)
            db.session.rollback()
            ready.wait()
            try:
                deliver(SYSTEM, mine, wanted)
                told.append("gone")
            except Problem as problem:
                told.append(problem.code)

    threads = [threading.Thread(target=send) for _each in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["gone", "sales.more_than_ordered"]
    assert db.session.scalar(select(func.count()).select_from(Delivery)) == 2


def test_order_is_cancelled_only_while_nothing_went_out(order: Order, customer: Any) -> None:
    other = confirm_order(SYSTEM, draft_with_lines(customer))
    cancel_order(SYSTEM, other)
    assert (other.status, other.closed_at is not None) == ("cancelled", True)
    assert refused(lambda: deliver(SYSTEM, other, parts(other, 1))).code == "sales.order_status_refused"
    deliver(SYSTEM, order, parts(order, 1))
    assert refused(lambda: cancel_order(SYSTEM, order)).code == "sales.order_status_refused"


def test_draft_neither_goes_out_nor_is_cancelled(customer: Any) -> None:
    draft = draft_with_lines(customer)
    assert refused(lambda: deliver(SYSTEM, draft, parts(draft, 1))).code == "sales.order_status_refused"
    assert refused(lambda: cancel_order(SYSTEM, draft)).code == "sales.order_status_refused"


# Pages


def test_confirmation_is_written_in_the_customers_language(order: Order) -> None:
    with write_unit():
        order.reference = "PO 4711"
    letter = letter_of_order(order)
    assert str(order.number) in letter.title
    assert ("Your order", "PO 4711") in letter.facts
    assert [row.cells[0] for row in letter.parts[0].rows] == ["Can of 5 l", "Transport"]


def test_page_makes_the_order_and_writes_deliveries_down(client: FlaskClient, accepted: Quote) -> None:
    assert "Make the order" in client.get(f"/sales/quotes/{accepted.id}").text
    client.post(f"/sales/quotes/{accepted.id}/order")
    order = db.session.scalars(select(Order)).one()
    assert str(order.number) in client.get(f"/sales/quotes/{accepted.id}").text
    page = client.get(f"/sales/orders/{order.id}")
    assert page.status_code == 200
    assert "Large press" in page.text
    line = lines_of_order(order)[0]
    sent = client.post(
        f"/sales/orders/{order.id}/deliver", data={f"quantity-{line.id}": "2", "delivered_on": "2026-12-01"}
    )
    assert sent.status_code == 200
    assert "Partly delivered" in sent.text
    too_many = client.post(f"/sales/orders/{order.id}/deliver", data={f"quantity-{line.id}": "2"})
    assert too_many.status_code == 422
    assert db.session.get_one(OrderLine, line.id).delivered == 2
    pdf = client.get(f"/sales/orders/{order.id}/pdf")
    assert pdf.mimetype == "application/pdf"
