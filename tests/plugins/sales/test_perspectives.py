"""The deals of a board seen otherwise, under the same filter: as a funnel, and along the months."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from flask.testing import FlaskClient

from core.access import Actor, system_actor
from core.i18n import today
from plugins.sales.models import Opportunity, Stage
from plugins.sales.operations.opportunities import move_opportunity
from plugins.sales.operations.pipelines import default_pipeline, stages_of
from plugins.sales.queries.perspectives import MOST_LISTED, read_funnel, read_timeline, spans_from

Deal = Callable[..., Opportunity]
Stages = dict[str, Stage]
SYSTEM = system_actor()


def reached(actor: Actor = SYSTEM) -> dict[str, tuple[int, int | None]]:
    levels = read_funnel(actor, stages_of(default_pipeline().id), None)
    return {level.stage.name: (level.reached, level.passed) for level in levels}


def test_funnel_counts_how_far_deals_came_whatever_became_of_them(deal: Deal, stages: Stages) -> None:
    deal("Needs")
    lost = deal("Needs")
    move_opportunity(SYSTEM, lost, stages["Solution"])
    move_opportunity(SYSTEM, lost, stages["Lost"], {"lost_reason": "price"})
    deal("Won", amount=Decimal(10))
    went_back = deal("Proposal", amount=Decimal(10))
    move_opportunity(SYSTEM, went_back, stages["Needs"])
    assert reached() == {
        "Needs": (4, None), "Solution": (3, 75), "Proposal": (2, 67), "Negotiation": (1, 50), "Won": (1, 100),
    }  # fmt: skip


def test_funnel_tells_nothing_of_deals_that_one_may_not_see(deal: Deal, seller: Actor) -> None:
    deal("Needs")
    deal("Solution", actor=seller)
    assert reached(seller)["Needs"] == (1, None)


def test_timeline_sums_all_and_lists_the_first_of_each_month(deal: Deal) -> None:
    day = today()
    for _number in range(MOST_LISTED + 2):
        deal("Needs", amount=Decimal(100), expected_close_on=day)
    deal("Needs", amount=Decimal(7), expected_close_on=day - timedelta(days=3))
    deal("Needs", expected_close_on=day + timedelta(days=900))
    deal("Needs")
    deal("Won", amount=Decimal(5), expected_close_on=day)
    late, this_month, later, never = read_timeline(SYSTEM, stages_of(default_pipeline().id), None, day)
    assert (this_month.count, this_month.amount, len(this_month.rows)) == (14, Decimal(1400), MOST_LISTED)
    assert (late.count, late.amount, late.first) == (1, Decimal(7), None)
    assert (later.count, later.last, never.count, never.first, never.last) == (1, None, 1, None, None)


def test_parts_of_a_timeline_follow_each_other_without_a_gap() -> None:
    spans = spans_from(date(2026, 11, 30))
    assert spans[0] == (None, date(2026, 11, 29))
    assert spans[1:3] == [(date(2026, 11, 30), date(2026, 11, 30)), (date(2026, 12, 1), date(2026, 12, 31))]
    assert spans[-2:] == [(date(2027, 5, 1), None), (None, None)]


def test_all_perspectives_keep_the_filter(client: FlaskClient, deal: Deal) -> None:
    deal("Needs", name="Small", amount=Decimal(10), expected_close_on=today())
    deal("Solution", name="Large", amount=Decimal(5000), expected_close_on=today())
    chosen = {"filter": json.dumps({"field": "amount", "op": "more", "value": "999"})}
    for page in ("pipeline", "pipeline/funnel", "pipeline/timeline"):
        answer = client.get(f"/sales/{page}", query_string=chosen)
        assert answer.status_code == 200
        for other in ("pipeline", "opportunities", "pipeline/funnel", "pipeline/timeline"):
            assert f'href="/sales/{other}?filter=' in answer.text or other == page
    timeline = client.get("/sales/pipeline/timeline", query_string=chosen).text
    assert "Large" in timeline
    assert "Small" not in timeline
    funnel = client.get("/sales/pipeline/funnel", query_string=chosen).text
    assert "Came as far" in funnel


def test_rest_of_a_month_is_in_the_list(client: FlaskClient, deal: Deal) -> None:
    for number in range(MOST_LISTED + 1):
        deal("Needs", name=f"Deal {number}", expected_close_on=today() - timedelta(days=9))
    page: Any = client.get("/sales/pipeline/timeline").text
    assert "1 more" in page
    url = page.partition('class="crm-link" href="')[2].partition('"')[0].replace("&amp;", "&").replace("&#34;", '"')
    assert "Deal 12" in client.get(url).text


def test_nothing_yet_is_said(client: FlaskClient) -> None:
    assert "No deal has begun within a year." in client.get("/sales/pipeline/funnel").text
    assert "No open deals match." in client.get("/sales/pipeline/timeline").text
