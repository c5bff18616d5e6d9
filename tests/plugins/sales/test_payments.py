"""Payments: used for invoices, never more than is open, taken back by what reverses it, given back; to the cent."""

import threading
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import func, select

from core.access import Actor, Kind, Scope, system_actor
from core.customers.operations import create_customer, update_customer
from core.database import db, write_unit
from core.i18n import today
from core.problems import Problem
from core.records.operations import bin_record, create_record, update_record
from plugins.sales.models import Allocation, ExchangeRate, Invoice, Payment
from plugins.sales.operations.invoices import credit_invoice, post_invoice
from plugins.sales.operations.payments import allocate, create_payment, oldest_first, refund, take_back
from plugins.sales.queries.invoices import lines_of_invoice
from plugins.sales.queries.statements import statements_of
from plugins.sales.receipt_letters import letter_of_payment
from plugins.sales.records import ALLOCATIONS, PAYMENTS
from plugins.sales.statement_letters import letter_of_statement
from tests.plugins.sales.invoicing import draft, refused

SYSTEM = system_actor()
YEAR = today().year


def invoice_of(customer: Any, price: str = "100", **values: Any) -> Invoice:
    """Post an invoice of one line; 24 % come on top."""
    return post_invoice(SYSTEM, draft(customer, (("Can", "1", price),), **values))


def paid(customer: Any, amount: str, **values: Any) -> Payment:
    """Write a payment down."""
    return create_payment(SYSTEM, {"customer_id": customer.id, "amount": Decimal(amount), "currency": "EUR", **values})


def used(source: Payment) -> Decimal:
    """Tell how much of a payment its allocations say was used."""
    statement = select(func.sum(Allocation.amount)).where(Allocation.payment_id == source.id)
    return db.session.scalar(statement) or Decimal(0)


# Writing a payment down


def test_payment_gets_a_number_and_is_sealed(taxed: Any) -> None:
    payment = paid(taxed, "50")
    assert (payment.number, payment.open_amount, payment.kind) == (f"P-{YEAR}-00001", Decimal(50), "receipt")
    for change in (
        lambda: update_record(SYSTEM, PAYMENTS, payment, {"amount": "60"}),
        lambda: bin_record(SYSTEM, PAYMENTS, payment),
    ):
        assert refused(change).status == 409


def test_payment_that_names_its_invoice_is_used_for_it(taxed: Any) -> None:
    invoice = invoice_of(taxed)
    payment = create_payment(SYSTEM, {"invoice_id": invoice.id, "amount": Decimal(150)})
    assert (payment.customer_id, payment.currency, payment.open_amount) == (taxed.id, "EUR", Decimal(26))
    assert (invoice.status, invoice.open_amount) == ("paid", Decimal(0))


@pytest.mark.parametrize(("amount", "currency"), [("0.005", "EUR"), ("1.5", "JPY"), ("-3", "EUR"), ("0", "EUR")])
def test_payment_is_above_nothing_and_in_whole_units(taxed: Any, amount: str, currency: str) -> None:
    assert refused(lambda: paid(taxed, amount, currency=currency)).code == "sales.not_whole"


def test_rate_of_the_day_is_frozen(taxed: Any) -> None:
    with write_unit() as session:
        session.add(ExchangeRate(currency="PLN", rate=Decimal("4.25"), valid_from=today()))
    payment = paid(taxed, "85", currency="PLN")
    assert (payment.rate, payment.amount_base) == (Decimal("4.25"), Decimal(20))


# Using it


def test_invoice_goes_from_posted_over_part_paid_to_paid(taxed: Any) -> None:
    invoice = invoice_of(taxed)
    standing = [invoice.status]
    for amount in ("24", "100"):
        allocate(SYSTEM, paid(taxed, amount), {invoice.id: Decimal(amount)})
        standing.append(invoice.status)
    assert standing == ["posted", "part_paid", "paid"]


def test_oldest_invoice_is_proposed_first(taxed: Any) -> None:
    invoices = [invoice_of(taxed, due_on=today() + timedelta(days=days)) for days in (1, 2, 3)]
    assert oldest_first(Decimal(200), invoices) == {invoices[0].id: Decimal(124), invoices[1].id: Decimal(76)}


def test_over_payment_stays_as_credit_and_is_used_later(taxed: Any) -> None:
    payment = create_payment(SYSTEM, {"invoice_id": invoice_of(taxed).id, "amount": Decimal(200)})
    assert payment.open_amount == Decimal(76)
    later = invoice_of(taxed)
    allocate(SYSTEM, payment, {later.id: Decimal(76)})
    assert (payment.open_amount, later.open_amount, later.status) == (Decimal(0), Decimal(48), "part_paid")


def test_credit_note_is_used_for_another_invoice(taxed: Any) -> None:
    first, second = invoice_of(taxed), invoice_of(taxed)
    allocate(SYSTEM, paid(taxed, "124"), {first.id: Decimal(124)})
    note = post_invoice(SYSTEM, credit_invoice(SYSTEM, first))
    assert (note.open_amount, note.status, first.status) == (Decimal(124), "posted", "credited")
    allocate(SYSTEM, note, {second.id: Decimal(24)})
    assert (note.open_amount, note.status, second.open_amount) == (Decimal(100), "part_used", Decimal(100))


def test_never_more_is_used_than_there_is_or_than_is_open(taxed: Any) -> None:
    invoice, payment = invoice_of(taxed), paid(taxed, "1000")
    for parts, code in (
        ({invoice.id: Decimal("124.01")}, "sales.more_than_open"),
        ({invoice.id: Decimal(1001)}, "sales.more_than_open"),
        ({invoice.id: Decimal(-5)}, "sales.not_whole"),
        ({invoice.id: Decimal("0.001")}, "sales.not_whole"),
        ({}, "sales.nothing_to_allocate"),
        ({UUID(int=0): Decimal(1)}, "sales.another_customer"),
    ):
        assert refused(lambda: allocate(SYSTEM, payment, parts)).code == code  # noqa: B023
    assert (payment.open_amount, invoice.open_amount) == (Decimal(1000), Decimal(124))


def test_money_of_one_customer_or_currency_isnt_used_for_another(taxed: Any) -> None:
    other = create_customer(SYSTEM, {"name": "Ιόνιο", "kind": "organisation"})
    with write_unit() as session:
        session.add(ExchangeRate(currency="PLN", rate=Decimal(4), valid_from=today()))
    payment = paid(taxed, "50")
    for invoice in (invoice_of(other), invoice_of(taxed, currency="PLN"), draft(taxed)):
        assert refused(lambda: allocate(SYSTEM, payment, {invoice.id: Decimal(1)})).code == "sales.another_customer"  # noqa: B023


def test_two_who_use_money_for_the_same_invoice_at_once_never_use_more_than_is_open(app: Flask, taxed: Any) -> None:
    invoice = invoice_of(taxed).id
    payments = [paid(taxed, "124").id for _each in range(4)]
    ready = threading.Barrier(len(payments))
    told: list[str] = []

    def use(payment_id: UUID) -> None:
        with app.app_context():
            payment = db.session.get_one(Payment, payment_id)
            ready.wait()
            try:
                allocate(SYSTEM, payment, {invoice: Decimal(100)})
                told.append("used")
            except Problem as problem:
                told.append(problem.code)

    threads = [threading.Thread(target=use, args=(payment,)) for payment in payments]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.expire_all()
    assert sorted(told) == ["sales.more_than_open"] * 3 + ["used"]
    assert db.session.get_one(Invoice, invoice).open_amount == Decimal(24)
    assert sum(used(db.session.get_one(Payment, each)) for each in payments) == Decimal(100)


# Taking back, giving back


def test_what_is_taken_back_is_reversed_and_never_changed(taxed: Any) -> None:
    invoice = invoice_of(taxed)
    payment = create_payment(SYSTEM, {"invoice_id": invoice.id, "amount": Decimal(124)})
    first = db.session.scalars(select(Allocation)).one()
    reversing = take_back(SYSTEM, first)
    assert (reversing.amount, reversing.reverses_id, first.amount) == (Decimal(-124), first.id, Decimal(124))
    assert (payment.open_amount, invoice.open_amount, invoice.status) == (Decimal(124), Decimal(124), "posted")
    for allocation in (first, reversing):
        assert refused(lambda: take_back(SYSTEM, allocation)).code == "sales.taken_back"  # noqa: B023
        assert refused(lambda: bin_record(SYSTEM, ALLOCATIONS, allocation)).status == 409  # noqa: B023
    allocate(SYSTEM, payment, {invoice.id: Decimal(124)})
    assert invoice.status == "paid"


def test_credit_note_stays_with_the_invoice_that_it_reverses(taxed: Any) -> None:
    invoice = invoice_of(taxed)
    post_invoice(SYSTEM, credit_invoice(SYSTEM, invoice))
    own = db.session.scalars(select(Allocation)).one()
    assert refused(lambda: take_back(SYSTEM, own)).code == "sales.taken_back"


def test_credit_is_given_back_in_parts_and_never_twice(taxed: Any) -> None:
    payment = paid(taxed, "100")
    given = refund(SYSTEM, payment, Decimal(40), {"reference": "Bounced"})
    assert (given.number, given.kind, given.open_amount) == (f"R-{YEAR}-00001", "refund", Decimal(0))
    assert payment.open_amount == Decimal(60)
    assert refused(lambda: refund(SYSTEM, payment, Decimal(61))).code == "sales.more_than_open"
    create_record(SYSTEM, PAYMENTS, {"refunds": str(payment.id), "amount": "60"})
    assert payment.open_amount == Decimal(0)
    assert refused(lambda: refund(SYSTEM, payment)).code == "sales.not_whole"


def test_credit_note_is_paid_out(taxed: Any) -> None:
    invoice = invoice_of(taxed)
    allocate(SYSTEM, paid(taxed, "124"), {invoice.id: Decimal(124)})
    note = post_invoice(SYSTEM, credit_invoice(SYSTEM, invoice))
    refund(SYSTEM, note)
    assert (note.open_amount, note.status) == (Decimal(0), "used_up")


@pytest.mark.parametrize(("currency", "unit"), [("JPY", "1"), ("EUR", "0.01"), ("KWD", "0.001")])
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(told=some.data())
def test_what_was_used_always_adds_up_to_the_smallest_unit(
    taxed: Any, currency: str, unit: str, told: some.DataObject
) -> None:
    with write_unit() as session:
        session.add(ExchangeRate(currency=currency, rate=Decimal(2), valid_from=today()))
    cents = some.integers(1, 50_000).map(lambda count: Decimal(count) * Decimal(unit))
    invoices = [
        invoice_of(taxed, str(told.draw(some.integers(1, 99_999)) / Decimal(1_000)), currency=currency)
        for _each in range(told.draw(some.integers(1, 3)))
    ]
    payments = [
        paid(taxed, str(told.draw(cents)), currency=currency) for _each in range(told.draw(some.integers(1, 3)))
    ]
    for _turn in range(6):
        payment, invoice = told.draw(some.sampled_from(payments)), told.draw(some.sampled_from(invoices))
        try:
            match told.draw(some.sampled_from(["part", "propose", "back", "refund"])):
                case "part":
                    allocate(SYSTEM, payment, {invoice.id: told.draw(cents)})
                case "propose":
                    allocate(SYSTEM, payment, oldest_first(payment.open_amount, invoices))
                case "back":
                    made = db.session.scalars(select(Allocation).where(Allocation.payment_id == payment.id)).all()
                    if made:
                        take_back(SYSTEM, told.draw(some.sampled_from(made)))
                case "refund":
                    refund(SYSTEM, payment, told.draw(cents))
        except Problem:
            db.session.rollback()
        for each in payments:
            given_back = db.session.scalar(select(func.sum(Payment.amount)).where(Payment.refunds_id == each.id)) or 0
            assert each.open_amount + used(each) + given_back == each.amount
            assert each.open_amount >= 0
        for one in invoices:
            came = db.session.scalar(select(func.sum(Allocation.amount)).where(Allocation.invoice_id == one.id)) or 0
            assert one.open_amount + came == one.gross
            assert one.status == ("paid" if not one.open_amount else "posted" if not came else "part_paid")


# Rights


def test_payment_isnt_used_without_the_right(taxed: Any, seller: Actor) -> None:
    invoice = invoice_of(taxed)
    payment = paid(taxed, "10")
    assert refused(lambda: allocate(seller, payment, {invoice.id: Decimal(1)})).status == 404
    sees = Actor(Kind.staff, user_id=seller.user_id, grants={"sales.payment.view": Scope.all})
    assert refused(lambda: allocate(sees, payment, {invoice.id: Decimal(1)})).status == 403
    uses = Actor(Kind.staff, user_id=seller.user_id, grants={**sees.grants, "sales.payment.allocate": Scope.all})
    assert refused(lambda: allocate(uses, payment, {invoice.id: Decimal(1)})).status == 404
    assert refused(lambda: refund(sees, payment)).status == 403


# Statement, pages, API


def test_statement_tells_what_is_open_and_since_when(taxed: Any) -> None:
    for days in (-5, 0, 10, 40, 100):
        invoice_of(taxed, "50", due_on=today() - timedelta(days=days))
    paid(taxed, "30")
    (statement,), failures = statements_of(SYSTEM, taxed.id)
    assert failures == []
    assert statement.ages == [Decimal(124), Decimal(62), Decimal(62), Decimal(0), Decimal(62)]
    assert [(each.title, each.amount) for each in statement.credits] == [(f"Payment P-{YEAR}-00001", Decimal(30))]
    assert (statement.owed, statement.balance) == (Decimal(310), Decimal(280))


def test_statement_is_printed_in_the_customers_language(taxed: Any, client: FlaskClient) -> None:
    invoice = invoice_of(taxed)
    update_customer(SYSTEM, taxed, {"language": "el"})
    letter = letter_of_statement(SYSTEM, taxed)
    assert letter.parts[0].rows[0].cells[0] == invoice.number
    assert letter.title == "Καρτέλα ανοιχτών υπολοίπων"
    assert client.get(f"/sales/statements/{taxed.id}/pdf").mimetype == "application/pdf"


def test_receipt_tells_what_was_paid_and_what_is_left(taxed: Any, client: FlaskClient) -> None:
    first, second = invoice_of(taxed), invoice_of(taxed)
    payment = paid(taxed, "300", reference="Transfer 17")
    allocate(SYSTEM, payment, {first.id: Decimal(124), second.id: Decimal(100)})
    take_back(SYSTEM, db.session.scalars(select(Allocation).where(Allocation.invoice_id == second.id)).one())
    gone = refund(SYSTEM, payment, Decimal(50))
    update_customer(SYSTEM, taxed, {"language": "el"})
    letter = letter_of_payment(SYSTEM, payment)
    (part,) = letter.parts
    assert letter.title == f"Απόδειξη {payment.number}"
    assert "Transfer 17" in dict(letter.facts).values()
    assert [row.cells[0] for row in part.rows] == [f"Τιμολόγιο {first.number}", f"Επιστροφή χρημάτων {gone.number}"]
    assert [each.amount for each in part.totals] == ["300,00\xa0€", "126,00\xa0€"]
    assert (next(iter(letter_of_payment(SYSTEM, gone).facts[2:])))[1] == payment.number
    for each in (payment, gone):
        assert client.get(f"/sales/payments/{each.id}/pdf").mimetype == "application/pdf"


def test_statement_of_whom_one_may_not_see_doesnt_exist(taxed: Any, client: FlaskClient) -> None:
    assert client.get(f"/sales/statements/{UUID(int=1)}").status_code == 404


def test_pages_go_from_the_invoice_to_the_refund(client: FlaskClient, taxed: Any) -> None:
    invoice = invoice_of(taxed)
    assert f"invoice={invoice.id}" in client.get(f"/sales/invoices/{invoice.id}").text
    typed = {"customer": str(taxed.id), "amount": "200", "currency": "EUR", "method": "cash"}
    client.post("/sales/payments", data=typed)
    with client.session_transaction() as session:
        assert ['"undo": null' in said for _kind, said in session["_flashes"]] == [True], "sealed at once: no undo"
    payment = db.session.scalars(select(Payment)).one()
    page = f"/sales/payments/{payment.id}"
    assert f'name="part-{invoice.id}" value="124"' in client.get(page).text
    refused = client.post(f"{page}/allocate", data={f"part-{invoice.id}": "-1"})
    assert (refused.status_code, refused.location) == (303, page), (
        "what is refused leads back to the page, and is told there"
    )
    client.post(f"{page}/allocate", data={f"part-{invoice.id}": "124"})
    assert str(payment.number) in client.get(f"/sales/invoices/{invoice.id}").text
    allocation = db.session.scalars(select(Allocation)).one()
    client.post(f"/sales/allocations/{allocation.id}/take-back")
    client.post(f"{page}/refund", data={"amount": "200"})
    db.session.expire_all()
    assert (payment.open_amount, invoice.status) == (Decimal(0), "posted")
    assert f"R-{YEAR}-00001" in client.get(page).text
    assert str(invoice.number) in client.get(f"/sales/statements/{taxed.id}").text


def test_page_of_a_credit_note_uses_it(client: FlaskClient, taxed: Any) -> None:
    first, second = invoice_of(taxed), invoice_of(taxed)
    allocate(SYSTEM, paid(taxed, "124"), {first.id: Decimal(124)})
    note = post_invoice(SYSTEM, credit_invoice(SYSTEM, first, {lines_of_invoice(first)[0].id: Decimal(1)}))
    assert f"part-{second.id}" in client.get(f"/sales/invoices/{note.id}").text
    client.post(f"/sales/invoices/{note.id}/allocate", data={f"part-{second.id}": "24,00"})
    client.post(f"/sales/invoices/{note.id}/refund", data={"amount": "100"})
    db.session.expire_all()
    assert (note.open_amount, second.open_amount) == (Decimal(0), Decimal(100))


def test_api_writes_and_uses_a_payment(api: FlaskClient, taxed: Any) -> None:
    invoice = invoice_of(taxed)
    made = api.post("/api/v1/sales/payments", json={"customer": str(taxed.id), "amount": "100", "currency": "EUR"})
    assert made.status_code == 201, made.text
    part = {"payment": made.json["id"], "invoice": str(invoice.id), "amount": "60"}  # type: ignore[index]
    assert api.post("/api/v1/sales/allocations", json=part).status_code == 201
    assert api.post("/api/v1/sales/allocations", json={**part, "credit_note": str(invoice.id)}).status_code == 422
    assert api.post("/api/v1/sales/allocations", json={**part, "amount": "65"}).status_code == 422
    db.session.expire_all()
    assert invoice.open_amount == Decimal(64)
