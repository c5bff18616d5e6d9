"""Invoices and credit notes: posted with a number and sealed, of what was delivered, reversed to the cent."""

from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import select

from core.access import Actor, system_actor
from core.customers.models import Customer
from core.customers.operations import update_customer
from core.database import JournalEntry, db, write_unit
from core.i18n import today
from core.records.operations import create_record
from plugins.sales.hooks.invoices import panels, timeline
from plugins.sales.letters import letter_of_invoice
from plugins.sales.models import Allocation, ExchangeRate, Invoice, Order, Payment
from plugins.sales.operations.deliveries import deliver
from plugins.sales.operations.invoices import (
    INVOICE_MOVES,
    credit_invoice,
    invoice_order,
    post_invoice,
)
from plugins.sales.operations.orders import confirm_order
from plugins.sales.operations.payments import create_payment, take_back
from plugins.sales.queries.invoices import lines_of_invoice
from plugins.sales.queries.orders import lines_of_order
from plugins.sales.records import ORDER_LINES, ORDERS
from plugins.sales.schemas import INVOICE_STATUSES
from tests.plugins.sales.invoicing import draft, refused

SYSTEM = system_actor()
YEAR = today().year


@pytest.fixture
def order(taxed: Any) -> Order:
    """Give a confirmed order of ten cans and a transport."""
    made: Order = create_record(SYSTEM, ORDERS, {"customer": str(taxed.id), "currency": "EUR"})
    for name, quantity, price in (("Can", "10", "24.90"), ("Transport", "1", "100")):
        said = {"order": str(made.id), "name": name, "quantity": quantity, "unit_price": price}
        create_record(SYSTEM, ORDER_LINES, said)
    return confirm_order(SYSTEM, made)


def parts(order: Order, *quantities: int) -> dict[Any, Decimal]:
    lines = lines_of_order(order)
    return {line.id: Decimal(quantity) for line, quantity in zip(lines, quantities, strict=False)}


def test_every_status_has_a_name_and_a_place_in_the_table() -> None:
    assert INVOICE_MOVES.keys() == INVOICE_STATUSES.keys()
    assert set().union(*INVOICE_MOVES.values()) <= INVOICE_MOVES.keys()


# Posting


def test_the_country_is_printed_in_the_documents_language_whoever_posts(taxed: Any) -> None:
    assert str(post_invoice(SYSTEM, draft(taxed, language="pl")).printed_address).endswith("\nGrecja")


def test_posting_draws_a_number_and_freezes_customer_and_rate(taxed: Any) -> None:
    with write_unit() as session:
        session.add(ExchangeRate(currency="PLN", rate=Decimal("4.25"), valid_from=today()))
    invoice = draft(taxed, currency="PLN")
    assert (invoice.number, invoice.status) == (None, "draft")
    post_invoice(SYSTEM, invoice)
    update_customer(SYSTEM, taxed, {"name": "Other", "street": "Elsewhere 1"})
    assert (invoice.number, invoice.status) == (f"I-{YEAR}-00001", "posted")
    assert (invoice.printed_name, invoice.printed_address) == (
        "Ελαιώνες Πελοποννήσου Α.Ε.",
        "Κορίνθου 12\nΠάτρα\nGreece",
    )
    assert (invoice.rate, invoice.net_base) == (Decimal("4.25"), Decimal("7.0518"))
    assert (invoice.net, invoice.tax, invoice.open_amount) == (Decimal("29.97"), Decimal("7.19"), Decimal("37.16"))


def test_posting_writes_the_invoice_once_and_reads_its_lines_once(taxed: Any, statements: list[str]) -> None:
    post_invoice(SYSTEM, draft(taxed))  # begins the year's series
    second = draft(taxed)
    statements.clear()
    post_invoice(SYSTEM, second)

    assert len([each for each in statements if each.startswith("UPDATE sales_invoice SET")]) == 1
    assert len([each for each in statements if "\nFROM sales_invoice_line" in each]) == 1
    assert len(statements) <= 20
    told = select(JournalEntry).where(JournalEntry.record_id == second.id, JournalEntry.operation == "update")
    [change] = [each for each in db.session.scalars(told) if "number" in each.changes]
    assert change.changes["status"] == ["draft", "posted"]


def test_an_invoice_of_nothing_is_paid_when_it_is_posted(taxed: Any) -> None:
    assert post_invoice(SYSTEM, draft(taxed, (("Gift", "1", "0"),))).status == "paid"


def test_each_kind_has_a_series_of_its_own(posted: Invoice, taxed: Any) -> None:
    note = post_invoice(SYSTEM, credit_invoice(SYSTEM, posted))
    second = post_invoice(SYSTEM, draft(taxed))
    assert [each.number for each in (posted, note, second)] == [f"I-{YEAR}-00001", f"C-{YEAR}-00001", f"I-{YEAR}-00002"]


def test_empty_draft_isnt_posted_and_takes_no_number(taxed: Any) -> None:
    assert refused(lambda: post_invoice(SYSTEM, draft(taxed, ()))).code == "sales.nothing_to_post"
    assert post_invoice(SYSTEM, draft(taxed)).number == f"I-{YEAR}-00001"


# Of an order


def test_what_was_delivered_is_invoiced_and_then_the_rest(order: Order) -> None:
    assert refused(lambda: invoice_order(SYSTEM, order)).code == "sales.nothing_to_invoice"
    deliver(SYSTEM, order, parts(order, 4))
    first = post_invoice(SYSTEM, invoice_order(SYSTEM, order))
    assert (first.net, order.status) == (Decimal("99.60"), "part_delivered")
    assert refused(lambda: invoice_order(SYSTEM, order)).code == "sales.nothing_to_invoice"
    second = post_invoice(SYSTEM, invoice_order(SYSTEM, order, everything=True))
    assert (first.net + second.net, order.status) == (order.net, "invoiced")
    deliver(SYSTEM, order, parts(order, 6, 1))
    assert order.status == "invoiced"


def pay(invoice: Invoice, amount: Decimal | None = None) -> Payment:
    return create_payment(SYSTEM, {"invoice_id": invoice.id, "amount": amount or invoice.open_amount})


def test_an_order_closes_when_it_is_delivered_invoiced_and_paid(order: Order) -> None:
    invoice = post_invoice(SYSTEM, invoice_order(SYSTEM, order, everything=True))
    pay(invoice, Decimal(100))
    assert (order.status, order.closed_at) == ("invoiced", None)
    pay(invoice)
    assert order.status == "invoiced", "nothing went out yet"
    deliver(SYSTEM, order, parts(order, 10, 1))
    assert order.status == "closed"
    assert order.closed_at is not None


def test_a_closed_order_opens_with_its_invoice(order: Order) -> None:
    deliver(SYSTEM, order, parts(order, 10, 1))
    invoice = post_invoice(SYSTEM, invoice_order(SYSTEM, order))
    pay(invoice)
    assert order.status == "closed"
    (allocation,) = db.session.scalars(select(Allocation).where(Allocation.invoice_id == invoice.id))
    take_back(SYSTEM, allocation)
    assert (order.status, order.closed_at) == ("invoiced", None)
    post_invoice(SYSTEM, credit_invoice(SYSTEM, invoice))
    assert order.status == "delivered"


def test_two_drafts_of_the_same_goods_arent_both_posted(order: Order) -> None:
    first, second = (invoice_order(SYSTEM, order, everything=True) for _each in range(2))
    post_invoice(SYSTEM, first)
    assert refused(lambda: post_invoice(SYSTEM, second)).code == "sales.more_than_ordered"


def test_credit_note_lets_the_order_be_invoiced_anew(order: Order) -> None:
    invoice = post_invoice(SYSTEM, invoice_order(SYSTEM, order, everything=True))
    post_invoice(SYSTEM, credit_invoice(SYSTEM, invoice))
    assert (order.status, invoice.status) == ("confirmed", "credited")
    assert post_invoice(SYSTEM, invoice_order(SYSTEM, order, everything=True)).net == order.net


# Credit notes


def test_partial_credit_lowers_what_is_open_and_never_passes_what_was_invoiced(posted: Invoice) -> None:
    can = lines_of_invoice(posted)[0]
    note = post_invoice(SYSTEM, credit_invoice(SYSTEM, posted, {can.id: Decimal(1)}))
    assert (note.gross, note.status) == (Decimal("12.39"), "used_up")
    assert (posted.status, posted.open_amount) == ("part_paid", posted.gross - note.gross)
    assert refused(lambda: credit_invoice(SYSTEM, posted, {can.id: Decimal(3)})).code == "sales.more_than_invoiced"
    assert refused(lambda: credit_invoice(SYSTEM, note)).code == "sales.nothing_to_reverse"


def test_two_drafts_that_reverse_the_same_arent_both_posted(posted: Invoice) -> None:
    first, second = credit_invoice(SYSTEM, posted), credit_invoice(SYSTEM, posted)
    post_invoice(SYSTEM, first)
    assert refused(lambda: post_invoice(SYSTEM, second)).code == "sales.more_than_invoiced"


@pytest.mark.parametrize("currency", ["JPY", "EUR", "KWD"])
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(told=some.data())
def test_invoice_and_its_credit_notes_cancel_to_the_smallest_unit(
    taxed: Any, currency: str, told: some.DataObject
) -> None:
    with write_unit() as session:
        session.add(ExchangeRate(currency=currency, rate=Decimal(2), valid_from=today()))
    prices = told.draw(some.lists(some.integers(1, 99_999), min_size=1, max_size=3))
    count = told.draw(some.integers(1, 7))
    lines = [(f"Line {place}", str(count), str(Decimal(price) / 1_000)) for place, price in enumerate(prices)]
    rounding = told.draw(some.sampled_from(["line", "document"]))
    invoice = post_invoice(SYSTEM, draft(taxed, lines, currency=currency, rounding=rounding))
    notes: list[Invoice] = []
    while invoice.gross and invoice.status != "credited":
        left = told.draw(some.integers(1, count))
        whole = lines_of_invoice(invoice)
        gone = sum(
            (line.quantity for note in notes for line in lines_of_invoice(note) if line.name == "Line 0"), Decimal(0)
        )
        taken = min(Decimal(left), count - gone)
        notes.append(post_invoice(SYSTEM, credit_invoice(SYSTEM, invoice, {line.id: taken for line in whole})))
        if gone + taken == count:
            break
    if notes:
        for name in ("net", "tax", "gross"):
            assert sum(getattr(note, name) for note in notes) == getattr(invoice, name)
        assert all(note.net >= 0 and note.tax >= 0 for note in notes)
        assert invoice.open_amount == 0


# Pages


def test_letter_of_a_credit_note_names_its_invoice(posted: Invoice) -> None:
    note = post_invoice(SYSTEM, credit_invoice(SYSTEM, posted))
    letter = letter_of_invoice(note)
    assert str(note.number) in letter.title
    assert str(posted.number) in dict(letter.facts).values()
    assert letter.recipient[0] == posted.printed_name


def test_pages_go_from_the_order_to_the_credit_note(client: FlaskClient, order: Order) -> None:
    client.post(f"/sales/orders/{order.id}/invoice", data={"everything": "1"})
    invoice = db.session.scalars(select(Invoice)).one()
    assert "Transport" in client.get(f"/sales/invoices/{invoice.id}").text
    client.post(f"/sales/invoices/{invoice.id}/post")
    db.session.refresh(invoice)
    assert invoice.status == "posted"
    client.post(f"/sales/invoices/{invoice.id}/credit")
    note = db.session.scalars(select(Invoice).where(Invoice.kind == "credit_note")).one()
    client.post(f"/sales/invoices/{note.id}/post")
    assert "Credited" in client.get(f"/sales/invoices/{invoice.id}").text
    assert str(invoice.number) in client.get(f"/sales/orders/{order.id}").text
    for each in (invoice, note):
        assert client.get(f"/sales/invoices/{each.id}/pdf").mimetype == "application/pdf"


def test_page_credits_the_quantities_that_were_typed(client: FlaskClient, posted: Invoice) -> None:
    can, transport = lines_of_invoice(posted)
    typed = {f"quantity-{can.id}": "2", f"quantity-{transport.id}": ""}
    answer = client.post(f"/sales/invoices/{posted.id}/credit", data=typed)
    note = db.session.scalars(select(Invoice).where(Invoice.kind == "credit_note")).one()
    assert answer.location == f"/sales/invoices/{note.id}"
    assert [(line.name, line.quantity) for line in lines_of_invoice(note)] == [("Can", Decimal(2))]


def test_page_makes_no_credit_note_of_more_than_was_invoiced(client: FlaskClient, posted: Invoice) -> None:
    can = lines_of_invoice(posted)[0]
    for typed in ("4", "-1", "many", "4" * 40):
        answer = client.post(f"/sales/invoices/{posted.id}/credit", data={f"quantity-{can.id}": typed})
        assert answer.status_code == 422
    assert db.session.scalars(select(Invoice).where(Invoice.kind == "credit_note")).all() == []


def test_customers_page_tells_what_is_open_and_what_was_posted(client: FlaskClient, posted: Invoice) -> None:
    customer = db.session.get_one(Customer, posted.customer_id)
    page = client.get(f"/customers/{customer.id}").text
    assert page.count(str(posted.number)) >= 2
    assert "due " in page
    post_invoice(SYSTEM, credit_invoice(SYSTEM, posted))
    panel = list(panels("customer.sidebar", SYSTEM, customer))
    assert panel == []
    told = [str(entry.line) for entry in timeline(SYSTEM, customer.id, None, 10, "")]
    assert [f"C-{YEAR}" in told[0], f"I-{YEAR}" in told[1]] == [True, True]


def test_those_who_may_not_see_invoices_meet_none(posted: Invoice, seller: Actor) -> None:
    customer = db.session.get_one(Customer, posted.customer_id)
    assert list(panels("customer.sidebar", seller, customer)) == []
    assert list(timeline(seller, customer.id, None, 10, "")) == []
