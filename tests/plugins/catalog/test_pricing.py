"""What lines of a document cost: many at once, each with the steps that its price comes from."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from flask_babel import force_locale

from core.access import system_actor
from core.customers.models import Customer
from core.customers.operations import create_customer
from core.database import bulk_insert, new_id, write_unit
from core.i18n import format_day
from core.problems import Problem
from core.records.operations import bin_record
from core.users.company import set_company
from plugins.catalog.api import PricedLine, PriceRequest, price_lines
from plugins.catalog.models import Cost, Price, PriceList, Product, TaxRule
from plugins.catalog.operations.costs import create_cost
from plugins.catalog.operations.prices import create_price, create_price_list, default_price_list
from plugins.catalog.operations.products import create_product, update_product
from plugins.catalog.operations.taxes import create_tax_rule
from plugins.catalog.records import PRODUCTS
from tests.conftest import staff

DAY = date(2026, 11, 22)


@pytest.fixture
def standard(app: Any) -> PriceList:
    return default_price_list(system_actor())


@pytest.fixture
def oil(standard: PriceList) -> Product:
    return create_product(system_actor(), {"name": "Olive oil, 5 l tin", "tax_class": "reduced"})


@pytest.fixture
def guest(app: Any) -> Customer:
    return create_customer(system_actor(), {"name": "Άννα", "country": "GR"})


def price(product: Product, amount: str, **values: Any) -> Price:
    return create_price(system_actor(), {"product_id": product.id, "amount": Decimal(amount), **values})


def priced(product: Product, quantity: str = "1", currency: str = "EUR", day: date = DAY) -> PricedLine:
    return price_lines(None, [PriceRequest(product.id, Decimal(quantity))], currency, day)[0]


def test_a_line_tells_its_price_list_and_tax(oil: Product, guest: Customer, standard: PriceList) -> None:
    price(oil, "42.1234")
    rule = create_tax_rule(
        system_actor(), {"name": "ΦΠΑ 13 %", "rate": Decimal(13), "country": "GR", "tax_class": "reduced"}
    )
    line = price_lines(guest, [PriceRequest(oil.id, Decimal(3))], "EUR", DAY)[0]
    assert (line.product, line.quantity, line.currency) == (oil, Decimal(3), "EUR")
    assert (line.list_price, line.unit_price) == (Decimal("42.1234"), Decimal("42.1234"))
    assert (line.price_list, line.tax_rule) == (standard, rule)
    assert [(step.kind, step.label, step.amount) for step in line.steps] == [
        ("list", "Price list “Standard prices”", Decimal("42.1234"))
    ]


def test_a_step_says_from_which_quantity_and_day_it_holds(oil: Product) -> None:
    price(oil, "40")
    price(oil, "36", min_quantity=Decimal(1000), valid_from=date(2025, 11, 1))
    assert [priced(oil, quantity).unit_price for quantity in ("999", "1000")] == [40, 36]
    step = priced(oil, "1000").steps[0]
    assert step.note == "from 1,000 · since 1 Nov 2025"
    with force_locale("pl"):
        assert (step.label, step.note) == ("Cennik „Standard prices”", "od 1\N{NO-BREAK SPACE}000 · od 1 lis 2025")


def test_a_line_tells_from_which_larger_quantity_on_it_costs_less(oil: Product) -> None:
    price(oil, "40")
    price(oil, "36", min_quantity=Decimal(1000))
    price(oil, "37", min_quantity=Decimal(2000))
    (further,) = priced(oil, "10").unused
    assert (further.label, further.amount) == ("€36.00 from 1,000 on", Decimal(36))
    assert priced(oil, "10").unit_price == 40
    assert not priced(oil, "1000").unused
    assert not priced(oil, "2000").unused
    assert not priced(oil, "-10").unused


def test_a_line_tells_of_a_list_that_ended_lately_and_had_a_price(oil: Product, guest: Customer) -> None:
    price(oil, "40")
    autumn = {"name": "Autumn 2026", "currency": "EUR", "valid_until": DAY - timedelta(days=7), "country": "GR"}
    ended = create_price_list(system_actor(), autumn)

    def told(customer: Customer | None = guest, day: date = DAY) -> list[str]:
        line = price_lines(customer, [PriceRequest(oil.id, Decimal(1))], "EUR", day)[0]
        assert line.unit_price == 40
        return [step.label for step in line.unused]

    assert told() == []  # it had no price for it
    price(oil, "35", price_list_id=ended.id)
    day = ended.valid_until
    assert told() == [f"“Autumn 2026” ended on {format_day(day)}"]
    assert told(None) == []  # it wasn't for them
    assert told(day=DAY + timedelta(days=90)) == []
    with force_locale("el"):
        assert told() == [f"ο τιμοκατάλογος «Autumn 2026» έληξε στις {format_day(day)}"]


def test_less_than_one_unit_and_what_comes_back_are_priced_alike(oil: Product) -> None:
    price(oil, "40")
    price(oil, "36", min_quantity=Decimal(10))
    assert [priced(oil, quantity).unit_price for quantity in ("0.25", "-1", "-10")] == [40, 40, 36]


@pytest.mark.parametrize(("currency", "day"), [("PLN", DAY), ("EUR", date(2025, 12, 31)), ("EUR", date(2027, 1, 1))])
def test_a_line_without_a_price_says_so(oil: Product, standard: PriceList, currency: str, day: date) -> None:
    price(oil, "40", valid_from=date(2026, 1, 1), valid_until=date(2026, 12, 31))
    line = priced(oil, currency=currency, day=day)
    assert (line.price_list, line.list_price, line.unit_price) == (None, None, None)
    assert [(step.kind, step.amount) for step in line.steps] == [("unpriced", None)]
    assert line.steps[0].label == f"No price list in {currency} has a price for it on this day"


def test_a_default_list_that_has_ended_gives_no_price(app: Any) -> None:
    create_price_list(
        system_actor(), {"name": "Old", "currency": "EUR", "is_default": True, "valid_until": date(2026, 11, 21)}
    )
    product = create_product(system_actor(), {"name": "Tin"})
    price(product, "1.85")
    assert [priced(product, day=DAY - timedelta(days=days)).unit_price for days in (0, 1)] == [None, Decimal("1.85")]


def test_a_product_that_isnt_there_is_a_problem(oil: Product) -> None:
    with pytest.raises(Problem) as refused:
        price_lines(None, [PriceRequest(new_id(), Decimal(1))], "EUR", DAY)
    assert refused.value.status == 404


def test_what_is_in_the_bin_is_priced_for_documents_that_have_it(oil: Product) -> None:
    price(oil, "40")
    bin_record(system_actor(), PRODUCTS, oil)
    assert priced(oil).unit_price == 40


def test_the_cost_that_began_last_holds(oil: Product) -> None:
    assert priced(oil).cost is None
    for amount, day in (("30", None), ("31.5", date(2026, 11, 1)), ("33", date(2026, 12, 1))):
        create_cost(system_actor(), {"product_id": oil.id, "amount": Decimal(amount), "valid_from": day})
    days = (date(2020, 1, 1), date(2026, 10, 31), date(2026, 11, 1), date(2026, 12, 1))
    assert [priced(oil, day=day).cost for day in days] == [30, 30, Decimal("31.5"), 33]


def test_costs_from_before_another_currency_of_the_company_are_unknown(oil: Product) -> None:
    create_cost(system_actor(), {"product_id": oil.id, "amount": Decimal(30)})
    with write_unit():
        set_company(company_name="Aigis", language="pl", currency="PLN")
    assert priced(oil).cost is None


def test_five_hundred_lines_take_as_many_statements_as_one(
    standard: PriceList, guest: Customer, statements: list[str]
) -> None:
    products = [{"id": new_id(), "name": f"Product {place}"} for place in range(500)]
    with write_unit():
        bulk_insert(Product, products)
        prices = [
            {"product_id": each["id"], "price_list_id": standard.id, "amount": Decimal(place), "currency": "EUR"}
            for place, each in enumerate(products)
        ]
        bulk_insert(Price, prices)
        bulk_insert(Cost, [{"product_id": each["id"], "amount": Decimal(1), "currency": "EUR"} for each in products])
        bulk_insert(TaxRule, [{"name": "VAT", "rate": Decimal(24), "country": "GR", "tax_class": "standard"}])
    requests = [PriceRequest(each["id"], Decimal(2)) for each in products]  # type: ignore[arg-type]
    price_lines(guest, requests[:1], "EUR", DAY)
    del statements[:]
    price_lines(guest, requests[:1], "EUR", DAY)
    one = len(statements)
    lines = price_lines(guest, requests, "EUR", DAY)
    assert [line.unit_price for line in lines] == list(range(500))
    assert all(line.cost == 1 and line.tax_rule is not None for line in lines)
    assert len(statements) - one == one <= 7


def test_who_may_not_see_costs_sees_none(client: FlaskClient, oil: Product) -> None:
    update_product(system_actor(), oil, {"list_price": Decimal(40)})
    create_cost(system_actor(), {"product_id": oil.id, "amount": Decimal("27.35")})
    page = client.get(f"/catalog/products/{oil.id}").text
    assert "€27.35" in page
    assert "Margin at the standard price: 31.6 %" in page
    from plugins.catalog.hooks import crm_render_panels

    seller = staff(catalog__product__view="all", catalog__price__view="all")
    assert [panel.id for panel in crm_render_panels("record.sidebar", seller, oil)] == ["catalog.prices"]


def test_costs_come_through_the_api_for_whoever_may(api: FlaskClient, oil: Product) -> None:
    made = api.post("/api/v1/catalog/costs", json={"product": str(oil.id), "amount": "27.3512"})
    assert (made.status_code, made.get_json()["currency"]) == (201, "EUR")
    assert priced(oil).cost == Decimal("27.3512")
