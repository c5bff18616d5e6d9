"""What PostgreSQL has prepared stays prepared from one reading to the next; SQLite's driver keeps statements itself."""

from flask import Flask
from sqlalchemy import select, text

from core.customers.models import Customer
from core.database import db

#: psycopg prepares a statement that it has sent so often.
OFTEN = 6


def is_postgresql() -> bool:
    return db.engine.dialect.name == "postgresql"


def read_customers() -> None:
    db.session.scalars(select(Customer.name)).all()
    db.session.rollback()


def test_a_statement_of_every_page_is_prepared_once(app: Flask) -> None:
    for _time in range(OFTEN):
        read_customers()

    if is_postgresql():
        about = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%FROM core_customer%'")
        assert db.session.scalar(about) == 1


def test_a_reading_that_is_rolled_back_is_over(app: Flask) -> None:
    db.session.scalars(select(Customer.name)).all()
    connection = db.session.connection().connection.driver_connection
    db.session.rollback()

    assert connection is not None
    assert not (connection.info.transaction_status if is_postgresql() else connection.in_transaction)


def test_what_a_writer_takes_back_is_gone(app: Flask) -> None:
    with db.engine.execution_options(write=True).connect() as writer:
        writer.execute(text("CREATE TABLE taken_back (id integer)"))
        writer.rollback()

    assert "taken_back" not in set(db.inspect(db.engine).get_table_names())
