"""What `pelatis check` looks at."""

import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Literal

from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from core.database import db
from core.host.host import Host
from core.host.states import State
from core.operation.errors import database_problem
from core.operation.health import readiness
from core.problems import Problem
from core.settings import Settings, unknown_settings

#: `bad` keeps Pelatis from working as it should and fails the command; `note` is worth knowing.
Verdict = Literal["good", "note", "bad"]

_BROKEN: Final = frozenset({State.failed, State.incompatible, State.pending_migration})


@dataclass(frozen=True)
class CheckResult:
    """One thing that was looked at."""

    subject: str
    state: Verdict
    message: str

    def as_json(self) -> dict[str, str]:
        """Describe it for programs."""
        return asdict(self)


def check_installation(app: Flask) -> list[CheckResult]:
    """Look at settings, folders, the secret key, the database, its migrations and every plugin.

    Args:
        app: the application, with its context pushed.
    """
    settings: Settings = app.extensions["pelatis_settings"]
    host: Host = app.extensions["pelatis_host"]
    looks: list[Callable[[], Iterator[CheckResult]]] = [
        lambda: _settings(settings),
        lambda: _folder("data folder", settings.data_dir),
        lambda: _folder("storage", settings.storage_folder),
        lambda: _secret_key(settings),
        _database,
        lambda: _plugins(host),
    ]
    return [result for look in looks for result in look()]


def _settings(settings: Settings) -> Iterator[CheckResult]:
    unknown = unknown_settings()
    if unknown:
        yield CheckResult("settings", "bad", f"nobody reads {', '.join(unknown)}: mistyped?")
    if settings.debug:
        yield CheckResult("settings", "note", "PELATIS_DEBUG is on: commands that fail show tracebacks")
    if settings.safe_mode:
        yield CheckResult("settings", "note", "PELATIS_SAFE_MODE is on: every plugin is off")
    if not unknown:
        yield CheckResult("settings", "good", "every PELATIS_* variable is known")


def _folder(subject: str, folder: Path) -> Iterator[CheckResult]:
    """Write a file and take it away again; rights alone don't tell of a full or read-only disk."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".pelatis-check-") as file:
            file.write(b"x" * 4096)
            file.flush()
    except OSError as error:
        yield CheckResult(subject, "bad", f"{folder} can't be written: {error.strerror}")
    else:
        yield CheckResult(subject, "good", f"{folder} can be written")


def _secret_key(settings: Settings) -> Iterator[CheckResult]:
    file = settings.data_dir / "secret_key"
    if "PELATIS_SECRET_KEY" in os.environ or not file.exists():
        yield CheckResult("secret key", "good", "given by PELATIS_SECRET_KEY")
    elif file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield CheckResult("secret key", "bad", f"others may read {file}: chmod 600 {file}")
    else:
        yield CheckResult("secret key", "good", f"{file}, readable by its owner only")


def _database() -> Iterator[CheckResult]:
    state = readiness(db.engine)
    where = db.engine.url.render_as_string(hide_password=True)
    trouble = state.reason or _damage()
    yield CheckResult("database", "bad" if trouble else "good", trouble or where)


def _damage() -> str:
    """Read all pages of SQLite's file: what is damaged in the middle shows nowhere else until somebody needs it."""
    if db.engine.dialect.name != "sqlite":
        return ""
    try:
        with db.engine.connect() as connection:
            found = connection.execute(text("PRAGMA quick_check(1)")).scalar()
    except SQLAlchemyError as error:
        return str(database_problem(error) or error)
    return (
        "" if found == "ok" else f"the file is damaged: {found}. Put back a backup: pelatis db restore FILE --replace"
    )


def _plugins(host: Host) -> Iterator[CheckResult]:
    try:
        statuses = host.statuses()
    except (Problem, SQLAlchemyError):
        # The line of the database says it.
        return
    for status in statuses:
        broken = status.state in _BROKEN
        tripped = f", its hooks are left out: {status.tripped.reason}" if status.tripped else ""
        verdict: Verdict = "bad" if broken and status.switched_on else "note" if broken or tripped else "good"
        reason = f": {status.reason}" if status.reason else ""
        yield CheckResult(f"plugin {status.name}", verdict, f"{status.state}{reason}{tripped}")
