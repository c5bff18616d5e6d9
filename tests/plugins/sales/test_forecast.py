"""The forecast: what is won and what may be, by person, team, month and certainty; it adds up, and shows nobody more
than they may see."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.access import Actor, Scope, system_actor
from core.database import bulk_insert, db, write_unit
from core.users.company import set_company
from core.users.models import Team, TeamMember, User
from plugins.catalog.operations.products import create_product
from plugins.sales.models import Adjustment, Opportunity, OpportunitySnapshot, SnapshotDay, Stage, Target
from plugins.sales.operations.targets import create_adjustment, create_target
from plugins.sales.periods import Period, month_of, quarter_of, read_period
from plugins.sales.queries import forecast as queries
from plugins.sales.queries.forecast import Certainty, Forecast, read_forecast

Deal = Callable[..., Opportunity]
Hire = Callable[[str], Actor]

TODAY = date(2026, 11, 22)
QUARTER = quarter_of(TODAY)
#: What somebody sees who leads a team.
LEADING = {
    f"{record_type}.{action}": Scope.team
    for record_type in ("sales.opportunity", "sales.target", "sales.adjustment")
    for action in ("view", "create", "edit", "delete", "export")
}


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it be a day of November."""
    monkeypatch.setattr(queries, "today", lambda: TODAY)


@pytest.fixture
def team(app: Flask) -> Callable[..., Team]:
    """Give a function that makes a team of people, below another one or at the top."""

    def make(name: str, *people: Actor, above: Team | None = None) -> Team:
        with write_unit() as session:
            made = Team(name=name, parent_id=above.id if above else None)
            session.add(made)
            session.flush()
            for person in people:
                session.add(TeamMember(team_id=made.id, user_id=person.user_id))
                session.get_one(User, person.user_id).team_id = made.id
            return made

    return make


def leading(person: Actor, *teams: Team) -> Actor:
    """Give somebody the rights of whoever leads teams."""
    return replace(person, grants={**person.grants, **LEADING}, team_ids=frozenset(each.id for each in teams))


def by_name(found: Forecast) -> dict[str, Certainty]:
    """Map people or teams to what they may sell."""
    return {line.name: line.now for line in found.lines}


def test_deals_count_by_their_certainty_in_the_month_of_their_close(deal: Deal, seller: Actor) -> None:
    within = {"actor": seller, "expected_close_on": date(2026, 12, 31)}
    deal("Needs", **within, amount=Decimal(100))
    deal("Proposal", **within, amount=Decimal(20))
    deal("Negotiation", **within, amount=Decimal(30), probability=90)
    deal("Needs", **within, amount=Decimal(4), forecast_category="commit")
    deal("Negotiation", **within, amount=Decimal(9_000), forecast_category="omitted")
    deal("Lost", **within, amount=Decimal(9_000))
    deal("Won", actor=seller, amount=Decimal(50), closed_on=date(2026, 10, 1))
    deal("Negotiation", actor=seller, amount=Decimal(7_000), expected_close_on=date(2027, 1, 1))
    deal("Negotiation", actor=seller, amount=Decimal(7_000))
    found = read_forecast(system_actor(), QUARTER)
    weighted = Decimal(50) + 100 * Decimal("0.2") + 20 * Decimal("0.5") + 30 * Decimal("0.9") + 4 * Decimal("0.2")
    assert by_name(found) == {"Ελένη Δούκα": Certainty(Decimal(50), Decimal(34), Decimal(20), Decimal(100), weighted)}
    assert [month.now.sure for month in found.months] == [50, 0, 34, 7_000]


def test_quota_adjustment_and_gap(deal: Deal, seller: Actor) -> None:
    deal("Won", actor=seller, amount=Decimal(168_400), closed_on=date(2026, 10, 5))
    deal("Negotiation", actor=seller, amount=Decimal(96_200), expected_close_on=date(2026, 12, 5))
    create_target(system_actor(), {"person_id": seller.user_id, "period": "2026-Q4", "amount": Decimal(320_000)})
    said = {"person_id": seller.user_id, "period": "2026-Q4", "amount": Decimal(-12_000), "reason": "The fair"}
    create_adjustment(system_actor(), said)
    (line,) = read_forecast(system_actor(), QUARTER).lines
    assert [line.quota, line.adjustment, line.forecast] == list(map(Decimal, (320_000, -12_000, 252_600)))
    assert line.gap == 55_400
    assert round(line.of_quota or 0) == 79


def test_a_month_asks_its_share_of_the_quarter_and_a_quarter_the_sum_of_its_months(seller: Actor, hire: Hire) -> None:
    other = hire("Zofia Nowak")
    for values in (
        {"person_id": seller.user_id, "period": "2026-Q4", "amount": Decimal(100)},
        {"person_id": other.user_id, "period": "2026-10", "amount": Decimal(10)},
        {"person_id": other.user_id, "period": "2026-12", "amount": Decimal(5)},
    ):
        create_target(system_actor(), values)
    quarter = {line.name: line.quota for line in read_forecast(system_actor(), QUARTER).lines}
    assert quarter == {"Ελένη Δούκα": 100, "Zofia Nowak": 15}
    months = [read_forecast(system_actor(), month) for month in QUARTER.each_month()]
    of_seller = [next(line.quota for line in found.lines if line.id == seller.user_id) for found in months]
    assert of_seller == [Decimal("33.34"), Decimal("33.33"), Decimal("33.33")]
    assert [found.total.quota for found in months] == [Decimal("43.34"), Decimal("33.33"), Decimal("38.33")]


def test_a_team_s_own_target_stands_before_the_sum_of_its_people_s(
    seller: Actor, hire: Hire, team: Callable[..., Team]
) -> None:
    office = team("West")
    both = team("Both", seller, hire("Zofia"), above=office)
    create_target(system_actor(), {"person_id": seller.user_id, "period": "2026-Q4", "amount": Decimal(100)})
    assert read_forecast(system_actor(), QUARTER, both.id).total.quota == 100
    create_target(system_actor(), {"team_id": both.id, "period": "2026-Q4", "amount": Decimal(250)})
    assert read_forecast(system_actor(), QUARTER, both.id).total.quota == 250
    (line,) = read_forecast(system_actor(), QUARTER, by_team=True).lines
    assert (line.name, line.quota) == ("West", Decimal(100))
    (line,) = read_forecast(system_actor(), QUARTER, office.id, by_team=True).lines
    assert (line.name, line.quota) == ("Both", Decimal(250))


def test_change_since_last_week_comes_from_the_snapshot_of_that_day(deal: Deal, seller: Actor) -> None:
    asked = {"actor": seller, "expected_close_on": date(2026, 12, 1)}
    slipped = deal("Proposal", **asked, amount=Decimal(40))
    deal("Won", actor=seller, amount=Decimal(30), closed_on=date(2026, 11, 20))
    deal("Won", actor=seller, amount=Decimal(5), closed_on=date(2026, 11, 1))
    _known_since(date(2026, 11, 1), slipped, seller, forecast_category="commit", amount_base=Decimal(60))
    assert read_forecast(system_actor(), QUARTER).total.change is None
    _take(date(2026, 11, 14))
    found = read_forecast(system_actor(), QUARTER)
    assert found.compared_with == date(2026, 11, 14)
    assert found.total.before == 65
    assert found.total.change == -30


def _known_since(day: date, deal: Opportunity, owner: Actor, **values: Any) -> None:
    row = {
        "opportunity_id": deal.id, "from_on": day, "stage_id": deal.stage_id, "probability": 50,
        "owner_id": owner.user_id, "expected_close_on": deal.expected_close_on,
    }  # fmt: skip
    with write_unit():
        bulk_insert(OpportunitySnapshot, [{**row, **values}])


def _take(day: date) -> None:
    from core.database import utc_now

    with write_unit():
        bulk_insert(SnapshotDay, [{"day": day, "taken_at": utc_now()}])


def test_an_adjustment_changes_no_deal(deal: Deal, seller: Actor) -> None:
    mine = deal("Negotiation", actor=seller, amount=Decimal(10), expected_close_on=date(2026, 12, 5))
    version = mine.version
    said = {"person_id": seller.user_id, "period": "2026-Q4", "amount": Decimal(90), "reason": "A promise"}
    create_adjustment(system_actor(), said)
    db.session.refresh(mine)
    assert (mine.version, mine.amount) == (version, Decimal(10))


def test_seller_sees_own_figures_alone_and_a_team_lead_the_team_s(
    deal: Deal, seller: Actor, hire: Hire, team: Callable[..., Team]
) -> None:
    colleague, stranger = hire("Zofia Nowak"), hire("Piotr Zieliński")
    both = team("Both", seller, colleague)
    for number, actor in enumerate((seller, colleague, stranger), start=1):
        deal("Negotiation", actor=actor, amount=Decimal(number), expected_close_on=date(2026, 12, 5))
        create_target(system_actor(), {"person_id": actor.user_id, "period": "2026-Q4", "amount": Decimal(number)})
        said = {"person_id": actor.user_id, "period": "2026-Q4", "amount": Decimal(number), "reason": "So"}
        create_adjustment(system_actor(), said)
    seeing = replace(
        seller, grants={**seller.grants, "sales.target.view": Scope.own, "sales.adjustment.view": Scope.own}
    )
    own = read_forecast(seeing, QUARTER)
    assert [(line.name, line.quota, line.adjustment, line.now.commit) for line in own.lines] == [
        ("Ελένη Δούκα", Decimal(1), Decimal(1), Decimal(1))
    ]
    assert own.total.quota == 1
    team_s = read_forecast(leading(seller, both), QUARTER)
    assert {line.name for line in team_s.lines} == {"Ελένη Δούκα", "Zofia Nowak"}
    assert [team_s.total.quota, team_s.total.now.commit, team_s.total.adjustment] == [Decimal(3)] * 3


def test_last_week_too_is_shown_of_those_alone_whom_one_may_see(deal: Deal, seller: Actor, hire: Hire) -> None:
    stranger = hire("Piotr Zieliński")
    for actor, amount in ((seller, 1), (stranger, 1_000)):
        known = deal("Negotiation", actor=actor, amount=Decimal(5), expected_close_on=date(2026, 12, 5))
        _known_since(date(2026, 11, 1), known, actor, forecast_category="commit", amount_base=Decimal(amount))
    _take(date(2026, 11, 15))
    assert read_forecast(seller, QUARTER).total.before == 1
    assert read_forecast(system_actor(), QUARTER).total.before == 1_001


def test_it_takes_the_same_few_statements_however_many_people_there_are(
    deal: Deal, hire: Hire, statements: list[str]
) -> None:
    def count() -> int:
        statements.clear()
        read_forecast(system_actor(), QUARTER)
        return len(statements)

    _take(date(2026, 11, 15))
    read_forecast(system_actor(), QUARTER)  # the company's currency is read once
    before = count()
    for number in range(5):
        deal("Won", actor=hire(f"Seller {number}"), amount=Decimal(1), closed_on=date(2026, 11, 1))
    assert before == count() <= 8


def test_forecast_of_one_product_has_its_deals_targets_and_snapshots_alone(deal: Deal, seller: Actor) -> None:
    press, fridge = (create_product(system_actor(), {"name": name}) for name in ("Press", "Fridge"))
    within = {"actor": seller, "expected_close_on": date(2026, 12, 31), "forecast_category": "commit"}
    pressing = deal("Negotiation", **within, amount=Decimal(30), product_id=press.id)
    cooling = deal("Negotiation", **within, amount=Decimal(500), product_id=fridge.id)
    deal("Won", actor=seller, amount=Decimal(7), closed_on=date(2026, 10, 1), product_id=press.id)
    for each in (pressing, cooling):
        _known_since(date(2026, 11, 1), each, seller, forecast_category="commit", amount_base=each.amount)
    _take(date(2026, 11, 15))
    deal("Negotiation", **within, amount=Decimal(4), product_id=press.id)
    target = {"person_id": seller.user_id, "period": "2026-Q4"}
    create_target(system_actor(), target | {"amount": Decimal(900)})
    create_target(system_actor(), target | {"amount": Decimal(90), "product_id": press.id})
    create_adjustment(system_actor(), target | {"amount": Decimal(-12), "reason": "The fair"})
    (line,) = read_forecast(system_actor(), QUARTER, product=press.id).lines
    assert [line.now.won, line.now.commit, line.before] == list(map(Decimal, (7, 34, 37)))
    assert [line.quota, line.adjustment, line.forecast] == list(map(Decimal, (90, 0, 41)))
    (whole,) = read_forecast(system_actor(), QUARTER).lines
    assert [whole.now.commit, whole.quota, whole.adjustment] == list(map(Decimal, (534, 900, -12)))


def test_page_of_one_products_forecast_leads_to_its_deals_and_keeps_the_product(
    client: FlaskClient, deal: Deal, seller: Actor
) -> None:
    press = create_product(system_actor(), {"name": "Press"})
    within = {"actor": seller, "expected_close_on": date(2026, 12, 31), "forecast_category": "commit"}
    deal("Negotiation", **within, amount=Decimal(30), product_id=press.id)
    page = client.get(f"/sales/forecast?period=2026-Q4&product={press.id}").text
    assert f"product={press.id}" in unquote(page)
    assert ">Press</option>" in page
    assert "/sales/forecast/adjustment" not in page
    assert str(press.id) in unquote(re.search(r'href="(/sales/opportunities\?filter=[^"]+)"', page)[1])  # type: ignore[index]
    assert client.get(f"/sales/forecast?product={seller.user_id}").status_code == 404
    assert client.get("/sales/forecast?product=press").status_code == 404


MONEY = st.decimals(min_value=0, max_value=10**7, places=4)
ONE_DEAL = st.tuples(
    st.integers(0, 3),
    st.sampled_from(["Needs", "Proposal", "Negotiation", "Won", "Lost"]),
    st.integers(0, 91),
    st.none() | MONEY,
    st.none() | st.integers(0, 100),
    st.sampled_from([None, "omitted", "pipeline", "best_case", "commit"]),
)


@pytest.mark.parametrize(("currency", "unit"), [("JPY", "1"), ("EUR", "0.01"), ("KWD", "0.001")])
def test_persons_teams_months_and_categories_add_up_to_the_cent(
    stages: dict[str, Stage], hire: Hire, team: Callable[..., Team], currency: str, unit: str
) -> None:
    people = [hire(f"Seller {number}") for number in range(3)]
    west = team("West", people[0])
    team("South", people[1], above=west)
    set_company(currency=currency)
    owners = [*[person.user_id for person in people], None]
    years = iter(range(1990, 9_990))

    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(ONE_DEAL, max_size=30))
    def check(deals: list[Any]) -> None:
        quarter = read_period(f"{next(years)}-Q3")
        _write(quarter, deals, stages, owners, currency)
        _check_sums(quarter, Decimal(unit))

    check()


def _write(quarter: Period, deals: list[Any], stages: dict[str, Stage], owners: list[Any], currency: str) -> None:
    rows = [
        {
            "name": "Deal", "owner_id": owners[who], "stage_id": stages[stage].id, "currency": currency,
            "pipeline_id": stages[stage].pipeline_id, "amount": amount, "amount_base": amount,
            "probability": probability, "forecast_category": category,
            "expected_close_on": quarter.begins_on + timedelta(days=day),
            "closed_on": quarter.begins_on + timedelta(days=day) if stage in ("Won", "Lost") else None,
        }
        for who, stage, day, amount, probability, category in deals
    ]  # fmt: skip
    with write_unit():
        bulk_insert(Opportunity, rows)


def _check_sums(quarter: Period, unit: Decimal) -> None:
    people = read_forecast(system_actor(), quarter)
    teams = read_forecast(system_actor(), quarter, by_team=True)
    months = [read_forecast(system_actor(), month) for month in quarter.each_month()]
    of_months = sum((found.total.now for found in months), Certainty())
    of_chart = sum((month.now for month in people.months[:3]), Certainty())
    of_people = sum((line.now for line in people.lines), Certainty())
    of_teams = sum((line.now for line in teams.lines), Certainty())
    assert people.total.now == of_people == of_teams == of_months == of_chart
    for line in people.lines:
        for amount in vars(line.now).values():
            assert amount % unit == 0
        assert line.forecast == line.now.won + line.now.commit + line.adjustment


@pytest.mark.parametrize("text", ["2026-Q5", "2026-13", "2026", "Q4", "", "2026-Q4; DROP TABLE", "0000-Q1"])
def test_what_is_no_period_is_refused(client: FlaskClient, text: str) -> None:
    assert client.get("/sales/forecast", query_string={"period": text or "x"}).status_code == 400


@pytest.mark.parametrize("page", ["forecast", "journal", "commissions", "reports/velocity"])
@pytest.mark.parametrize("period", ["0001-Q1", "0001-01", "9999-Q4", "9999-12"])
def test_ends_of_the_calendar_are_periods_too(client: FlaskClient, page: str, period: str) -> None:
    assert client.get(f"/sales/{page}?period={period}").status_code == 200


@pytest.mark.parametrize(
    ("period", "next_one", "previous"),
    [("2026-Q4", "2027-Q1", "2026-Q3"), ("2026-12", "2027-01", "2026-11"), ("2026-Q1", "2026-Q2", "2025-Q4")],
)
def test_periods_follow_each_other(period: str, next_one: str, previous: str) -> None:
    read = read_period(period)
    assert (read.key, read.next.key, read.previous.key) == (period, next_one, previous)
    assert month_of(read.begins_on).quarter == quarter_of(read.begins_on)


def test_page_file_and_drill_down_tell_the_same(client: FlaskClient, deal: Deal, seller: Actor) -> None:
    for amount in (96_200, 300):
        deal("Negotiation", actor=seller, amount=Decimal(amount), expected_close_on=date(2026, 12, 5))
    deal("Proposal", actor=seller, amount=Decimal(7), expected_close_on=date(2026, 12, 5))
    page = client.get("/sales/forecast?period=2026-Q4").text
    assert "96,500" in page
    link = next(part.split('"')[0] for part in page.split('href="') if part.startswith("/sales/opportunities?filter"))
    assert "2 deals" in client.get(link.replace("&amp;", "&")).text
    with client.get("/sales/forecast/export?period=2026-Q4&format=csv") as answer:
        heads, line = answer.get_data(as_text=True).splitlines()
    assert heads.split(",")[-4:] == ["adjustment", "forecast", "won_and_commit_last_week", "currency"]
    assert line == "Ελένη Δούκα,false,,0.00,96500.00,7.00,0.00,62728.50,0.00,96500.00,,EUR"
    assert client.get("/sales/forecast/export?period=2026-Q4&format=doc").status_code == 422


def test_page_and_file_of_a_team_that_is_not_there(client: FlaskClient) -> None:
    for url in ("/sales/forecast?team=x", "/sales/forecast?team=01a202cc-e113-7b7c-ad3a-f28f24e9c2cc"):
        assert client.get(url).status_code == 404


def test_adjusting_on_the_page_keeps_what_was_said_before(client: FlaskClient, seller: Actor) -> None:
    form = {"person": str(seller.user_id), "period": "2026-Q4"}
    missing = client.post("/sales/forecast/adjustment", data={**form, "amount": "", "reason": ""})
    assert missing.status_code == 422
    for amount, reason in (("-12000", "The fair"), ("500", "It went well")):
        assert (
            client.post("/sales/forecast/adjustment", data={**form, "amount": amount, "reason": reason}).status_code
            == 303
        )
    said = client.get("/sales/forecast/adjustment", query_string=form).text
    assert "The fair" in said
    assert "It went well" in said
    held = [row.amount for row in db.session.query(Adjustment).filter(Adjustment.ended_at.is_(None))]
    assert held == [500]
    assert db.session.query(Target).count() == 0
