"""Access, tried from outside: every route by every kind of actor, and every record type by whoever may not."""

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.routing import AnyConverter, IntegerConverter, UUIDConverter

from core.access import Actor, Kind, OwnerAccess, system_actor, visible
from core.access.actor import PUBLIC
from core.database import db
from core.records.api import api_path
from core.records.registry import record_types
from core.users import operations
from core.users.models import User
from core.web.audience import audience_of, check_audiences
from tests.conftest import PASSWORD, sign_in
from tests.security.conftest import database_digest, make_record, staff_with

TABLE = Path(__file__).parent / "routes.txt"
NOTHING = uuid.UUID(int=1)
#: What says that there is nothing, or that one may not.
REFUSED = {403, 404}


class Row(NamedTuple):
    """A line of the table."""

    method: str
    route: str
    audiences: str
    without_rights: str


def table() -> list[Row]:
    lines = [line.split() for line in TABLE.read_text().splitlines() if line and not line.startswith("#")]
    return [Row(*line) for line in lines]


class Route(NamedTuple):
    """A route with arguments that lead to nothing."""

    method: str
    name: str
    path: str
    audiences: frozenset[str]


def routes(app: Flask) -> Iterator[Route]:
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        arguments = {name: _argument(rule._converters[name]) for name in rule.arguments - set(rule.defaults or {})}
        built = rule.build({**arguments, **(rule.defaults or {})}, append_unknown=False)
        assert built is not None
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield Route(method, general_name(rule.rule), built[1], audience_of(rule.endpoint, app))


def _argument(converter: Any) -> Any:
    if isinstance(converter, UUIDConverter):
        return NOTHING
    if isinstance(converter, AnyConverter):
        return min(converter.items)
    return 1 if isinstance(converter, IntegerConverter) else "x"


def general_name(rule: str) -> str:
    """Name a route of the records layer by what it does, for all record types alike."""
    for record_type in sorted(record_types.all_declared(), key=lambda each: -len(each.url)):
        for base, name in ((api_path(record_type), "{api}"), (record_type.url, "{records}")):
            suffix = rule.removeprefix(base)
            if suffix != rule and suffix in SHARED:
                return name + suffix
    return rule.replace(" ", "")


def _shared() -> set[str]:
    rows = [row.route for row in table() if row.route.startswith(("{records}", "{api}"))]
    return {route.partition("}")[2] for route in rows}


SHARED = _shared()


def ask(client: FlaskClient, route: Route, **options: Any) -> Any:
    body: dict[str, Any] = {"json": {}} if route.path.startswith("/api/") and route.method != "GET" else {}
    return client.open(route.path, method=route.method, **body, **options)


def test_a1_every_route_has_a_line_and_every_line_a_route(app: Flask) -> None:
    declared = {(each.method, each.name, ",".join(sorted(each.audiences))) for each in routes(app)}
    committed = {(row.method, row.route, row.audiences) for row in table()}
    assert sorted(declared - committed) == [], f"write these into {TABLE.name}"
    assert sorted(committed - declared) == [], f"take these out of {TABLE.name}"


def test_a_route_that_declares_nobody_stops_the_start(app: Flask) -> None:
    check_audiences(app)
    other = Flask("other", static_folder=None)
    other.add_url_rule("/open", "open", lambda: "")
    with pytest.raises(RuntimeError, match="/open"):
        check_audiences(other)


def test_a1_a_guest_gets_nothing_but_the_public_pages(app: Flask, administrator: User) -> None:
    client, wrong = app.test_client(), []
    before = database_digest()
    for route in routes(app):
        if "public" in route.audiences:
            continue
        answer = ask(client, route)
        is_right = answer.status_code == 401 if route.path.startswith("/api/") else _leads_to_sign_in(answer)
        if not is_right and not (answer.status_code == 401 and "staff" not in route.audiences):
            wrong.append((route.method, route.name, answer.status_code))
    assert wrong == []
    assert database_digest() == before


def _leads_to_sign_in(answer: Any) -> bool:
    return bool(answer.status_code == 303 and answer.location.startswith("/login"))


def test_a12_the_cookie_of_the_portal_opens_no_page_of_staff(app: Flask, portal: FlaskClient) -> None:
    wrong = [
        (route.method, route.name, status)
        for route in routes(app)
        if "public" not in route.audiences
        and (status := ask(portal, route).status_code) != (401 if route.path.startswith("/api/") else 404)
    ]
    assert wrong == []


def test_a12_the_cookie_of_staff_under_the_name_of_the_portals_opens_nothing(app: Flask, nobody: FlaskClient) -> None:
    held = nobody.get_cookie("pelatis_staff")
    assert held is not None
    client = app.test_client()
    client.set_cookie("pelatis_portal", held.value)
    assert client.get("/settings").status_code == 303
    client.set_cookie("pelatis_staff", held.value)
    assert client.get("/settings").status_code == 200


def test_a1_staff_without_rights_get_what_the_table_says(app: Flask, nobody: FlaskClient) -> None:
    expected = {(row.method, row.route): row.without_rights for row in table()}
    before, wrong = database_digest(), []
    for route in routes(app):
        if "staff" not in route.audiences or expected.get((route.method, route.name)) != "refused":
            continue
        status = ask(nobody, route).status_code
        if status not in REFUSED:
            wrong.append((route.method, route.path, status))
    assert wrong == []
    assert database_digest() == before, "A3: nothing has changed after a refusal"


#: Routes that rest on no cookie, so that a forged post gains nothing that an honest one wouldn't.
WITHOUT_COOKIE = {"/sales/public/forms/<token>"}


def test_a51_without_the_forgery_token_nothing_changes(app: Flask, administrator: User) -> None:
    client = sign_in(app, "admin@example.org")
    app.config["WTF_CSRF_ENABLED"] = True
    before = database_digest()
    wrong = [
        (route.method, route.name, status)
        for route in routes(app)
        if route.method != "GET"
        and route.name not in WITHOUT_COOKIE
        and (status := ask(client, route).status_code) != 400
    ]
    assert wrong == []
    assert database_digest() == before


def test_a51_with_the_forgery_token_it_changes(app: Flask, administrator: User) -> None:
    from flask import g

    client = sign_in(app, "admin@example.org")
    app.config["WTF_CSRF_ENABLED"] = True
    g.pop("csrf_token", None)  # the tests' own context outlives a request
    token = client.get("/settings").text.partition('name="csrf-token" content="')[2].partition('"')[0]
    answer = client.post("/settings/theme", data={"value": "dark"}, headers={"X-CSRFToken": token})
    assert answer.status_code == 204


def test_a_token_needs_no_forgery_token(app: Flask, api: FlaskClient) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    assert api.post("/api/v1/teams", json={"name": "West"}).status_code == 201


def test_a51_looking_at_every_page_changes_nothing(app: Flask, client: FlaskClient) -> None:
    before = database_digest()
    statuses = {
        (route.name, status)
        for route in routes(app)
        if route.method == "GET" and (status := ask(client, route).status_code) >= 500 and route.name != "/readyz"
    }
    assert statuses == set()
    assert database_digest() == before


def test_a13_a_guest_and_a_portal_user_see_no_row_of_any_type(app: Flask) -> None:
    partner = Actor(Kind.portal, user_id=uuid.uuid4())
    for record_type in record_types:
        make_record(record_type.model)
        for actor in (PUBLIC, partner, Actor(Kind.token), Actor(Kind.device), Actor(Kind.staff, user_id=uuid.uuid4())):
            seen = select(func.count()).select_from(record_type.model).where(visible(actor, record_type))
            assert db.session.execute(seen).scalar_one() == 0, (record_type.key, actor.kind)


def doors(record_type: Any, record_id: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Give every way in which somebody might come to a record."""
    page, api, field = record_type.url, api_path(record_type), record_type.columns[0]
    criteria = json.dumps({"and": [{"field": field, "op": "not_empty", "value": []}]})
    yield "GET", page, {}
    yield "GET", page, {"query_string": {"q": "a"}}
    yield "GET", page, {"query_string": {"sort": field}}
    yield "GET", page, {"query_string": {"filter": criteria}}
    yield "GET", page, {"query_string": {"bin": "1"}}
    yield "GET", f"{page}/count", {}
    yield "GET", f"{page}/options", {"query_string": {"q": "a"}}
    yield "GET", f"{page}/{record_id}", {}
    yield "GET", f"{page}/{record_id}", {"headers": {"HX-Request-Type": "partial", "HX-Target": "aside#panel"}}
    yield "GET", f"{page}/{record_id}/edit", {}
    yield "GET", f"{page}/{record_id}/history", {}
    yield "GET", f"{page}/{record_id}/fields/{field}", {}
    yield "POST", f"{page}/{record_id}", {"data": {field: "x"}}
    yield "POST", f"{page}/{record_id}/fields/{field}", {"data": {field: "x"}}
    yield "POST", f"{page}/{record_id}/bin", {}
    yield "POST", f"{page}/{record_id}/restore", {}
    yield "POST", f"{page}/bulk", {"data": {"ids": record_id, "action": "bin"}}
    yield "GET", f"/export/{record_type.key}", {"query_string": {"format": "jsonl"}}
    yield "GET", api, {}
    yield "GET", api, {"query_string": {"q": "a", "count": "1"}}
    yield "GET", api, {"query_string": {"filter": criteria}}
    yield "GET", api, {"query_string": {"sort": field}}
    yield "GET", f"{api}/{record_id}", {}
    yield "PATCH", f"{api}/{record_id}", {"json": {field: "x"}}
    yield "DELETE", f"{api}/{record_id}", {}
    yield "POST", api, {"json": {"id": record_id, field: "x"}}


def test_every_record_type_is_closed_to_staff_without_rights(app: Flask, nobody: FlaskClient) -> None:
    ids = {record_type.key: str(make_record(record_type.model).id) for record_type in record_types}
    before, wrong = database_digest(), []
    for record_type in list(record_types):
        record_id = ids[record_type.key]
        for method, path, options in doors(record_type, record_id):
            answer = nobody.open(path, method=method, **options)
            if answer.status_code not in REFUSED or record_id in answer.text.replace(path, ""):
                wrong.append((method, path.replace(record_id, "ID"), options, answer.status_code))
    assert wrong == []
    assert database_digest() == before


def owned_types() -> list[Any]:
    return [each for each in record_types if isinstance(each.access, OwnerAccess)]


def test_a2_foreign_records_of_every_type_stay_hidden_and_unchanged(app: Flask, administrator: User) -> None:
    actions = ("view", "create", "edit", "delete", "export")
    keys = [each.key for each in owned_types()]
    assert keys
    mine_id = staff_with({f"{key}.{action}": "own" for key in keys for action in actions}).id
    client, admin_id = sign_in(app, "staff@example.org"), administrator.id
    wrong: list[tuple[Any, ...]] = []
    for record_type in owned_types():
        own_id = str(make_record(record_type.model, mine_id).id)
        foreign_id = str(make_record(record_type.model, admin_id).id)
        before = database_digest()
        for method, path, options in doors(record_type, foreign_id):
            answer = client.open(path, method=method, **options)
            text = answer.text
            answer.close()
            if foreign_id in path:
                is_right = answer.status_code in {404, 422} if "/fields/" in path else answer.status_code == 404
            else:
                is_right = answer.status_code < 500 and foreign_id not in text
            if not is_right:
                wrong.append((method, path.replace(foreign_id, "FOREIGN"), options, answer.status_code))
        if database_digest() != before:
            wrong.append((record_type.key, "changed"))
        counted: Any = client.get(api_path(record_type), query_string={"count": "1"}).json
        shown = [item["id"] for item in counted["items"]]
        if counted["count"] != 1 or shown != [own_id]:
            wrong.append((record_type.key, "shows", shown))
    assert wrong == []


def test_a14_a_disabled_person_finds_every_page_closed(app: Flask, administrator: User) -> None:
    system = system_actor()
    user = operations.add_user(system, email="second@example.org", role="administrator", password=PASSWORD)
    client = sign_in(app, "second@example.org")
    operations.set_active(system, user, False)
    wrong = [
        (route.method, route.name)
        for route in routes(app)
        if "public" not in route.audiences and ask(client, route).status_code not in {303, 401}
    ]
    assert wrong == []


SECRETS = ("password_hash", "single_keys", "token_hash", "kind", "custom", "deleted_at", "no_such_column")


@pytest.mark.parametrize("name", SECRETS)
def test_a8_nobody_filters_or_sorts_by_what_is_not_shown(client: FlaskClient, name: str) -> None:
    for path in ("/users", "/api/v1/users"):
        for field in (name, f"team.{name}", f"leader.{name}"):
            criteria = json.dumps({"and": [{"field": field, "op": "is", "value": ["a"]}]})
            assert client.get(path, query_string={"filter": criteria}).status_code == 400, (path, field)
        assert client.get(path, query_string={"sort": name}).status_code == 400
    assert client.get("/api/v1/users", query_string={name: "a"}).status_code == 400


UNOFFERED = ("password_hash", "kind", "single_keys", "version", "owner_id", "team_id", "created_at")


@pytest.mark.parametrize("name", UNOFFERED)
def test_a9_what_is_not_offered_is_not_accepted(client: FlaskClient, administrator: User, name: str) -> None:
    user_id = administrator.id
    before = database_digest()
    body = {"name": "Somebody", name: "x"}
    assert client.patch(f"/api/v1/users/{user_id}", json=body).status_code == 422
    assert client.post("/api/v1/users", json=body).status_code == 422
    assert database_digest() == before


def test_a7_secrets_stand_in_no_answer(client: FlaskClient, administrator: User) -> None:
    user_id, kept = administrator.id, administrator.password_hash
    assert kept is not None
    for path in (
        "/api/v1/users",
        f"/api/v1/users/{user_id}",
        f"/users/{user_id}",
        f"/users/{user_id}/history",
        "/export/user?format=jsonl",
        "/admin/users",
        f"/admin/users/{user_id}",
        "/settings",
    ):
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert kept not in answer.text
        assert "argon2" not in answer.text
        answer.close()
