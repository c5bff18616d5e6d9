"""What a product costs: the list, the quantity and the day decide; one list is the default."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from core.access import Actor, Kind, Scope, system_actor
from core.database import db
from core.i18n import today
from core.problems import Problem
from plugins.catalog.models import Price, PriceList, Product
from plugins.catalog.operations.prices import (
    create_price,
    create_price_list,
    default_price_list,
    set_quantity_prices,
    update_price_list,
)
from plugins.catalog.operations.products import create_product, update_product
from plugins.catalog.quantity_prices import read_quantity_prices, write_quantity_prices
from plugins.catalog.queries.prices import list_prices, price_of, undated_prices

DAY = date(2026, 11, 20)


@pytest.fixture
def product(app: Any) -> Product:
    return create_product(system_actor(), {"name": "Olive oil, 5 l tin", "sku": "OIL-5"})


@pytest.fixture
def price_list(app: Any) -> PriceList:
    return create_price_list(system_actor(), {"name": "Distributors", "currency": "EUR"})


def price(product: Product, price_list: PriceList, amount: str, **values: Any) -> Price:
    return create_price(
        system_actor(),
        {"product_id": product.id, "price_list_id": price_list.id, "amount": Decimal(amount), **values},
    )


def cost(product: Product, price_list: PriceList, quantity: int = 1, day: date = DAY) -> Decimal | None:
    found = price_of(product.id, price_list.id, Decimal(quantity), day)
    return found.amount if found else None


def test_largest_quantity_that_is_reached_decides(product: Product, price_list: PriceList) -> None:
    price(product, price_list, "40")
    price(product, price_list, "36", min_quantity=Decimal(10))
    price(product, price_list, "30", min_quantity=Decimal(100))
    assert [cost(product, price_list, quantity) for quantity in (1, 9, 10, 99, 100)] == [40, 40, 36, 36, 30]


def test_price_holds_on_its_first_and_last_day_and_not_beside(product: Product, price_list: PriceList) -> None:
    price(product, price_list, "35", valid_from=date(2026, 11, 1), valid_until=date(2026, 11, 30))
    days = (date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 30), date(2026, 12, 1))
    assert [cost(product, price_list, day=day) for day in days] == [None, 35, 35, None]


def test_price_that_began_last_goes_before_the_standing_one(product: Product, price_list: PriceList) -> None:
    price(product, price_list, "40")
    price(product, price_list, "35", valid_from=date(2026, 11, 1))
    assert cost(product, price_list) == 35


def test_list_that_has_ended_has_no_prices(product: Product) -> None:
    ended = create_price_list(system_actor(), {"name": "Summer", "currency": "EUR", "valid_until": date(2026, 8, 31)})
    price(product, ended, "20")
    assert cost(product, ended) is None


def test_list_without_the_product_has_no_price(product: Product, price_list: PriceList) -> None:
    assert cost(product, price_list) is None


def test_price_is_in_the_currency_of_its_list(product: Product) -> None:
    polish = create_price_list(system_actor(), {"name": "Polska", "currency": "PLN"})
    assert price(product, polish, "199").currency == "PLN"


def test_price_of_a_new_product_stands_in_the_default_list(app: Any) -> None:
    product = create_product(system_actor(), {"name": "GTX Pro", "list_price": Decimal(4821)})
    assert cost(product, default_price_list(system_actor()), day=today()) == 4821
    assert list_prices(system_actor(), [product.id]) == {product.id: "€4,821"}


def test_new_price_holds_from_today_and_the_old_one_is_kept(app: Any) -> None:
    product = create_product(system_actor(), {"name": "GTX Pro", "list_price": Decimal(4821)})
    update_product(system_actor(), product, {"list_price": Decimal(5000)})
    update_product(system_actor(), product, {"list_price": Decimal(5100)})
    assert cost(product, default_price_list(system_actor()), day=today()) == 5100
    amounts = db.session.scalars(select(Price.amount).where(Price.product_id == product.id).order_by(Price.amount))
    assert list(amounts) == [4821, 5100]


def test_one_list_is_the_default(app: Any) -> None:
    first = default_price_list(system_actor())
    second = create_price_list(system_actor(), {"name": "New", "currency": "EUR", "is_default": True})
    assert default_price_list(system_actor()).id == second.id
    assert first.is_default is False


def test_currency_of_a_list_with_prices_stays(product: Product, price_list: PriceList) -> None:
    price(product, price_list, "40")
    with pytest.raises(Problem) as refused:
        update_price_list(system_actor(), price_list, {"currency": "PLN"})
    assert refused.value.code == "catalog.currency_in_use"


def test_code_belongs_to_one_product(product: Product) -> None:
    with pytest.raises(Problem) as refused:
        create_product(system_actor(), {"name": "Another", "sku": "OIL-5"})
    assert set(refused.value.fields) == {"sku"}
    update_product(system_actor(), product, {"sku": "OIL-5", "name": "Olive oil"})
    assert product.name == "Olive oil"


def test_period_that_ends_before_it_begins_is_refused(product: Product, price_list: PriceList) -> None:
    with pytest.raises(Problem) as refused:
        price(product, price_list, "1", valid_from=DAY, valid_until=date(2026, 1, 1))
    assert set(refused.value.fields) == {"valid_until"}


def test_pages_of_the_catalog_come_from_their_declaration(client: FlaskClient, product: Product) -> None:
    for url in ("products", "price-lists", "prices", "products/new", f"products/{product.id}"):
        assert client.get(f"/catalog/{url}").status_code == 200, url
    assert "Olive oil, 5 l tin" in client.get("/catalog/products").text


def test_product_is_made_with_its_price_by_form_and_api(client: FlaskClient, api: FlaskClient) -> None:
    client.post("/catalog/products", data={"name": "GTX Basic", "series": "GTX", "list_price": "550", "unit": "piece"})
    made = api.post("/api/v1/catalog/products", json={"name": "GTX Pro", "list_price": "4821"})
    assert made.status_code == 201
    assert "list_price" not in made.get_json()
    page = client.get("/catalog/products").text
    assert "€550" in page
    assert "€4,821" in page


# By quantity, typed into a table


def amounts(product: Product, price_list: PriceList) -> dict[Decimal, Decimal]:
    return {each.min_quantity: each.amount for each in undated_prices(product.id, price_list.id)}


def test_table_of_prices_replaces_those_without_days(product: Product, price_list: PriceList) -> None:
    price(product, price_list, "40")
    price(product, price_list, "36", min_quantity=Decimal(10))
    campaign = price(product, price_list, "20", valid_from=date(2026, 11, 1), valid_until=date(2026, 11, 30))
    set_quantity_prices(system_actor(), product, price_list, read_quantity_prices("1: 41\n100: 29,50\n"))
    assert amounts(product, price_list) == {Decimal(1): Decimal(41), Decimal(100): Decimal("29.5")}
    assert campaign.deleted_at is None
    assert write_quantity_prices(undated_prices(product.id, price_list.id)) == "1: 41\n100: 29.5"
    set_quantity_prices(system_actor(), product, price_list, {})
    assert amounts(product, price_list) == {}


@pytest.mark.parametrize(
    "text",
    ["ten: 4", "10", "10: -1", "0: 4", "1: 4\n1: 5", "1.000: 4", "1: NaN", "1: 1.23456", "1: 9e99", "2: 1\n" * 51],
)
def test_row_that_is_no_price_is_refused(text: str, app: Any) -> None:
    with pytest.raises(Problem) as refused:
        read_quantity_prices(text)
    assert set(refused.value.fields) == {"prices"}


def test_page_saves_prices_by_quantity_or_says_what_is_wrong(
    client: FlaskClient, product: Product, price_list: PriceList
) -> None:
    price(product, price_list, "40")
    url = f"/catalog/products/{product.id}/prices"
    assert url in client.get(f"/catalog/products/{product.id}").text
    assert "1: 40" in client.get(f"{url}?list={price_list.id}").text
    wrong = client.post(f"{url}/{price_list.id}", data={"prices": "1: 40\n1: 30"})
    assert (wrong.status_code, "this quantity has a price already" in wrong.text) == (422, True)
    assert client.post(f"{url}/{price_list.id}", data={"prices": "1: 40\n50: 35"}).status_code == 303
    db.session.expire_all()
    assert amounts(product, price_list) == {Decimal(1): Decimal(40), Decimal(50): Decimal(35)}


def test_nobody_types_prices_who_may_not_change_them(app: Any, product: Product, price_list: PriceList) -> None:
    price(product, price_list, "40")
    viewer = Actor(Kind.staff, grants={"catalog.product.view": Scope.all, "catalog.price.view": Scope.all})
    with pytest.raises(Problem) as refused:
        set_quantity_prices(viewer, product, price_list, {Decimal(1): Decimal(1)})
    assert refused.value.status in (403, 404)
    db.session.rollback()
    assert amounts(product, price_list) == {Decimal(1): Decimal(40)}
