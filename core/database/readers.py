"""Reading from PostgreSQL without asking it for anything but what is read.

A reader's transaction is READ COMMITTED: each statement sees what is committed when it begins, with a transaction
around all of them or without one. So readers have none, which saves a page two round trips, BEGIN and COMMIT. A third
is saved where nobody asks a connection whether it lives that was used a moment ago and has heard nothing since.
"""

import selectors
import time
from typing import Any, Final

import psycopg
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DisconnectionError

#: For how long a connection may rest, in seconds, before it is asked whether the database is still there.
REST_SECONDS: Final = 10.0


def read_without_transactions(engine: Engine) -> None:
    """Let the readers of an engine for PostgreSQL answer each statement by itself, and ask little of its connections.

    Whoever doesn't say that they write (the execution option `write`) can't: outside of a writer's transaction the
    database takes every statement as a reader's.

    Args:
        engine: of a pool that asks nothing of its connections itself.
    """
    event.listen(engine, "connect", _only_read_by_default)
    event.listen(engine, "begin", _begin)
    event.listen(engine, "checkin", _rest)
    event.listen(engine, "checkout", _wake)


def _only_read_by_default(connection: psycopg.Connection[Any], _record: Any) -> None:
    connection.execute("SET default_transaction_read_only = on")
    connection.commit()


def _begin(connection: Connection) -> None:
    driver: Any = connection.connection.dbapi_connection
    reads = not connection.get_execution_options().get("write", False)
    if driver.autocommit is not reads:
        driver.autocommit = reads


def _rest(_connection: Any, record: Any) -> None:
    record.info["rests_since"] = time.monotonic()


def _wake(connection: psycopg.Connection[Any], record: Any, _proxy: Any) -> None:
    since = record.info.get("rests_since")
    if since is None:  # it was opened right now
        return
    if time.monotonic() - since < REST_SECONDS and not _has_heard(connection):
        return
    try:
        connection.autocommit = True
        connection.execute("SELECT 1")
    except psycopg.Error as error:
        raise DisconnectionError from error


def _has_heard(connection: psycopg.Connection[Any]) -> bool:
    """Tell whether the database has said something unasked, as it does when it closes a connection."""
    try:
        with selectors.DefaultSelector() as waiting:
            waiting.register(connection.fileno(), selectors.EVENT_READ)
            return bool(waiting.select(0))
    except psycopg.Error:  # it knows already that it was closed
        return True
