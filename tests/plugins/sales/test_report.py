"""The report: its figures on deals that one can count by hand, and on the published data set."""

import csv
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core.access import Actor, system_actor
from core.database import bulk_insert, write_unit
from core.users.models import Team, User
from plugins.sales.models import Opportunity, Stage
from plugins.sales.queries.reports.summary import sales_report

MAVEN = Path(__file__).parents[4] / "shared/data/crm-sales-opportunities"

Deal = Callable[..., Opportunity]
Stages = dict[str, Stage]


def test_report_of_nothing_divides_by_nothing(stages: Stages) -> None:
    report = sales_report(system_actor())
    assert (report.won, report.lost, report.open, report.won_value) == (0, 0, 0, Decimal(0))
    assert (report.win_rate, report.cycle_days_mean, report.cycle_days_median) == (None, None, None)


def test_figures_of_a_few_deals(deal: Deal, seller: Actor) -> None:
    won = {"stage": "Won", "actor": seller, "engaged_on": date(2026, 1, 1)}
    deal(**won, amount=Decimal(100), closed_on=date(2026, 1, 11))
    deal(**won, amount=Decimal(50), closed_on=date(2026, 4, 1))
    deal("Won", amount=Decimal(7), closed_on=date(2026, 4, 2))
    deal("Lost", amount=Decimal(900), lost_reason="price")
    deal("Needs", amount=Decimal(900))
    assert sales_report(system_actor()).as_json() == {
        "won": 3,
        "lost": 1,
        "open": 1,
        "won_value": 157,
        "win_rate": 75,
        "cycle_days_mean": 50,
        "cycle_days_median": 50,
        "by_owner": {"Ελένη Δούκα": 150, "–": 7},
        "by_team": {"–": 157},
        "by_quarter": {"2026-Q1": 100, "2026-Q2": 57},
    }


def test_median_of_an_even_number_lies_between_the_middle_two(deal: Deal) -> None:
    for day in (2, 5, 8, 31):
        deal("Won", engaged_on=date(2026, 1, 1), closed_on=date(2026, 1, day))
    assert sales_report(system_actor()).cycle_days_median == Decimal("5.5")


def test_team_at_the_top_counts_what_everybody_below_it_won(deal: Deal, hire: Callable[[str], Actor]) -> None:
    agent = hire("Agent")
    with write_unit() as session:
        office = Team(name="West")
        session.add(office)
        session.flush()
        team = Team(name="Team of Celia", parent_id=office.id)
        session.add(team)
        session.flush()
        session.get_one(User, agent.user_id).team_id = team.id
    deal("Won", actor=agent, amount=Decimal(40))
    assert sales_report(system_actor()).by_team == {"West": Decimal(40)}


def test_report_is_of_what_one_may_see(deal: Deal, seller: Actor) -> None:
    deal("Won", actor=seller, amount=Decimal(1))
    deal("Won", amount=Decimal(1_000_000))
    report = sales_report(seller)
    assert (report.won, report.won_value) == (1, Decimal(1))


def test_report_takes_four_statements(deal: Deal, statements: list[str]) -> None:
    deal("Won", amount=Decimal(1))
    statements.clear()
    sales_report(system_actor())
    assert len(statements) == 4


@pytest.mark.skipif(not MAVEN.is_dir(), reason="the corpus ../shared/data isn't on this machine")
def test_figures_of_the_published_data_set(stages: Stages) -> None:
    load_maven(stages)
    report = sales_report(system_actor()).as_json()
    assert (report["won"], report["lost"], report["open"]) == (4238, 2473, 2089)
    assert (report["won_value"], report["win_rate"]) == (10_005_534, 63.15)
    assert (report["cycle_days_mean"], report["cycle_days_median"]) == (51.78, 57)
    assert next(iter(report["by_owner"].items())) == ("Darcel Schlecht", 1_153_214)
    assert report["by_team"] == {"West": 3_568_647, "Central": 3_346_293, "East": 3_090_594}
    assert report["by_quarter"] == {
        "2017-Q1": 1_134_672,
        "2017-Q2": 3_086_111,
        "2017-Q3": 2_982_255,
        "2017-Q4": 2_802_496,
    }


def load_maven(stages: Stages) -> None:
    """Write the data set's teams, agents and deals, as an import of its files makes them."""
    owners = _load_agents()
    places = {"Won": "Won", "Lost": "Lost", "Engaging": "Solution", "Prospecting": "Needs"}
    rows = [_row(row, stages[places[row["deal_stage"]]], owners) for row in _read("sales_pipeline.csv")]
    for start in range(0, len(rows), 5_000):
        with write_unit():
            bulk_insert(Opportunity, rows[start : start + 5_000])


def _read(name: str) -> list[dict[str, str]]:
    with (MAVEN / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _load_agents() -> dict[str, Any]:
    teams: dict[str, Team] = {}
    owners: dict[str, Any] = {}
    with write_unit() as session:
        for row in _read("sales_teams.csv"):
            for name, parent in ((row["regional_office"], None), (row["manager"], row["regional_office"])):
                if name not in teams:
                    teams[name] = Team(name=name, parent_id=teams[parent].id if parent else None)
                    session.add(teams[name])
                    session.flush()
            agent = User(name=row["sales_agent"], active=False, team_id=teams[row["manager"]].id)
            session.add(agent)
            session.flush()
            owners[agent.name] = agent.id
    return owners


def _row(row: dict[str, str], stage: Stage, owners: dict[str, Any]) -> dict[str, Any]:
    amount = Decimal(row["close_value"]) if row["close_value"] else None
    return {
        "name": row["product"],
        "reference": row["opportunity_id"],
        "pipeline_id": stage.pipeline_id,
        "stage_id": stage.id,
        "amount": amount,
        "amount_base": amount,
        "currency": "EUR",
        "owner_id": owners[row["sales_agent"]],
        "engaged_on": date.fromisoformat(row["engage_date"]) if row["engage_date"] else None,
        "closed_on": date.fromisoformat(row["close_date"]) if row["close_date"] else None,
    }
