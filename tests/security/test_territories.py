"""The scope “territory”, tried from outside: customers of the own territories and those below, and nobody else's."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from core.access import system_actor
from core.access.scoping import ACTIONS
from core.customers.models import Address, ContactPoint, Customer, Relationship
from core.customers.records import CUSTOMERS
from core.database import db, utc_now, write_unit
from core.records.operations import create_record, update_record
from core.territories.models import Territory
from core.territories.operations import create_territory, set_members, update_territory
from core.users import operations
from core.users.models import User
from tests.conftest import sign_in
from tests.security.conftest import database_digest, make_record, staff_with
from tests.security.test_hidden import SECRET, pages

SYSTEM = system_actor()
PARTS = ("contact_point", "address", "relationship")


@dataclass
class World:
    """Somebody who looks after Greece, customers there, above it, beside it and nowhere, and all ids."""

    client: FlaskClient
    user: User
    territories: dict[str, uuid.UUID]
    customers: dict[str, uuid.UUID]

    def territory(self, name: str) -> Territory:
        return db.session.get_one(Territory, self.territories[name])


@pytest.fixture
def world(app: Flask, administrator: User) -> World:
    grants: dict[str, str | None] = {
        f"{key}.{action}": "territory" for key in ("customer", *PARTS) for action in ACTIONS
    }
    user = staff_with({**grants, "territory.view": "all"})
    made: dict[str, uuid.UUID] = {}
    for name, parent in (("Europe", ""), ("Greece", "Europe"), ("North", "Greece"), ("Poland", "Europe")):
        parent_id = made[parent] if parent else None
        values: dict[str, Any] = {"name": name, "code": name[:2].upper(), "parent_id": parent_id}
        made[name] = create_territory(SYSTEM, values).id
    set_members(SYSTEM, db.session.get_one(Territory, made["Greece"]), [user.id])
    customers = {}
    for place in ("Greece", "North", "Poland", "Europe", ""):
        name = f"Seen {place}" if place in ("Greece", "North") else f"{SECRET} {place}"
        values = {"name": name, "territory": str(made[place]) if place else None, "city": name, "tags": [name]}
        customers[place] = create_record(SYSTEM, CUSTOMERS, values).id
    return World(sign_in(app, user.email or ""), user, made, customers)


HIDDEN = ("Poland", "Europe", "")


def listed(client: FlaskClient, **query: Any) -> list[str]:
    answer: Any = client.get("/api/v1/customers", query_string=query)
    assert answer.status_code == 200, answer.text
    return [each["name"] for each in answer.json["items"]]


def test_lists_searches_counts_and_files_hold_the_own_territories_and_those_below(world: World) -> None:
    client = world.client
    assert sorted(listed(client)) == ["Seen Greece", "Seen North"]
    for field in ("name", "city", "created_at", "-name", "territory"):
        answer = client.get("/api/v1/customers", query_string={"sort": field})
        assert SECRET not in answer.text
    page = client.get("/customers", query_string={"columns": "name,territory,owner"})
    assert "Seen North" in page.text
    assert SECRET not in page.text
    for path, query in told(world):
        answer = client.get(path, query_string=query)
        text = answer.text.replace(f'value="{SECRET}"', "").replace(f"“{SECRET}”", "").replace(f"q={SECRET}", "")
        assert answer.status_code < 500, path
        assert SECRET not in text, path
        answer.close()
    exported = client.get("/export/customer", query_string={"format": "csv"})
    assert "Seen Greece" in exported.text
    assert "Seen North" in exported.text
    exported.close()


def told(world: World) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give every door through which customers of elsewhere might be told."""
    for form in ("csv", "jsonl"):
        yield "/export/customer", {"format": form}
        for part in PARTS:
            yield f"/export/{part}", {"format": form}
    for path in ("/search", "/palette", "/customers", "/customers/options"):
        yield path, {"q": SECRET}
    yield "/customers/duplicates", {"name": f"{SECRET} Poland"}
    for territory in world.territories.values():
        for operator in ("is", "is_not"):
            clause = {"field": "territory", "op": operator, "value": str(territory)}
            yield "/customers", {"filter": json.dumps(clause)}
            yield "/api/v1/customers", {"filter": json.dumps(clause)}
    clauses: tuple[dict[str, Any], ...] = (
        {"field": "tags", "op": "is_not", "value": "x"},
        {"field": "territory", "op": "empty"},
        {"or": [{"field": "name", "op": "contains", "value": SECRET[:4]}, {"field": "city", "op": "not_empty"}]},
    )
    for clause in clauses:
        yield "/customers", {"filter": json.dumps(clause)}
        yield "/api/v1/customers", {"filter": json.dumps(clause)}
    yield "/", {}


def test_counts_tell_of_nobody_elsewhere(world: World) -> None:
    page = world.client.get("/customers").text
    assert 'data-total="2"' in page
    contains = json.dumps({"field": "name", "op": "contains", "value": SECRET})
    assert listed(world.client, filter=contains) == []


def test_no_page_of_a_customer_elsewhere_opens_and_none_changes(world: World) -> None:
    before = database_digest()
    for place in HIDDEN:
        hidden = world.customers[place]
        for path, options in pages(CUSTOMERS, hidden):
            if str(hidden) in path and "/new" not in path:
                assert world.client.get(path, **options).status_code == 404, path
        assert world.client.get(f"/customers/{hidden}/timeline").status_code == 404
        assert world.client.patch(f"/api/v1/customers/{hidden}", json={"city": "Mine"}).status_code == 404
        assert world.client.delete(f"/api/v1/customers/{hidden}").status_code == 404
        assert world.client.post(f"/customers/{hidden}", data={"name": "Mine"}).status_code == 404
        taken = {"ids": str(hidden), "field": "territory", "territory": str(world.territories["Greece"])}
        world.client.post("/customers/bulk", data=taken)
        world.client.post(f"/customers/{hidden}/bin")
    assert database_digest() == before


def test_customers_of_the_territory_are_worked_on_whoever_owns_them(world: World) -> None:
    seen = world.customers["North"]
    for path in ("", "/edit", "/history", "/timeline"):
        assert world.client.get(f"/customers/{seen}{path}").status_code == 200
    assert world.client.patch(f"/api/v1/customers/{seen}", json={"city": "Βόλος"}).status_code == 200
    assert "Βόλος" in world.client.get(f"/customers/{seen}").text


@pytest.mark.parametrize("place", HIDDEN)
def test_parts_follow_their_customer(world: World, place: str) -> None:
    hidden, seen = world.customers[place], world.customers["North"]
    point = make_record(ContactPoint, customer_id=hidden, kind="phone", value=f"{SECRET} 1").id
    address = make_record(Address, customer_id=hidden, street=f"{SECRET} 2").id
    relation = make_record(Relationship, from_id=hidden, to_id=seen, kind="supplies", title=f"{SECRET} 3").id
    make_record(Address, customer_id=seen, street="Seen street")
    for path, record_id in (("contact-points", point), ("addresses", address), ("relationships", relation)):
        assert SECRET not in world.client.get(f"/api/v1/{path}").text
        assert world.client.get(f"/api/v1/{path}/{record_id}").status_code == 404
        assert world.client.patch(f"/api/v1/{path}/{record_id}", json={}).status_code == 404
    assert "Seen street" in world.client.get("/api/v1/addresses").text
    assert SECRET not in world.client.get(f"/customers/{seen}").text


def test_reach_ends_with_the_membership_and_with_the_territory(world: World) -> None:
    set_members(SYSTEM, world.territory("Greece"), [])
    assert listed(world.client) == []
    set_members(SYSTEM, world.territory("North"), [world.user.id])
    assert listed(world.client) == ["Seen North"]
    with write_unit():
        world.territory("North").deleted_at = utc_now()
    assert listed(world.client) == []


def test_reach_follows_the_tree_and_the_customer(world: World) -> None:
    update_territory(SYSTEM, world.territory("Poland"), {"parent_id": world.territories["Greece"]})
    assert f"{SECRET} Poland" in listed(world.client)
    north = {"territory": str(world.territories["Europe"])}
    update_record(SYSTEM, CUSTOMERS, db.session.get_one(Customer, world.customers["North"]), north)
    assert "Seen North" not in listed(world.client)
    assert world.client.get(f"/customers/{world.customers['North']}").status_code == 404


def test_whoever_may_not_change_territories_gains_nothing_by_trying(world: World) -> None:
    poland, greece = world.territories["Poland"], world.territories["Greece"]
    before = database_digest()
    assert world.client.get("/admin/territories").status_code == 404
    members = world.client.post(f"/admin/territories/{poland}/members", data={"members": [str(world.user.id)]})
    assert members.status_code == 404
    assert world.client.patch(f"/api/v1/territories/{poland}", json={"parent": str(greece)}).status_code == 403
    managed = world.client.patch(f"/api/v1/territories/{poland}", json={"manager": str(world.user.id)})
    assert managed.status_code in (403, 422)
    assert world.client.post("/api/v1/territories", json={"name": "Mine"}).status_code in (403, 404)
    assert database_digest() == before


def test_a_narrower_right_to_change_stays_narrower(app: Flask, administrator: User) -> None:
    user = staff_with({"customer.view": "territory", "customer.edit": "own"})
    greece = create_territory(SYSTEM, {"name": "Greece", "manager_id": user.id})
    theirs = make_record(Customer, administrator.id, territory_id=greece.id, name="Theirs").id
    client = sign_in(app, user.email or "")
    assert client.get(f"/api/v1/customers/{theirs}").status_code == 200
    assert client.patch(f"/api/v1/customers/{theirs}", json={"city": "Mine"}).status_code == 403


def test_deals_follow_their_customers_territory(world: World) -> None:
    from plugins.sales.operations.opportunities import create_opportunity

    grants: dict[str, str | None] = {f"sales.opportunity.{action}": "territory" for action in ACTIONS}
    operations.set_roles(SYSTEM, world.user, [operations.save_role(SYSTEM, None, "Seller there", grants).id])

    def deal_with(place: str | None) -> uuid.UUID:
        name = f"{'Seen' if place == 'North' else SECRET} {place}"
        customer = None if place is None else world.customers[place]
        made: uuid.UUID = create_opportunity(SYSTEM, {"name": name, "customer_id": customer}).id
        return made

    seen, hidden = deal_with("North"), [deal_with(place) for place in (*HIDDEN, None)]
    client, api = world.client, "/api/v1/sales/opportunities"
    doors: tuple[tuple[str, dict[str, Any]], ...] = (
        (api, {"count": "1"}),
        ("/sales/opportunities", {}),
        ("/sales/pipeline", {}),
        ("/search", {"q": "Seen"}),
        ("/export/sales.opportunity", {"format": "csv"}),
    )
    for path, query in doors:
        answer = client.get(path, query_string=query)
        assert str(seen) in answer.text or "Seen North" in answer.text, path
        assert SECRET not in answer.text, path
        answer.close()
    counted: Any = client.get(api, query_string={"count": "1"}).json
    assert counted["count"] == 1
    for each in hidden:
        assert client.get(f"/sales/opportunities/{each}").status_code == 404
        assert client.get(f"{api}/{each}").status_code == 404
        assert client.patch(f"{api}/{each}", json={"name": "Mine"}).status_code == 404
    assert client.patch(f"{api}/{seen}", json={"name": "Seen by Greece"}).status_code == 200
    set_members(SYSTEM, world.territory("Greece"), [])
    assert client.get(f"{api}/{seen}").status_code == 404


def test_what_has_no_territory_is_reached_as_by_team(app: Flask, administrator: User) -> None:
    from plugins.sales.models import Lead

    user = staff_with({"sales.lead.view": "territory"})
    create_territory(SYSTEM, {"name": "Greece", "manager_id": user.id})
    make_record(Lead, administrator.id, company=f"{SECRET} lead")
    make_record(Lead, user.id, company="Own lead")
    client = sign_in(app, user.email or "")
    answer = client.get("/api/v1/sales/leads")
    assert "Own lead" in answer.text
    assert SECRET not in answer.text


def test_a_portal_user_of_a_territory_sees_nothing(world: World, portal: FlaskClient) -> None:
    partner = db.session.scalars(select(User).where(User.kind == "portal")).one()
    set_members(SYSTEM, world.territory("Europe"), [partner.id])
    for path in ("/customers", "/api/v1/customers", f"/customers/{world.customers['North']}"):
        assert portal.get(path).status_code in (302, 401, 403, 404), path
