"""What people are told when the database is busy, full or away: 503, one sentence, and nothing was changed."""

import errno
import sqlite3
from typing import Final

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InterfaceError, OperationalError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError

from core.i18n import _
from core.problems import Problem

#: What SQLite says (it has no codes through SQLAlchemy), and what it means for people.
_SQLITE_BUSY: Final = ("database is locked", "database table is locked", "database schema is locked")
_SQLITE_FULL: Final = ("database or disk is full",)
_SQLITE_AWAY: Final = ("unable to open database file", "disk i/o error", "attempt to write a readonly database")
#: What PostgreSQL says to a writer where another server has become the one that is written to.
_STANDBY: Final = "during recovery"
_SQLITE_DAMAGED: Final = ("file is not a database", "database disk image is malformed", "malformed database schema")
_SQLITE_BARE: Final = ("no such table", "no such column")

#: SQLSTATEs: lock_not_available, deadlock_detected, serialization_failure, query_canceled.
_BUSY_STATES: Final = frozenset({"55P03", "40P01", "40001", "57014"})
#: disk_full, out_of_memory.
_FULL_STATES: Final = frozenset({"53100", "53200"})
#: undefined_table, undefined_column.
_BARE_STATES: Final = frozenset({"42P01", "42703"})


def database_problem(error: BaseException) -> Problem | None:
    """Translate an error of the database into what people can act on; None for a mistake in the code.

    Args:
        error: an exception of SQLAlchemy or of the operating system.
    """
    if isinstance(error, PoolTimeout):
        return _busy()
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return _full()
    if _is_unkept_value(error):
        return _unkept()
    if isinstance(error, StaleDataError):
        return _clash()
    if not isinstance(error, DBAPIError | sqlite3.DatabaseError):
        return None
    if isinstance(error, IntegrityError):
        return _clash()
    # Backups speak to SQLite themselves, without SQLAlchemy.
    orig = getattr(error, "orig", error)
    state = getattr(orig, "sqlstate", None)
    said = str(orig).lower()
    if state in _BUSY_STATES or _says(said, _SQLITE_BUSY):
        return _busy()
    if state in _FULL_STATES or _says(said, _SQLITE_FULL):
        return _full()
    if _says(said, _SQLITE_DAMAGED):
        return _damaged()
    if state in _BARE_STATES or _says(said, _SQLITE_BARE):
        return _not_ready()
    if _says(said, (*_SQLITE_AWAY, _STANDBY)) or (isinstance(error, DBAPIError) and _is_lost(error, state)):
        return _away()
    return None


def _is_unkept_value(error: BaseException) -> bool:
    """Tell whether a value fits into no column: too large, too long, or no text that can be written."""
    if isinstance(error, DataError):
        return True
    if isinstance(error, StatementError) and not isinstance(error, DBAPIError):
        return isinstance(error.orig, ValueError | OverflowError)
    # sqlite3 says so without SQLAlchemy noticing.
    return isinstance(error, OverflowError) and "SQLite" in str(error)


def _says(said: str, phrases: tuple[str, ...]) -> bool:
    return any(phrase in said for phrase in phrases)


def _is_lost(error: DBAPIError, state: str | None) -> bool:
    """Tell whether PostgreSQL can't be reached, shuts down, or takes no more connections."""
    if error.connection_invalidated:
        return True
    if state is not None:
        return state.startswith(("08", "53", "57P"))
    # psycopg gives no SQLSTATE when there was no server to give one.
    psycopg = type(error.orig).__module__.startswith("psycopg")
    return psycopg and isinstance(error, OperationalError | InterfaceError)


def _unkept() -> Problem:
    return Problem("core.bad_value", _("The database can't hold one of the values. Nothing was changed."))


def _clash() -> Problem:
    return Problem(
        "core.clash",
        _("This doesn't fit what somebody else has saved just now. Nothing was changed; load the page again."),
        status=409,
    )


def _busy() -> Problem:
    return Problem(
        "core.database_busy", _("The database is busy. Nothing was changed; try again in a moment."), status=503
    )


def _full() -> Problem:
    return Problem(
        "core.disk_full",
        _("The server's disk is full. Nothing was changed; ask an administrator to make room."),
        status=503,
    )


def _away() -> Problem:
    return Problem(
        "core.database_away",
        _("The database can't be reached. Nothing was changed; try again in a minute or tell an administrator."),
        status=503,
    )


def _damaged() -> Problem:
    return Problem(
        "core.database_damaged",
        _(
            "The database's file is damaged. An administrator has to put back a backup: "
            "pelatis db restore FILE --replace"
        ),
        status=503,
    )


def _not_ready() -> Problem:
    return Problem(
        "core.database_not_ready",
        _("The database doesn't have the tables of this version yet. An administrator has to run: pelatis db upgrade"),
        status=503,
    )
