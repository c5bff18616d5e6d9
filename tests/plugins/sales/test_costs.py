"""What selling costs: written down by whoever spent it, for a deal and its customer, and told against what was won."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from flask.testing import FlaskClient

from core.access import Actor, Scope, system_actor
from core.database import write_unit
from plugins.sales.models import ExchangeRate, Opportunity, SalesCost
from plugins.sales.operations.costs import create_cost, update_cost
from plugins.sales.queries.costs import costs_of_deal
from plugins.sales.queries.reports import REPORTS
from plugins.sales.queries.reports.tables import ask

Deal = Callable[..., Opportunity]


def spend(actor: Actor | None = None, **values: Any) -> SalesCost:
    """Write down a cost of the fifth of January."""
    given = {"name": "Visit", "kind": "visit", "spent_on": date(2026, 1, 5), "currency": "EUR", **values}
    return create_cost(actor or system_actor(), given)


def rows(name: str, actor: Actor | None = None, **whose: Any) -> list[tuple[Any, ...]]:
    """Read a report of January."""
    return [tuple(row) for row in REPORTS[name].read(ask(actor or system_actor(), "2026-01", **whose)).rows]


def test_a_cost_for_a_deal_is_one_for_its_customer(deal: Deal, customer: Any) -> None:
    mine = deal(customer_id=customer.id)
    cost = spend(opportunity_id=mine.id, amount=Decimal(80))
    assert cost.customer_id == customer.id
    assert update_cost(system_actor(), cost, {"amount": Decimal(90)}).amount_base == 90


def test_a_cost_in_another_currency_counts_at_the_rate_of_its_day(deal: Deal) -> None:
    with write_unit() as session:
        session.add(ExchangeRate(currency="PLN", rate=Decimal(4), valid_from=date(2025, 1, 1)))
        session.add(ExchangeRate(currency="PLN", rate=Decimal(5), valid_from=date(2026, 2, 1)))
    cost = spend(amount=Decimal(100), currency="PLN")
    assert cost.amount_base == 25
    assert update_cost(system_actor(), cost, {"spent_on": date(2026, 2, 3)}).amount_base == 20


def test_costs_of_a_deal_by_kind(deal: Deal) -> None:
    mine = deal()
    for amount, hours in ((50, 2), (30, None)):
        spend(opportunity_id=mine.id, amount=Decimal(amount), hours=None if hours is None else Decimal(hours))
    spend(opportunity_id=mine.id, amount=Decimal(7), kind="samples")
    found = costs_of_deal(system_actor(), mine.id)
    assert found == {"samples": (Decimal(7), Decimal(0)), "visit": (Decimal(80), Decimal(2))}


def test_cost_by_person_customer_and_deal_against_what_was_won(deal: Deal, customer: Any, seller: Actor) -> None:
    closed = {"actor": seller, "customer_id": customer.id, "closed_on": date(2026, 1, 20)}
    won = deal("Won", **closed, amount=Decimal(900))
    deal("Won", **closed, amount=Decimal(100))
    spender: dict[str, Any] = {"owner_id": seller.user_id}
    spend(opportunity_id=won.id, amount=Decimal(40), hours=Decimal(3), **spender)
    spend(amount=Decimal(10), **spender)
    spend(amount=Decimal(999), spent_on=date(2026, 2, 1), **spender)
    assert rows("costs") == [("Ελένη Δούκα", Decimal(50), Decimal(3), Decimal(1_000), 2, Decimal(25), Decimal(5))]
    assert [row[:4] for row in rows("costs-by-customer")] == [
        (customer.name, Decimal(40), Decimal(3), Decimal(1_000)),
        ("–", Decimal(10), Decimal(0), Decimal(0)),
    ]
    assert [row[:4] for row in rows("costs-by-deal")] == [
        ("Frame contract", Decimal(40), Decimal(3), Decimal(900)),
        ("–", Decimal(10), Decimal(0), Decimal(0)),
    ]


def test_costs_are_seen_by_whoever_may(deal: Deal, seller: Actor, hire: Callable[[str], Actor]) -> None:
    from dataclasses import replace

    other = hire("Zofia Nowak")
    spend(amount=Decimal(1), owner_id=seller.user_id)
    spend(amount=Decimal(500), owner_id=other.user_id)
    seeing = replace(seller, grants={**seller.grants, "sales.sales_cost.view": Scope.own})
    assert [row[:2] for row in rows("costs", seeing)] == [("Ελένη Δούκα", Decimal(1))]
    assert rows("costs", seller) == []
    assert [row[:2] for row in rows("costs", person=other.user_id)] == [("Zofia Nowak", Decimal(500))]


def test_a_cost_is_written_down_from_the_deal_s_page(client: FlaskClient, deal: Deal) -> None:
    mine = deal()
    page = client.get(f"/sales/opportunities/{mine.id}").text
    assert "No cost yet." in page
    assert f"/sales/costs/new?opportunity={mine.id}" in page
    form = {
        "name": "Way to Kalamata",
        "kind": "travel",
        "amount": "120",
        "currency": "EUR",
        "opportunity": str(mine.id),
    }
    assert client.post("/sales/costs", data=form).status_code == 303
    assert "€120<" in client.get(f"/sales/opportunities/{mine.id}").text
    assert client.post("/sales/costs", data={**form, "amount": "-1"}).status_code == 422
