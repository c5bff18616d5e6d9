"""What a product may be ordered with: groups, what needs or rules out what, what it costs, and the page to try it."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.access import system_actor
from core.database import new_id
from core.problems import Problem
from plugins.catalog.api import PricedLine, PriceRequest, check_configuration, price_lines
from plugins.catalog.configuration import Choices
from plugins.catalog.models import Option, OptionGroup, OptionRule, Product
from plugins.catalog.operations.options import (
    create_option,
    create_option_group,
    create_option_rule,
    update_option_group,
)
from plugins.catalog.operations.prices import create_price, create_price_list, update_price_list
from plugins.catalog.operations.products import create_product
from plugins.catalog.pricing import summed

DAY = date(2026, 11, 22)


@pytest.fixture
def line(app: Any) -> Product:
    product = create_product(system_actor(), {"name": "Bottling line"})
    create_price(system_actor(), {"product_id": product.id, "amount": Decimal(68000)})
    return product


def group(product: Product, name: str, least: int = 0, most: int | None = 1) -> OptionGroup:
    values = {"product_id": product.id, "name": name, "min_choices": least, "max_choices": most}
    return create_option_group(system_actor(), values)


def option(of: OptionGroup, name: str, **values: Any) -> Option:
    return create_option(system_actor(), {"group_id": of.id, "name": name, **values})


def pair(one: Option, kind: str, other: Option, reason: str | None = None) -> OptionRule:
    return create_option_rule(
        system_actor(), {"option_id": one.id, "kind": kind, "other_id": other.id, "reason": reason}
    )


def messages(product: Product, *chosen: Option) -> list[str]:
    try:
        check_configuration(product, [each.id for each in chosen])
    except Problem as problem:
        return list(problem.fields["options"])
    return []


def test_a_group_says_how_many(line: Product) -> None:
    motor, extras = group(line, "Motor", 1, 1), group(line, "Extras", 0, 2)
    slow, fast = option(motor, "3 kW"), option(motor, "5 kW")
    first, second, third = (option(extras, name) for name in ("Lamp", "Cover", "Wheels"))
    assert messages(line, slow, first, second) == []
    assert messages(line) == ["Choose one of “Motor”."]
    assert messages(line, slow, fast) == ["Choose one of “Motor” at most."]
    assert messages(line, slow, first, second, third) == ["Choose at most 2 of “Extras”."]


def test_options_need_and_rule_out_each_other(line: Product) -> None:
    motor, extras = group(line, "Motor", 0, 1), group(line, "Extras", 0, None)
    slow, fast = option(motor, "3 kW"), option(motor, "5 kW")
    pump, wheels = option(extras, "Pump"), option(extras, "Wheels")
    pair(pump, "requires", fast)
    pair(wheels, "excludes", fast, "It is too heavy.")
    assert messages(line, pump) == messages(line, pump, slow) == ["“Pump” needs “5 kW”."]
    assert messages(line, pump, fast) == messages(line, wheels, slow) == []
    assert messages(line, wheels, fast) == ["“5 kW” can't be together with “Wheels”. It is too heavy."]


def test_an_option_of_another_product_or_one_not_offered_is_refused(line: Product) -> None:
    other = create_product(system_actor(), {"name": "Press"})
    foreign, old = option(group(other, "Motor"), "3 kW"), option(group(line, "Extras"), "Old", active=False)
    assert messages(line, foreign) == messages(line, old) == ["An option isn't offered for this product."]
    with pytest.raises(Problem) as refused:
        pair(foreign, "requires", old)
    assert set(refused.value.fields) == {"other"}


def test_more_must_not_be_needed_than_may_be_chosen(line: Product) -> None:
    with pytest.raises(Problem) as refused:
        group(line, "Motor", 2, 1)
    assert set(refused.value.fields) == {"max_choices"}
    kept = group(line, "Motor", 1, 1)
    with pytest.raises(Problem):
        update_option_group(system_actor(), kept, {"min_choices": 2})


def priced(product: Product, *chosen: Option, currency: str = "EUR") -> PricedLine:
    request = PriceRequest(product.id, Decimal(1), tuple(each.id for each in chosen))
    return price_lines(None, [request], currency, DAY)[0]


def test_options_add_a_percent_of_the_price_without_them_and_an_amount(line: Product) -> None:
    extras = group(line, "Extras", 0, None)
    pump, steel = option(extras, "Pump", amount=Decimal("1250.5")), option(extras, "Steel", percent=Decimal("2.5"))
    found = priced(line, pump, steel)
    assert (found.list_price, found.unit_price) == (Decimal(68000), Decimal("70950.5"))
    assert [(step.label, step.amount) for step in found.steps[1:]] == [
        ("Option “Pump”", Decimal("1250.5")),
        ("Option “Steel”", 1700),
    ]
    assert summed(found.steps) == found.unit_price


def test_amounts_of_options_are_converted_at_the_lists_rate(line: Product) -> None:
    pump = option(group(line, "Extras"), "Pump", amount=Decimal(100))
    polish = create_price_list(system_actor(), {"name": "Cennik", "currency": "PLN", "is_default": True})
    create_price(system_actor(), {"product_id": line.id, "price_list_id": polish.id, "amount": Decimal(300000)})
    unpriced = priced(line, pump, currency="PLN")
    assert (unpriced.unit_price, unpriced.steps[-1].kind) == (None, "unpriced_option")
    update_price_list(system_actor(), polish, {"rate": Decimal("4.26")})
    assert priced(line, pump, currency="PLN").unit_price == 300426


def test_options_cost_one_statement_for_all_lines(line: Product, statements: list[str]) -> None:
    extras = group(line, "Extras", 0, None)
    chosen = [option(extras, f"Option {place}", amount=Decimal(place)) for place in range(5)]
    requests = [PriceRequest(line.id, Decimal(1), (each.id,)) for each in chosen] * 100
    del statements[:]
    lines = price_lines(None, requests, "EUR", DAY)
    assert [each.unit_price for each in lines[:5]] == [68000, 68001, 68002, 68003, 68004]
    assert len(statements) <= 7
    with pytest.raises(Problem) as refused:
        price_lines(None, [PriceRequest(line.id, Decimal(1), (new_id(),))], "EUR", DAY)
    assert refused.value.status == 404


def test_the_configurator_says_why_not_and_what_it_costs(client: FlaskClient, line: Product) -> None:
    motor, extras = group(line, "Motor", 1, 1), group(line, "Extras", 0, None)
    option(motor, "3 kW", amount=Decimal(5))
    fast = option(motor, "5 kW", amount=Decimal(900))
    wheels = option(extras, "Wheels")
    pair(wheels, "excludes", fast, "It is too heavy.")
    page = client.get(f"/catalog/products/{line.id}").text
    assert f"/catalog/products/{line.id}/configure" in page
    page = client.get(f"/catalog/products/{line.id}/configure").text
    assert "€68,005" in page  # the first one where one must be chosen
    answer = client.get(
        f"/catalog/products/{line.id}/configure", query_string={"form": "1", f"option-{motor.id}": str(fast.id)}
    )
    assert "<html" not in answer.text
    assert "“Wheels” can&#39;t be together with “5 kW”. It is too heavy." in answer.text
    assert "€68,900" in answer.text
    both = {
        "form": "1",
        f"option-{motor.id}": [str(each.id) for each in (fast, fast)],
        f"option-{extras.id}": str(wheels.id),
    }
    page = client.get(f"/catalog/products/{line.id}/configure", query_string=both).text
    assert "can&#39;t be together with" in page
    for odd in ({"option-x": "no id"}, {"quantity": "many"}, {"quantity": "NaN"}, {"customer": "x"}):
        assert client.get(f"/catalog/products/{line.id}/configure", query_string=odd).status_code == 200


def test_options_go_through_the_api(api: FlaskClient, line: Product) -> None:
    made = api.post(
        "/api/v1/catalog/option-groups", json={"product": str(line.id), "name": "Motor", "max_choices": None}
    )
    chosen = api.post(
        "/api/v1/catalog/product-options", json={"group": made.get_json()["id"], "name": "5 kW", "amount": "900"}
    )
    assert (chosen.status_code, chosen.get_json()["currency"]) == (201, "EUR")
    rule = {"option": chosen.get_json()["id"], "kind": "requires", "other": chosen.get_json()["id"]}
    assert set(api.post("/api/v1/catalog/option-rules", json=rule).get_json()["errors"]) == {"other"}


@st.composite
def choices(draw: st.DrawFn) -> tuple[Choices, frozenset[UUID]]:
    groups = [
        OptionGroup(id=new_id(), name=f"G{place}", min_choices=0, max_choices=draw(st.sampled_from([None, 1, 2, 3])))
        for place in range(draw(st.integers(1, 4)))
    ]
    options = {
        each.id: [Option(id=new_id(), group_id=each.id, name=f"O{number}") for number in range(4)] for each in groups
    }
    everything = [option for listed in options.values() for option in listed]
    pairs = draw(st.lists(st.tuples(st.sampled_from(everything), st.sampled_from(everything)), max_size=6))
    rules = [OptionRule(option_id=one.id, kind="excludes", other_id=two.id) for one, two in pairs if one is not two]
    chosen = frozenset(option.id for option in draw(st.lists(st.sampled_from(everything), max_size=6)))
    return Choices(groups, options, rules), chosen


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(choices())
def test_what_isnt_refused_can_be_added_without_a_new_fault(given_choices: tuple[Choices, frozenset[UUID]]) -> None:
    offered, chosen = given_choices
    if offered.faults(chosen):
        return
    refused = offered.refusals(chosen)
    for each in offered.by_id.values():
        if each.id in chosen or each.id in refused:
            continue
        group = next(group for group in offered.groups if group.id == each.group_id)
        others = {other.id for other in offered.options[group.id]} if group.max_choices == 1 else set()
        assert offered.faults((chosen - others) | {each.id}) == []
    for each_id in refused:
        assert offered.faults(chosen | {each_id})
