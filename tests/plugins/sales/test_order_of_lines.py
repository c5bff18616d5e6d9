"""Lines of drafts in the order that one wants: put there on the page, kept everywhere, and never of what is sealed."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient

from core.access import Actor, system_actor
from core.database import db, new_id
from core.problems import Problem
from core.records.operations import create_record
from plugins.sales.letters import letter_of_quote
from plugins.sales.models import Quote
from plugins.sales.operations.quote_lines import order_set_lines
from plugins.sales.operations.quotes import create_quote, send_quote
from plugins.sales.queries.invoices import lines_of_invoice
from plugins.sales.queries.orders import lines_of_order
from plugins.sales.queries.quotes import lines_of, sets_of
from plugins.sales.records import INVOICE_LINES, INVOICES, ORDER_LINES, ORDERS, QUOTE_LINES

SYSTEM = system_actor()
PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}


def fill(lines: Any, of: str, document: Any, **values: Any) -> None:
    for name in ("Can", "Pump", "Transport"):
        create_record(SYSTEM, lines, {of: str(document.id), "name": name, "unit_price": "10", **values})


@pytest.fixture
def quote(customer: Any) -> Quote:
    """Give a draft with three lines."""
    made = create_quote(SYSTEM, {"customer_id": customer.id, "name": "Order", "language": "en"})
    fill(QUOTE_LINES, "set", sets_of(made)[0])
    return made


def names(lines: list[Any]) -> list[str]:
    return [line.name for line in lines]


def test_lines_of_a_set_follow_each_other_as_they_were_put(client: FlaskClient, quote: Quote) -> None:
    (only,) = sets_of(quote)
    url = f"/sales/quotes/{quote.id}/sets/{only.id}/lines/order"
    can, pump, transport = lines_of(quote)
    answer = client.post(url, data={"line": [transport.id, can.id, pump.id]}, headers=PARTIAL)
    assert answer.status_code == 200
    db.session.rollback()
    assert names(lines_of(quote)) == ["Transport", "Can", "Pump"]
    assert answer.text.index("Transport") < answer.text.index("Can")
    assert [row.cells[0] for row in letter_of_quote(quote).parts[0].rows] == ["Transport", "Can", "Pump"]


def test_lines_that_arent_named_come_last_and_strangers_are_left_out(quote: Quote) -> None:
    (only,) = sets_of(quote)
    transport = lines_of(quote)[2]
    order_set_lines(SYSTEM, only, [new_id(), transport.id])
    assert names(lines_of(quote)) == ["Transport", "Can", "Pump"]
    fill(QUOTE_LINES, "set", only, optional=True)
    optional = lines_of(quote)[-1]
    order_set_lines(SYSTEM, only, [optional.id])
    assert names(lines_of(quote)) == ["Transport", "Can", "Pump", "Transport", "Can", "Pump"]


@pytest.mark.parametrize(
    ("kind", "types", "of", "lines_in"),
    [
        ("orders", (ORDERS, ORDER_LINES), "order", lines_of_order),
        ("invoices", (INVOICES, INVOICE_LINES), "invoice", lines_of_invoice),
    ],
)
def test_lines_of_other_drafts_too(
    client: FlaskClient, customer: Any, kind: str, types: Any, of: str, lines_in: Callable[[Any], list[Any]]
) -> None:
    document = create_record(SYSTEM, types[0], {"customer": str(customer.id), "currency": "EUR"})
    fill(types[1], of, document)
    can, pump, transport = lines_in(document)
    said = {"line": [pump.id, transport.id, can.id]}
    assert client.post(f"/sales/{kind}/{document.id}/lines/order", data=said, headers=PARTIAL).status_code == 200
    db.session.rollback()
    assert names(lines_in(document)) == ["Pump", "Transport", "Can"]
    assert document.net == Decimal(30)


def test_what_was_sent_keeps_its_order(client: FlaskClient, quote: Quote, seller: Actor) -> None:
    (only,) = sets_of(quote)
    ids = [line.id for line in reversed(lines_of(quote))]
    with pytest.raises(Problem) as refused:
        order_set_lines(seller, only, ids)
    assert refused.value.status in (403, 404)
    send_quote(SYSTEM, quote)
    url = f"/sales/quotes/{quote.id}/sets/{only.id}/lines/order"
    assert client.post(url, data={"line": ids}, headers=PARTIAL).status_code == 409
    db.session.rollback()
    assert names(lines_of(quote)) == ["Can", "Pump", "Transport"]
