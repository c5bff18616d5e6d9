"""Beside a quote: the codes of its products, and its price split into what each series costs and the margin."""

from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as some

from core.access import system_actor
from core.database import write_unit
from core.records.operations import create_record
from core.users.models import Role
from core.users.operations import add_user
from plugins.catalog.amounts import smallest_unit
from plugins.catalog.models import Product
from plugins.catalog.operations.costs import create_cost
from plugins.catalog.operations.products import create_product
from plugins.sales.models import Quote, QuoteLine
from plugins.sales.operations.invoices import create_invoice
from plugins.sales.operations.orders import create_order
from plugins.sales.operations.quote_lines import add_line
from plugins.sales.operations.quotes import create_quote
from plugins.sales.queries.products import ProductWords, product_words
from plugins.sales.queries.quotes import lines_of, sets_of
from plugins.sales.records import INVOICE_LINES, ORDER_LINES
from plugins.sales.totals import cost_of, costs_by_group
from plugins.sales.views.margins import SplitMargin, split_margin
from tests.conftest import PASSWORD, sign_in, staff

SYSTEM = system_actor()


@pytest.fixture
def quote(customer: Any) -> Quote:
    """Give a draft with one empty set."""
    return create_quote(SYSTEM, {"customer_id": customer.id, "name": "Frame contract"})


def put(quote: Quote, sku: str, series: str | None, price: int, cost: int | None, **values: Any) -> Product:
    """Put ten units of a new product on a quote."""
    product = create_product(SYSTEM, {"name": f"The {sku}", "sku": sku, "series": series, "list_price": Decimal(price)})
    if cost is not None:
        create_cost(SYSTEM, {"product_id": product.id, "amount": Decimal(cost)})
    add_line(SYSTEM, sets_of(quote)[0], {"product_id": product.id, "quantity": Decimal(10), **values})
    return product


def split(quote: Quote, actor: Any = SYSTEM) -> SplitMargin | None:
    lines = lines_of(quote)
    return split_margin(sets_of(quote)[0], lines, product_words(actor, lines))


def said(quote: Quote, actor: Any = SYSTEM) -> list[tuple[str, str]]:
    margin = split(quote, actor)
    assert margin
    return [(part.name, part.amount) for part in margin.parts]


def test_the_price_is_split_into_what_each_series_costs_and_the_margin(quote: Quote) -> None:
    put(quote, "OIL", "Food", 10, 6)
    put(quote, "TIN", "Tins", 4, 3)
    put(quote, "JAM", "Food", 3, 2)
    put(quote, "BOX", "Tins", 3, 2, optional=True)
    assert said(quote) == [("Food", "€80.00"), ("Tins", "€30.00"), ("Margin, 35.3 %", "€60.00")]


def test_the_parts_of_the_bar_fill_it_and_nothing_lies_on_another(quote: Quote) -> None:
    put(quote, "OIL", "Food", 10, 6)
    put(quote, "TIN", "Tins", 4, 3)
    margin = split(quote)
    assert margin
    ends = [part.left + part.width for part in margin.parts]
    assert all(end <= after.left for end, after in zip(ends, margin.parts[1:], strict=False))
    assert ends[-1] == 298


def test_a_loss_takes_no_room_in_the_bar(quote: Quote) -> None:
    put(quote, "OIL", "Food", 10, 12)
    margin = split(quote)
    assert margin
    assert [(part.amount, part.width) for part in margin.parts] == [("€120.00", 298.0), ("-€20.00", 0.0)]


def test_of_many_series_the_dearest_are_named_and_the_others_added_up(quote: Quote) -> None:
    for place, series in enumerate(("A", "B", "C", "D", "E", None), 1):
        put(quote, f"P{place}", series, 10, place)
    names = ["E", "D", "C", "Everything else", "Margin, 65 %"]
    assert said(quote) == list(zip(names, ["€50.00", "€40.00", "€30.00", "€90.00", "€390.00"], strict=True))


def test_without_any_series_what_the_goods_cost_is_one_part(quote: Quote) -> None:
    put(quote, "OIL", None, 10, 6)
    assert said(quote) == [("Cost", "€60.00"), ("Margin, 40 %", "€40.00")]


def test_nothing_is_split_while_a_cost_is_unknown(quote: Quote) -> None:
    put(quote, "OIL", "Food", 10, 6)
    put(quote, "TIN", "Tins", 4, None)
    assert split(quote) is None


def test_whoever_may_not_see_products_reads_neither_their_codes_nor_their_series(quote: Quote) -> None:
    put(quote, "OIL", "Food", 10, 6)
    assert set(product_words(staff(), lines_of(quote)).values()) == {ProductWords()}
    assert said(quote, staff()) == [("Cost", "€60.00"), ("Margin, 40 %", "€40.00")]


def test_a_changed_line_brings_the_margin_of_its_whole_set(client: FlaskClient, quote: Quote) -> None:
    put(quote, "OIL", "Food", 10, 6)
    put(quote, "TIN", "Tins", 4, 3)
    line = lines_of(quote)[1]
    answer = client.post(
        f"/sales/quotes/{quote.id}/lines/{line.id}", data={"quantity": "20"}, headers={"HX-Request": "true"}
    )
    assert "Food: €60.00, Tins: €60.00, Margin, 33.3 %: €60.00" in answer.text


def test_the_page_shows_codes_to_all_and_the_split_to_those_who_may_see_costs(
    app: Flask, client: FlaskClient, quote: Quote
) -> None:
    put(quote, "OIL-EV-5", "Food", 10, 6)
    whole = client.get(f"/sales/quotes/{quote.id}").text
    assert "OIL-EV-5" in whole
    assert "€60.00" in whole
    with write_unit() as session:
        grants = {"sales.quote.view": "all", "catalog.product.view": "all"}
        session.add(Role(name="reader", title="Reader", grants=grants))
    add_user(SYSTEM, email="eleni@example.org", role="reader", password=PASSWORD, name="Ελένη")
    part = sign_in(app, "eleni@example.org").get(f"/sales/quotes/{quote.id}").text
    assert "OIL-EV-5" in part
    assert "€60.00" not in part


def test_orders_and_invoices_show_the_codes_too(client: FlaskClient, taxed: Any) -> None:
    product = create_product(SYSTEM, {"name": "Olive oil", "sku": "OIL-EV-5", "list_price": Decimal(10)})
    order = create_order(SYSTEM, {"customer_id": taxed.id, "currency": "EUR"})
    create_record(SYSTEM, ORDER_LINES, {"order": str(order.id), "product": str(product.id), "quantity": "2"})
    invoice = create_invoice(SYSTEM, {"customer_id": taxed.id, "currency": "EUR"})
    create_record(SYSTEM, INVOICE_LINES, {"invoice": str(invoice.id), "product": str(product.id), "quantity": "2"})
    for page in (f"/sales/orders/{order.id}", f"/sales/invoices/{invoice.id}"):
        assert '<span class="cap q-code">OIL-EV-5</span>' in client.get(page).text


@given(
    some.sampled_from(("JPY", "EUR", "KWD")),
    some.lists(
        some.tuples(some.sampled_from("ABC"), some.integers(1, 9_999_999), some.integers(1, 9_999)),
        min_size=1, max_size=9,
    ),
)  # fmt: skip
def test_the_costs_of_all_series_add_up_to_what_the_goods_cost(
    currency: str, bought: list[tuple[str, int, int]]
) -> None:
    lines = [
        (series, QuoteLine(cost=Decimal(cost) / 10_000, quantity=Decimal(count) / 7)) for series, cost, count in bought
    ]
    costs = costs_by_group(lines, currency)
    assert sum(costs.values()) == cost_of([line for _series, line in lines], currency)
    assert all(cost % smallest_unit(currency) == 0 for cost in costs.values())
