"""Which price list holds for a customer, and that the price says which and why."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient

from core.access import system_actor
from core.customers.models import Customer
from core.customers.operations import create_customer
from core.database import new_id
from core.records.operations import bin_record, create_record
from plugins.catalog.api import PricedLine, PriceRequest, price_lines
from plugins.catalog.models import ListAssignment, PriceList, Product
from plugins.catalog.operations.prices import create_price, create_price_list, default_price_list
from plugins.catalog.operations.products import create_product
from plugins.catalog.queries.pricing import explain_price, price_lists_of
from plugins.catalog.records import ASSIGNMENTS
from tests.conftest import staff

DAY = date(2026, 11, 22)


@pytest.fixture
def oil(app: Any) -> Product:
    product = create_product(system_actor(), {"name": "Olive oil, 5 l tin"})
    create_price(system_actor(), {"product_id": product.id, "amount": Decimal("24.9")})
    return product


def price_list(product: Product | None, amount: str, name: str = "Distributors", **values: Any) -> PriceList:
    made = create_price_list(system_actor(), {"name": name, "currency": "EUR", **values})
    if product is not None:
        values = {"product_id": product.id, "price_list_id": made.id, "amount": Decimal(amount)}
        create_price(system_actor(), values)
    return made


def buyer(**values: Any) -> Customer:
    return create_customer(system_actor(), {"name": "Ελαιώνες", "country": "GR", "roles": ["customer"], **values})


def agree(customer: Customer, agreed: PriceList, reason: str | None = None) -> ListAssignment:
    values = {"customer": str(customer.id), "price_list": str(agreed.id), "reason": reason}
    return create_record(system_actor(), ASSIGNMENTS, values)  # type: ignore[no-any-return]


def priced(product: Product, customer: Customer | None, currency: str = "EUR", day: date = DAY) -> PricedLine:
    return price_lines(customer, [PriceRequest(product.id, Decimal(1))], currency, day)[0]


def test_a_distributor_gets_the_distributors_list(oil: Product) -> None:
    distributors = price_list(oil, "23.4", roles=["distributor"])
    line = priced(oil, buyer(roles=["customer", "distributor"]))
    assert (line.price_list, line.unit_price) == (distributors, Decimal("23.4"))
    assert (line.steps[0].label, line.steps[0].note) == ("Price list “Distributors”", "for customers of its kind")
    for other in (buyer(), None):
        line = priced(oil, other)
        assert (line.unit_price, line.steps[0].note) == (Decimal("24.9"), "")


@pytest.mark.parametrize(
    ("conditions", "customer", "fits"),
    [
        ({"roles": ["distributor", "partner"]}, {"roles": ["partner"]}, True),
        ({"tags": ["organic"]}, {"tags": ["organic", "north"]}, True),
        ({"tags": ["organic"]}, {"tags": []}, False),
        ({"country": "GR"}, {}, True),
        ({"country": "PL"}, {}, False),
        ({"roles": ["partner"], "country": "PL"}, {"roles": ["partner"]}, False),
        ({"roles": ["partner"], "tags": ["organic"]}, {"roles": ["partner"], "tags": ["organic"]}, True),
        ({}, {}, False),
    ],
)
def test_all_conditions_of_a_list_must_fit(
    oil: Product, conditions: dict[str, Any], customer: dict[str, Any], fits: bool
) -> None:
    price_list(oil, "20", **conditions)
    assert (priced(oil, buyer(**customer)).unit_price == 20) is fits


def test_an_agreed_list_goes_before_all_others(oil: Product) -> None:
    price_list(oil, "20", roles=["customer"], priority=100)
    contract = price_list(oil, "22", "Contract")
    ours, other = buyer(), buyer(name="Another")
    agreement = agree(ours, contract, "Contract of 2026")
    assert priced(oil, ours).steps[0].note == "Contract of 2026"
    assert [priced(oil, each).unit_price for each in (ours, other)] == [22, 20]
    bin_record(system_actor(), ASSIGNMENTS, agreement)
    assert priced(oil, ours).unit_price == 20


def test_priority_goes_before_the_number_of_conditions_and_that_before_the_day(oil: Product) -> None:
    names = ["priority", "two conditions", "new", "old"]
    price_list(oil, "1", "old", roles=["customer"], valid_from=date(2026, 1, 1))
    price_list(oil, "2", "new", roles=["customer"], valid_from=date(2026, 6, 1))
    price_list(oil, "3", "two conditions", roles=["customer"], country="GR")
    price_list(oil, "4", "priority", country="GR", priority=1)
    found = [each.price_list.name for each in price_lists_of(buyer(), DAY)]
    assert found == [*names, default_price_list(system_actor()).name]


def test_what_a_list_lacks_the_next_one_has(oil: Product) -> None:
    price_list(None, "0", roles=["customer"])
    assert priced(oil, buyer()).unit_price == Decimal("24.9")


def test_a_list_holds_on_its_days_alone(oil: Product) -> None:
    price_list(oil, "20", roles=["customer"], valid_from=date(2026, 11, 1), valid_until=date(2026, 11, 30))
    days = (date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 30), date(2026, 12, 1))
    assert [priced(oil, buyer(name=f"B{day}"), day=day).unit_price for day in days] == [
        Decimal("24.9"), 20, 20, Decimal("24.9"),
    ]  # fmt: skip


def test_only_lists_in_the_documents_currency_are_asked(oil: Product) -> None:
    price_list(oil, "106", "Cennik", currency="PLN", country="PL")
    pole = buyer(country="PL")
    assert [priced(oil, pole, currency).unit_price for currency in ("PLN", "EUR", "CHF")] == [
        106, Decimal("24.9"), None,
    ]  # fmt: skip
    explained = explain_price(oil, pole, day=DAY)
    assert explained is not None
    assert (explained.line.currency, explained.net) == ("PLN", Decimal(106))


def test_the_page_of_a_list_shows_its_prices_rules_and_customers(client: FlaskClient, oil: Product) -> None:
    contract = price_list(oil, "21.85", "Contract")
    agree(buyer(), contract, "Contract of 2026")
    client.post(
        "/catalog/price-rules",
        data={"name": "2,000 or more", "price_list": str(contract.id), "min_quantity": "2000", "percent": "-6.5"},
    )
    page = client.get(f"/catalog/price-lists/{contract.id}").text
    texts = ("€21.85", oil.name, "2,000 or more", "-6.5 %", "Ελαιώνες", "Contract of 2026", "fields/amount?edit=1")
    assert [text for text in texts if text not in page] == []


def test_who_may_not_see_a_customer_doesnt_learn_of_the_agreement(oil: Product) -> None:
    contract = price_list(oil, "21.85", "Contract")
    agree(buyer(), contract)
    from plugins.catalog.hooks import crm_render_panels

    seller = staff(
        new_id(), catalog__list_assignment__view="own", customer__view="own", catalog__price_list__view="all"
    )
    panels = list(crm_render_panels("record.sidebar", seller, contract))
    assert [(panel.id, panel.count) for panel in panels] == [("catalog.agreements", None)]


def test_lists_and_agreements_go_through_the_api(api: FlaskClient, oil: Product) -> None:
    made = api.post(
        "/api/v1/catalog/price-lists",
        json={"name": "Partners", "currency": "EUR", "roles": ["partner"], "tags": ["organic"], "country": "GR"},
    ).get_json()
    assert (made["roles"], made["tags"], made["country"], made["priority"]) == (["partner"], ["organic"], "GR", 0)
    agreed = api.post(
        "/api/v1/catalog/agreed-lists", json={"customer": str(buyer().id), "price_list": made["id"], "reason": "Fair"}
    )
    assert agreed.status_code == 201
