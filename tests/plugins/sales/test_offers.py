"""Beside a draft stands what goes with what is on it."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient

from core.access import Actor, Kind, Scope, system_actor
from core.database import new_id
from core.host.doors import collect
from core.records.operations import create_record, update_record
from plugins.catalog.models import Product
from plugins.catalog.operations.products import create_product
from plugins.catalog.records import PRODUCTS
from plugins.sales.api import Offer
from plugins.sales.models import Order
from plugins.sales.operations.orders import cancel_order, confirm_order
from plugins.sales.operations.quotes import create_quote
from plugins.sales.queries.quotes import sets_of
from plugins.sales.records import ORDER_LINES, ORDERS, QUOTE_LINES

SYSTEM = system_actor()
Answering = Callable[..., None]


def product(name: str) -> Product:
    return create_product(SYSTEM, {"name": name, "list_price": Decimal(100)})


@pytest.fixture
def press(app: Any) -> Product:
    return product("Press")


def order_of(customer: Any, *products: Product) -> Order:
    order: Order = create_record(SYSTEM, ORDERS, {"customer": str(customer.id), "currency": "EUR"})
    for each in products:
        create_record(SYSTEM, ORDER_LINES, {"order": str(order.id), "product": str(each.id)})
    return order


def sold(customer: Any, *products: Product) -> Order:
    return confirm_order(SYSTEM, order_of(customer, *products))


def offers_of(order: Order, client: FlaskClient) -> str:
    return client.get(f"/sales/orders/{order.id}/offers").text


def suggested(*products: Product, actor: Actor = SYSTEM) -> list[tuple[Any, str]]:
    found = collect("crm_suggest_offers", actor=actor, customer=None, products=[each.id for each in products])
    return [(each.product_id, each.reason) for each in found]


def test_hook_crm_suggest_offers_gives_what_stood_in_the_same_orders(customer: Any, press: Product) -> None:
    filters, training, other = product("Filter"), product("Training"), product("Other")
    sold(customer, press, filters)
    sold(customer, press, filters, training)
    sold(customer, other)
    order_of(customer, press, other)
    cancel_order(SYSTEM, sold(customer, press, other))
    assert suggested(press) == [(filters.id, "in 2 orders with these"), (training.id, "in 1 order with these")]
    assert suggested(press, filters) == [(training.id, "in 1 order with these")]


def test_only_orders_that_one_may_see_count(customer: Any, press: Product) -> None:
    sold(customer, press, product("Filter"))
    assert suggested(press, actor=Actor(Kind.staff, user_id=new_id(), grants={"sales.order.view": Scope.own})) == []
    assert suggested(press, actor=Actor(Kind.staff)) == []


def test_a_draft_of_an_order_shows_offers_and_a_button_adds_one(
    client: FlaskClient, customer: Any, press: Product
) -> None:
    filters = product("Filter")
    sold(customer, press, filters)
    draft = order_of(customer, press)
    assert f"/sales/orders/{draft.id}/offers" in client.get(f"/sales/orders/{draft.id}").text
    page = offers_of(draft, client)
    assert "Filter" in page
    assert "in 1 order with these" in page
    client.post(f"/sales/orders/{draft.id}/lines", data={"product": str(filters.id)})
    assert "Filter" not in offers_of(draft, client)


def test_a_confirmed_order_and_one_without_lines_have_no_offers(
    client: FlaskClient, customer: Any, press: Product
) -> None:
    confirmed = sold(customer, press, product("Filter"))
    assert "/offers" not in client.get(f"/sales/orders/{confirmed.id}").text
    assert offers_of(confirmed, client).strip() == ""
    assert offers_of(order_of(customer), client).strip() == ""


def test_the_best_three_of_all_plugins_are_shown_but_nothing_that_isnt_offered_any_more(
    client: FlaskClient, customer: Any, press: Product, answering: Answering
) -> None:
    names = ("Filter", "Training", "Service", "Gone", "Stand")
    filters, training, service, gone, stand = (product(name) for name in names)
    sold(customer, press, filters, gone)
    update_record(SYSTEM, PRODUCTS, gone, {"active": False})

    def answer() -> list[Offer]:
        weights = ((training, 9), (service, 8), (stand, 7), (gone, 99), (press, 99))
        return [Offer(each.id, "asked for lately", weight) for each, weight in weights]

    answering(crm_suggest_offers=answer)
    page = offers_of(order_of(customer, press), client)
    places = [page.find(each.name) for each in (training, service, stand)]
    assert places == sorted(places)
    assert -1 not in places
    assert [name for name in ("Filter", "Gone") if name in page] == []


def test_a_plugin_that_fails_costs_its_own_offers_alone(
    client: FlaskClient, customer: Any, press: Product, answering: Answering
) -> None:
    def answer() -> list[Offer]:
        raise ConnectionError("no line")

    sold(customer, press, product("Filter"))
    answering(crm_suggest_offers=answer)
    assert "Filter" in offers_of(order_of(customer, press), client)


def test_a_draft_of_a_quote_shows_what_goes_with_the_set_that_is_open(
    client: FlaskClient, customer: Any, press: Product
) -> None:
    sold(customer, press, product("Filter"))
    quote = create_quote(SYSTEM, {"name": "Canteen", "customer_id": customer.id, "currency": "EUR"})
    (only,) = sets_of(quote)
    create_record(SYSTEM, QUOTE_LINES, {"set": str(only.id), "product": str(press.id)})
    url = f"/sales/quotes/{quote.id}/sets/{only.id}/offers"
    assert url in client.get(f"/sales/quotes/{quote.id}").text
    assert "Filter" in client.get(url).text


def test_offers_take_the_same_statements_however_many_orders_there_are(
    client: FlaskClient, customer: Any, press: Product, statements: list[str]
) -> None:
    filters = product("Filter")
    counts = []
    for _turn in range(2):
        for _each in range(3):
            sold(customer, press, filters)
        draft = order_of(customer, press)
        offers_of(draft, client)
        statements.clear()
        offers_of(draft, client)
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 6
