"""Conditions that each database is told in its own way."""

from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import not_, select

from core.customers.models import Customer
from core.database import among, db, write_unit


@pytest.fixture
def ids(app: Flask) -> dict[str, UUID]:
    with write_unit() as session:
        made = {name: Customer(name=name, kind="organisation") for name in ("Alpha", "Beta", "Gamma")}
        session.add_all(made.values())
    return {name: customer.id for name, customer in made.items()}


def test_one_statement_finds_any_number_of_ids(ids: dict[str, UUID], statements: list[str]) -> None:
    names = select(Customer.name).where(among(Customer.id, "wanted")).order_by(Customer.name)
    for wanted in ([], ["Beta"], ["Alpha", "Gamma"]):
        found = db.session.scalars(names, {"wanted": [ids[name] for name in wanted]}).all()
        assert found == wanted
    if db.engine.dialect.name == "postgresql":
        assert len(set(statements)) == 1


def test_the_others_are_found_by_its_opposite(ids: dict[str, UUID]) -> None:
    names = select(Customer.name).where(not_(among(Customer.id, "known"))).order_by(Customer.name)
    assert db.session.scalars(names, {"known": [ids["Beta"]]}).all() == ["Alpha", "Gamma"]
