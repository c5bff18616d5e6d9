"""What was invoiced and what of it remains: posted invoices less credit notes, at the rates of their days."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.access import Actor, Kind, Scope, system_actor
from core.database import write_unit
from core.i18n import today
from core.records.operations import create_record
from plugins.catalog.operations.costs import create_cost
from plugins.catalog.operations.products import create_product
from plugins.sales.models import ExchangeRate, Invoice
from plugins.sales.operations.invoices import create_invoice, credit_invoice, post_invoice
from plugins.sales.queries.reports import REPORTS
from plugins.sales.queries.reports.margins import margin_of_customer
from plugins.sales.queries.reports.tables import ask
from plugins.sales.records import INVOICE_LINES

SYSTEM = system_actor()
Sell = Callable[..., Invoice]


@pytest.fixture
def sell(app: Flask, taxed: Any) -> Sell:
    """Give what invoices so many cans at 25, which cost 20, or so much free text."""
    can = create_product(SYSTEM, {"name": "Can", "sku": "CAN", "list_price": Decimal(25)})
    create_cost(SYSTEM, {"product_id": can.id, "amount": Decimal(20)})

    def _sell(cans: int = 0, text: str = "", currency: str = "EUR") -> Invoice:
        made = create_invoice(SYSTEM, {"customer_id": taxed.id, "currency": currency})
        if cans:
            line = {"invoice": str(made.id), "product": str(can.id), "quantity": str(cans), "unit_price": "25"}
            create_record(SYSTEM, INVOICE_LINES, line)
        if text:
            line = {"invoice": str(made.id), "name": "Transport", "quantity": "1", "unit_price": text}
            create_record(SYSTEM, INVOICE_LINES, line)
        return post_invoice(SYSTEM, made)

    return _sell


def rows(name: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in REPORTS[name].read(ask(SYSTEM, "all")).rows]


def amounts(*values: Any) -> tuple[Decimal | None, ...]:
    return tuple(None if each is None else Decimal(str(each)) for each in values)


def test_margin_counts_only_where_the_cost_is_known(sell: Sell, taxed: Any) -> None:
    sell(cans=4)
    sell(text="60")
    assert rows("margins") == [(taxed.name, *amounts(160, 100, 80, 20, 20))]
    assert rows("margins-by-product") == [
        ("Can", *amounts(100, 100, 80, 20, 20)),
        ("–", *amounts(60, 0, 0, None, None)),
    ]


def test_credit_note_takes_its_share_away(sell: Sell, taxed: Any) -> None:
    sell(cans=4)
    post_invoice(SYSTEM, credit_invoice(SYSTEM, sell(cans=2)))
    assert rows("margins") == [(taxed.name, *amounts(100, 100, 80, 20, 20))]
    assert rows("margins-by-product") == [("Can", *amounts(100, 100, 80, 20, 20))]


def test_other_currencies_count_at_the_rate_that_was_frozen(sell: Sell, taxed: Any) -> None:
    with write_unit() as session:
        session.add(ExchangeRate(currency="PLN", rate=Decimal(4), valid_from=today()))
    sell(cans=8, currency="PLN")
    with write_unit() as session:
        session.query(ExchangeRate).one().rate = Decimal(5)
    # 200 zł are 50 €; eight cans cost 160 €
    assert rows("margins") == [(taxed.name, *amounts(50, 50, 160, -110, -220))]
    assert rows("margins-by-product") == [("Can", *amounts(50, 50, 160, -110, -220))]


def test_draft_doesnt_count(taxed: Any) -> None:
    create_invoice(SYSTEM, {"customer_id": taxed.id, "currency": "EUR"})
    assert rows("margins") == []
    assert margin_of_customer(SYSTEM, taxed.id) is None


def test_customers_page_tells_the_margin_to_whoever_may_see_costs(
    client: FlaskClient, sell: Sell, taxed: Any, app: Flask
) -> None:
    sell(cans=4)
    with write_unit():
        taxed.roles = ["customer"]
    assert f"/sales/customers/{taxed.id}/margin" in client.get(f"/customers/{taxed.id}").text
    said = client.get(f"/sales/customers/{taxed.id}/margin").text
    assert "€100" in said
    assert "20 %" in said


def test_whoever_sees_no_costs_sees_no_margin(sell: Sell, taxed: Any) -> None:
    rights = ("sales.opportunity.view", "sales.invoice.view", "customer.view")
    sell(cans=4)
    seller = Actor(Kind.staff, grants=dict.fromkeys(rights, Scope.all))
    assert [name for name, report in REPORTS.items() if not report.may_read(seller)] == [
        "margins",
        "margins-by-product",
    ]
