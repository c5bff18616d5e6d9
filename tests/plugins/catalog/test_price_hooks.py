"""Plugins have a say in prices and taxes: their rules stand among the lists', their taxes go before the catalog's."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from core.access import system_actor
from core.customers.models import Customer
from core.customers.operations import create_customer
from core.host.doors import ask, collect
from plugins.catalog.api import PricedLine, PriceRequest, price_lines, price_rule
from plugins.catalog.models import PriceList, PriceRule, Product, TaxRule
from plugins.catalog.operations.prices import create_price, create_price_list, default_price_list
from plugins.catalog.operations.products import create_product
from plugins.catalog.operations.rules import create_price_rule
from plugins.catalog.operations.taxes import create_tax_rule
from plugins.catalog.taxes import Sale

DAY = date(2026, 11, 22)
SYSTEM = system_actor()
Answering = Callable[..., None]


@pytest.fixture
def standard(app: Any) -> PriceList:
    return default_price_list(SYSTEM)


@pytest.fixture
def oil(standard: PriceList) -> Product:
    oil = create_product(SYSTEM, {"name": "Olive oil, 5 l tin", "tax_class": "reduced"})
    create_price(SYSTEM, {"product_id": oil.id, "amount": Decimal(40)})
    return oil


@pytest.fixture
def guest(app: Any) -> Customer:
    return create_customer(SYSTEM, {"name": "Άννα", "country": "GR", "currency": "EUR"})


def priced(customer: Customer | None, product: Product, quantity: int = 1, currency: str = "EUR") -> PricedLine:
    return price_lines(customer, [PriceRequest(product.id, Decimal(quantity))], currency, DAY)[0]


def gold(price_lists: Sequence[PriceList]) -> list[PriceRule]:
    """Give a tenth off, for everybody, in every list that holds."""
    return [price_rule(each, "Gold card", percent=Decimal(-10)) for each in price_lists]


def test_hook_crm_collect_price_rules_changes_the_price_and_its_explanation(
    oil: Product, guest: Customer, answering: Answering
) -> None:
    asked: list[Any] = []

    def answer(customer: Customer, products: Sequence[Product], price_lists: Sequence[PriceList], day: date) -> Any:
        asked.append((customer, products, day))
        return gold(price_lists)

    answering(crm_collect_price_rules=answer)
    line = priced(guest, oil)
    assert line.unit_price == Decimal(36)
    assert [(step.label, step.amount) for step in line.steps] == [
        ("Price list “Standard prices”", Decimal(40)),
        ("Rule “Gold card”", Decimal(-4)),
    ]
    assert asked == [(guest, [oil], DAY)]


def test_a_plugins_rule_goes_by_the_same_order_as_the_lists_own(
    oil: Product, standard: PriceList, answering: Answering
) -> None:
    values = {"price_list_id": standard.id, "product_id": oil.id, "percent": Decimal(-50), "name": "November"}
    create_price_rule(SYSTEM, values | {"min_quantity": Decimal(10)})
    answering(crm_collect_price_rules=gold)
    assert [priced(None, oil, quantity).unit_price for quantity in (9, 10)] == [Decimal(36), Decimal(20)]


def test_a_list_that_starts_from_another_one_has_a_plugins_rule_once(
    oil: Product, standard: PriceList, guest: Customer, answering: Answering
) -> None:
    hotels = create_price_list(SYSTEM, {"name": "Hotels", "currency": "EUR", "country": "GR"})
    create_price_rule(
        SYSTEM, {"price_list_id": hotels.id, "base": "list", "base_list_id": standard.id, "name": "As always"}
    )
    answering(crm_collect_price_rules=gold)
    line = priced(guest, oil)
    assert (line.price_list, line.unit_price) == (hotels, Decimal(36))


def test_a_rule_may_make_a_price_where_no_list_has_one(standard: PriceList, answering: Answering) -> None:
    soap = create_product(SYSTEM, {"name": "Soap"})

    def answer(price_lists: Sequence[PriceList]) -> list[PriceRule]:
        return [price_rule(price_lists[0], "Agreed on the fair", base="fixed", amount=Decimal(3), product_id=soap.id)]

    answering(crm_collect_price_rules=answer)
    assert priced(None, soap).unit_price == Decimal(3)


def test_a_plugin_that_fails_is_left_out_and_the_explanation_says_so(oil: Product, answering: Answering) -> None:
    def answer() -> list[PriceRule]:
        raise ConnectionError("no line")

    answering(crm_collect_price_rules=answer)
    line = priced(None, oil)
    assert line.unit_price == Decimal(40)
    assert line.steps[-1].label.endswith("couldn't be asked for its prices")


def test_nobody_is_asked_where_no_list_holds(oil: Product, answering: Answering) -> None:
    answering(crm_collect_price_rules=gold)
    assert priced(None, oil, currency="PLN").unit_price is None
    assert collect("crm_collect_price_rules", customer=None, products=[oil], price_lists=[], day=DAY) == []


def test_hook_crm_compute_tax_goes_before_the_catalogs_rules(
    oil: Product, guest: Customer, answering: Answering
) -> None:
    own = create_tax_rule(SYSTEM, {"name": "ΦΠΑ 13 %", "rate": Decimal(13), "country": "GR"})
    assert priced(guest, oil).tax_rule == own
    island = TaxRule(id=UUID(int=7), name="ΦΠΑ νησιών", note="Αιγαίο", rate=Decimal(9))

    def answer(sale: Sale, products: Sequence[Product]) -> Sequence[TaxRule | None] | None:
        return [island if sale.country == "GR" else None for _product in products]

    answering(crm_compute_tax=answer)
    assert priced(guest, oil).tax_rule is island


def test_a_plugin_may_leave_the_tax_to_the_catalog(oil: Product, guest: Customer, answering: Answering) -> None:
    own = create_tax_rule(SYSTEM, {"name": "ΦΠΑ 13 %", "rate": Decimal(13), "country": "GR"})
    answering(crm_compute_tax=lambda sale: None)
    assert priced(guest, oil).tax_rule == own
    sale = Sale("GR", "", False, DAY)
    assert ask("crm_compute_tax", sale=sale, products=[oil, oil]) == [own, own]
