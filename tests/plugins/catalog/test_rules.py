"""Rules that reckon prices: from what, which one, how much, rounded to what, and never below a margin."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.access import system_actor
from core.database import bulk_insert, new_id, write_unit
from core.problems import Problem
from plugins.catalog.api import PricedLine, PriceRequest, price_lines
from plugins.catalog.models import PriceList, PriceRule, Product
from plugins.catalog.operations.costs import create_cost
from plugins.catalog.operations.prices import create_price, create_price_list, default_price_list, update_price_list
from plugins.catalog.operations.products import create_product
from plugins.catalog.operations.rules import create_price_rule, update_price_rule
from plugins.catalog.pricing import PRECISION, summed
from plugins.catalog.rules import least_price, reckoned

DAY = date(2026, 11, 22)


@pytest.fixture
def oil(app: Any) -> Product:
    product = create_product(system_actor(), {"name": "Olive oil, 5 l tin", "series": "Food"})
    create_price(system_actor(), {"product_id": product.id, "amount": Decimal("24.9")})
    return product


def rule(name: str = "Rule", **values: Any) -> PriceRule:
    numbers = {
        key: Decimal(value) if isinstance(value, str) and key in NUMBERS else value for key, value in values.items()
    }
    return create_price_rule(system_actor(), {"name": name, **numbers})


NUMBERS = {"percent", "amount", "rounding_step", "ending", "min_margin", "min_quantity"}


def priced(product: Product, quantity: str = "1", currency: str = "EUR", day: date = DAY) -> PricedLine:
    return price_lines(None, [PriceRequest(product.id, Decimal(quantity))], currency, day)[0]


def told(line: PricedLine) -> list[tuple[str, str, Decimal | None]]:
    return [(step.label, step.note, step.amount) for step in line.steps]


def test_a_rule_changes_the_lists_own_price_from_a_quantity_on(oil: Product) -> None:
    rule("2,000 pieces or more", percent="-6.62", rounding_step="0.01", min_quantity="2000")
    assert priced(oil, "1999").unit_price == Decimal("24.9")
    line = priced(oil, "2000")
    assert (line.list_price, line.unit_price) == (Decimal("24.9"), Decimal("23.25"))
    assert told(line) == [
        ("Price list “Standard prices”", "", Decimal("24.9")),
        ("Rule “2,000 pieces or more”", "from 2,000", Decimal("-1.65")),
    ]


def test_product_goes_before_series_and_that_before_everything(oil: Product) -> None:
    rule("everything", percent="-1", min_quantity="1")
    assert priced(oil).steps[-1].values["rule"] == "everything"
    rule("series", percent="-2", series="FOOD")
    assert priced(oil).steps[-1].values["rule"] == "series"
    rule("product", percent="-3", product_id=oil.id)
    assert priced(oil).steps[-1].values["rule"] == "product"
    rule("another", percent="-50", series="Drinks")
    assert priced(oil).steps[-1].values["rule"] == "product"


def test_the_largest_quantity_then_the_newest_goes_first(oil: Product) -> None:
    rule("standing", percent="-1")
    rule("from ten", percent="-2", min_quantity="10")
    rule("last year", percent="-3", valid_from=date(2025, 1, 1))
    rule("this year", percent="-4", valid_from=date(2026, 1, 1))
    rule("over", percent="-5", valid_from=date(2026, 2, 1), valid_until=date(2026, 10, 31))
    names = [priced(oil, quantity).steps[-1].values["rule"] for quantity in ("1", "9.99", "10")]
    assert names == ["this year", "this year", "from ten"]


def test_a_price_of_the_product_goes_before_a_rule_for_all(oil: Product) -> None:
    rule("one price for all", base="fixed", amount="5")
    other = create_product(system_actor(), {"name": "Other"})
    assert priced(oil).unit_price == Decimal("24.9")
    assert told(priced(other)) == [("Price list “Standard prices”, rule “one price for all”", "", Decimal(5))]
    rule("this product", base="fixed", amount="6", product_id=oil.id, min_quantity="5")
    assert [priced(oil, quantity).unit_price for quantity in ("1", "5")] == [Decimal("24.9"), 6]


def test_cost_plus_is_rounded_and_doesnt_tell_the_cost(app: Any) -> None:
    bread = create_product(system_actor(), {"name": "Bread"})
    rule("cost plus", base="cost", percent="30", amount="0.20", rounding_step="1", ending="-0.01")
    assert priced(bread).unit_price is None
    create_cost(system_actor(), {"product_id": bread.id, "amount": Decimal("3.75")})
    line = priced(bread)
    assert line.unit_price == Decimal("4.99")
    assert told(line) == [("Price list “Standard prices”, rule “cost plus”", "", Decimal("4.99"))]


def test_a_price_is_raised_to_the_least_margin(oil: Product) -> None:
    rule("half", percent="-50", min_margin="20")
    assert priced(oil).unit_price == Decimal("12.45")
    create_cost(system_actor(), {"product_id": oil.id, "amount": Decimal(16)})
    line = priced(oil)
    assert line.unit_price == 20
    assert told(line)[-1] == ("Raised to the least margin of “half”", "", Decimal("7.55"))


def segment(name: str, **values: Any) -> PriceList:
    return create_price_list(system_actor(), {"name": name, "currency": "EUR", **values})


def test_a_list_starts_from_another_in_another_currency(oil: Product) -> None:
    standard = default_price_list(system_actor())
    polish = segment("Cennik", currency="PLN", rate=Decimal("4.26"), is_default=True)
    rule("ten off", price_list_id=polish.id, base="list", base_list_id=standard.id, percent="-10", rounding_step="0.1")
    line = priced(oil, currency="PLN")
    assert told(line) == [
        ("Price list “Standard prices”", "", Decimal("24.9")),
        ("In PLN, at the rate of “Cennik”", "", Decimal("106.074")),
        ("Price list “Cennik”, rule “ten off”", "", Decimal("-10.574")),
    ]
    assert line.unit_price == Decimal("95.5") == summed(line.steps)
    update_price_list(system_actor(), polish, {"rate": None})
    assert priced(oil, currency="PLN").unit_price is None


def test_no_list_starts_from_itself_by_way_of_others(oil: Product) -> None:
    first, second, third = (segment(name) for name in ("first", "second", "third"))
    for price_list, base in ((second, first), (third, second)):
        rule(price_list_id=price_list.id, base="list", base_list_id=base.id)
    for base in (third, first):
        with pytest.raises(Problem) as refused:
            rule(price_list_id=first.id, base="list", base_list_id=base.id)
        assert set(refused.value.fields) == {"base_list"}
    harmless = rule(price_list_id=first.id)
    with pytest.raises(Problem):
        update_price_rule(system_actor(), harmless, {"base": "list", "base_list_id": third.id})
    assert harmless.base == "own"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"product": True, "series": "Food"}, "series"),
        ({"base": "list"}, "base_list"),
        ({"base": "fixed", "amount": "5", "percent": "10"}, "percent"),
        ({"ending": "-0.01"}, "rounding_step"),
        ({"valid_from": DAY, "valid_until": date(2026, 1, 1)}, "valid_until"),
    ],
)
def test_what_cant_be_reckoned_is_refused(oil: Product, values: dict[str, Any], field: str) -> None:
    told = {
        "product_id" if name == "product" else name: oil.id if name == "product" else values[name] for name in values
    }
    with pytest.raises(Problem) as refused:
        rule("refused", **told)
    assert set(refused.value.fields) == {field}


def test_currency_of_a_list_with_rules_stays(oil: Product) -> None:
    partners = segment("Partners")
    rule(price_list_id=partners.id)
    with pytest.raises(Problem) as refused:
        update_price_list(system_actor(), partners, {"currency": "PLN"})
    assert refused.value.code == "catalog.currency_in_use"


def test_rules_cost_no_statement_for_a_line(oil: Product, statements: list[str]) -> None:
    standard = default_price_list(system_actor())
    derived = segment("Derived", is_default=True)
    products = [{"id": new_id(), "name": f"Product {place}", "series": f"S{place % 7}"} for place in range(500)]
    with write_unit():
        bulk_insert(Product, products)
    for place in range(7):
        rule(f"r{place}", base="fixed", amount=str(place + 10), series=f"S{place}", price_list_id=standard.id)
    rule("all", base="list", base_list_id=standard.id, percent="-10", price_list_id=derived.id)
    requests = [PriceRequest(each["id"], Decimal(2)) for each in products]  # type: ignore[arg-type]
    del statements[:]
    lines = price_lines(None, requests, "EUR", DAY)
    assert [line.unit_price for line in lines[:7]] == [Decimal(place + 10) * 9 / 10 for place in range(7)]
    assert len(statements) <= 6


amounts = st.decimals(0, 10**7, places=4)
rules = st.builds(
    PriceRule,
    percent=st.decimals(-100, 1000, places=2),
    amount=st.decimals(-(10**4), 10**4, places=4),
    rounding_step=st.none() | st.sampled_from([Decimal("0.001"), Decimal("0.05"), Decimal(1), Decimal(100)]),
    ending=st.sampled_from([Decimal(0), Decimal("-0.01"), Decimal("-0.05"), Decimal(-1)]),
    min_margin=st.none() | st.decimals(0, 99, places=2),
)


@given(rules, amounts, st.none() | amounts)
def test_a_price_is_never_below_zero_nor_below_its_margin_nor_finer_than_prices_are(
    reckoning: PriceRule, start: Decimal, cost: Decimal | None
) -> None:
    price = reckoned(reckoning, start)
    assert price >= 0
    assert price == price.quantize(PRECISION)
    least = least_price(reckoning, cost)
    if reckoning.min_margin is not None and cost:
        assert (least - cost) / least * 100 >= reckoning.min_margin
    if reckoning.rounding_step and price > 0:
        assert (price - reckoning.ending) % reckoning.rounding_step == 0
