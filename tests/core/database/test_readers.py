"""Readers of PostgreSQL have no transaction, write nothing for all that, and notice when a connection was ended."""

import pytest
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.exc import DBAPIError

from core.customers.models import Customer
from core.database import db, readers, write_unit

pytestmark = [pytest.mark.only_on("postgresql"), pytest.mark.usefixtures("app")]


def end_every_connection() -> None:
    """Let the database close all connections of the pool, as it does when it is started anew."""
    others = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    engine = create_engine(db.engine.url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(others).all()
    engine.dispose()


def write_and_fail() -> None:
    with write_unit() as session:
        session.execute(text("UPDATE core_clock SET sequence = sequence + 1"))
        raise ZeroDivisionError


def test_a_reader_has_no_transaction_open() -> None:
    db.session.scalar(select(func.count()).select_from(Customer))

    connection = db.session.connection().connection.driver_connection
    assert connection is not None
    assert connection.info.transaction_status == 0


def test_a_reader_sees_what_others_have_committed_meanwhile() -> None:
    began, later = (db.session.scalars(select(func.now())).one() for _time in range(2))

    assert began < later


def test_a_reader_can_not_write() -> None:
    with pytest.raises(DBAPIError, match="read-only transaction"):
        db.session.execute(text("UPDATE core_clock SET sequence = sequence + 1"))


def test_after_a_writer_a_reader_can_not_write_either() -> None:
    with write_unit() as session:
        session.execute(text("UPDATE core_clock SET sequence = sequence + 1"))

    with pytest.raises(DBAPIError, match="read-only transaction"):
        db.session.execute(text("UPDATE core_clock SET sequence = sequence + 1"))


def test_what_a_writer_does_is_all_or_nothing() -> None:
    db.session.execute(text("SELECT 1"))
    before = db.session.scalar(text("SELECT sequence FROM core_clock"))

    with pytest.raises(ZeroDivisionError):
        write_and_fail()

    assert db.session.scalar(text("SELECT sequence FROM core_clock")) == before


def test_many_rows_are_read_in_parts() -> None:
    rows = db.session.execute(text("SELECT generate_series(1, 2500)"), execution_options={"stream_results": True})

    assert [len(part) for part in rows.partitions(1000)] == [1000, 1000, 500]


def test_a_connection_that_the_database_has_ended_is_not_used_again() -> None:
    db.session.execute(text("SELECT 1"))
    db.session.remove()

    end_every_connection()

    assert db.session.scalar(text("SELECT 1")) == 1


def test_a_connection_that_has_rested_is_asked_whether_it_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "REST_SECONDS", 0.0)
    monkeypatch.setattr(readers, "_has_heard", lambda _connection: False)  # as where a router has forgotten it
    db.session.execute(text("SELECT 1"))
    db.session.remove()

    end_every_connection()

    assert db.session.scalar(text("SELECT 1")) == 1
