"""Which tax a sale bears, and that a document's tax is the sum of its tax lines, to the smallest unit."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from core.access import system_actor
from core.customers.operations import create_customer
from core.database import new_id
from core.problems import Problem
from plugins.catalog.amounts import rounded
from plugins.catalog.models import Product, TaxRule
from plugins.catalog.operations.products import create_product, update_product
from plugins.catalog.operations.taxes import create_tax_rule, update_tax_rule
from plugins.catalog.queries.pricing import explain_price
from plugins.catalog.queries.taxes import sale_to, tax_rules_of
from plugins.catalog.taxes import Rounding, Sale, Taxable, choose_rule, tax_document

DAY = date(2026, 11, 22)


def rule(name: str, rate: str = "24", country: str = "GR", **values: Any) -> TaxRule:
    return TaxRule(id=new_id(), name=name, rate=Decimal(rate), country=country, **{"postcodes": ""} | values)


GREECE = [
    rule("standard", "24", tax_class="standard"),
    rule("reduced", "13", tax_class="reduced"),
    rule("islands", "17", tax_class="standard", postcodes="811 85"),
    rule("one island", "16", tax_class="standard", postcodes="8520"),
    rule("businesses", "0", buyer="business", postcodes="811"),
    rule("until last year", "23", tax_class="standard", valid_until=date(2025, 12, 31), valid_from=date(2025, 1, 1)),
    rule("next year", "25", tax_class="standard", valid_from=date(2027, 1, 1)),
]


@pytest.mark.parametrize(
    ("country", "postcode", "business", "tax_class", "day", "expected"),
    [
        ("GR", "26221", False, "standard", DAY, "standard"),
        ("GR", "", False, "standard", DAY, "standard"),
        ("GR", "26221", False, "reduced", DAY, "reduced"),
        ("GR", "811 00", False, "standard", DAY, "islands"),
        ("GR", "85-200", False, "standard", DAY, "one island"),
        ("GR", "81100", True, "standard", DAY, "businesses"),
        ("GR", "81100", False, "reduced", DAY, "reduced"),
        ("GR", "26221", False, "standard", date(2025, 6, 1), "until last year"),
        ("GR", "26221", False, "standard", date(2027, 1, 1), "next year"),
        ("GR", "26221", False, "exempt", DAY, None),
        ("PL", "00-001", False, "standard", DAY, None),
    ],
)
def test_the_rule_that_says_most_wins(
    country: str, postcode: str, business: bool, tax_class: str, day: date, expected: str | None
) -> None:
    found = choose_rule(GREECE, Sale(country, postcode, business, day), tax_class)
    assert (found.name if found else None) == expected


DECIMALS = {"JPY": 0, "EUR": 2, "KWD": 3}
RULES = [rule("a", "24"), rule("b", "13"), rule("c", "5.5"), None]


@given(
    st.sampled_from(sorted(DECIMALS)),
    st.lists(st.tuples(st.integers(-(10**9), 10**9), st.sampled_from(RULES)), max_size=60),
    st.sampled_from(list(Rounding)),
)
def test_tax_lines_and_shares_add_up_to_the_documents_tax(
    currency: str, sold: list[tuple[int, TaxRule | None]], rounding: Rounding
) -> None:
    taxables = [Taxable(Decimal(units).scaleb(-DECIMALS[currency]), each) for units, each in sold]
    taxation = tax_document(taxables, currency, rounding)
    assert sum(line.tax for line in taxation.lines) == taxation.total == sum(taxation.shares)
    assert all(share == rounded(share, currency) for share in taxation.shares)
    assert sum(line.base for line in taxation.lines) == sum(each.net for each in taxables if each.rule)
    for line in taxation.lines:
        of_rule = [each.net for each in taxables if each.rule is not None and each.rule.id == line.rule_id]
        if rounding is Rounding.document:
            assert line.tax == rounded(sum(of_rule, Decimal(0)) * line.rate / 100, currency)
        else:
            assert line.tax == sum(rounded(net * line.rate / 100, currency) for net in of_rule)


def test_three_cents_are_taxed_by_line_or_together() -> None:
    standard = rule("standard", "24")
    taxables = [Taxable(Decimal("0.02"), standard)] * 3
    assert tax_document(taxables, "EUR", Rounding.line).total == Decimal(0)
    together = tax_document(taxables, "EUR", Rounding.document)
    assert together.total == Decimal("0.01")
    assert together.shares == (Decimal("0.01"), Decimal(0), Decimal(0))


def test_what_bears_no_tax_has_no_line() -> None:
    taxation = tax_document([Taxable(Decimal(5), None)], "EUR", Rounding.line)
    assert (taxation.lines, taxation.shares, taxation.total) == ((), (Decimal(0),), Decimal(0))


@pytest.fixture
def oil(app: Any) -> Product:
    return create_product(system_actor(), {"name": "Olive oil", "tax_class": "reduced"})


def make(**values: Any) -> TaxRule:
    return create_tax_rule(system_actor(), {"name": "ΦΠΑ", "rate": Decimal(13), "country": "GR", **values})


def test_a_customers_address_and_tax_number_decide(oil: Product) -> None:
    private = make(tax_class="reduced", buyer="private")
    business = make(buyer="business", rate=Decimal(0))
    shop = create_customer(
        system_actor(), {"name": "Παντοπωλείο", "country": "GR", "postcode": "26221", "tax_number": "EL094014201"}
    )
    guest = create_customer(system_actor(), {"name": "Άννα", "country": "GR"})
    nowhere = create_customer(system_actor(), {"name": "Nowhere"})
    found = [tax_rules_of([oil], sale_to(each, DAY)) for each in (shop, guest, nowhere)]
    assert found == [[business], [private], [None]]


def test_postcodes_are_kept_as_they_are_compared(app: Any) -> None:
    kept = make(postcodes="811, 85-2  gr8")
    assert kept.postcodes == "811 852 GR8"
    with pytest.raises(Problem) as refused:
        update_tax_rule(system_actor(), kept, {"postcodes": "81*"})
    assert refused.value.code == "catalog.bad_postcodes"
    assert kept.postcodes == "811 852 GR8"


def test_a_rule_cant_end_before_it_begins(app: Any) -> None:
    with pytest.raises(Problem) as refused:
        make(valid_from=DAY, valid_until=date(2026, 1, 1))
    assert refused.value.code == "catalog.ends_before_it_begins"


def test_a_product_shows_its_prices_and_taxes(client: FlaskClient, oil: Product) -> None:
    make(name="ΦΠΑ 13 %", tax_class="reduced")
    make(name="ΦΠΑ 24 %", tax_class="standard", rate=Decimal(24))
    page = client.get(f"/catalog/products/{oil.id}").text
    assert "It has no price today." in page
    assert "ΦΠΑ 13 %" in page
    assert "ΦΠΑ 24 %" not in page
    client.post("/catalog/prices", data={"product": str(oil.id), "amount": "42.50", "min_quantity": "1"})
    client.post("/catalog/prices", data={"product": str(oil.id), "amount": "39.90", "min_quantity": "100"})
    page = client.get(f"/catalog/products/{oil.id}").text
    assert [text in page for text in ("€42.50", "€39.90", "from 100")] == [True] * 3


def test_a_price_explains_itself(oil: Product) -> None:
    make(name="ΦΠΑ 13 %", tax_class="reduced")
    update_product(system_actor(), oil, {"list_price": Decimal("7.90")})
    guest = create_customer(system_actor(), {"name": "Άννα", "country": "GR"})
    explained = explain_price(oil, guest, Decimal("2.5"))
    assert explained is not None
    assert explained.tax is not None
    assert (explained.net, explained.tax.tax, explained.gross) == (
        Decimal("19.75"), Decimal("2.57"), Decimal("22.32"),
    )  # fmt: skip
    nobody = explain_price(oil, None)
    assert nobody is not None
    assert (nobody.tax, nobody.gross) == (None, Decimal("7.90"))


def test_what_has_no_price_explains_nothing(oil: Product) -> None:
    assert explain_price(oil, None) is None


def test_a_deal_shows_what_one_unit_costs_its_customer(client: FlaskClient, oil: Product) -> None:
    make(name="ΦΠΑ 13 %", tax_class="reduced", note="Ειδική διάταξη")
    update_product(system_actor(), oil, {"list_price": Decimal("7.90")})
    guest = create_customer(system_actor(), {"name": "Άννα", "country": "GR"})
    made = client.post("/sales/opportunities", data={"name": "Oil", "customer": str(guest.id), "product": str(oil.id)})
    page = client.get(made.location).text
    assert [text in page for text in ("€7.90", "€1.03", "€8.93", "ΦΠΑ 13 %", "Ειδική διάταξη")] == [True] * 5
