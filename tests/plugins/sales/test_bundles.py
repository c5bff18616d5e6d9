"""Bundles: a price of their own or the sum of their parts, taxed part by part to the cent, delivered as their parts."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.access import system_actor
from core.customers.operations import update_customer
from core.database import new_id
from core.i18n import today
from core.problems import Problem
from core.records.operations import create_record, update_record
from plugins.catalog.api import Rounding, availability_of, rounded, smallest_unit
from plugins.catalog.models import Product
from plugins.catalog.operations.costs import create_cost
from plugins.catalog.operations.products import create_product
from plugins.catalog.operations.stock import create_level
from plugins.catalog.operations.taxes import create_tax_rule
from plugins.catalog.records import BUNDLE_PARTS, PRODUCTS
from plugins.sales.letters import letter_of_delivery, letter_of_quote
from plugins.sales.models import Quote, QuoteLine
from plugins.sales.operations.acceptance import accept_quote
from plugins.sales.operations.deliveries import deliver
from plugins.sales.operations.orders import create_order_of_quote
from plugins.sales.operations.quote_links import link_for, token_of
from plugins.sales.operations.quotes import create_quote, send_quote
from plugins.sales.queries.orders import lines_of_order
from plugins.sales.queries.quotes import lines_of, sets_of
from plugins.sales.records import QUOTE_LINES
from plugins.sales.totals import line_net, totals_of

SYSTEM = system_actor()
DRAWN = "M40 60 L50 40 L60 80 M90 20 L95 60"


@pytest.fixture
def hamper(app: Any, customer: Any) -> Product:
    """Give a bundle of two tins of oil at 13 % and one box at 24 %, sold in Greece."""
    update_customer(SYSTEM, customer, {"country": "GR"})
    for name, rate, tax_class in (("ΦΠΑ 13 %", 13, "reduced"), ("ΦΠΑ 24 %", 24, "standard")):
        create_tax_rule(SYSTEM, {"name": name, "rate": Decimal(rate), "country": "GR", "tax_class": tax_class})
    oil = create_product(SYSTEM, {"name": "Oil", "list_price": Decimal(30), "tax_class": "reduced"})
    box = create_product(SYSTEM, {"name": "Box", "list_price": Decimal(40)})
    bundle = create_product(SYSTEM, {"name": "Hamper", "bundle_price": "parts"})
    for product, quantity, cost in ((oil, "2", 20), (box, "1", 10)):
        create_cost(SYSTEM, {"product_id": product.id, "amount": Decimal(cost)})
        create_record(SYSTEM, BUNDLE_PARTS, {"bundle": str(bundle.id), "part": str(product.id), "quantity": quantity})
    return bundle


@pytest.fixture
def quote(customer: Any) -> Quote:
    """Give a draft with one empty set."""
    return create_quote(SYSTEM, {"customer_id": customer.id, "name": "Gifts", "language": "en"})


def line_of(quote: Quote, bundle: Product, quantity: int = 1, **values: Any) -> QuoteLine:
    told = {"set": str(sets_of(quote)[0].id), "product": str(bundle.id), "quantity": str(quantity), **values}
    line: QuoteLine = create_record(SYSTEM, QUOTE_LINES, told)
    return line


def bases(quote: Quote) -> dict[str, Any]:
    return {tax["name"]: (Decimal(tax["base"]), Decimal(tax["tax"])) for tax in sets_of(quote)[0].taxes}


def said(*values: Any) -> tuple[Any, ...]:
    return values


def test_sum_of_its_parts_is_its_price_and_each_part_bears_its_own_tax(quote: Quote, hamper: Product) -> None:
    line = line_of(quote, hamper, 3)
    assert said(line.unit_price, line.net, line.cost) == (100, 300, 50)
    assert [(step["kind"], step["values"]["part"]) for step in line.steps] == [("part", "Oil"), ("part", "Box")]
    assert bases(quote) == {"ΦΠΑ 13 %": (180, Decimal("23.40")), "ΦΠΑ 24 %": (120, Decimal("28.80"))}


def test_discount_of_the_bundle_is_a_step_of_its_price(quote: Quote, hamper: Product) -> None:
    update_record(SYSTEM, PRODUCTS, hamper, {"bundle_discount": "10"})
    line = line_of(quote, hamper)
    assert said(line.unit_price, line.steps[-1]["kind"], Decimal(line.steps[-1]["amount"])) == (
        90,
        "bundle_discount",
        -10,
    )


def test_price_of_its_own_is_shared_by_what_the_parts_cost_by_themselves(quote: Quote, hamper: Product) -> None:
    update_record(SYSTEM, PRODUCTS, hamper, {"bundle_price": "own", "list_price": "80"})
    line = line_of(quote, hamper)
    assert said(line.unit_price, line.cost) == (80, 50)
    assert bases(quote) == {"ΦΠΑ 13 %": (48, Decimal("6.24")), "ΦΠΑ 24 %": (32, Decimal("7.68"))}
    update_record(SYSTEM, QUOTE_LINES, line, {"unit_price": "50"})
    assert bases(quote)["ΦΠΑ 13 %"][0] == 30


def test_bundle_with_a_part_that_has_no_price_says_so(quote: Quote, hamper: Product) -> None:
    gift = create_product(SYSTEM, {"name": "Card"})
    create_record(SYSTEM, BUNDLE_PARTS, {"bundle": str(hamper.id), "part": str(gift.id)})
    with pytest.raises(Problem) as refused:
        line_of(quote, hamper)
    assert refused.value.code == "sales.no_price"


def test_bundle_is_made_of_products_that_are_none(hamper: Product) -> None:
    other = create_product(SYSTEM, {"name": "Pallet"})
    for bundle, part in ((other, hamper), (other, other)):
        with pytest.raises(Problem) as refused:
            create_record(SYSTEM, BUNDLE_PARTS, {"bundle": str(bundle.id), "part": str(part.id)})
        assert set(refused.value.fields) == {"part"}
    assert other.bundle_price is None


def test_first_part_makes_a_product_a_bundle(app: Any) -> None:
    pallet, tin = (create_product(SYSTEM, {"name": name}) for name in ("Pallet", "Tin"))
    create_record(SYSTEM, BUNDLE_PARTS, {"bundle": str(pallet.id), "part": str(tin.id), "quantity": "480"})
    assert pallet.bundle_price == "parts"


def test_stock_is_reserved_and_delivered_as_its_parts(
    client: FlaskClient, quote: Quote, hamper: Product, customer: Any
) -> None:
    line_of(quote, hamper, 3)
    oil, box = (part["product_id"] for part in lines_of(quote)[0].parts)
    for product, units in ((oil, 10), (box, 4)):
        create_level(SYSTEM, {"product_id": UUID(product), "on_hand": Decimal(units)})
    assert "4 available" in client.get(f"/sales/quotes/{quote.id}").text
    (row,) = letter_of_quote(quote).parts[0].rows
    assert said(row.note.splitlines(), row.cells[4]) == (["2 pieces · Oil", "1 piece · Box"], "13 % + 24 %")
    send_quote(SYSTEM, quote)
    assert "2 pieces · Oil" in client.get(f"/sales/public/quotes/{token_of(link_for(SYSTEM, quote))}").text
    accept_quote(quote, sets_of(quote)[0].id, [], "Γιάννης Βλάχος", DRAWN, "192.0.2.7")
    order = create_order_of_quote(SYSTEM, quote)
    assert reserved(oil, box) == [6, 3]
    (ordered,) = lines_of_order(order)
    delivery = deliver(SYSTEM, order, {ordered.id: Decimal(2)})
    assert reserved(oil, box) == [2, 1]
    (printed,) = letter_of_delivery(delivery).parts[0].rows
    assert printed.note.splitlines() == ["4 pieces · Oil", "2 pieces · Box"]
    page = client.get(f"/sales/orders/{order.id}").text
    assert "4 pieces · Oil" in page
    assert "1 reserved" in page


def reserved(*products: str) -> list[int]:
    found = availability_of([UUID(each) for each in products], today())
    return [int(found[UUID(each)].reserved) for each in products]


def test_page_of_a_bundle_lists_its_parts(client: FlaskClient, hamper: Product) -> None:
    page = client.get(f"/catalog/products/{hamper.id}").text
    assert "The sum of its parts" in page
    assert "2 pieces" in page


# To the cent

RATES = (Decimal(24), Decimal(13), Decimal("5.5"), Decimal(0))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    currency=st.sampled_from(["JPY", "EUR", "KWD"]),
    rounding=st.sampled_from(list(Rounding)),
    price=st.decimals(min_value=0, max_value=10_000, places=4),
    quantity=st.integers(min_value=1, max_value=500),
    discount=st.integers(min_value=0, max_value=100),
    parts=st.lists(
        st.tuples(st.sampled_from(RATES), st.decimals(min_value="0.01", max_value=900, places=2)),
        min_size=1,
        max_size=6,
    ),
)
def test_taxes_of_parts_are_right_to_the_cent(
    currency: str,
    rounding: Rounding,
    price: Decimal,
    quantity: int,
    discount: int,
    parts: list[tuple[Decimal, Decimal]],
) -> None:
    rules = {rate: {"id": str(new_id()), "name": f"{rate}", "note": None, "rate": str(rate)} for rate in RATES}
    line = QuoteLine(currency=currency, quantity=Decimal(quantity), unit_price=price, discount=Decimal(discount))
    line.net = line_net(line.quantity, line.unit_price, line.discount, currency)
    line.parts = [{"weight": str(weight), "tax": rules[rate]} for rate, weight in parts]
    found = totals_of([line], currency, rounding)
    assert sum(tax.base for tax in found.taxes) == found.net == line.net
    assert found.gross == found.net + sum(tax.tax for tax in found.taxes)
    assert {tax.rate for tax in found.taxes} == {rate for rate, _weight in parts}
    whole = sum(weight for _rate, weight in parts)
    for tax in found.taxes:
        exact = line.net * sum(weight for rate, weight in parts if rate == tax.rate) / whole
        assert abs(tax.base - exact) <= smallest_unit(currency)
        assert tax.tax == rounded(tax.base * tax.rate / 100, currency)
