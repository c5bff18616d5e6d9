"""What programs do with records of sales through the API: as the buttons do it, with the same rights, and once."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.access import system_actor
from core.records.operations import create_record
from core.records.registry import record_types
from core.users.operations import add_user, make_token
from plugins.sales.models import Quote
from plugins.sales.operations.invoices import post_invoice
from plugins.sales.operations.quote_lines import add_line
from plugins.sales.operations.quotes import create_quote
from plugins.sales.queries.quotes import sets_of
from plugins.sales.records import APPROVAL_LIMITS, QUOTES
from tests.conftest import PASSWORD
from tests.plugins.sales.invoicing import draft

SYSTEM = system_actor()
Do = Callable[..., Any]


@pytest.fixture
def do(api: FlaskClient) -> Do:
    """Give what lets a program do something with a record: do("quotes", id, "send") -> status and body."""

    def act(path: str, record_id: Any, name: str, **body: Any) -> tuple[int, Any]:
        answer = api.post(f"/api/v1/sales/{path}/{record_id}/{name}", json=body)
        return answer.status_code, answer.get_json()

    return act


@pytest.fixture
def quote(customer: Any) -> Quote:
    """Give a draft with a line of 100, a tenth off."""
    made = create_quote(SYSTEM, {"customer_id": customer.id, "name": "Frame contract", "currency": "EUR"})
    add_line(SYSTEM, sets_of(made)[0], {"name": "Can", "unit_price": Decimal(100), "discount": Decimal(10)})
    return made


def test_a_quote_is_sent_once_and_revised(do: Do, quote: Quote) -> None:
    status, sent = do("quotes", quote.id, "send")
    assert (status, sent["id"], sent["status"]) == (200, str(quote.id), "sent")
    again, problem = do("quotes", quote.id, "send")
    assert (again, problem["type"]) == (409, "urn:pelatis:sales.quote_status_refused")
    status, revised = do("quotes", quote.id, "revise")
    assert (status, revised["status"], revised["revision"]) == (200, "draft", 2)
    assert do("quotes", quote.id, "revise")[1]["id"] == revised["id"]


def test_an_approval_is_asked_for_and_given_by_another(do: Do, app: Flask, quote: Quote) -> None:
    create_record(SYSTEM, APPROVAL_LIMITS, {"name": "All", "max_discount": "5"})
    assert do("quotes", quote.id, "send")[1]["type"] == "urn:pelatis:sales.needs_approval"
    assert do("quotes", quote.id, "ask")[1]["status"] == "in_approval"
    add_user(SYSTEM, email="second@example.org", role="administrator", password=PASSWORD)
    second = app.test_client()
    second.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {make_token(SYSTEM, 'second@example.org', 'tests')}"
    approved = second.post(f"/api/v1/sales/quotes/{quote.id}/approve", json={"note": "Well"})
    assert approved.status_code == 200
    assert do("quotes", quote.id, "send")[1]["status"] == "sent"


def test_an_invoice_is_posted_and_credited(do: Do, customer: Any) -> None:
    invoice = draft(customer)
    status, posted = do("invoices", invoice.id, "post")
    assert (status, posted["status"]) == (200, "posted")
    assert posted["number"]
    status, note = do("invoices", invoice.id, "credit")
    assert (status, note["kind"], note["corrects"]) == (200, "credit_note", str(invoice.id))


def test_what_an_act_does_not_take_is_refused(do: Do, quote: Quote) -> None:
    assert do("quotes", quote.id, "send", loudly=True)[0] == 422
    assert do("quotes", quote.id, "approve", note=["a", "b"])[0] == 422
    assert do("quotes", quote.id, "explode")[0] == 404
    assert do("quotes", quote.id, "approve")[0] == 409


def test_every_act_is_described(api: FlaskClient) -> None:
    paths = api.get("/api/v1/openapi.json").get_json()["paths"]
    declared = [(each, act) for each in record_types for act in each.acts]
    assert len(declared) > 15
    for record_type, act in declared:
        assert paths[f"/api/v1{record_type.url}/{{record_id}}/{act}"]["post"]["operationId"]


def test_who_may_only_look_may_do_nothing(app: Flask, quote: Quote, customer: Any) -> None:
    add_user(SYSTEM, email="viewer@example.org", role="viewer", password=PASSWORD)
    viewer = app.test_client()
    viewer.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {make_token(SYSTEM, 'viewer@example.org', 'tests')}"
    invoice, posted = draft(customer), post_invoice(SYSTEM, draft(customer))
    tried = [("quotes", quote.id, act) for act in QUOTES.acts]
    for path, record_id, act in (*tried, ("invoices", invoice.id, "post"), ("invoices", posted.id, "credit")):
        answer = viewer.post(f"/api/v1/sales/{path}/{record_id}/{act}", json={})
        assert answer.status_code in (403, 404), (path, act)
