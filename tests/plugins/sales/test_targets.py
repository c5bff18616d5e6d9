"""Targets and adjustments: managers keep them, people see their own, and nobody sets their own, by any door."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.access import system_actor
from core.database import db, write_unit
from core.problems import Problem
from core.users import operations
from core.users.models import Role, Team, TeamMember, User
from plugins.sales.models import Adjustment, ExchangeRate, Target
from plugins.sales.operations.targets import create_adjustment, create_target, update_adjustment, update_target
from tests.conftest import PASSWORD, sign_in


def person(name: str, role: str, team: Team | None = None) -> User:
    """Make somebody of one of the roles that Pelatis comes with, in a team or in none."""
    user = operations.add_user(
        system_actor(), email=f"{name}@example.org", role=role, password=PASSWORD, name=name.title()
    )
    if team is not None:
        with write_unit() as session:
            session.add(TeamMember(team_id=team.id, user_id=user.id))
            user.team_id = team.id
    return user


@pytest.fixture
def people(app: Flask) -> Mapping[str, Any]:
    """Give a team with a manager and a seller, and a seller of another one."""
    app.config["WTF_CSRF_ENABLED"] = False
    with write_unit() as session:
        team, other = Team(name="West"), Team(name="East")
        session.add_all([team, other])
        session.flush()
    return {
        "team": team,
        "manager": person("maria", "sales_manager", team),
        "seller": person("eleni", "salesperson", team),
        "stranger": person("piotr", "salesperson", other),
    }


def target_for(user: User, **values: Any) -> dict[str, str]:
    """Give the form of a target."""
    return {"person": str(user.id), "period": "2026-Q4", "amount": "1000", "currency": "EUR", **values}


def test_a_seller_sees_their_own_target_and_sets_none(app: Flask, people: Mapping[str, Any]) -> None:
    seller, stranger = people["seller"], people["stranger"]
    own = create_target(system_actor(), {"person_id": seller.id, "period": "2026-Q4", "amount": Decimal(100)})
    theirs = create_target(system_actor(), {"person_id": stranger.id, "period": "2026-Q4", "amount": Decimal(9)})
    of_team = create_target(system_actor(), {"team_id": people["team"].id, "period": "2026-Q4", "amount": Decimal(9)})
    client = sign_in(app, "eleni@example.org")
    assert client.get(f"/sales/targets/{own.id}").status_code == 200
    for hidden in (theirs, of_team):
        assert client.get(f"/sales/targets/{hidden.id}").status_code == 404
    assert client.post("/sales/targets", data=target_for(seller, period="2027-Q1")).status_code in (403, 404)
    assert client.post(f"/sales/targets/{own.id}", data={"amount": "1"}).status_code == 403
    assert client.post(f"/sales/targets/{own.id}/delete").status_code in (403, 404)
    db.session.rollback()
    assert [target.amount for target in db.session.query(Target).order_by(Target.created_at)] == [100, 9, 9]


def test_a_manager_sets_targets_of_the_team_and_of_nobody_else(app: Flask, people: Mapping[str, Any]) -> None:
    client = sign_in(app, "maria@example.org")
    assert client.post("/sales/targets", data=target_for(people["seller"])).status_code == 303
    of_team = {"team": str(people["team"].id), "period": "2026-Q4", "amount": "5000", "currency": "EUR"}
    assert client.post("/sales/targets", data=of_team).status_code == 303
    assert client.post("/sales/targets", data=target_for(people["stranger"])).status_code in (403, 404)
    company_s = {"period": "2026-Q4", "amount": "5000", "currency": "EUR"}
    assert client.post("/sales/targets", data=company_s).status_code in (403, 404)
    db.session.rollback()
    assert db.session.query(Target).count() == 2
    mine = db.session.query(Target).filter(Target.person_id == people["seller"].id).one()
    moved = client.post(f"/sales/targets/{mine.id}", data={"person": str(people["stranger"].id), "version": "1"})
    assert moved.status_code in (403, 404)
    db.session.rollback()
    assert db.session.get_one(Target, mine.id, populate_existing=True).person_id == people["seller"].id


def test_adjustments_are_made_by_whoever_leads(app: Flask, people: Mapping[str, Any]) -> None:
    def adjust(client: FlaskClient, user: User) -> int:
        said = {"person": str(user.id), "period": "2026-Q4", "amount": "-5", "reason": "So"}
        return client.post("/sales/forecast/adjustment", data=said).status_code

    seller, manager = sign_in(app, "eleni@example.org"), sign_in(app, "maria@example.org")
    assert adjust(seller, people["seller"]) == 403
    assert adjust(manager, people["stranger"]) in (403, 404)
    assert db.session.query(Adjustment).count() == 0
    assert adjust(manager, people["seller"]) == 303
    assert "−5" in seller.get("/sales/forecast?period=2026-Q4").text
    url = "/sales/forecast/adjustment"
    asked = {"person": str(people["seller"].id), "period": "2026-Q4"}
    assert "So" in seller.get(url, query_string=asked).text
    stranger = sign_in(app, "piotr@example.org")
    assert "Nobody has adjusted it yet." in stranger.get(url, query_string=asked).text


def test_an_explicit_permission_is_the_administrator_s_own_word(app: Flask) -> None:
    role = Role(name="trusted", grants={"sales.target.view": "own", "sales.target.edit": "own"})
    merged = operations_grants(role)
    assert merged == {"sales.target.view": "own", "sales.target.edit": "own"}


def operations_grants(role: Role) -> dict[str, str]:
    """Tell what a role comes to."""
    from core.users.roles import merge_grants

    return {permission: scope.value for permission, scope in merge_grants([role.grants]).items()}


def test_there_is_one_target_for_the_same_people_product_and_period(app: Flask, people: Mapping[str, Any]) -> None:
    seller = people["seller"]
    first = create_target(system_actor(), {"person_id": seller.id, "period": "2026-q4", "amount": Decimal(1)})
    assert first.period == "2026-Q4"
    with pytest.raises(Problem) as refused:
        create_target(system_actor(), {"person_id": seller.id, "period": "2026-Q4", "amount": Decimal(2)})
    assert refused.value.code == "sales.target_exists"
    create_target(system_actor(), {"person_id": seller.id, "period": "2026-12", "amount": Decimal(2)})
    assert update_target(system_actor(), first, {"amount": Decimal(3)}).amount_base == 3


def test_a_target_is_a_person_s_or_a_team_s(app: Flask, people: Mapping[str, Any]) -> None:
    values = {"person_id": people["seller"].id, "team_id": people["team"].id}
    with pytest.raises(Problem) as refused:
        create_target(system_actor(), {**values, "period": "2026-Q4", "amount": Decimal(1)})
    assert refused.value.code == "sales.target_of_both"


def test_a_target_in_another_currency_counts_in_the_company_s_own(app: Flask, people: Mapping[str, Any]) -> None:
    from datetime import date

    with write_unit() as session:
        session.add(ExchangeRate(currency="PLN", rate=Decimal(4), valid_from=date(2020, 1, 1)))
    values = {"person_id": people["seller"].id, "period": "2026-Q4", "amount": Decimal(100), "currency": "PLN"}
    assert create_target(system_actor(), values).amount_base == 25


def test_an_adjustment_stays_as_it_was_said(app: Flask, people: Mapping[str, Any]) -> None:
    said = {"person_id": people["seller"].id, "period": "2026-Q4", "amount": Decimal(5), "reason": "So"}
    adjustment = create_adjustment(system_actor(), said)
    assert update_adjustment(system_actor(), adjustment, {"amount": Decimal(5)}) is adjustment
    with pytest.raises(Problem) as refused:
        update_adjustment(system_actor(), adjustment, {"amount": Decimal(6)})
    assert refused.value.code == "sales.adjustment_stays"


def test_targets_come_and_go_as_files_and_by_the_api(app: Flask, api: FlaskClient, people: Mapping[str, Any]) -> None:
    given = {"person": str(people["seller"].id), "period": "2026-Q4", "amount": "10"}
    made = api.post("/api/v1/sales/targets", json=given)
    assert made.status_code == 201, made.text
    listed = api.get("/api/v1/sales/targets").get_json()["items"]
    assert [(item["period"], item["amount"]) for item in listed] == [("2026-Q4", made.get_json()["amount"])]
    assert api.post("/api/v1/sales/targets", json={"period": "soon", "amount": "10"}).status_code == 422
    with api.get("/sales/forecast/export?period=2026-Q4&format=jsonl") as answer:
        assert answer.get_data(as_text=True).startswith('{"name": "Eleni", "is_team": false, "quota": "10.00"')
