"""Changing the schema: alone, in one transaction, waiting for others a few seconds at a time."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import structlog
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, OperationalError

from core.database import ddl_engine
from core.host.histories import MigrationError
from core.i18n import _
from core.problems import Problem

log = structlog.get_logger(__name__)

#: Key of the PostgreSQL advisory lock that everything holds which changes the schema.
ADVISORY_LOCK: Final = 7352_0001
#: How long a schema change waits for a table that somebody reads or writes, and how often it tries.
LOCK_TIMEOUT: Final = "3s"
LOCK_TRIES: Final = 5
#: SQLSTATEs of PostgreSQL: lock_not_available, deadlock_detected.
LOCKED_STATES: Final = frozenset({"55P03", "40P01"})

#: Alembic's `op` and `context` are global to the process.
_alembic_lock = threading.RLock()


@contextmanager
def schema_transaction(url: str) -> Iterator[Connection]:
    """Open the transaction in which the schema changes: alone, with its own connection, all or nothing.

    On SQLite foreign keys are off while it runs, because a batch migration that recreates a table would delete its
    children, and checked before the commit. On PostgreSQL it waits for others a few seconds at a time.

    Args:
        url: the database's URL.

    Raises:
        MigrationError: when foreign keys are broken at the end.
    """
    engine = ddl_engine(url)
    try:
        with _alembic_lock, engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"))
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
            yield connection
            _check_foreign_keys(connection)
    finally:
        engine.dispose()


def _check_foreign_keys(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    broken = connection.execute(text("PRAGMA foreign_key_check")).all()
    if broken:
        places = sorted({f"{row[0]} → {row[2]}" for row in broken})
        raise MigrationError(f"{len(broken)} rows point at nothing: {', '.join(places[:5])}")


def when_unlocked(act: Any) -> Any:
    """Run a schema change, trying again while others hold the tables.

    Args:
        act: called without arguments; it opens its own `schema_transaction`, so that trying again starts anew.

    Raises:
        Problem: 503 when the tables stay locked.
    """
    for attempt in range(1, LOCK_TRIES + 1):
        try:
            return act()
        except DBAPIError as error:
            if not _is_locked(error):
                raise
            log.warning("schema_change_waits", attempt=attempt)
            time.sleep(0.2 * attempt)
    raise Problem(
        "core.database_busy",
        _("Others are using these tables right now. Nothing was changed; try again in a minute."),
        status=503,
    )


def _is_locked(error: DBAPIError) -> bool:
    if isinstance(error, OperationalError) and "database is locked" in str(error.orig):
        return True
    return getattr(error.orig, "sqlstate", None) in LOCKED_STATES


def full_text_tables(connection: Connection) -> frozenset[str]:
    """List SQLite's virtual tables with the tables that each consists of; none on PostgreSQL."""
    if connection.dialect.name != "sqlite":
        return frozenset()
    rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'table'")).all()
    virtual = [name for name, sql in rows if (sql or "").upper().startswith("CREATE VIRTUAL")]
    return frozenset(
        name for name, _sql in rows if any(name == each or name.startswith(f"{each}_") for each in virtual)
    )
