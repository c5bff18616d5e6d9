"""A statement that is built once for everybody of the same rights gives each their own."""

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import bindparam, select

from core.access import Actor, Kind, Scope, kept, system_actor, visible
from core.customers.models import Customer
from core.customers.records import CUSTOMERS
from core.database import write_unit
from core.records.operations import create_record
from core.records.registry import record_types
from core.users import operations, queries
from core.users.models import TeamMember
from core.users.records import TEAMS

SYSTEM = system_actor()


def person(email: str) -> Actor:
    user = operations.add_user(SYSTEM, email=email, role="salesperson")
    return replace(queries.actor_of(user.id), grants={"customer.view": Scope.own})


def customer(name: str, owner: Actor) -> None:
    with write_unit() as session:
        session.add(Customer(name=name, kind="organisation", owner_id=owner.user_id))


class ByName:
    """Records are visible to whoever bears their name."""

    def criterion(self, actor: Actor, model: Any, action: str, scope: Scope) -> Any:
        return model.name == actor.name


def counted() -> tuple[Any, list[Actor]]:
    built: list[Actor] = []

    @kept
    def names(actor: Actor) -> Any:
        built.append(actor)
        return select(Customer.name).where(visible(actor, Customer), Customer.name != bindparam("but"))

    return names, built


def test_each_person_gets_their_own_from_one_statement(app: Flask) -> None:
    names, built = counted()
    eleni, nikos = person("eleni@example.org"), person("nikos@example.org")
    customer("Of Eleni", eleni)
    customer("Of Nikos", nikos)
    assert names(eleni, but="").scalars().all() == ["Of Eleni"]
    assert names(nikos, but="").scalars().all() == ["Of Nikos"]
    assert names(nikos, but="Of Nikos").scalars().all() == []
    assert len(built) == 1


def test_other_rights_have_a_statement_of_their_own(app: Flask) -> None:
    names, built = counted()
    eleni = person("eleni@example.org")
    customer("Of nobody", replace(SYSTEM, user_id=None))
    assert names(eleni, but="").scalars().all() == []
    assert names(replace(eleni, grants={"customer.view": Scope.all}), but="").scalars().all() == ["Of nobody"]
    assert names(Actor(Kind.public), but="").scalars().all() == []
    assert len(built) == 3


def test_a_team_reaches_the_records_of_its_members(app: Flask) -> None:
    names, _built = counted()
    eleni, nikos = person("eleni@example.org"), person("nikos@example.org")
    team = create_record(SYSTEM, TEAMS, {"name": "Patras"})
    customer("Of Nikos", nikos)
    with write_unit() as session:
        session.add(TeamMember(user_id=nikos.user_id, team_id=team.id))
    lead = replace(eleni, grants={"customer.view": Scope.team}, team_ids=frozenset({team.id}))
    assert names(lead, but="").scalars().all() == ["Of Nikos"]
    assert names(replace(lead, team_ids=frozenset()), but="").scalars().all() == []


def test_what_depends_on_a_name_is_never_kept(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    names, built = counted()
    eleni, nikos = person("eleni@example.org"), person("nikos@example.org")
    customer(eleni.name, eleni)
    monkeypatch.setattr(record_types, "_by_key", {"customer": replace(CUSTOMERS, access=ByName())})
    assert names(eleni, but="").scalars().all() == [eleni.name]
    assert names(nikos, but="").scalars().all() == []
    assert built[1:] == [eleni, nikos]


def test_arguments_that_differ_each_time_leave_nothing_behind(app: Flask) -> None:
    names, built = counted()
    eleni = person("eleni@example.org")
    customer("Of Eleni", eleni)
    for _turn in range(2):
        assert names.anew(eleni, but="").scalars().all() == ["Of Eleni"]
    assert built == [eleni, eleni]
