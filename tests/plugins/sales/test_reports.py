"""The reports: figures that one can count by hand, whose they are, and what the published data set must give."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from core.access import Actor, acting_as, system_actor
from core.database import bulk_insert, db, utc_now, write_unit
from core.i18n import today
from core.problems import Problem
from core.records.filters import compile_filter
from core.records.operations import create_record
from core.users.models import Team, User
from plugins.catalog.operations.products import create_product
from plugins.sales.commands import report as command
from plugins.sales.models import (
    Competitor,
    DealCompetitor,
    Opportunity,
    OpportunitySnapshot,
    SnapshotDay,
    Stage,
    StageHistory,
)
from plugins.sales.operations.costs import create_cost
from plugins.sales.operations.invoices import credit_invoice, post_invoice
from plugins.sales.operations.opportunities import create_opportunity, move_opportunity
from plugins.sales.operations.pipelines import create_stage
from plugins.sales.operations.targets import create_target
from plugins.sales.periods import quarter_of, read_period
from plugins.sales.queries.forecast import read_forecast
from plugins.sales.queries.invoices import lines_of_invoice
from plugins.sales.queries.reports import REPORTS
from plugins.sales.queries.reports.tables import Table, ask, read_span
from plugins.sales.records import INVOICE_LINES, OPPORTUNITIES, PIPELINES
from plugins.sales.views.charts import Column, draw, draw_bars, step_for
from tests.plugins.sales.invoicing import draft
from tests.plugins.sales.test_report import MAVEN, load_maven

Deal = Callable[..., Opportunity]
Stages = dict[str, Stage]


def read(name: str, period: str = "", actor: Actor | None = None, **whose: Any) -> Table:
    """Read a report."""
    return REPORTS[name].read(ask(actor or system_actor(), period, **whose))


def test_conversion_counts_of_the_deals_that_ended_how_far_each_came(deal: Deal, stages: Stages) -> None:
    for ways in (["Solution", "Proposal", "Won"], ["Solution", "Lost"], ["Lost"], ["Won"], ["Solution"]):
        moved = deal("Needs", amount=Decimal(1))
        for name in ways:
            move_opportunity(system_actor(), moved, stages[name], {"lost_reason": "price"} if name == "Lost" else None)
    rows = [(row[0], row[1], row[2]) for row in read("conversion").rows]
    assert rows == [
        ("Needs", 4, Decimal(100)),
        ("Solution", 3, Decimal(75)),
        ("Proposal", 2, Decimal(50)),
        ("Negotiation", 2, Decimal(50)),
        ("Won", 2, Decimal(50)),
    ]
    assert read("conversion").note == "Most are lost between Needs and Solution: 1."


def test_reports_of_deals_take_the_filter_of_their_list(client: FlaskClient, deal: Deal, stages: Stages) -> None:
    for source, lost in (("web", "price"), ("fair", "price"), ("fair", "no_budget")):
        moved = deal("Needs", amount=Decimal(1), source=source)
        move_opportunity(system_actor(), moved, stages["Lost"], {"lost_reason": lost})
    tree = {"and": [{"field": "source", "op": "is", "value": ["fair"]}]}
    narrowed = compile_filter(system_actor(), OPPORTUNITIES, tree)
    assert [row[1] for row in read("reasons", deals=narrowed).rows] == [1, 1]
    assert sum(row[1] for row in read("reasons").rows) == 3
    page = client.get("/sales/reports/reasons?period=all").text
    address = page.partition('hx-get="/sales/opportunities/filter?')[2].partition('"')[0].replace("&amp;", "&")
    said = dict(parse_qsl(address))
    assert said == {"period": "all", "back": "/sales/reports/reasons"}
    chosen = {"field": "source", "op": "is", "value": "fair"}
    back = client.post("/sales/opportunities/filter", data={**said, **chosen}).location
    assert (urlsplit(back).path, dict(parse_qsl(urlsplit(back).query))["period"]) == ("/sales/reports/reasons", "all")
    page = client.get(back).text
    assert "Source" in page
    assert "Lost because of" in page
    file = client.get(back.replace("/reasons?", "/reasons/export?")).text
    assert sorted(line.split(",")[1] for line in file.splitlines()[1:]) == ["1", "1"]
    costs = client.get("/sales/reports/costs", query_string=dict(parse_qsl(urlsplit(back).query)))
    assert (costs.status_code, "opportunities/filter" in costs.text) == (200, False)
    assert client.get("/sales/reports/reasons?filter=x").status_code == 400


def test_conversion_tells_each_pipeline_by_itself(deal: Deal, stages: Stages) -> None:
    for ways in (["Solution", "Lost"], ["Won"]):
        moved = deal("Needs", amount=Decimal(1))
        for name in ways:
            move_opportunity(system_actor(), moved, stages[name], {"lost_reason": "price"} if name == "Lost" else None)
    renewals = create_record(system_actor(), PIPELINES, {"name": "Renewals", "position": 5})
    own = {
        name: create_stage(system_actor(), {"name": name, "pipeline_id": renewals.id, "kind": kind})
        for name, kind in (("Due", "open"), ("Talked", "open"), ("Renewed", "won"), ("Left", "lost"))
    }
    for ways in (["Talked", "Left"], ["Left"], ["Renewed"], ["Renewed"]):
        moved = create_opportunity(system_actor(), {"name": "Renewal", "stage_id": own["Due"].id})
        for name in ways:
            move_opportunity(system_actor(), moved, own[name], {"lost_reason": "price"} if name == "Left" else None)
    rows = {row[0]: row[1] for row in read("conversion").rows}
    (first,) = {name.partition(": ")[0] for name in rows} - {"Renewals"}
    assert [rows[f"{first}: {name}"] for name in ("Needs", "Solution", "Proposal", "Won")] == [2, 2, 1, 1]
    assert [rows[f"Renewals: {name}"] for name in ("Due", "Talked", "Won")] == [4, 3, 2]


def test_days_in_a_stage_end_with_the_next_move(client: FlaskClient, deal: Deal, stages: Stages) -> None:
    won = deal("Won", amount=Decimal(1))
    began = utc_now() - timedelta(days=30)
    moves = [("Needs", 0), ("Solution", 4), ("Needs", 10), ("Won", 12)]
    rows = [
        {
            "opportunity_id": won.id,
            "to_stage_id": stages[name].id,
            "moved_at": began + timedelta(days=days),
            "currency": "EUR",
        }
        for name, days in moves
    ]
    with write_unit():
        bulk_insert(StageHistory, rows)
    stays = {row[0]: row[3] for row in read("conversion").rows}
    assert stays["Needs"] == Decimal(3)
    assert stays["Solution"] == Decimal(6)
    assert stays["Proposal"] is None
    assert "9 days in all" in client.get("/sales/forecast/conversion").text


def test_velocity_tells_value_rate_and_days_by_month(deal: Deal) -> None:
    deal("Won", amount=Decimal(300), engaged_on=date(2026, 1, 1), closed_on=date(2026, 1, 21))
    deal("Won", amount=Decimal(100), engaged_on=date(2026, 1, 1), closed_on=date(2026, 1, 11))
    deal("Lost", amount=Decimal(900), closed_on=date(2026, 1, 11))
    deal("Lost", closed_on=date(2026, 3, 1))
    table = read("velocity", "2026")
    assert [row[:5] for row in table.rows] == [
        ("Jan 2026", 2, 1, Decimal("66.67"), Decimal(400)),
        ("Mar 2026", 0, 1, Decimal(0), Decimal(0)),
    ]
    assert table.rows[0][5:] == (Decimal(200), Decimal(15), Decimal("26.67"))
    assert [value for _label, value, _kind in table.figures] == [
        Decimal(400), Decimal(50), Decimal(15), Decimal("26.67"),
    ]  # fmt: skip


def test_ageing_counts_open_deals_by_the_days_in_their_stage(deal: Deal) -> None:
    for days in (0, 6, 8, 29, 200):
        opened = deal("Needs", amount=Decimal(10))
        with write_unit():
            opened.stage_since = utc_now() - timedelta(days=days, hours=1)
    rows = [row[:3] for row in read("ageing").rows]
    assert rows == [
        ("0 to 6 days", 2, 0), ("7 to 13 days", 1, 0), ("14 to 29 days", 1, 1), ("30 to 59 days", 0, 0),
        ("60 to 89 days", 0, 0), ("90 days and more", 1, 1),
    ]  # fmt: skip


def test_reasons_of_lost_deals(deal: Deal) -> None:
    for reason in ("price", "price", "timing"):
        deal("Lost", amount=Decimal(10), lost_reason=reason)
    deal("Lost", amount=Decimal(5))
    deal("Won", amount=Decimal(99))
    assert [tuple(row) for row in read("reasons").rows] == [
        ("Price", 2, Decimal(50), Decimal(20)),
        ("No reason given", 1, Decimal(25), Decimal(5)),
        ("Wrong time", 1, Decimal(25), Decimal(10)),
    ]


def test_deals_against_competitors(deal: Deal) -> None:
    won, lost, other = deal("Won", amount=Decimal(7)), deal("Lost", amount=Decimal(5)), deal("Lost", amount=Decimal(3))
    with write_unit() as session:
        rival = Competitor(name="Olivarium")
        session.add(rival)
        session.flush()
        session.add_all([DealCompetitor(opportunity_id=each.id, competitor_id=rival.id) for each in (won, lost, other)])
        lost.lost_to_id = rival.id
    assert [tuple(row) for row in read("competitors").rows] == [
        ("Olivarium", 1, 2, Decimal("33.33"), 1, Decimal(7), Decimal(5))
    ]


def test_accuracy_compares_what_was_known_as_a_quarter_began(deal: Deal) -> None:
    quarter = quarter_of(today()).previous
    begun = quarter.begins_on
    won = deal("Won", amount=Decimal(150), closed_on=begun + timedelta(days=40))
    known = {
        "opportunity_id": won.id, "stage_id": won.stage_id, "probability": 50, "expected_close_on": begun,
        "amount_base": Decimal(200), "forecast_category": "best_case", "from_on": begun - timedelta(days=9),
    }  # fmt: skip
    with write_unit():
        bulk_insert(OpportunitySnapshot, [{**known, "until_on": begun + timedelta(days=3)}])
    assert read("accuracy", quarter.key).rows == []
    with write_unit():
        bulk_insert(SnapshotDay, [{"day": begun}, {"day": begun + timedelta(days=2), "taken_at": utc_now()}])
    assert [tuple(row[1:]) for row in read("accuracy", quarter.key).rows] == [
        (Decimal(0), Decimal(200), Decimal(100), Decimal(150), Decimal(50))
    ]


def test_targets_of_persons_teams_and_products(deal: Deal, seller: Actor, hire: Callable[[str], Actor]) -> None:
    from plugins.catalog.models import Product

    other = hire("Zofia Nowak")
    with write_unit() as session:
        team, oil = Team(name="West"), Product(name="Oil")
        session.add_all([team, oil])
        session.flush()
        session.get_one(User, seller.user_id).team_id = team.id
        deals = [(seller, 10, oil.id), (seller, 20, None), (other, 400, oil.id)]
    for actor, amount, product in deals:
        deal("Won", actor=actor, amount=Decimal(amount), product_id=product, closed_on=date(2026, 11, 2))
    for values in (
        {"person_id": seller.user_id, "period": "2026-Q4", "amount": Decimal(60)},
        {"team_id": team.id, "product_id": oil.id, "period": "2026-11", "amount": Decimal(5)},
        {"product_id": oil.id, "period": "2026-Q4", "amount": Decimal(820)},
        {"person_id": seller.user_id, "period": "2026-12", "amount": Decimal(1)},
    ):
        create_target(system_actor(), values)
    found = {(row[0], row[2]): (row[4], row[5]) for row in read("targets", "2026-Q4").rows}
    assert found == {
        ("Ελένη Δούκα, 4th quarter 2026", ""): (Decimal(30), Decimal(50)),
        ("West, November 2026", "Oil"): (Decimal(10), Decimal(200)),
        ("The company, 4th quarter 2026", "Oil"): (Decimal(410), Decimal(50)),
        ("Ελένη Δούκα, December 2026", ""): (Decimal(0), Decimal(0)),
    }


def test_budgets_of_what_is_invoiced_and_spent_stand_against_it(customer: Any, seller: Actor, app: Flask) -> None:
    oil = create_product(system_actor(), {"name": "Oil", "list_price": Decimal(100)})
    own = {"issued_on": date(2026, 11, 2), "owner_id": seller.user_id}
    first = draft(customer, [("Transport", "1", "50")], **own)
    line = {"invoice": str(first.id), "product": str(oil.id), "quantity": "3"}
    create_record(system_actor(), INVOICE_LINES, line)
    post_invoice(system_actor(), first)
    note = credit_invoice(system_actor(), first, {lines_of_invoice(first)[0].id: Decimal(1)}, more=own)
    post_invoice(system_actor(), note)
    spent = {"name": "Visit", "kind": "visit", "spent_on": date(2026, 11, 3), "owner_id": seller.user_id}
    create_cost(system_actor(), {**spent, "amount": Decimal(80), "currency": "EUR"})
    common = {"period": "2026-Q4", "person_id": seller.user_id}
    for measure, product, amount in (("invoiced", None, 600), ("invoiced", oil.id, 400), ("cost", None, 100)):
        values = {**common, "measure": measure, "product_id": product, "amount": Decimal(amount)}
        create_target(system_actor(), values)
    rows = {(row[1], row[2]): (row[4], row[5]) for row in read("targets", "2026-Q4").rows}
    assert rows == {
        ("Invoiced", ""): (Decimal(300), Decimal(50)),
        ("Invoiced", "Oil"): (Decimal(300), Decimal(75)),
        ("Cost of selling", ""): (Decimal(80), Decimal(80)),
    }
    assert read("targets", "2026-Q4", seller).rows == [], "they may see neither invoices nor targets"
    with acting_as(system_actor()):
        quota = read_forecast(system_actor(), read_period("2026-Q4"))
    assert quota.total.quota is None, "a budget is no target of the forecast"
    with pytest.raises(Problem) as refused:
        create_target(system_actor(), {**common, "measure": "cost", "product_id": oil.id, "amount": Decimal(1)})
    assert list(refused.value.fields) == ["product"]


def test_a_report_is_of_what_one_may_see_and_of_whom_one_asks(
    deal: Deal, seller: Actor, hire: Callable[[str], Actor]
) -> None:
    other = hire("Zofia Nowak")
    for actor in (seller, other, other):
        deal("Lost", actor=actor, lost_reason="price")
        deal("Needs", actor=actor)

    def counts(actor: Actor | None = None, **whose: Any) -> tuple[int, int]:
        lost = sum(row[1] for row in read("reasons", "", actor, **whose).rows)
        return lost, sum(row[1] for row in read("ageing", "", actor, **whose).rows)

    assert counts() == (3, 3)
    assert counts(person=other.user_id) == (2, 2)
    assert counts(seller) == (1, 1)
    assert counts(seller, person=other.user_id) == (0, 0)


@pytest.mark.parametrize("name", list(REPORTS))
def test_a_report_takes_the_same_few_statements_however_many_deals_there_are(
    name: str, deal: Deal, hire: Callable[[str], Actor], statements: list[str]
) -> None:
    with write_unit():
        bulk_insert(SnapshotDay, [{"day": quarter_of(today()).begins_on, "taken_at": utc_now()}])

    def count() -> int:
        statements.clear()
        read(name)
        return len(statements)

    deal("Won", amount=Decimal(1))
    read(name)
    before = count()
    for number in range(4):
        for stage in ("Won", "Lost", "Needs"):
            deal(stage, actor=hire(f"{stage} {number}"), amount=Decimal(1))
    assert before == count() <= 6


@pytest.mark.parametrize("name", list(REPORTS))
def test_page_and_file_of_every_report(name: str, client: FlaskClient, deal: Deal, seller: Actor) -> None:
    deal("Lost", actor=seller, amount=Decimal(5), lost_reason="price")
    page = client.get(f"/sales/reports/{name}?person={seller.user_id}")
    assert page.status_code == 200
    assert str(REPORTS[name].title) in page.text
    for form in ("csv", "xlsx", "jsonl"):
        assert client.get(f"/sales/reports/{name}/export?format={form}&period=all").status_code == 200
    assert client.get(f"/sales/reports/{name}?period=2026-Q9").status_code == 400
    assert client.get(f"/sales/reports/{name}?team={seller.user_id}").status_code == 400


def test_a_report_that_there_is_not(client: FlaskClient) -> None:
    assert client.get("/sales/reports/nothing").status_code == 404
    assert client.get("/sales/reports/velocity?person=x").status_code == 400


def test_the_shell_prints_a_report(app: Flask, deal: Deal, seller: Actor) -> None:
    deal("Lost", actor=seller, amount=Decimal(5), lost_reason="price")
    with acting_as(system_actor()):
        printed = CliRunner().invoke(command, ["reasons", "--person", "Ελένη Δούκα", "--json"])
        text = CliRunner().invoke(command, ["reasons"]).output.splitlines()
        nobody = CliRunner().invoke(command, ["reasons", "--team", "Nobody"])
    assert json.loads(printed.output) == [{"reason": "Price", "deals": 1, "percent": 100, "amount": 5}]
    assert text[0].split("  ")[0] == "Lost because of"
    assert isinstance(nobody.exception, Problem)


def test_a_chart_s_bars_reach_no_higher_than_its_lines() -> None:
    chart = draw([Column("a", [Decimal(322), Decimal(-5)], Decimal(330))], ["x", "y"], "a: 322", "EUR")
    highest = chart.lines[-1][0]
    assert chart.bars[0]["mark"] >= highest
    assert chart.bars[0]["parts"][0]["y"] >= highest
    assert chart.bars[0]["parts"][1]["height"] == 0
    assert [step_for(Decimal(value)) for value in (0, 1, 5, 322, 7_000)] == [
        Decimal(each) for each in ("1", "0.2", "1", "100", "2000")
    ]


@pytest.mark.parametrize(
    ("highest", "unit", "said"), [("9999", "EUR", "9,999"), ("9.04", "EUR", "9"), ("90400", "thousand EUR", "90")]
)
def test_columns_are_said_in_thousands_from_ten_of_them_on(highest: str, unit: str, said: str) -> None:
    chart = draw([Column("", [Decimal(highest)]), Column("", [Decimal(0)])], ["x"], "", "EUR")
    assert (chart.unit, [bar["said"] for bar in chart.bars]) == (unit, [said, ""])


def test_a_value_stands_on_its_column_and_above_a_mark_only_where_it_would_meet_it() -> None:
    columns = [Column("", [Decimal(100)], mark) for mark in (None, Decimal(400), Decimal(101), Decimal(40))]
    far, *others = draw(columns, ["x"], "", "EUR").bars
    tops = [bar["parts"][0]["y"] for bar in (far, *others)]
    assert [bar["said_y"] - top for bar, top in zip((far, others[0], others[2]), tops, strict=False)] == [-6, -6, -6]
    assert others[1]["said_y"] == others[1]["mark"] - 6 < tops[0] - 6


def test_a_chart_with_many_bars_labels_some_and_one_with_none_stands() -> None:
    many = draw([Column(f"Month {number}", [Decimal(number)]) for number in range(12)], ["x"], "", "EUR")
    assert sum(bool(bar["label"]) for bar in many.bars) == 4
    assert draw([], ["x"], "", "EUR").bars == []


def test_bars_that_lie_share_one_scale_with_their_marks() -> None:
    chart = draw_bars(
        [
            Column("Ελένη", [Decimal(30), Decimal(20)], Decimal(200)),
            Column("Piotr", [Decimal(-5), Decimal(80)], None),
        ],
        ["x", "y"],
        "",
        str,
    )
    assert [bar["said"] for bar in chart.bars] == ["50", "80"]
    assert chart.bars[0]["parts"] == [{"x": 0, "width": 15}, {"x": 15, "width": 10}]
    assert chart.bars[1]["parts"] == [{"x": 0, "width": 0}, {"x": 0, "width": 40}]
    assert [bar["mark"] for bar in chart.bars] == [100, None]
    assert draw_bars([], ["x"], "", str).bars == []
    assert draw_bars([Column("Nobody", [Decimal(0)])], ["x"], "", str).bars[0]["parts"] == [{"x": 0, "width": 0}]


def test_of_many_targets_the_chart_shows_the_newest_and_tells_of_the_rest(client: FlaskClient, seller: Actor) -> None:
    for month in range(1, 13):
        for amount in (Decimal(month), Decimal(month + 100)):
            period = f"2026-{month:02}"
            create_target(system_actor(), {"person_id": seller.user_id if amount > 100 else None, "period": period,
                                           "amount": amount})  # fmt: skip
    page = client.get("/sales/reports/targets?period=2026").text
    drawn = page[page.index('class="s-lying"') : page.index("<table")]
    assert "December 2026" in drawn
    assert "July 2026" in drawn
    assert "June 2026" not in drawn
    assert "The table below has 12 more." in page
    assert drawn.index("Ελένη Δούκα, December") < drawn.index("The company, December")


@pytest.mark.skipif(not MAVEN.is_dir(), reason="the corpus ../shared/data isn't on this machine")
def test_every_report_of_the_published_data_set(stages: Stages) -> None:
    load_maven(stages)
    quarters = {"2017-Q1": 1_134_672, "2017-Q2": 3_086_111, "2017-Q3": 2_982_255, "2017-Q4": 2_802_496}
    teams = {"West": 3_568_647, "Central": 3_346_293, "East": 3_090_594}

    velocity = read("velocity", "all")
    assert sum(row[1] for row in velocity.rows) == 4_238
    assert sum(row[2] for row in velocity.rows) == 2_473
    assert [value for _label, value, _kind in velocity.figures][:3] == [
        Decimal(10_005_534), Decimal("63.15"), Decimal("51.78"),
    ]  # fmt: skip
    for quarter, won in quarters.items():
        assert sum(row[4] for row in read("velocity", quarter).rows) == won

    conversion = read("conversion", "all").rows
    assert (conversion[0][1], conversion[-1][1], conversion[-1][2]) == (6_711, 4_238, Decimal("63.15"))
    assert sum(row[1] for row in read("ageing").rows) == 1_589 + 500
    assert [tuple(row[:2]) for row in read("reasons", "all").rows] == [("No reason given", 2_473)]

    _ask_for_it()
    of_targets = {row[0]: row[4] for row in read("targets", "2017").rows}
    for name, won in teams.items():
        assert sum(amount for whose, amount in of_targets.items() if whose.startswith(f"{name},")) == won
    assert sum(amount for whose, amount in of_targets.items() if whose.startswith("Darcel")) == 1_153_214
    assert sum(amount for whose, amount in of_targets.items() if whose.startswith("The company")) == 10_005_534

    by_team = [read_forecast(system_actor(), read_period(key), by_team=True) for key in quarters]
    assert [found.total.now.won for found in by_team] == list(map(Decimal, quarters.values()))
    for name, won in teams.items():
        assert sum(line.now.won for found in by_team for line in found.lines if line.name == name) == won


def _ask_for_it() -> None:
    """Set targets for each quarter of the data set's year."""
    darcel = db.session.query(User).filter(User.name == "Darcel Schlecht").one()
    offices = db.session.query(Team).filter(Team.parent_id.is_(None)).all()
    for number in range(1, 5):
        common = {"period": f"2017-Q{number}", "amount": Decimal(1_000)}
        create_target(system_actor(), {**common, "person_id": darcel.id})
        create_target(system_actor(), common)
        for office in offices:
            create_target(system_actor(), {**common, "team_id": office.id})


def test_spans_are_said_in_words() -> None:
    assert str(read_span("all")) == "All time"
    assert str(read_span("2026")) == "2026"
    assert str(read_span("2026-11")) == "November 2026"
    last = read_span("")
    assert (str(last), last.before > today() >= last.first) == ("Last 12 months", True)


def test_forecast_tells_beside_it_how_many_go_on(client: FlaskClient, deal: Deal) -> None:
    nothing = client.get("/sales/forecast/conversion").text
    assert "No deal ended in these months." in nothing
    deal("Won", amount=Decimal(1))
    deal("Lost", amount=Decimal(1))
    said = client.get("/sales/forecast/conversion").text
    assert [part.partition("<")[0] for part in said.split('<b class="num">')[1:]] == ["100", "50", "50", "50", "50"]
    assert "12 months, 2 deals" in said
    assert "Usual reason" not in said


def test_forecast_tells_beside_it_why_most_are_lost_of_those_whose_reason_is_known(
    client: FlaskClient, deal: Deal
) -> None:
    for reason in ("timing", "price", "timing"):
        deal("Lost", lost_reason=reason)
    for _unknown in range(4):
        deal("Lost")
    assert "Usual reason: Wrong time, 29 % of all lost." in client.get("/sales/forecast/conversion").text
