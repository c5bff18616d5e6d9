"""Whether the process is alive, and whether it can serve."""

import os
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from core.host.histories import MigrationError, core_history, pending
from core.operation.errors import database_problem


@dataclass(frozen=True)
class Readiness:
    """The answer to "can it serve?"; the reason is empty when it can."""

    reason: str = ""

    @property
    def is_ready(self) -> bool:
        """Whether requests may be sent here."""
        return not self.reason

    def as_json(self) -> dict[str, Any]:
        """Describe it for programs."""
        return {"ready": self.is_ready} | ({"reason": self.reason} if self.reason else {})


def readiness(engine: Engine) -> Readiness:
    """Find out whether the database answers, takes changes and has the tables of this version of the core.

    A plugin whose own migrations are missing is shown on the plugins' page; it doesn't keep the others from serving.

    Args:
        engine: the application's engine.
    """
    try:
        with engine.connect() as connection:
            behind = pending(connection, [core_history()])
            takes_writes = _takes_writes(connection)
    except SQLAlchemyError as error:
        problem = database_problem(error)
        return Readiness(str(problem) if problem else "The database can't be read.")
    except MigrationError as error:
        return Readiness(str(error))
    if not takes_writes:
        return Readiness("Nothing can be written: the database only takes readers, or its file is gone.")
    return Readiness("The database isn't at this version's migrations: run pelatis db upgrade." if behind else "")


def _takes_writes(connection: Connection) -> bool:
    """Tell whether the database would take a change, without making one."""
    if connection.dialect.name == "postgresql":
        # What the database was set to, before its readers here were told that they only read.
        standby, only_reads = connection.exec_driver_sql(
            "SELECT pg_is_in_recovery(), reset_val FROM pg_settings WHERE name = 'default_transaction_read_only'"
        ).one()
        return not standby and only_reads == "off"
    # Opening the file to see would let go of the locks that SQLite holds on it. While somebody is connected, as now,
    # its log stands beside it: what is written after somebody deleted the log is lost.
    file = str(connection.engine.url.database)
    return all(os.access(path, os.W_OK) for path in (file, f"{file}-wal"))
