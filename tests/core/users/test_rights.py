"""Roles, teams and what they come to; nobody gives away more than they have, and somebody can always give rights."""

import uuid
from typing import Any

import pytest
from flask import Flask

from core.access import Actor, Kind, Scope, acting_as, system_actor, visible
from core.customers.models import Customer
from core.database import db, write_unit
from core.problems import Problem
from core.records.operations import bin_record, create_record, update_record
from core.records.registry import record_types
from core.users import operations, queries
from core.users.models import ApiToken, Role, Team, TeamMember, User, UserRole
from core.users.operations import leaving
from core.users.records import TEAMS, USERS
from core.users.roles import covers, merge_grants, narrow_grants
from tests.conftest import PASSWORD

SYSTEM = system_actor()


def person(email: str, role: str = "salesperson", **given: Any) -> User:
    return operations.add_user(SYSTEM, email=email, role=role, **given)


def role_id(name: str) -> uuid.UUID:
    return db.session.query(Role).filter_by(name=name).one().id


def customer(name: str, owner: User) -> Customer:
    with write_unit() as session:
        made = Customer(name=name, kind="organisation", owner_id=owner.id)
        session.add(made)
        return made


# Roles


def test_a_salesperson_sees_every_customer_and_changes_the_own(app: Flask) -> None:
    actor = queries.actor_of(person("nikos@example.org").id)
    assert actor.scope("customer.view") is Scope.all
    assert actor.scope("customer.edit") is Scope.own
    assert actor.scope("customer.export") is None
    assert actor.scope("user.view") is Scope.all
    assert actor.scope("user.edit") is None


def test_a_viewer_changes_nothing(app: Flask) -> None:
    actor = queries.actor_of(person("vera@example.org", "viewer").id)
    assert {permission.rpartition(".")[2] for permission in actor.grants} == {"view"}


def test_default_roles_cover_modules_that_they_never_heard_of(app: Flask) -> None:
    actor = queries.actor_of(person("maria@example.org", "sales_manager").id)
    assert actor.scope("sales.opportunity.edit") is Scope.team
    assert actor.scope("catalog.product.view") is Scope.all
    assert actor.scope("catalog.product.edit") is None


def test_of_several_roles_the_widest_scope_counts(app: Flask) -> None:
    merged = merge_grants([{"customer.edit": "own", "customer.view": "all"}, {"customer.edit": "team"}])
    assert merged == {"customer.edit": Scope.team, "customer.view": Scope.all}


def test_a_plain_permission_is_stronger_than_a_general_one_of_its_role(app: Flask) -> None:
    grants = {"owned:view": "all", "owned:edit": "team", "customer.edit": "own", "sales.opportunity.edit": None}
    merged = merge_grants([grants])
    assert merged["customer.edit"] is Scope.own
    assert "sales.opportunity.edit" not in merged
    assert merged["sales.lead.edit"] is Scope.team


def test_nobody_exports_or_changes_further_than_they_see(app: Flask) -> None:
    grants = {"customer.view": "own", "customer.export": "all", "customer.edit": "team", "user.edit": "all"}
    merged = merge_grants([grants])
    assert merged["customer.export"] is Scope.own
    assert merged["customer.edit"] is Scope.own
    assert "user.edit" not in merged


def test_permissions_of_a_module_that_is_off_are_gone(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    user = person("maria@example.org", "sales_manager")
    monkeypatch.setattr(record_types, "is_enabled", lambda plugin: plugin != "sales")
    assert not [each for each in queries.actor_of(user.id).grants if each.startswith("sales.")]


def test_portal_users_start_from_nothing_whatever_roles_they_were_given(app: Flask) -> None:
    user = person("partner@example.org", "", kind="portal", password=PASSWORD)
    with write_unit() as session:
        session.add(UserRole(user_id=user.id, role_id=role_id("administrator")))
    actor = queries.actor_of(user.id)
    assert actor.kind is Kind.portal
    assert dict(actor.grants) == {}


def test_the_role_of_an_administrator_stays_as_it_is(app: Flask, administrator: User) -> None:
    role = db.session.query(Role).filter_by(name="administrator").one()
    with pytest.raises(Problem, match="stays as it is"):
        operations.save_role(SYSTEM, role, "Boss", {"customer.view": "own"})


def test_a_changed_role_holds_from_the_next_request(app: Flask) -> None:
    user = person("nikos@example.org")
    role = db.session.query(Role).filter_by(name="salesperson").one()
    operations.save_role(SYSTEM, role, "", {**role.grants, "customer.view": "own"})
    assert queries.actor_of(user.id).scope("customer.view") is Scope.own


# Nobody gives away more than they have


@pytest.fixture
def office(app: Flask, administrator: User) -> Actor:
    """Somebody who looks after people without being an administrator."""
    role = operations.save_role(
        SYSTEM, None, "Office", {"user.view": "all", "user.create": "all", "user.edit": "all", "customer.view": "all"}
    )
    user = person("office@example.org", "")
    operations.set_roles(SYSTEM, user, [role.id])
    return queries.actor_of(user.id)


def test_nobody_gives_a_role_that_may_do_more_than_they_may(office: Actor) -> None:
    nikos = person("nikos@example.org", "")
    with pytest.raises(Problem, match="more than you"):
        operations.set_roles(office, nikos, [role_id("administrator")])
    with pytest.raises(Problem, match="more than you"):
        operations.add_user(office, email="new@example.org", role="salesperson")
    assert queries.role_ids_of(nikos.id) == set()
    assert queries.user_by_email("new@example.org") is None


def test_nobody_takes_over_somebody_who_may_do_more(office: Actor, administrator: User) -> None:
    for attempt in (
        lambda: update_record(office, USERS, administrator, {"email": "mine@example.org"}),
        lambda: operations.password_link(office, administrator),
        lambda: operations.make_token(office, administrator.email or "", "mine"),
        lambda: operations.set_active(office, administrator, False),
        lambda: operations.set_roles(office, administrator, []),
        lambda: operations.hand_over(office, administrator, administrator),
    ):
        with pytest.raises(Problem, match="more than you"):
            attempt()
    db.session.refresh(administrator)
    assert administrator.email == "admin@example.org"
    assert administrator.active
    assert db.session.query(ApiToken).count() == 0


# Somebody can always give rights


def last_administrator_doors(administrator: User) -> list[Any]:
    return [
        lambda: operations.set_active(SYSTEM, administrator, False),
        lambda: operations.set_roles(SYSTEM, administrator, []),
        lambda: bin_record(SYSTEM, USERS, administrator),
        lambda: update_record(SYSTEM, USERS, administrator, {"active": False}),
        lambda: update_record(SYSTEM, USERS, administrator, {"email": None}),
    ]


@pytest.mark.parametrize("door", range(5))
def test_the_last_administrator_stays(app: Flask, administrator: User, door: int) -> None:
    person("second@example.org", "administrator")  # has no password, and so can't help
    with pytest.raises(Problem) as refused:
        last_administrator_doors(administrator)[door]()
    assert refused.value.code == "users.last_administrator"
    db.session.refresh(administrator)
    assert administrator.active
    assert administrator.deleted_at is None
    assert queries.actor_of(administrator.id).is_administrator


@pytest.mark.parametrize("door", range(5))
def test_an_administrator_goes_when_there_is_another(app: Flask, administrator: User, door: int) -> None:
    person("second@example.org", "administrator", password=PASSWORD)
    last_administrator_doors(administrator)[door]()


# Teams


def test_a_team_reaches_what_belongs_to_the_teams_below_it(app: Flask) -> None:
    west = operations.create_team(SYSTEM, {"name": "West"})
    athens = operations.create_team(SYSTEM, {"name": "Athens", "parent_id": west.id})
    east = operations.create_team(SYSTEM, {"name": "East"})
    manager = person("maria@example.org", "sales_manager", team_id=west.id)
    nikos = person("nikos@example.org", team_id=athens.id)
    pawel = person("pawel@example.org", team_id=east.id)
    customer("Of Athens", nikos)
    customer("Of the East", pawel)
    actor = queries.actor_of(manager.id)
    assert actor.team_ids == {west.id, athens.id}
    names = db.session.scalars(db.select(Customer.name).where(visible(actor, Customer, "edit"))).all()
    assert names == ["Of Athens"]


def test_teams_stay_a_tree(app: Flask) -> None:
    top = operations.create_team(SYSTEM, {"name": "Top"})
    below = operations.create_team(SYSTEM, {"name": "Below", "parent_id": top.id})
    with pytest.raises(Problem, match="below itself"):
        update_record(SYSTEM, TEAMS, top, {"parent": str(below.id)})


def test_a_leader_belongs_to_the_team(app: Flask) -> None:
    maria = person("maria@example.org", "sales_manager")
    team = operations.create_team(SYSTEM, {"name": "West", "leader_id": maria.id})
    assert queries.member_ids_of(team.id) == {maria.id}
    db.session.refresh(maria)
    assert maria.team_id == team.id


def test_moving_to_another_team_leaves_the_last_one(app: Flask) -> None:
    west, east = (operations.create_team(SYSTEM, {"name": name}) for name in ("West", "East"))
    nikos = person("nikos@example.org", team_id=west.id)
    update_record(SYSTEM, USERS, nikos, {"team": str(east.id)})
    assert queries.member_ids_of(west.id) == set()
    assert queries.member_ids_of(east.id) == {nikos.id}


def test_members_are_set_whole(app: Flask) -> None:
    west = operations.create_team(SYSTEM, {"name": "West"})
    nikos, pawel = person("nikos@example.org", team_id=west.id), person("pawel@example.org")
    operations.set_members(SYSTEM, west, [pawel.id])
    assert queries.member_ids_of(west.id) == {pawel.id}
    db.session.refresh(nikos)
    assert nikos.team_id is None


# Leaving


def test_a_leaver_hands_over_everything_in_one_act(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leaving, "HAND_OVER_BATCH", 2)
    nikos, maria = person("nikos@example.org", password=PASSWORD), person("maria@example.org", "sales_manager")
    customers = [customer(f"Customer {number}", nikos) for number in range(5)]
    team = operations.create_team(SYSTEM, {"name": "West", "leader_id": nikos.id})
    assert queries.count_owned(nikos.id) == 5
    assert operations.hand_over(SYSTEM, nikos, maria) == 6
    for each in (*customers, nikos, team):
        db.session.refresh(each)
    assert {each.owner_id for each in customers} == {maria.id}
    assert team.leader_id == maria.id
    assert not nikos.active
    assert queries.count_owned(nikos.id) == 0


def test_what_is_handed_over_stands_in_the_journal(app: Flask) -> None:
    from core.database import JournalEntry

    nikos, maria = person("nikos@example.org"), person("maria@example.org")
    made = customer("One", nikos)
    operations.hand_over(SYSTEM, nikos, maria)
    last = db.session.query(JournalEntry).filter_by(record_id=made.id, operation="update").one()
    assert last.changes == {"owner_id": [str(nikos.id), str(maria.id)]}


def test_nothing_goes_to_somebody_who_left(app: Flask) -> None:
    nikos, maria = person("nikos@example.org"), person("maria@example.org")
    customer("One", nikos)
    operations.set_active(SYSTEM, maria, False)
    with pytest.raises(Problem, match="somebody else who is active"):
        operations.hand_over(SYSTEM, nikos, maria)
    db.session.refresh(nikos)
    assert nikos.active


# People without a sign-in


def test_a_name_alone_makes_somebody_who_cannot_sign_in(app: Flask) -> None:
    agent = create_record(SYSTEM, USERS, {"name": "Darcel Schlecht"})
    assert not agent.active
    with pytest.raises(Problem, match="mail address"):
        operations.set_active(SYSTEM, agent, True)


def test_a_mail_address_belongs_to_one_person(app: Flask, administrator: User) -> None:
    with pytest.raises(Problem) as refused:
        create_record(SYSTEM, USERS, {"name": "Second", "email": "ADMIN@example.org"})
    assert refused.value.fields == {"email": ["Somebody signs in with this mail address already."]}


def test_the_journal_never_holds_secrets(app: Flask, administrator: User) -> None:
    from core.database import JournalEntry

    operations.make_token(SYSTEM, "admin@example.org", "phone")
    changes = " ".join(str(entry.changes) for entry in db.session.query(JournalEntry))
    assert "argon2" not in changes
    assert "password_hash" not in changes
    assert "token_hash" not in changes
    assert {"user", "user_role", "role", "api_token"} <= {e.record_type for e in db.session.query(JournalEntry)}


# Tokens


def test_a_token_has_at_most_the_rights_of_its_owner(app: Flask) -> None:
    owner = merge_grants([{"customer.view": "own", "customer.edit": "own"}])
    narrowed = narrow_grants(owner, {"customer.view": "all", "customer.delete": "all"})
    assert narrowed == {"customer.view": Scope.own}
    assert narrow_grants({"*": Scope.all}, {"customer.view": "team"}) == {"customer.view": Scope.team}
    assert narrow_grants(owner, {"*": "all"}) == owner
    assert narrow_grants(owner, None) == owner


def test_covering_asks_for_every_permission_and_its_scope(app: Flask) -> None:
    actor = Actor(Kind.staff, grants={"customer.view": Scope.team})
    assert covers(actor, {"customer.view": Scope.own})
    assert not covers(actor, {"customer.view": Scope.all})
    assert not covers(actor, {"customer.edit": Scope.own})


def test_undoing_a_membership_is_for_whoever_gave_it(app: Flask, administrator: User) -> None:
    from core.database import JournalEntry
    from core.records.history import undo_transaction

    nikos = person("nikos@example.org", "")
    with acting_as(queries.actor_of(administrator.id)) as admin:
        operations.set_roles(admin, nikos, [role_id("viewer")])
    entry = db.session.query(JournalEntry).filter_by(record_type="user_role", actor_id=administrator.id).one()
    with pytest.raises(Problem):
        undo_transaction(queries.actor_of(nikos.id), entry.transaction_id)
    assert queries.role_ids_of(nikos.id) == {role_id("viewer")}
    undo_transaction(admin, entry.transaction_id)
    assert queries.role_ids_of(nikos.id) == set()
    assert db.session.query(TeamMember).count() == db.session.query(Team).count() == 0
