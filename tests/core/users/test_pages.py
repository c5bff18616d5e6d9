"""The pages of people, roles, teams and the own settings, as they are used."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.access import Scope, system_actor
from core.database import db
from core.jobs import Job
from core.jobs.worker import run_next_job
from core.users import operations, queries
from core.users.models import Role, Team, User
from core.users.operations import leaving
from core.web.limits import limiter
from tests.conftest import PASSWORD, sign_in

SYSTEM = system_actor()


@pytest.fixture(autouse=True)
def fresh_limits(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    limiter.reset()


def role_id(name: str) -> str:
    return str(db.session.query(Role).filter_by(name=name).one().id)


def test_a_new_person_gets_a_link_and_signs_in_with_it(app: Flask, client: FlaskClient) -> None:
    form = {"name": "Νίκος", "email": "nikos@example.org", "role": role_id("salesperson"), "team": ""}
    page = client.post("/admin/users", data=form)
    found = re.search(r"http://localhost(/password/[^<\"]+)", page.text)
    assert found is not None
    other = app.test_client()
    assert other.post(found[1], data={"password": "a long enough one"}).status_code == 303
    assert "Νίκος" in other.get("/settings").text
    assert other.get("/admin/users").status_code == 404


def test_a_person_with_a_taken_address_is_not_added(client: FlaskClient) -> None:
    form = {"name": "Second", "email": "admin@example.org", "role": role_id("viewer")}
    answer = client.post("/admin/users", data=form)
    assert answer.status_code == 422
    assert "Somebody signs in with this mail address already." in answer.text
    assert 'value="Second"' in answer.text


def test_a_persons_roles_and_team_are_saved(client: FlaskClient) -> None:
    user = operations.add_user(SYSTEM, email="vera@example.org", role="viewer", name="Vera")
    team, user_id = operations.create_team(SYSTEM, {"name": "West"}), user.id
    team_id = team.id
    form = {"name": "Vera K", "email": "vera@example.org", "team": str(team_id), "roles": [role_id("salesperson")]}
    assert client.post(f"/admin/users/{user_id}", data=form).status_code == 303
    db.session.expire_all()
    kept = db.session.get_one(User, user_id)
    assert (kept.name, kept.team_id) == ("Vera K", team_id)
    assert queries.actor_of(user_id).scope("customer.edit") is Scope.own


def test_a_stale_form_of_a_person_is_told_so(client: FlaskClient) -> None:
    user = operations.add_user(SYSTEM, email="vera@example.org", role="viewer", name="Vera")
    user_id = user.id
    form = {"name": "Old", "email": "vera@example.org", "version": "1"}
    operations.update_user(SYSTEM, user, {"name": "New"})
    assert client.post(f"/admin/users/{user_id}", data=form).status_code == 409
    db.session.expire_all()
    assert db.session.get_one(User, user_id).name == "New"


def test_the_last_administrator_is_told_why_they_stay(client: FlaskClient, administrator: User) -> None:
    form = {"name": "Anna", "email": "admin@example.org", "team": "", "roles": [role_id("viewer")]}
    answer = client.post(f"/admin/users/{administrator.id}", data=form)
    assert answer.status_code == 422
    assert "Make somebody else one first." in answer.text
    assert client.get("/admin/users").status_code == 200


def test_a_leaver_hands_over_on_the_page(app: Flask, client: FlaskClient, administrator: User) -> None:
    admin_id = administrator.id
    leaver = operations.add_user(SYSTEM, email="nikos@example.org", role="salesperson", password=PASSWORD)
    leaver_id = leaver.id
    nikos = sign_in(app, "nikos@example.org")
    assert nikos.post("/api/v1/customers", json={"name": "One", "kind": "organisation"}).status_code == 201
    assert "owns 1 record" in client.get(f"/admin/users/{leaver_id}").text
    assert client.post(f"/admin/users/{leaver_id}/hand-over", data={"heir": ""}).status_code == 422
    assert client.post(f"/admin/users/{leaver_id}/hand-over", data={"heir": str(admin_id)}).status_code == 303
    assert queries.count_owned(admin_id) == 1
    assert nikos.get("/settings").status_code == 303


def test_a_large_hand_over_runs_in_the_background(
    app: Flask, client: FlaskClient, administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leaving, "HAND_OVER_BATCH", 2)
    admin_id = administrator.id
    leaver_id = operations.add_user(SYSTEM, email="nikos@example.org", role="salesperson", password=PASSWORD).id
    nikos = sign_in(app, "nikos@example.org")
    for number in range(5):
        nikos.post("/api/v1/customers", json={"name": f"Customer {number}", "kind": "organisation"})
    assert client.post(f"/admin/users/{leaver_id}/hand-over", data={"heir": str(admin_id)}).status_code == 303
    assert nikos.get("/settings").status_code == 303, "they are out at once"
    assert queries.count_owned(leaver_id) == 5
    run_next_job("worker")
    assert queries.count_owned(leaver_id) == 0
    job = db.session.query(Job).filter_by(name="core.hand_over").one()
    assert (job.state, job.done, job.total) == ("done", 5, 5)


def test_the_matrix_of_a_role_is_saved_as_it_was_chosen(client: FlaskClient) -> None:
    role = role_id("salesperson")
    form = {"title": "Salesperson", "owned:view": "team", "shared:view": "all", "customer.view": "own"}
    assert client.post(f"/admin/roles/{role}", data=form | {"sales.lead.view": "no"}).status_code == 303
    kept = db.session.query(Role).filter_by(name="salesperson").one()
    assert kept.grants == {
        "owned:view": "team", "shared:view": "all", "customer.view": "own", "sales.lead.view": None
    }  # fmt: skip
    assert kept.title == "", "a title that wasn't changed stays translated"


def test_the_matrix_shows_what_was_saved(client: FlaskClient) -> None:
    role = role_id("salesperson")
    page = client.get(f"/admin/roles/{role}").text
    chosen = re.search(r'name="customer.view".*?<option value="(\w+)" selected', page, re.DOTALL)
    assert chosen is not None
    assert chosen[1] == "all"


def test_a_new_role_begins_with_nothing(client: FlaskClient) -> None:
    assert client.post("/admin/roles", data={"title": " "}).status_code == 422
    assert client.post("/admin/roles", data={"title": "Warehouse"}).status_code == 303
    assert db.session.query(Role).filter_by(title="Warehouse").one().grants == {}


def test_a_removed_role_is_nobodys(client: FlaskClient) -> None:
    user = operations.add_user(SYSTEM, email="vera@example.org", role="viewer")
    user_id = user.id
    assert client.post(f"/admin/roles/{role_id('viewer')}/remove").status_code == 303
    assert dict(queries.actor_of(user_id).grants) == {}


def test_teams_stand_as_a_tree(client: FlaskClient) -> None:
    west = operations.create_team(SYSTEM, {"name": "West"})
    operations.create_team(SYSTEM, {"name": "Athens", "parent_id": west.id})
    page = client.get("/admin/teams").text
    assert page.index("West") < page.index("u-depth-1") < page.index("Athens")


def test_members_of_a_team_are_chosen_on_its_page(client: FlaskClient) -> None:
    team, user = operations.create_team(SYSTEM, {"name": "West"}), queries.user_by_email("admin@example.org")
    assert user is not None
    team_id, user_id = team.id, user.id
    assert client.post(f"/admin/teams/{team_id}/members", data={"members": [str(user_id), "x"]}).status_code == 303
    assert queries.member_ids_of(team_id) == {user_id}
    assert "checked" in client.get(f"/admin/teams/{team_id}/members").text


def test_teams_and_people_are_made_through_the_api(api: FlaskClient) -> None:
    team = api.post("/api/v1/teams", json={"name": "West"}).json
    assert team is not None
    made = api.post("/api/v1/users", json={"name": "Vera", "email": "V@Example.org", "team": team["id"]})
    assert made.status_code == 201, made.text
    kept = db.session.query(User).filter_by(email="v@example.org").one()
    assert kept.team_id == db.session.query(Team).one().id


def test_the_own_settings_are_saved(client: FlaskClient, administrator: User) -> None:
    user_id = administrator.id
    form = {"name": "Anna", "language": "pl", "zone": "Europe/Warsaw", "theme": "dark", "density": "dense"}
    assert client.post("/settings", data=form).status_code == 303
    page = client.get("/settings").text
    assert '<html lang="pl" data-bs-theme="dark"' in page
    assert 'data-single-keys="off"' in page
    db.session.expire_all()
    assert db.session.get_one(User, user_id).zone == "Europe/Warsaw"


@pytest.mark.parametrize(
    ("field", "value"), [("language", "xx"), ("zone", "Mars/Olympus"), ("theme", "pink"), ("name", " ")]
)
def test_a_setting_that_is_not_offered_is_refused(client: FlaskClient, field: str, value: str) -> None:
    form = {"name": "Anna", "language": "en", "zone": "UTC", "theme": "auto", "density": "airy", field: value}
    assert client.post("/settings", data=form).status_code == 422


@pytest.mark.parametrize(
    ("path", "value"), [("theme", "dark"), ("density", "dense"), ("keys", "off"), ("rail", "folded")]
)
def test_the_buttons_of_the_frame_keep_their_choice(client: FlaskClient, path: str, value: str) -> None:
    assert client.post(f"/settings/{path}", data={"value": value}).status_code == 204


def test_the_language_is_switched_where_one_is(client: FlaskClient) -> None:
    headers = {"Referer": "http://localhost/customers?sort=name"}
    answer = client.post("/settings/language", data={"value": "el"}, headers=headers)
    assert answer.location == "/customers?sort=name"
    assert '<html lang="el"' in client.get("/customers").text
