"""Variants: one product for each combination of attributes, with a code, a price difference and a stock of its own."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient

from core.access import system_actor
from core.customers.operations import create_customer
from core.problems import Problem
from core.records.operations import create_record, update_record
from plugins.catalog.api import PricedLine, PriceRequest, price_lines
from plugins.catalog.models import Product
from plugins.catalog.operations.costs import create_cost
from plugins.catalog.operations.prices import create_price, create_price_list
from plugins.catalog.operations.products import create_product
from plugins.catalog.operations.variants import make_variants
from plugins.catalog.queries.variants import variants_of
from plugins.catalog.records import ATTRIBUTES, PRODUCTS
from plugins.sales.records import QUOTE_LINES, QUOTE_SETS, QUOTES

SYSTEM = system_actor()
DAY = date(2026, 11, 22)


@pytest.fixture
def shirt(app: Any) -> Product:
    """Give a product with two sizes in two colours."""
    product = create_product(SYSTEM, {"name": "Shirt", "sku": "SH", "series": "Clothes", "list_price": Decimal(20)})
    for place, (name, choices) in enumerate((("Size", ["M", "L"]), ("Colour", ["red", "dark blue"]))):
        values = {"product": str(product.id), "name": name, "choices": choices, "position": place}
        create_record(SYSTEM, ATTRIBUTES, values)
    return product


def priced(product: Product, currency: str = "EUR") -> PricedLine:
    return price_lines(None, [PriceRequest(product.id, Decimal(1))], currency, DAY)[0]


def test_each_combination_becomes_a_product_with_a_code_of_its_own(shirt: Product) -> None:
    made = make_variants(SYSTEM, shirt)
    assert [(each.name, each.sku, each.series) for each in made] == [
        ("Shirt, M, red", "SH-M-RED", "Clothes"),
        ("Shirt, M, dark blue", "SH-M-DARKBLUE", "Clothes"),
        ("Shirt, L, red", "SH-L-RED", "Clothes"),
        ("Shirt, L, dark blue", "SH-L-DARKBLUE", "Clothes"),
    ]
    assert made[0].features == ["Size: M", "Colour: red"]


def test_making_them_again_makes_what_is_missing_and_leaves_the_rest(shirt: Product) -> None:
    first = make_variants(SYSTEM, shirt)[0]
    update_record(SYSTEM, PRODUCTS, first, {"name": "The red one"})
    assert make_variants(SYSTEM, shirt) == []


def test_what_cant_have_variants_says_why(shirt: Product) -> None:
    plain = create_product(SYSTEM, {"name": "Scarf"})
    variant = make_variants(SYSTEM, shirt)[0]
    for product in (plain, variant):
        with pytest.raises(Problem) as refused:
            make_variants(SYSTEM, product)
        assert refused.value.code == "catalog.no_attributes"
    many = {"name": "Number", "choices": [f"{each}" for each in range(151)], "product": str(shirt.id)}
    create_record(SYSTEM, ATTRIBUTES, many)
    with pytest.raises(Problem) as refused:
        make_variants(SYSTEM, shirt)
    assert refused.value.code == "catalog.too_many_variants"
    with pytest.raises(Problem) as refused:
        update_record(SYSTEM, PRODUCTS, plain, {"template": str(variant.id)})
    assert set(refused.value.fields) == {"template"}


def test_variant_costs_what_its_template_does_and_its_difference_unless_it_has_its_own(shirt: Product) -> None:
    red, blue = make_variants(SYSTEM, shirt)[:2]
    create_cost(SYSTEM, {"product_id": shirt.id, "amount": Decimal(8)})
    update_record(SYSTEM, PRODUCTS, red, {"surcharge": "2.50"})
    found = priced(red)
    assert [found.unit_price, found.cost] == [Decimal("22.50"), 8]
    assert [(step.kind, step.label) for step in found.steps[1:]] == [("variant", "Variant Size: M, Colour: red")]
    assert priced(blue).unit_price == 20
    create_price(SYSTEM, {"product_id": red.id, "amount": Decimal(30)})
    assert priced(red).unit_price == 30


def test_difference_is_converted_at_the_lists_rate(shirt: Product) -> None:
    red = make_variants(SYSTEM, shirt)[0]
    update_record(SYSTEM, PRODUCTS, red, {"surcharge": "2"})
    polish = create_price_list(SYSTEM, {"name": "Cennik", "currency": "PLN", "is_default": True, "rate": Decimal(4)})
    create_price(SYSTEM, {"product_id": shirt.id, "price_list_id": polish.id, "amount": Decimal(80)})
    assert priced(red, "PLN").unit_price == 88


def test_template_isnt_sold_but_its_variants_are(shirt: Product) -> None:
    red = make_variants(SYSTEM, shirt)[0]
    customer = create_customer(SYSTEM, {"name": "Kiosk", "kind": "organisation"})
    quote = create_record(SYSTEM, QUOTES, {"customer": str(customer.id), "currency": "EUR"})
    chosen = create_record(SYSTEM, QUOTE_SETS, {"quote": str(quote.id), "name": "Shirts"})
    with pytest.raises(Problem) as refused:
        create_record(SYSTEM, QUOTE_LINES, {"set": str(chosen.id), "product": str(shirt.id)})
    assert set(refused.value.fields) == {"product"}
    line = create_record(SYSTEM, QUOTE_LINES, {"set": str(chosen.id), "product": str(red.id)})
    assert (line.name, line.unit_price) == ("Shirt, M, red", 20)


def test_page_makes_and_lists_them(client: FlaskClient, shirt: Product) -> None:
    assert "Make the variants" in client.get(f"/catalog/products/{shirt.id}").text
    client.post(f"/catalog/products/{shirt.id}/variants")
    assert len(variants_of(shirt.id)) == 4
    assert "SH-L-RED" in client.get(f"/catalog/products/{shirt.id}").text


def test_prices_of_variants_cost_no_statement_each(shirt: Product, statements: list[str]) -> None:
    made = make_variants(SYSTEM, shirt)

    def count(products: list[Product]) -> int:
        del statements[:]
        price_lines(None, [PriceRequest(each.id, Decimal(1)) for each in products], "EUR", DAY)
        return len(statements)

    assert count(made) == count(made[:1])
