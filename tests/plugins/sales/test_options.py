"""Options of lines: chosen and checked, frozen with their prices, printed, and carried on to versions and orders."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient

from core.access import Actor, system_actor
from core.database import db
from core.i18n import today
from core.problems import Problem
from core.records.operations import create_record, update_record
from plugins.catalog.api import variant_choice_of, variants_of
from plugins.catalog.models import Option, Product
from plugins.catalog.operations.costs import create_cost
from plugins.catalog.operations.options import create_option, create_option_group, create_option_rule
from plugins.catalog.operations.products import create_product
from plugins.catalog.operations.stock import create_level
from plugins.catalog.operations.variants import make_variants
from plugins.catalog.records import ATTRIBUTES, OPTIONS, PRODUCTS
from plugins.sales.letters import letter_of_order, letter_of_quote
from plugins.sales.models import Order, Quote, QuoteLine, QuoteSet
from plugins.sales.operations.acceptance import accept_quote
from plugins.sales.operations.limits import reasons_for_approval
from plugins.sales.operations.orders import create_order_of_quote
from plugins.sales.operations.quote_lines import copy_set
from plugins.sales.operations.quote_links import link_for, token_of
from plugins.sales.operations.quotes import create_quote, revise_quote, send_quote
from plugins.sales.queries.invoices import lines_of_invoice
from plugins.sales.queries.orders import lines_of_order
from plugins.sales.queries.quotes import lines_of, sets_of
from plugins.sales.records import APPROVAL_LIMITS, INVOICES, ORDER_LINES, ORDERS, QUOTE_LINES
from plugins.sales.views.stock import available_words

SYSTEM = system_actor()
DRAWN = "M40 60 L50 40 L60 80 M90 20 L95 60"


@pytest.fixture
def press(app: Any) -> Product:
    """Give a product with a motor that must be chosen, and extras, one of which needs the larger motor."""
    product = create_product(SYSTEM, {"name": "Press", "list_price": Decimal(1000)})
    create_cost(SYSTEM, {"product_id": product.id, "amount": Decimal(700)})
    motor = create_option_group(SYSTEM, {"product_id": product.id, "name": "Motor", "min_choices": 1, "max_choices": 1})
    extras = {"product_id": product.id, "name": "Extras", "min_choices": 0, "max_choices": None, "position": 1}
    group = create_option_group(SYSTEM, extras)
    create_option(SYSTEM, {"group_id": motor.id, "name": "3 kW", "code": "M3"})
    large = create_option(SYSTEM, {"group_id": motor.id, "name": "5 kW", "code": "M5", "amount": Decimal(200)})
    pump = create_option(SYSTEM, {"group_id": group.id, "name": "Pump", "percent": Decimal(10)})
    create_option_rule(SYSTEM, {"option_id": pump.id, "kind": "requires", "other_id": large.id})
    return product


@pytest.fixture
def quote(customer: Any) -> Quote:
    """Give a draft with one empty set."""
    return create_quote(SYSTEM, {"customer_id": customer.id, "name": "Press", "language": "en"})


def said(*values: Any) -> tuple[Any, ...]:
    return values


def option(name: str) -> Option:
    found: Option = db.session.query(Option).filter_by(name=name).one()
    return found


def line_of(quote: Quote, press: Product, options: Sequence[str] | None = None) -> QuoteLine:
    values: dict[str, Any] = {"set": str(sets_of(quote)[0].id), "product": str(press.id), "quantity": "2"}
    line: QuoteLine = create_record(SYSTEM, QUOTE_LINES, values | ({} if options is None else {"options": options}))
    return line


def test_options_are_chosen_by_code_name_or_id_and_kept_with_their_prices(quote: Quote, press: Product) -> None:
    line = line_of(quote, press, ["pump", "M5"])
    assert said(line.options, line.unit_price, line.net) == (["5 kW", "Pump"], 1300, 2600)
    told: list[Any] = [
        (each["code"], each["group"], each["name"], Decimal(each["amount"])) for each in line.configuration
    ]
    assert told == [("M5", "Motor", "5 kW", 200), ("", "Extras", "Pump", 100)]
    assert [step["kind"] for step in line.steps] == ["list", "option", "option"]
    update_record(SYSTEM, QUOTE_LINES, line, {"options": [str(option("3 kW").id)]})
    assert said(line.options, line.unit_price) == (["3 kW"], 1000)


def test_what_nobody_chose_is_the_usual(quote: Quote, press: Product) -> None:
    assert line_of(quote, press).options == line_of(quote, press, []).options == ["3 kW"]


@pytest.mark.parametrize("options", [["Pump"], ["3 kW", "5 kW"], ["8 kW"], ["Pump", "3 kW"]])
def test_options_that_dont_fit_are_refused(quote: Quote, press: Product, options: list[str]) -> None:
    with pytest.raises(Problem) as refused:
        line_of(quote, press, options)
    assert refused.value.code == "catalog.bad_configuration"
    assert refused.value.fields["options"]


def test_free_text_has_no_options_and_another_product_has_its_own(quote: Quote, press: Product) -> None:
    line = line_of(quote, press, ["5 kW"])
    plain = create_product(SYSTEM, {"name": "Cart", "list_price": Decimal(50)})
    update_record(SYSTEM, QUOTE_LINES, line, {"product": str(plain.id)})
    assert said(line.name, line.options, line.unit_price) == ("Cart", [], 50)
    with pytest.raises(Problem):
        update_record(SYSTEM, QUOTE_LINES, line, {"options": ["5 kW"]})


def test_what_was_sent_keeps_its_options_whatever_the_catalog_says_later(quote: Quote, press: Product) -> None:
    line = line_of(quote, press, ["5 kW"])
    send_quote(SYSTEM, quote)
    update_record(SYSTEM, OPTIONS, option("5 kW"), {"name": "6 kW"})
    assert line.option_names == ["5 kW"]
    (copy,) = lines_of(revise_quote(SYSTEM, quote))
    assert said(copy.option_names, copy.unit_price) == (["6 kW"], 1200)


def test_copies_and_orders_take_the_options_along(quote: Quote, press: Product) -> None:
    line_of(quote, press, ["5 kW", "Pump"])
    copy = copy_set(SYSTEM, sets_of(quote)[0])
    (copied,) = lines_of(quote, copy)
    assert said(copied.options, copied.net) == (["5 kW", "Pump"], 2600)
    send_quote(SYSTEM, quote)
    accept_quote(quote, copy.id, [], "Γιάννης Βλάχος", DRAWN, "192.0.2.7")
    order = create_order_of_quote(SYSTEM, quote)
    (ordered,) = lines_of_order(order)
    assert said(ordered.options, ordered.net, ordered.configuration) == (copied.options, 2600, copied.configuration)
    assert letter_of_order(order).parts[0].rows[0].note == "5 kW · Pump"


def test_cost_of_options_is_in_the_margin_and_passes_its_limit(quote: Quote, press: Product) -> None:
    create_record(SYSTEM, APPROVAL_LIMITS, {"name": "Margin", "min_margin": "25"})
    line = line_of(quote, press, ["5 kW"])
    assert said(line.cost, reasons_for_approval(quote)) == (700, {})
    create_cost(SYSTEM, {"product_id": press.id, "option_id": option("5 kW").id, "amount": Decimal(250)})
    update_record(SYSTEM, QUOTE_LINES, line, {"quantity": "3"})
    assert line.cost == 950
    assert list(reasons_for_approval(quote)) == [db.session.get(QuoteSet, line.set_id)]


def test_cost_is_of_an_option_of_its_product(press: Product) -> None:
    other = create_product(SYSTEM, {"name": "Cart"})
    with pytest.raises(Problem) as refused:
        create_cost(SYSTEM, {"product_id": other.id, "option_id": option("5 kW").id, "amount": Decimal(1)})
    assert set(refused.value.fields) == {"option"}


def test_customer_reads_the_options_on_their_page_and_on_paper(
    client: FlaskClient, quote: Quote, press: Product
) -> None:
    line_of(quote, press, ["5 kW", "Pump"])
    assert letter_of_quote(quote).parts[0].rows[0].note == "5 kW · Pump"
    send_quote(SYSTEM, quote)
    token = token_of(link_for(SYSTEM, quote))
    assert "5 kW · Pump" in client.get(f"/sales/public/quotes/{token}").text


# The dialog


def test_product_with_options_opens_the_configurator_in_place(
    client: FlaskClient, quote: Quote, press: Product
) -> None:
    url = f"/sales/quotes/{quote.id}/sets/{sets_of(quote)[0].id}/lines"
    asked = client.post(url, data={"product": str(press.id), "quantity": "2"})
    assert asked.headers["HX-Retarget"] == "#dialog-content"
    assert "Options of Press" in asked.text
    assert not lines_of(quote)
    ticked = {"configured": "1", "product": str(press.id), "quantity": "2", "option-a": str(option("Pump").id)}
    followed = client.get(f"{url}/options", query_string=ticked)
    assert "“Pump” needs “5 kW”." in followed.text
    refused = client.post(url, data=ticked)
    assert (refused.status_code, refused.headers["HX-Retarget"]) == (422, "#dialog-content")
    taken = client.post(url, data={**ticked, "option-b": str(option("5 kW").id)})
    assert "dialog:close" in taken.headers["HX-Trigger"]
    assert "5 kW · Pump" in taken.text
    (line,) = lines_of(quote)
    again = client.get(f"/sales/quotes/{quote.id}/lines/{line.id}/options").text
    assert again.count("checked") == 2
    client.post(f"/sales/quotes/{quote.id}/lines/{line.id}", data={"configured": "1", "o": ""})
    db.session.refresh(line)
    assert line.options == ["3 kW"]


def test_quantity_of_a_product_with_options_is_typed_with_the_comma_of_ones_language(
    client: FlaskClient, quote: Quote, press: Product
) -> None:
    client.post("/settings/language", data={"value": "el"})
    url = f"/sales/quotes/{quote.id}/sets/{sets_of(quote)[0].id}/lines"
    asked = client.post(url, data={"product": str(press.id), "quantity": "1,5"})
    assert 'name="quantity" value="1,5"' in asked.text
    ticked = {"configured": "1", "product": str(press.id), "quantity": "1,5", "option-b": str(option("5 kW").id)}
    client.post(url, data=ticked)
    (line,) = lines_of(quote)
    assert line.quantity == Decimal("1.5")
    again = client.get(f"/sales/quotes/{quote.id}/lines/{line.id}/options")
    assert 'name="quantity" value="1,5"' in again.text


def test_order_asks_for_options_too(client: FlaskClient, customer: Any, press: Product) -> None:
    order: Order = create_record(SYSTEM, ORDERS, {"customer": str(customer.id), "currency": "EUR"})
    asked = client.post(f"/sales/orders/{order.id}/lines", data={"product": str(press.id), "quantity": "1"})
    assert "Options of Press" in asked.text
    ticked = {"configured": "1", "product": str(press.id), "option-a": str(option("5 kW").id)}
    assert "€1,200" in client.get(f"/sales/orders/{order.id}/lines/options", query_string=ticked).text
    client.post(f"/sales/orders/{order.id}/lines", data=ticked)
    (line,) = lines_of_order(order)
    assert said(line.options, line.unit_price) == (["5 kW"], 1200)
    changed = {"configured": "1", "option-a": str(option("3 kW").id)}
    client.post(f"/sales/orders/{order.id}/lines/{line.id}", data=changed)
    db.session.refresh(line)
    assert said(line.options, order.net) == (["3 kW"], 1000)
    assert "checked" in client.get(f"/sales/orders/{order.id}/lines/{line.id}/options").text


def test_lines_with_options_cost_no_statement_each(
    client: FlaskClient, quote: Quote, press: Product, statements: list[str]
) -> None:
    def count() -> int:
        del statements[:]
        assert client.get(f"/sales/quotes/{quote.id}").status_code == 200
        return len(statements)

    line_of(quote, press, ["5 kW"])
    count()
    one = count()
    for _each in range(5):
        line_of(quote, press, ["5 kW", "Pump"])
    assert count() == one


def test_line_of_an_order_by_the_api_takes_options(customer: Any, press: Product) -> None:
    order: Order = create_record(SYSTEM, ORDERS, {"customer": str(customer.id), "currency": "EUR"})
    values = {"order": str(order.id), "product": str(press.id), "options": ["M5"]}
    line = create_record(SYSTEM, ORDER_LINES, values)
    assert ORDER_LINES.schema().dump(line)["options"] == ["5 kW"]
    update_record(SYSTEM, ORDER_LINES, line, {"options": ["3 kW"], "quantity": "4"})
    assert (line.options, line.net) == (["3 kW"], 4000)


# Variants


@pytest.fixture
def shirt(app: Any) -> Product:
    """Give a product with sizes and colours, one combination of which isn't offered."""
    template = create_product(SYSTEM, {"name": "Shirt", "sku": "SH", "list_price": Decimal(20)})
    for place, (name, choices) in enumerate((("Size", ["M", "L"]), ("Colour", ["red", "blue"]))):
        values = {"product": str(template.id), "name": name, "choices": choices, "position": place}
        create_record(SYSTEM, ATTRIBUTES, values)
    by_name = {each.name: each for each in make_variants(SYSTEM, template)}
    update_record(SYSTEM, PRODUCTS, by_name["Shirt, L, red"], {"active": False})
    update_record(SYSTEM, PRODUCTS, by_name["Shirt, L, blue"], {"surcharge": "2.5"})
    stock = {"product_id": by_name["Shirt, L, blue"].id, "location": "Patras", "on_hand": Decimal(7)}
    create_level(SYSTEM, stock)
    return template


def ticked(page: str, place: int) -> dict[str, str]:
    """Tell of each value of an attribute whether it is chosen, can be or can't."""
    tags = re.findall(rf'<input[^>]*name="feature-{place}"[^>]*>', page)
    states = ["checked" if " checked" in tag else "disabled" if " disabled" in tag else "free" for tag in tags]
    return dict(zip([re.findall(r'value="([^"]*)"', tag)[0] for tag in tags], states, strict=True))


def kinds_of_documents(customer: Any) -> list[tuple[str, str, Any]]:
    """Give a draft of each kind: its address, where new lines go, and what lists its lines."""
    quote = create_quote(SYSTEM, {"customer_id": customer.id, "name": "Shirts", "currency": "EUR"})
    order = create_record(SYSTEM, ORDERS, {"customer": str(customer.id), "currency": "EUR"})
    invoice = create_record(SYSTEM, INVOICES, {"customer": str(customer.id), "currency": "EUR"})
    at, on, of = (f"/sales/{kind}/{each.id}" for kind, each in zip(KINDS, (quote, order, invoice), strict=True))
    return [
        (at, f"{at}/sets/{sets_of(quote)[0].id}/lines", lambda: lines_of(quote)),
        (on, f"{on}/lines", lambda: lines_of_order(order)),
        (of, f"{of}/lines", lambda: lines_of_invoice(invoice)),
    ]


KINDS = ("quotes", "orders", "invoices")


@pytest.mark.parametrize("place", range(3), ids=KINDS)
def test_variant_is_picked_by_its_attributes(client: FlaskClient, customer: Any, shirt: Product, place: int) -> None:
    at, new, lines = kinds_of_documents(customer)[place]
    asked = client.post(new, data={"product": str(shirt.id), "quantity": "3"})
    assert asked.headers["HX-Retarget"] == "#dialog-content"
    assert lines() == []
    assert ticked(asked.text, 0) == {"M": "checked", "L": "free"}
    assert ticked(asked.text, 1) == {"red": "checked", "blue": "free"}
    assert "+€2.50 · 7 available" in asked.text
    said = {"configured": "1", "product": str(shirt.id), "quantity": "3", "feature-0": "L", "feature-1": "red"}
    followed = client.get(f"{new}/options", query_string=said).text
    assert ticked(followed, 0) == {"M": "free", "L": "checked"}
    assert ticked(followed, 1) == {"red": "disabled", "blue": "checked"}
    assert "not offered" in followed
    assert "Shirt, L, blue" in followed
    taken = client.post(new, data=said)
    assert "dialog:close" in taken.headers["HX-Trigger"]
    (line,) = lines()
    assert (line.name, line.quantity, line.unit_price) == ("Shirt, L, blue", 3, Decimal("22.5"))

    url = f"{at}/lines/{line.id}"
    assert f"{url}/options" in taken.text
    assert ticked(client.get(f"{url}/options").text, 1) == {"red": "disabled", "blue": "checked"}
    client.post(url, data={"configured": "1", "feature-0": "M", "feature-1": "red"})
    db.session.refresh(line)
    assert (line.name, line.unit_price, line.net) == ("Shirt, M, red", 20, 60)


def test_options_of_a_variant_are_chosen_with_it(client: FlaskClient, customer: Any, shirt: Product) -> None:
    _at, new, lines = kinds_of_documents(customer)[1]
    large = next(each for each in variants_of(shirt.id) if each.name == "Shirt, L, blue")
    print_on = {"product_id": large.id, "name": "Print", "min_choices": 0, "max_choices": 1}
    group = create_option_group(SYSTEM, print_on)
    logo = create_option(SYSTEM, {"group_id": group.id, "name": "Logo", "amount": Decimal(5)})
    said = {"configured": "1", "product": str(shirt.id), "feature-0": "L"}
    assert "Logo" in client.get(f"{new}/options", query_string=said).text
    assert "Logo" not in client.get(f"{new}/options", query_string={**said, "feature-0": "M"}).text
    client.post(new, data={**said, f"option-{group.id}": str(logo.id)})
    (line,) = lines()
    assert (line.name, line.options, line.unit_price) == ("Shirt, L, blue", ["Logo"], Decimal("27.5"))


def test_variants_that_features_dont_tell_apart_are_picked_by_name(
    client: FlaskClient, customer: Any, shirt: Product
) -> None:
    for variant in variants_of(shirt.id):
        update_record(SYSTEM, PRODUCTS, variant, {"features": []})
    _at, new, _lines = kinds_of_documents(customer)[1]
    shown = ticked(client.post(new, data={"product": str(shirt.id)}).text, 0)
    assert set(shown) == {"Shirt, M, red", "Shirt, M, blue", "Shirt, L, blue"}


def test_who_may_not_see_prices_or_stock_picks_without_them(seller: Actor, shirt: Product) -> None:
    choice = variant_choice_of(seller, shirt, None, currency="EUR")
    assert choice is not None
    values = [value for group in choice.groups for value in group.values]
    assert {value.difference for value in values} == {None}
    assert not available_words(seller, [choice.variant.id], today())


def test_dialog_of_many_variants_costs_no_statement_each(
    client: FlaskClient, customer: Any, shirt: Product, statements: list[str]
) -> None:
    _at, new, _lines = kinds_of_documents(customer)[1]

    def count() -> int:
        del statements[:]
        client.post(new, data={"product": str(shirt.id)})
        return len(statements)

    count()
    few = count()
    values = {"product": str(shirt.id), "name": "Cut", "choices": [f"Cut {each}" for each in range(20)], "position": 2}
    create_record(SYSTEM, ATTRIBUTES, values)
    make_variants(SYSTEM, shirt)
    count()
    assert count() <= few
