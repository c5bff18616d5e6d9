"""The board that any record type can have: columns by a choice, moving by the record's own rules."""

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.access import system_actor
from core.records import boards
from core.records.operations import create_record
from plugins.sales.models import Lead
from plugins.sales.records import LEADS

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


def lead(name: str, **given: Any) -> Lead:
    made: Lead = create_record(system_actor(), LEADS, {"name": name, "email": f"{name.lower()}@example.org", **given})
    return made


def cards(page: str) -> list[str]:
    return re.findall(r"data-open>([^<]+)</a>", page)


def column(page: str, value: str) -> str:
    return page.partition(f'data-stage="{value}"')[2].partition("</section>")[0]


def test_every_lead_stands_in_the_column_of_its_status(client: FlaskClient) -> None:
    lead("Anna", company="Kawiarnia Rynek")
    lead("Nikos", status="working")
    page = client.get("/sales/leads/board").text
    assert cards(column(page, "new")) == ["Anna"]
    assert "Kawiarnia Rynek" in column(page, "new")
    assert cards(column(page, "working")) == ["Nikos"]
    assert cards(column(page, "qualified")) == []
    assert 'data-stage="disqualified"' in page
    assert 'data-stage="converted"' not in page


def test_a_dropped_card_obeys_the_rules_of_leads(client: FlaskClient, app: Flask) -> None:
    anna = lead("Anna")
    url = f"/sales/leads/{anna.id}/move"
    moved = client.post(url, data={"stage": "working", "version": anna.version}, headers=HTMX)
    assert moved.status_code == 200
    assert "Anna" in cards(moved.text)
    assert 'hx-target="#stage-head-working"' in moved.text
    refused = client.post(url, data={"stage": "new"}, headers=HTMX)
    assert refused.status_code == 422
    assert refused.headers["HX-Reswap"] == "none"
    assert client.get(f"/api/v1/sales/leads/{anna.id}").get_json()["status"] == "working"


def test_a_column_that_needs_a_fact_asks_in_the_card(client: FlaskClient) -> None:
    anna = lead("Anna")
    url = f"/sales/leads/{anna.id}/move"
    asking = client.post(url, data={"stage": "disqualified"}, headers=HTMX)
    assert asking.status_code == 422
    assert 'name="disqualified_reason"' in asking.text
    done = client.post(url, data={"stage": "disqualified", "disqualified_reason": "no_need"}, headers=HTMX)
    assert done.status_code == 200
    assert cards(done.text) == []


def test_a_card_that_somebody_else_moved_goes_back(client: FlaskClient) -> None:
    anna = lead("Anna")
    url, seen = f"/sales/leads/{anna.id}/move", anna.version
    assert client.post(url, data={"stage": "working", "version": seen}, headers=HTMX).status_code == 200
    assert client.post(url, data={"stage": "qualified", "version": seen}, headers=HTMX).status_code == 409


@pytest.mark.parametrize("data", [{"stage": "elsewhere"}, {}])
def test_a_column_that_isnt_there_is_not_found(client: FlaskClient, data: dict[str, str]) -> None:
    assert client.post(f"/sales/leads/{lead('Anna').id}/move", data=data, headers=HTMX).status_code == 404
    assert client.get("/sales/leads/board/cards", query_string=data).status_code == 404


def test_columns_are_loaded_by_pages(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boards, "CARDS", 2)
    for number in range(5):
        lead(f"Lead{number}")
    page = client.get("/sales/leads/board").text
    assert cards(column(page, "new")) == ["Lead4", "Lead3"]
    following = re.search(r'hx-get="(/sales/leads/board/cards[^"]+)"', page)
    assert following is not None
    more = client.get(following[1].replace("&amp;", "&"), headers=HTMX).text
    assert cards(more) == ["Lead2", "Lead1"]
    assert "1 more" in more


def test_more_cards_take_no_more_statements(client: FlaskClient, statements: list[str]) -> None:
    def taken() -> int:
        statements.clear()
        assert client.get("/sales/leads/board").status_code == 200
        return len(statements)

    lead("Anna")
    taken()
    few = taken()
    for number in range(20):
        lead(f"Lead{number}", status="working")
    assert taken() == few


def test_a_filter_narrows_the_board_and_its_counts(client: FlaskClient) -> None:
    lead("Anna", source="phone")
    lead("Nikos", source="web")
    page = client.get(
        "/sales/leads/board", query_string={"filter": '{"and": [{"field": "source", "op": "is", "value": ["phone"]}]}'}
    ).text
    assert cards(page) == ["Anna"]
    assert '<span class="crm-count">1</span>' in column(page, "new")
