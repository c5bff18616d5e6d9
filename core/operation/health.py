"""Whether the process is alive, and whether it can serve."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine
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
    """Find out whether the database answers and has the tables of this version of the core.

    A plugin whose own migrations are missing is shown on the plugins' page; it doesn't keep the others from serving.

    Args:
        engine: the application's engine.
    """
    try:
        with engine.connect() as connection:
            behind = pending(connection, [core_history()])
    except SQLAlchemyError as error:
        problem = database_problem(error)
        return Readiness(str(problem) if problem else "The database can't be read.")
    except MigrationError as error:
        return Readiness(str(error))
    return Readiness("The database isn't at this version's migrations: run pelatis db upgrade." if behind else "")
