"""Quotes of hundreds of lines: what they cost doesn't grow with their lines, and nothing is lost for it."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from core.access import system_actor
from core.database import JournalEntry, bulk_insert, db, write_unit
from core.problems import Problem
from plugins.catalog.models import ListAssignment, Price, PriceList, Product
from plugins.sales.models import Quote, QuoteLine
from plugins.sales.operations.quote_lines import update_line
from plugins.sales.operations.quotes import create_quote, send_quote, update_quote
from plugins.sales.queries.quotes import lines_of, sets_of

SYSTEM = system_actor()
PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}
LINES = 500


@pytest.fixture
def quote(customer: Any) -> Quote:
    """Give a draft of many lines, each of a product with a price in euros and one in złoty."""
    made = create_quote(SYSTEM, {"customer_id": customer.id, "name": "Everything", "currency": "EUR"})
    (only,) = sets_of(made)
    with write_unit():
        products = bulk_insert(Product, [{"name": f"Part {place}"} for place in range(LINES)])
        for currency, amount in (("EUR", 10), ("PLN", 43)):
            [tariff] = bulk_insert(PriceList, [{"name": currency, "currency": currency}])
            bulk_insert(ListAssignment, [{"price_list_id": tariff, "customer_id": customer.id}])
            about = {"price_list_id": tariff, "currency": currency, "amount": Decimal(amount)}
            bulk_insert(Price, [{**about, "product_id": product} for product in products])
        about = {"quote_id": made.id, "set_id": only.id, "currency": "EUR", "unit_price": Decimal(1)}
        lines = [
            {**about, "position": place, "product_id": product, "name": f"Part {place}"}
            for place, product in enumerate(products)
        ]
        bulk_insert(QuoteLine, lines)
    db.session.expire_all()
    return made


def updates(statements: Sequence[str]) -> int:
    return sum(each.startswith("UPDATE sales_quote_line ") for each in statements)


def test_all_lines_priced_anew_cost_few_statements(quote: Quote, statements: list[str]) -> None:
    update_quote(SYSTEM, quote, {"currency": "PLN"})
    assert len(statements) < 30
    assert updates(statements) == 2  # their currency, then what follows from it
    db.session.rollback()
    assert {(line.unit_price, line.net, line.version) for line in lines_of(quote)} == {(Decimal(43), Decimal(43), 3)}
    assert quote.net == 43 * LINES


def test_journal_tells_of_each_line_that_was_priced_anew(quote: Quote) -> None:
    update_quote(SYSTEM, quote, {"currency": "PLN"})
    told = select(JournalEntry).where(
        JournalEntry.record_type == "sales.quote_line", JournalEntry.operation == "update"
    )
    prices = [entry.changes["unit_price"] for entry in db.session.scalars(told) if "unit_price" in entry.changes]
    assert prices == [["1", "43"]] * LINES


def test_sending_seals_every_line_for_good(quote: Quote, statements: list[str]) -> None:
    update_quote(SYSTEM, quote, {"currency": "PLN"})
    statements.clear()
    send_quote(SYSTEM, quote)
    assert updates(statements) == 1

    def cheapen() -> None:
        with write_unit():
            for line in lines_of(quote):
                line.unit_price = Decimal(1)

    with pytest.raises(Problem) as refused:
        cheapen()
    assert refused.value.code == "sealed"


def test_one_line_changed_costs_as_little_as_on_a_short_quote(
    client: FlaskClient, quote: Quote, statements: list[str]
) -> None:
    line = lines_of(quote)[3]
    update_line(SYSTEM, line, {"quantity": Decimal(2)})  # the first one after a start reads what then stays known
    statements.clear()
    update_line(SYSTEM, line, {"quantity": Decimal(3)})
    assert len(statements) <= 17
    statements.clear()
    url, said = f"/sales/quotes/{quote.id}/lines/{line.id}", {"quantity": "4", "version": line.version}
    assert client.post(url, data=said, headers=PARTIAL).status_code == 200
    assert len(statements) <= 34
