"""A posted invoice stays as it is: no page, API, import, bulk edit, undo or session changes it."""

import io
import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from core.access import system_actor
from core.database import JournalEntry, bulk_update, db, write_unit
from core.imports import operations as imports
from core.problems import Problem
from core.records.history import undo_transaction
from core.records.operations import bin_record, create_record, update_record
from plugins.sales.models import Invoice, InvoiceLine
from plugins.sales.operations.invoices import post_invoice
from plugins.sales.operations.orders import confirm_order, create_order
from plugins.sales.queries.invoices import lines_of_invoice
from plugins.sales.records import INVOICE_LINES, INVOICES, ORDER_LINES
from tests.plugins.sales.invoicing import refused

SYSTEM = system_actor()


def as_it_is(invoice: Invoice) -> dict[str, Any]:
    """Write down every column of an invoice and its lines."""
    db.session.expire_all()
    found = [invoice, *db.session.scalars(select(InvoiceLine).where(InvoiceLine.invoice_id == invoice.id))]
    return {f"{each.id}.{column.key}": getattr(each, column.key) for each in found for column in each.__table__.columns}


def test_every_operation_is_refused(posted: Invoice) -> None:
    line = lines_of_invoice(posted)[0]
    for change in (
        lambda: update_record(SYSTEM, INVOICES, posted, {"name": "Other"}),
        lambda: update_record(SYSTEM, INVOICES, posted, {"due_on": "2027-01-01"}),
        lambda: update_record(SYSTEM, INVOICE_LINES, line, {"quantity": "9"}),
        lambda: create_record(SYSTEM, INVOICE_LINES, {"invoice": str(posted.id), "name": "More", "unit_price": "1"}),
        lambda: bin_record(SYSTEM, INVOICE_LINES, line),
        lambda: bin_record(SYSTEM, INVOICES, posted),
        lambda: post_invoice(SYSTEM, posted),
    ):
        assert refused(change).status == 409


PANEL = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Target": "aside#panel"}


def test_pages_offer_no_change_of_it(client: FlaskClient, posted: Invoice) -> None:
    line = lines_of_invoice(posted)[0].id
    for url in (f"/sales/invoices/{posted.id}", f"/sales/invoice-lines/{line}"):
        panel = client.get(f"{url}?panel=1", headers=PANEL).text
        assert "<html" not in panel
        for shown in (client.get(url).text, panel):
            assert f"{url}/edit" not in shown
            assert f"{url}/fields/" not in shown
            assert f"{url}/bin" not in shown
        assert client.get(f"{url}/edit").status_code == 409
        assert client.get(f"{url}/fields/name?edit=1").status_code == 404
        assert "/undo/" not in client.get(f"{url}/history").text


def test_form_of_a_confirmed_order_asks_for_what_stays_open_alone(client: FlaskClient, customer: Any) -> None:
    order = create_order(SYSTEM, {"customer_id": customer.id, "currency": "EUR"})
    url = f"/sales/orders/{order.id}"
    create_record(SYSTEM, ORDER_LINES, {"order": str(order.id), "name": "Can", "unit_price": "1"})
    assert 'name="customer"' in client.get(f"{url}/edit").text
    confirm_order(SYSTEM, order)
    form = client.get(f"{url}/edit").text
    assert 'name="reference"' in form
    assert 'name="customer"' not in form


def test_no_page_changes_it(client: FlaskClient, posted: Invoice) -> None:
    before = as_it_is(posted)
    line = lines_of_invoice(posted)[0].id
    page, lines = f"/sales/invoices/{posted.id}", f"/sales/invoice-lines/{line}"
    bulk = {"action": "edit", "value": json.dumps({"name": "Other"})}
    for url, data in (
        (page, {"name": "Other", "version": str(posted.version)}),
        (f"{page}/fields/name", {"name": "Other"}),
        (f"{page}/lines", {"name": "More", "unit_price": "1"}),
        (f"{page}/lines/{line}/bin", {}),
        (f"{page}/bin", {}),
        (f"{page}/post", {}),
        (lines, {"quantity": "9"}),
        (f"{lines}/bin", {}),
        ("/sales/invoices/bulk", {**bulk, "ids": str(posted.id)}),
        ("/sales/invoice-lines/bulk", {**bulk, "ids": str(line)}),
        ("/sales/invoices/bulk", {"action": "bin", "ids": str(posted.id)}),
        ("/sales/invoice-lines/bulk", {"action": "bin", "ids": str(line)}),
    ):
        assert client.post(url, data=data).status_code < 500, url
        assert as_it_is(posted) == before, url


def test_the_api_answers_that_it_is_sealed(api: FlaskClient, posted: Invoice) -> None:
    before = as_it_is(posted)
    line = lines_of_invoice(posted)[0].id
    invoice_url, line_url = f"/api/v1/sales/invoices/{posted.id}", f"/api/v1/sales/invoice-lines/{line}"
    answers = [
        api.patch(invoice_url, json={"name": "Other"}),
        api.patch(line_url, json={"quantity": "9"}),
        api.delete(invoice_url),
        api.delete(line_url),
        api.post("/api/v1/sales/invoice-lines", json={"invoice": str(posted.id), "name": "More", "unit_price": "1"}),
    ]
    assert [answer.status_code for answer in answers] == [409] * len(answers)
    assert as_it_is(posted) == before


def test_an_import_fails_on_its_row(posted: Invoice) -> None:
    before = as_it_is(posted)
    file = io.BytesIO(f"Invoice,Customer's own number\n{posted.name},Other\n".encode())
    job = imports.take_file(SYSTEM, INVOICES, "invoices.csv", file)
    imports.set_up(job, match="name")
    tally = imports.run(SYSTEM, job)
    assert (tally.updated, tally.failed) == (0, 1)
    assert as_it_is(posted) == before


def test_neither_undo_nor_the_session_nor_the_bulk_door_opens_it(posted: Invoice) -> None:
    before = as_it_is(posted)
    line = lines_of_invoice(posted)[0]
    entries = db.session.scalars(select(JournalEntry).where(JournalEntry.record_id.in_([posted.id, line.id])))
    for transaction in {entry.transaction_id for entry in entries}:
        assert refused(lambda: undo_transaction(SYSTEM, transaction)).code == "sealed"  # noqa: B023
    for name, value in (("number", "I-0"), ("sealed_at", None), ("gross", 1), ("printed_name", "Other")):
        with pytest.raises(Problem), write_unit():
            setattr(posted, name, value)
        db.session.rollback()
    with pytest.raises(Problem), write_unit() as session:
        session.delete(line)
    db.session.rollback()
    with pytest.raises(ValueError, match="sealed"), write_unit():
        bulk_update(InvoiceLine, [({"id": line.id, "quantity": line.quantity}, {"quantity": 1})])
    db.session.rollback()
    assert as_it_is(posted) == before
