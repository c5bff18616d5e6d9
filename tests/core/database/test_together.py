"""Many changed records in one flush: few statements, and everything that is true of one by one."""

import contextlib
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm.exc import StaleDataError

from core.customers.models import Customer
from core.database import JournalEntry, db, write_unit
from core.database.together import MANY

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def customers(app: Any) -> list[Customer]:
    """Give many customers."""
    with write_unit() as session:
        made = [Customer(name=f"Πελάτης {number:02}", city="Πάτρα") for number in range(3 * MANY)]
        session.add_all(made)
    return made


def move(customers: Sequence[Customer]) -> None:
    for number, customer in enumerate(customers):
        customer.city = f"Łódź {number}"


def read_anew() -> list[tuple[str | None, int]]:
    db.session.rollback()
    table: Any = Customer.__table__
    return [tuple(row) for row in db.session.execute(select(table.c.city, table.c.version).order_by(table.c.name))]


def updates(statements: Sequence[str]) -> int:
    return sum(each.startswith("UPDATE core_customer ") for each in statements)


def test_many_changes_of_one_kind_are_one_statement(customers: list[Customer], statements: list[str]) -> None:
    with write_unit():
        move(customers)
    assert updates(statements) == 1
    assert [customer.version for customer in customers] == [2] * len(customers)
    assert read_anew() == [(f"Łódź {number}", 2) for number in range(len(customers))]


def test_each_change_is_journalled_with_old_and_new_values(customers: list[Customer]) -> None:
    with write_unit():
        move(customers)
    told = list(db.session.scalars(select(JournalEntry).where(JournalEntry.operation == "update")))
    assert {entry.record_id: entry.changes["city"] for entry in told} == {
        customer.id: ["Πάτρα", f"Łódź {number}"] for number, customer in enumerate(customers)
    }
    assert len(told) == len(customers)


def test_written_records_can_change_again(customers: list[Customer]) -> None:
    with write_unit() as session:
        move(customers)
        session.flush()
        customers[0].city = "Gdańsk"
    assert read_anew()[:2] == [("Gdańsk", 3), ("Łódź 1", 2)]


def test_written_records_are_nothing_more_to_the_session(customers: list[Customer]) -> None:
    with write_unit() as session:
        move(customers)
        session.flush()
        assert not session.dirty
        assert not any(session.is_modified(each) for each in customers)


def test_what_was_set_to_what_it_was_is_not_written(customers: list[Customer], statements: list[str]) -> None:
    with write_unit() as session:
        for customer in customers:
            customer.city = str(customer.city)
        session.flush()
        assert not session.dirty
        customers[0].city = "Łódź"
    assert updates(statements) == 1
    assert [customer.version for customer in customers] == [2] + [1] * (len(customers) - 1)
    told = db.session.scalars(select(JournalEntry).where(JournalEntry.operation == "update")).all()
    assert [(each.record_id, each.changes) for each in told] == [(customers[0].id, {"city": ["Πάτρα", "Łódź"]})]


def test_one_stale_row_refuses_all(customers: list[Customer]) -> None:
    table: Any = Customer.__table__

    def write() -> None:
        with write_unit() as session:
            move(customers)
            with session.no_autoflush:
                session.connection().execute(
                    update(table).where(table.c.id == customers[3].id).values(version=9)  # as somebody else would
                )

    with pytest.raises(StaleDataError):
        write()
    assert read_anew() == [("Πάτρα", 1)] * len(customers)


def test_rolled_back_savepoint_takes_them_back(customers: list[Customer]) -> None:
    with write_unit() as session:
        with contextlib.suppress(ValueError), session.begin_nested():
            move(customers)
            session.flush()
            raise ValueError
        customers[0].city = "Kraków"
    assert [customer.city for customer in customers[:2]] == ["Kraków", "Πάτρα"]
    assert read_anew()[:2] == [("Kraków", 2), ("Πάτρα", 1)]
