"""The pages of sales as a browser meets them: the board, moves with their answers, leads, the report."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from core.access import system_actor
from core.database import db, utc_now, write_unit
from plugins.sales.models import Lead, Opportunity, Stage
from plugins.sales.operations.leads import create_lead

Deal = Callable[..., Opportunity]
Stages = dict[str, Stage]

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}


def move(client: FlaskClient, opportunity: Opportunity, stage: Stage, **values: Any) -> Any:
    data = {"stage": str(stage.id), "version": str(opportunity.version), **values}
    return client.post(f"/sales/opportunities/{opportunity.id}/move", data=data, headers=PARTIAL)


def test_board_tells_sums_and_names_customers(client: FlaskClient, deal: Deal, customer: Any) -> None:
    deal("Needs", amount=Decimal(11_900), customer_id=customer.id)
    page = client.get("/sales/pipeline")
    assert page.status_code == 200
    for text in ("Needs", "Negotiation", "€11,900", customer.name, "No next step", "New business"):
        assert text in page.text


def test_empty_board_teaches(client: FlaskClient) -> None:
    page = client.get("/sales/pipeline").text
    assert "No open deals yet." in page
    assert "/sales/opportunities/new" in page


def test_board_of_a_filter_offers_to_drop_it(client: FlaskClient, deal: Deal) -> None:
    deal("Needs", amount=Decimal(10))
    page = client.get("/sales/pipeline", query_string={"filter": '{"field":"amount","op":"more","value":"999"}'})
    assert "No deals match." in page.text
    assert "Amount" in page.text


def test_card_that_stands_still_says_so_in_words(client: FlaskClient, deal: Deal) -> None:
    opportunity = deal("Needs")
    with write_unit():
        opportunity.stage_since = utc_now() - timedelta(days=31, hours=1)
    assert "31 d" in client.get("/sales/pipeline").text


def test_moved_card_comes_back_with_the_new_sums_and_an_undo(client: FlaskClient, deal: Deal, stages: Stages) -> None:
    opportunity = deal("Needs", amount=Decimal(700))
    answer = move(client, opportunity, stages["Solution"])
    assert answer.status_code == 200
    assert f'id="card-{opportunity.id}"' in answer.text
    assert f'hx-target="#stage-head-{stages["Solution"].id}"' in answer.text
    assert "€700" in answer.text
    assert "/undo/" in answer.headers["HX-Trigger"]
    assert db.session.get_one(Opportunity, opportunity.id).stage_id == stages["Solution"].id


def test_card_asks_for_what_the_stage_needs(client: FlaskClient, deal: Deal, stages: Stages) -> None:
    opportunity = deal("Needs")
    answer = move(client, opportunity, stages["Negotiation"])
    assert answer.status_code == 422
    assert "Negotiation needs 2 facts" in answer.text
    assert 'name="amount"' in answer.text
    assert 'name="expected_close_on"' in answer.text
    filled = move(client, opportunity, stages["Negotiation"], amount="64500", expected_close_on="2026-11-30")
    assert filled.status_code == 200
    assert db.session.get_one(Opportunity, opportunity.id).amount == Decimal(64_500)


def test_fact_that_is_wrong_is_asked_again_in_the_card(client: FlaskClient, deal: Deal, stages: Stages) -> None:
    opportunity = deal("Needs")
    answer = move(client, opportunity, stages["Proposal"], amount="a lot")
    assert answer.status_code == 422
    assert "a lot" in answer.text
    assert 'class="b-card is-ask"' in answer.text


def test_stale_card_is_refused_with_409(client: FlaskClient, deal: Deal, stages: Stages) -> None:
    opportunity = deal("Needs")
    answer = move(client, opportunity, stages["Solution"], version=str(opportunity.version + 1))
    assert answer.status_code == 409
    assert db.session.get_one(Opportunity, opportunity.id).stage_id == stages["Needs"].id


def test_won_card_leaves_the_columns_and_is_counted_this_month(client: FlaskClient, deal: Deal, stages: Stages) -> None:
    answer = move(client, deal("Needs", amount=Decimal(700)), stages["Won"])
    assert "b-card" not in answer.text
    assert "1 this month" in answer.text


@pytest.mark.parametrize("stage", ["", "nonsense", "01993b80-0000-7000-8000-0000000000ff"])
def test_stage_that_is_not_there_is_not_found(client: FlaskClient, deal: Deal, stage: str) -> None:
    opportunity = deal("Needs")
    url = f"/sales/opportunities/{opportunity.id}/move"
    assert client.post(url, data={"stage": stage}, headers=PARTIAL).status_code == 404


def test_pipeline_that_is_not_there_is_not_found(client: FlaskClient) -> None:
    assert client.get("/sales/pipeline?pipeline=nonsense").status_code == 404


def test_more_cards_of_a_column(client: FlaskClient, deal: Deal, stages: Stages) -> None:
    for _number in range(42):
        deal("Needs")
    page = client.get("/sales/pipeline").text
    url = page.split('hx-get="/sales/pipeline/cards', 1)[1].split('"', 1)[0].replace("&amp;", "&")
    more = client.get(f"/sales/pipeline/cards{url}", headers=PARTIAL)
    assert more.status_code == 200
    assert more.text.count('class="b-card"') == 2
    assert "2 more" in page


def test_board_page_stays_within_its_statements(client: FlaskClient, deal: Deal, statements: list[str]) -> None:
    deal("Needs")
    client.get("/sales/pipeline")
    deal("Needs")  # what was counted and remembered before doesn't hold any more
    statements.clear()
    client.get("/sales/pipeline")
    assert len(statements) <= 5, "\n".join(s[:150] for s in statements)


def test_page_of_a_deal_shows_its_stages_and_moves_it(client: FlaskClient, deal: Deal, stages: Stages) -> None:
    opportunity = deal("Needs")
    page = client.get(f"/sales/opportunities/{opportunity.id}")
    assert page.status_code == 200
    assert 'aria-current="step"' in page.text
    asked = move(client, opportunity, stages["Proposal"], **{"from": "page"})
    assert asked.status_code == 422
    assert 'id="deal-stage"' in asked.text
    moved = move(client, opportunity, stages["Solution"], **{"from": "page"})
    assert moved.headers["HX-Redirect"].endswith(str(opportunity.id))


def test_deal_is_made_by_its_form_with_most_fields_left_empty(client: FlaskClient, stages: Stages) -> None:
    names = ("customer", "stage", "amount", "product", "needs", "reference", "lost_reason", "engaged_on", "probability")
    data = {"name": "Winter gift boxes", "currency": "EUR", **dict.fromkeys(names, "")}
    answer = client.post("/sales/opportunities", data=data)
    assert answer.status_code == 303, answer.text
    made = db.session.scalars(select(Opportunity)).one()
    assert (made.name, made.stage_id, made.amount) == ("Winter gift boxes", stages["Needs"].id, None)


def test_deal_without_a_name_is_told_so_in_its_form(client: FlaskClient) -> None:
    answer = client.post("/sales/opportunities", data={"name": "", "currency": "EUR"})
    assert answer.status_code == 422
    assert "Give it a name, a product or a customer." in answer.text


def test_lead_is_taken_and_converted_from_its_page(client: FlaskClient) -> None:
    lead = create_lead(system_actor(), {"name": "Maria Korkmaz", "company": "Bosporus Deli", "status": "new"})
    page = client.get(f"/sales/leads/{lead.id}").text
    assert "Take it" in page
    assert client.post(f"/sales/leads/{lead.id}/take", headers=PARTIAL).status_code == 204
    answer = client.post(f"/sales/leads/{lead.id}/convert", headers=PARTIAL)
    converted = db.session.get_one(Lead, lead.id)
    assert converted.status == "converted"
    assert answer.headers["HX-Redirect"] == f"/sales/opportunities/{converted.opportunity_id}"


def test_lead_is_disqualified_with_a_reason(client: FlaskClient) -> None:
    lead = create_lead(system_actor(), {"name": "Spammer", "status": "new"})
    url = f"/sales/leads/{lead.id}/status"
    assert client.post(url, data={"status": "disqualified"}, headers=PARTIAL).status_code == 422
    data = {"status": "disqualified", "disqualified_reason": "spam"}
    assert client.post(url, data=data, headers=PARTIAL).status_code == 204
    assert db.session.get_one(Lead, lead.id).disqualified_reason == "spam"


def test_report_page_draws_its_figures(client: FlaskClient, deal: Deal) -> None:
    assert "No deals to report on yet." in client.get("/sales/report").text
    deal("Won", amount=Decimal(84_200))
    page = client.get("/sales/report").text
    assert "€84,200" in page
    assert "<svg" in page


def test_customers_page_shows_deals_moves_and_alerts(client: FlaskClient, deal: Deal, customer: Any) -> None:
    opportunity = deal("Needs", customer_id=customer.id, amount=Decimal(64_500), expected_close_on=None)
    with write_unit():
        opportunity.stage_since = utc_now() - timedelta(days=40)
    page = client.get(f"/customers/{customer.id}").text
    assert "€64,500" in page
    assert "Frame contract stands still" in page
    assert "began" in page


def test_customers_list_sums_up_open_deals(client: FlaskClient, deal: Deal, customer: Any) -> None:
    deal("Needs", customer_id=customer.id)
    assert "1 deal<" in client.get("/customers").text
    deal("Needs", customer_id=customer.id, amount=Decimal(1_200))
    deal("Proposal", customer_id=customer.id, amount=Decimal(300))
    deal("Won", customer_id=customer.id, amount=Decimal(9_000))
    page = client.get("/customers").text
    assert "Open deals" in page
    assert "€1,500" in page
    assert "10,500" not in page


def test_today_shows_what_stands_still_and_whose_clock_runs(
    client: FlaskClient, deal: Deal, administrator: Any
) -> None:
    opportunity = deal("Needs", owner_id=administrator.id)
    create_lead(system_actor(), {"name": "Maria Korkmaz", "status": "new", "owner_id": administrator.id})
    with write_unit():
        opportunity.stage_since = utc_now() - timedelta(days=40)
    page = client.get("/").text
    assert "Needs for 40 days, usual is 20" in page
    assert "Lead: Maria Korkmaz" in page


def test_deals_are_in_the_api_with_their_stage(api: FlaskClient, deal: Deal, stages: Stages) -> None:
    opportunity = deal("Needs", amount=Decimal("10.50"))
    body = api.get(f"/api/v1/sales/opportunities/{opportunity.id}").get_json()
    assert Decimal(body["amount"]) == Decimal("10.50")
    assert body["stage"] == str(stages["Needs"].id)
    refused = api.patch(f"/api/v1/sales/opportunities/{opportunity.id}", json={"stage": str(stages["Negotiation"].id)})
    assert refused.status_code == 422
    assert refused.get_json()["errors"] == {"expected_close_on": ["Needed in this stage"]}
    made = api.post("/api/v1/sales/leads", json={"name": "Maria Korkmaz", "email": "Maria@Example.org"})
    assert made.status_code == 201
    assert made.get_json()["status"] == "new"
