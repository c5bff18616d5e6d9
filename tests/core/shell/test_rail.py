"""The rail: what is worked on, and folded away what says how a plugin works."""

from flask import Flask
from flask.testing import FlaskClient

from core.access import system_actor
from core.database import write_unit
from core.users.operations import add_user
from plugins.sales.models import ApprovalLimit, Competitor
from tests.conftest import PASSWORD, sign_in


def folded(page: str) -> str:
    """Give what is folded away in the rail of a page."""
    return "".join(part.partition("</details>")[0] for part in page.split('<details class="crm-nav-more"')[1:])


def test_what_sets_a_plugin_up_is_folded_away_until_it_is_open(client: FlaskClient) -> None:
    page = client.get("/customers").text
    assert 'href="/sales/approval-limits"' in folded(page)
    assert 'href="/sales/opportunities"' not in folded(page)
    assert '<details class="crm-nav-more" open>' not in page
    assert '<details class="crm-nav-more" open>' in client.get("/sales/approval-limits").text


def test_daily_work_stands_before_lists_and_evaluations_behind(client: FlaskClient) -> None:
    rail = client.get("/customers").text.partition("<main")[0]
    lines = ("activities/tasks", "sales/pipeline", "sales/leads", "sales/quotes", "sales/forecast", "catalog/products")
    places = [rail.index(f'href="/{line}"') for line in lines]
    assert places == sorted(places)


def test_who_may_not_change_it_isnt_shown_it(app: Flask) -> None:
    add_user(system_actor(), email="viewer@example.org", role="viewer", password=PASSWORD, name="Petros")
    page = sign_in(app, "viewer@example.org").get("/customers").text
    assert 'href="/sales/opportunities"' in page
    assert 'href="/sales/approval-limits"' not in page


def test_palette_leads_there_too(client: FlaskClient) -> None:
    assert "/sales/approval-limits" in client.get("/palette?q=approval").text


def test_nothing_is_planned_about_how_things_are_set_up(client: FlaskClient) -> None:
    with write_unit() as session:
        limit, rival = ApprovalLimit(name="Below cost"), Competitor(name="Olivarium")
        session.add_all([limit, rival])
        session.flush()
        ids = limit.id, rival.id
    assert "data-composer" not in client.get(f"/sales/approval-limits/{ids[0]}").text
    assert "data-composer" in client.get(f"/sales/competitors/{ids[1]}").text
