"""A deal's own page: what it is about at a glance, where it stands, and what its product costs."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from flask.testing import FlaskClient

from core.access import system_actor
from core.database import db
from plugins.catalog.operations.products import create_product
from plugins.sales.models import Opportunity
from plugins.sales.operations.acceptance import accept_quote
from plugins.sales.operations.quote_lines import add_line
from plugins.sales.operations.quotes import create_quote, send_quote
from plugins.sales.queries.quotes import sets_of

Deal = Callable[..., Opportunity]


def make_product() -> Any:
    return create_product(system_actor(), {"name": "Olive oil, 5 l tin", "list_price": Decimal("42.50")})


def page_of(client: FlaskClient, opportunity: Opportunity) -> str:
    return client.get(f"/sales/opportunities/{opportunity.id}").text


def test_customer_amount_and_stage_stand_under_the_name(client: FlaskClient, deal: Deal, customer: Any) -> None:
    page = page_of(client, deal("Needs", amount=Decimal(700), customer_id=customer.id))
    under_the_name = page.partition("<h1")[2].partition("</header>")[0]
    places = [under_the_name.index(text) for text in (f'href="/customers/{customer.id}"', "€700", "Needs")]
    assert places == sorted(places)


def test_the_stage_of_today_is_told_without_a_number(client: FlaskClient, deal: Deal) -> None:
    page = page_of(client, deal("Needs"))
    assert "In this stage since today." in page
    assert 'aria-current="step"' in page


def test_empty_facts_are_folded_away(client: FlaskClient, deal: Deal) -> None:
    page = page_of(client, deal("Needs", reference="A-17"))
    facts, folded = page[page.index('class="r-facts"') :].split("<details", 1)
    assert "A-17" in facts
    assert "Expected close" not in facts
    assert "Expected close" in folded


def test_a_deal_without_an_amount_takes_its_products_price_by_one_click(client: FlaskClient, deal: Deal) -> None:
    opportunity = deal("Needs", product_id=make_product().id)
    assert "Take €42.50 as the amount" in page_of(client, opportunity)
    offered = {"version": str(opportunity.version), "amount": "42.5000", "currency": "EUR"}
    assert client.post(f"/sales/opportunities/{opportunity.id}", data=offered).status_code == 303
    db.session.refresh(opportunity)
    assert (opportunity.amount, opportunity.name) == (Decimal("42.50"), "Frame contract")
    assert "as the amount" not in page_of(client, opportunity)


def test_a_deal_of_a_volume_takes_the_price_of_it(client: FlaskClient, deal: Deal) -> None:
    opportunity = deal("Needs", product_id=make_product().id, volume=Decimal(12))
    assert "Take €510 as the amount" in page_of(client, opportunity)


def test_form_of_a_new_deal_asks_nothing_of_how_it_ended(client: FlaskClient, deal: Deal) -> None:
    later = ("closed_on", "lost_reason", "lost_to")
    new = client.get("/sales/opportunities/new").text
    assert [name for name in later if f'name="{name}"' in new] == []
    assert 'name="expected_close_on"' in new
    filled = client.get("/sales/opportunities/new?closed_on=2026-01-31").text
    assert [name for name in later if f'name="{name}"' in filled] == ["closed_on"]
    edited = client.get(f"/sales/opportunities/{deal('Needs').id}/edit").text
    assert [name for name in later if f'name="{name}"' in edited] == list(later)


def test_a_deal_takes_what_its_customer_has_accepted_as_its_amount_by_one_click(
    client: FlaskClient, deal: Deal, customer: Any
) -> None:
    client.post("/settings/language", data={"value": "el"})
    opportunity = deal("Needs", amount=Decimal(700), currency="EUR", customer_id=customer.id)
    quote = create_quote(system_actor(), {"opportunity_id": opportunity.id})
    (only,) = sets_of(quote)
    add_line(system_actor(), only, {"name": "Season", "unit_price": Decimal("12.5"), "quantity": Decimal(1)})
    assert 'name="amount" value="12,5"' not in page_of(client, opportunity)
    send_quote(system_actor(), quote)
    accept_quote(quote, only.id, (), "Δήμητρα", "M40 60 L50 40 L60 80", "::1")
    assert 'name="amount" value="12,5"' in page_of(client, opportunity)
    offered = {"version": str(opportunity.version), "amount": "12,5", "currency": "EUR"}
    client.post(f"/sales/opportunities/{opportunity.id}", data=offered)
    db.session.refresh(opportunity)
    assert opportunity.amount == Decimal("12.5")
    assert 'name="amount" value="12,5"' not in page_of(client, opportunity)
