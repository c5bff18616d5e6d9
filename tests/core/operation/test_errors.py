"""An error of the database becomes one sentence that people can act on, with 503; a mistake in the code doesn't."""

import errno
import sqlite3

import pytest
from flask import Flask
from sqlalchemy.exc import DataError, IntegrityError, OperationalError, ProgrammingError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError

from core.operation.errors import database_problem
from core.web.audience import audience


def sqlite_error(said: str) -> OperationalError:
    return OperationalError("SELECT 1", {}, sqlite3.OperationalError(said))


class PostgresError(Exception):
    """Looks like an error of psycopg."""

    def __init__(self, sqlstate: str | None, said: str = "server says no") -> None:
        super().__init__(said)
        self.sqlstate = sqlstate


PostgresError.__module__ = "psycopg.errors"


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize(
    ("error", "code"),
    [
        (sqlite_error("database is locked"), "core.database_busy"),
        (sqlite_error("database or disk is full"), "core.disk_full"),
        (sqlite_error("unable to open database file"), "core.database_away"),
        (sqlite_error("attempt to write a readonly database"), "core.database_away"),
        (sqlite_error("disk I/O error"), "core.database_away"),
        (sqlite_error("file is not a database"), "core.database_damaged"),
        (sqlite_error("no such table: core_customer"), "core.database_not_ready"),
        (OperationalError("SELECT 1", {}, PostgresError("55P03")), "core.database_busy"),
        (OperationalError("SELECT 1", {}, PostgresError("53100")), "core.disk_full"),
        (OperationalError("SELECT 1", {}, PostgresError("57P01")), "core.database_away"),
        (OperationalError("SELECT 1", {}, PostgresError("53300")), "core.database_away"),
        (OperationalError("SELECT 1", {}, PostgresError(None)), "core.database_away"),
        (
            OperationalError("BEGIN", {}, PostgresError("0A000", "cannot set … read-write mode during recovery")),
            "core.database_away",
        ),
        (ProgrammingError("SELECT 1", {}, PostgresError("42P01")), "core.database_not_ready"),
        (PoolTimeout("QueuePool limit"), "core.database_busy"),
        (OSError(errno.ENOSPC, "No space left on device"), "core.disk_full"),
    ],
)
def test_what_people_can_act_on_is_said_with_503(error: Exception, code: str) -> None:
    problem = database_problem(error)
    assert problem is not None
    assert (problem.code, problem.status) == (code, 503)
    assert "SELECT" not in str(problem)


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize(
    ("error", "code", "status"),
    [
        (IntegrityError("INSERT", {}, sqlite3.IntegrityError("UNIQUE constraint failed")), "core.clash", 409),
        (StaleDataError("1 was matched, 0 were"), "core.clash", 409),
        (DataError("INSERT", {}, PostgresError("22003")), "core.bad_value", 422),
        (StatementError("no", "SELECT 1", {}, OverflowError("date value out of range")), "core.bad_value", 422),
        (OverflowError("Python int too large to convert to SQLite INTEGER"), "core.bad_value", 422),
    ],
)
def test_values_that_do_not_fit_are_no_failure_of_ours(error: Exception, code: str, status: int) -> None:
    problem = database_problem(error)
    assert problem is not None
    assert (problem.code, problem.status) == (code, status)


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize(
    "error",
    [
        sqlite_error('near "SELEKT": syntax error'),
        ProgrammingError("SELEKT", {}, PostgresError("42601")),
        OSError(errno.ENOENT, "No such file"),
        ValueError("no"),
    ],
)
def test_a_mistake_in_the_code_is_not_dressed_up(error: Exception) -> None:
    assert database_problem(error) is None


def test_a_locked_database_is_answered_with_503_and_a_sentence(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    @audience("public")
    def locked() -> None:
        raise sqlite_error("database is locked")

    monkeypatch.setitem(app.view_functions, "operation.healthz", locked)
    answer = app.test_client().get("/healthz")
    assert answer.status_code == 503
    assert "sqlite" not in answer.text.lower()
    assert "busy" in answer.text


def test_what_nobody_expected_has_a_number_that_stands_in_the_log_too(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    @audience("public")
    def broken() -> None:
        raise RuntimeError("a secret of the code")

    monkeypatch.setitem(app.view_functions, "operation.healthz", broken)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    answer = app.test_client().get("/healthz", headers={"X-Request-Id": "4711-abcdef-4711"})
    assert answer.status_code == 500
    assert "give this number: 4711-abcdef-4711" in answer.text
    assert "secret" not in answer.text
