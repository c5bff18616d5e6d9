"""Rules put customers into territories, and leave them where somebody put them."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.access import Actor, Kind, Scope, acting_as, system_actor
from core.customers.models import Customer
from core.customers.operations import create_customers
from core.customers.records import CUSTOMERS
from core.database import db, write_unit
from core.jobs import Job, enqueue
from core.jobs.worker import run_next_job
from core.problems import Problem
from core.records.operations import create_record, update_record
from core.territories import assignment, jobs
from core.territories.models import Territory
from core.territories.operations import create_territory, update_territory
from core.users.models import User
from tests.conftest import sign_in

SYSTEM = system_actor()


@pytest.fixture
def territories(app: Flask) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for code, parent, countries, postcodes, tags in (
        ("GR", "", ["GR"], [], []),
        ("GR-N", "GR", ["GR"], ["5", "6"], []),
        ("PL", "", ["PL"], [], []),
        ("KEY", "", [], [], ["key"]),
    ):
        values = {"name": code, "code": code, "parent_id": made.get(parent)}
        rule = {"countries": countries, "postcodes": postcodes, "tags": tags}
        made[code] = create_territory(SYSTEM, {**values, **rule}).id
    return made


def customer(**values: Any) -> Customer:
    made: Customer = create_record(SYSTEM, CUSTOMERS, {"name": "Ρήγας", **values})
    return made


def place_of(record: Customer) -> tuple[Any, bool]:
    return record.territory_id, record.territory_pinned


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"country": "GR", "postcode": "106 71"}, "GR"),
        ({"country": "GR", "postcode": "54 622"}, "GR-N"),
        ({"country": "PL", "postcode": "54-622"}, "PL"),
        ({"country": "DE", "tags": ["key", "other"]}, "KEY"),
        ({"country": "GR", "postcode": "54622", "tags": ["key"]}, "GR-N"),
        ({"country": "DE"}, None),
        ({}, None),
    ],
)
def test_the_deepest_rule_that_fits_decides(
    territories: dict[str, Any], values: dict[str, Any], expected: str | None
) -> None:
    assert customer(**values).territory_id == territories.get(expected or "")


def test_a_changed_customer_moves_and_one_that_somebody_placed_stays(territories: dict[str, Any]) -> None:
    moving = customer(country="GR", postcode="10671")
    update_record(SYSTEM, CUSTOMERS, moving, {"country": "PL"})
    assert moving.territory_id == territories["PL"]
    update_record(SYSTEM, CUSTOMERS, moving, {"territory": str(territories["KEY"])})
    assert place_of(moving) == (territories["KEY"], True)
    update_record(SYSTEM, CUSTOMERS, moving, {"country": "GR"})
    assert moving.territory_id == territories["KEY"]
    update_record(SYSTEM, CUSTOMERS, moving, {"territory": None})
    assert place_of(moving) == (territories["GR"], False)
    update_record(SYSTEM, CUSTOMERS, moving, {"territory": None, "territory_pinned": True})
    assert place_of(moving) == (None, True)
    update_record(SYSTEM, CUSTOMERS, moving, {"territory_pinned": False})
    assert place_of(moving) == (territories["GR"], False)


def test_the_form_sends_all_fields_and_still_pins_what_was_chosen(territories: dict[str, Any]) -> None:
    placed = customer(country="GR", territory=str(territories["PL"]), territory_pinned=False)
    assert place_of(placed) == (territories["PL"], True)
    update_record(SYSTEM, CUSTOMERS, placed, {"territory": str(territories["KEY"]), "territory_pinned": True})
    assert place_of(placed) == (territories["KEY"], True)
    update_record(SYSTEM, CUSTOMERS, placed, {"territory": None, "territory_pinned": True})
    assert place_of(placed) == (territories["GR"], False)


def test_without_rules_nothing_is_placed_nor_taken_away(app: Flask) -> None:
    lone = create_territory(SYSTEM, {"name": "Lone"}).id
    placed = customer(country="GR", territory=str(lone))
    update_record(SYSTEM, CUSTOMERS, placed, {"territory_pinned": False})
    update_record(SYSTEM, CUSTOMERS, placed, {"city": "Πάτρα"})
    assert placed.territory_id == lone


def test_many_at_once_are_placed_as_one_is(territories: dict[str, Any]) -> None:
    assert create_customers(SYSTEM, [{"name": "A", "country": "PL"}, {"name": "B", "country": "GR"}]) == [None, None]
    found = {each.name: each.territory_id for each in db.session.query(Customer)}
    assert found == {"A": territories["PL"], "B": territories["GR"]}


@pytest.fixture
def outdated(territories: dict[str, Any]) -> dict[str, Any]:
    """Give 30 Greek customers who are where an older rule put them, one that somebody placed, and one contested."""
    create_customers(SYSTEM, [{"name": f"G{number:02}", "country": "GR"} for number in range(30)])
    customer(name="Placed", country="GR", territory=str(territories["KEY"]))
    customer(name="Contested", country="PL", tags=["key"])
    for code, country in (("GR", "PL"), ("PL", "GR")):
        update_territory(SYSTEM, db.session.get_one(Territory, territories[code]), {"countries": [country]})
    return territories


def test_the_preview_tells_what_the_run_does(outdated: dict[str, Any]) -> None:
    seen = assignment.preview(SYSTEM)
    assert (seen.moving, seen.staying, seen.pinned, seen.contested) == (31, 0, 1, 1)
    assert (seen.now[outdated["GR"]], seen.then[outdated["PL"]], seen.then[outdated["KEY"]]) == (30, 30, 1)
    before = dict(seen.then)
    with acting_as(SYSTEM):
        enqueue(jobs.assign_territories, actor=SYSTEM)
        run_next_job("worker")
    after = assignment.preview(SYSTEM)
    assert after.moving == 0
    assert {key: value for key, value in after.now.items() if value} == before


def test_a_run_that_dies_half_way_goes_on(outdated: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    real: Callable[..., Any] = assignment.assign_part
    calls: list[str | None] = []

    def dying(after: str | None, _size: int, told: Callable[[int], None]) -> Any:
        calls.append(after)
        part = real(after, 10, told)
        if len(calls) == 3:
            raise RuntimeError("killed")
        return part

    monkeypatch.setattr(jobs, "assign_part", dying)
    job_id = enqueue(jobs.assign_territories, actor=SYSTEM).id
    run_next_job("worker")
    db.session.rollback()
    half = db.session.get_one(Job, job_id)
    assert (half.done, assignment.preview(SYSTEM).moving) == (20, 11)
    with write_unit():
        half.next_try_at = half.created_at
    run_next_job("worker")
    db.session.rollback()
    done = db.session.get_one(Job, job_id)
    db.session.refresh(done)
    assert (done.state, done.done, done.total) == ("done", 31, 31)
    assert calls[3] == calls[2]
    assert assignment.preview(SYSTEM).moving == 0


def test_only_who_changes_territories_and_every_customer_assigns(outdated: dict[str, Any], app: Flask) -> None:
    for grants in (
        {"territory.edit": Scope.all, "customer.edit": Scope.territory},
        {"customer.edit": Scope.all, "territory.view": Scope.all},
    ):
        with pytest.raises(Problem) as refused:
            assignment.preview(Actor(Kind.staff, grants=grants))
        assert refused.value.status == 404


def test_the_page_previews_and_starts_a_run(outdated: dict[str, Any], app: Flask, administrator: User) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    client: FlaskClient = sign_in(app, administrator.email or "")
    page = client.get("/admin/territories/assignment").text
    assert "+30" in page
    assert "-29" in page
    assert client.post("/admin/territories/assignment").status_code in (200, 303)
    run_next_job("worker")
    db.session.rollback()
    assert assignment.preview(SYSTEM).moving == 0
    assert "Every customer is where the rules say." in client.get("/admin/territories/assignment").text
