"""The settings of an installation, read once from `PELATIS_*` environment variables."""

import os
import secrets
import sys
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit
from urllib.request import url2pathname

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from core.operation.logs import LOG_LEVELS

PREFIX: Final = "PELATIS_"
#: The fewest characters of a secret key that is worth its name.
SHORTEST_SECRET: Final = 32

_TRUE: Final = frozenset({"1", "true", "yes", "on"})
_FALSE: Final = frozenset({"", "0", "false", "no", "off"})


class SettingsError(ValueError):
    """A setting that can't be used; the message names the variable and says what to do."""


class SettingDoc(NamedTuple):
    """One line of the table of settings, as the documentation and `pelatis check` show it."""

    name: str
    default: str
    summary: str


def _doc(default: str, summary: str) -> dict[str, str]:
    return {"default": default, "summary": summary}


@dataclass(frozen=True)
class Settings:
    """How one installation runs. `Settings.from_environment()` makes it; tests give it a mapping.

    Each field is the environment variable `PELATIS_` + its name in capitals; `documented_settings()` lists them.
    """

    data_dir: Path = field(
        metadata=_doc(
            "`.pelatis` in a source tree, else the platform's folder for user data",
            "Folder of what Pelatis keeps on this machine: SQLite database, queue, files, secret key.",
        )
    )
    database_url: str = field(
        repr=False,
        metadata=_doc(
            "the SQLite file `pelatis.db` in the data folder",
            "Database: `sqlite:////path/file.db` or `postgresql://user:password@host/name`.",
        ),
    )
    queue_url: str = field(
        repr=False,
        metadata=_doc(
            "the SQLite file `queue.db` in the data folder",
            "What wakes the workers: a SQLite file, or `redis://host:6379/0` where several machines work.",
        ),
    )
    storage_url: str = field(
        metadata=_doc(
            "the folder `files` in the data folder",
            "Where files of records are kept, and backed up from: `file:///path`.",
        )
    )
    secret_key: str = field(
        repr=False,
        metadata=_doc(
            "made at the first start, kept in `secret_key` in the data folder, readable by its owner only",
            f"Signs sessions, encrypts stored secrets; {SHORTEST_SECRET} characters or more, the same everywhere.",
        ),
    )
    safe_mode: bool = field(
        metadata=_doc("0", "`1` starts with the core alone, every plugin off, to mend what a plugin broke.")
    )
    debug: bool = field(metadata=_doc("0", "`1` lets a command that fails show where, with Python's traceback."))
    log_level: str = field(
        metadata=_doc("INFO", "The least weighty log line that is written: DEBUG, INFO, WARNING or ERROR.")
    )
    metrics_token: str = field(
        repr=False,
        metadata=_doc(
            "none: `/metrics` answers this machine only", "Bearer token with which another machine may read `/metrics`."
        ),
    )
    journal_months: int = field(
        metadata=_doc(
            "24", "Months for which changes of records are kept: their history, and what can be undone; `0` for ever."
        )
    )
    web_threads: int = field(metadata=_doc("4", "Requests that one server process answers at the same time."))
    job_threads: int = field(metadata=_doc("2", "Jobs that one worker process runs at the same time."))
    trusted_proxies: int = field(
        metadata=_doc("0", "Reverse proxies in front, whose X-Forwarded-* headers are believed.")
    )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Read the settings, making the data folder and the secret key where they are missing.

        Args:
            environment: the variables; the process's own by default.

        Raises:
            SettingsError: when a value can't be used or the data folder can't be written.
        """
        given = os.environ if environment is None else environment
        data_dir = prepare_data_dir(Path(given.get("PELATIS_DATA_DIR") or default_data_dir()))
        return cls(
            data_dir=data_dir,
            database_url=_database_url(given.get("PELATIS_DATABASE_URL") or _sqlite_url(data_dir / "pelatis.db")),
            queue_url=_queue_url(given.get("PELATIS_QUEUE_URL") or _sqlite_url(data_dir / "queue.db")),
            storage_url=_storage_url(given.get("PELATIS_STORAGE_URL") or (data_dir / "files").as_uri()),
            secret_key=_secret_key(given.get("PELATIS_SECRET_KEY", ""), data_dir),
            safe_mode=_flag(given, "PELATIS_SAFE_MODE"),
            debug=_flag(given, "PELATIS_DEBUG"),
            log_level=_log_level(given.get("PELATIS_LOG_LEVEL") or "INFO"),
            metrics_token=given.get("PELATIS_METRICS_TOKEN", ""),
            journal_months=_count(given, "PELATIS_JOURNAL_MONTHS", 24, least=0),
            web_threads=_count(given, "PELATIS_WEB_THREADS", 4, least=1),
            job_threads=_count(given, "PELATIS_JOB_THREADS", 2, least=1),
            trusted_proxies=_count(given, "PELATIS_TRUSTED_PROXIES", 0, least=0),
        )

    @property
    def storage_folder(self) -> Path:
        """The folder that `storage_url` names."""
        return Path(url2pathname(urlsplit(self.storage_url).path))


def documented_settings() -> list[SettingDoc]:
    """List every setting with its default and what it is for; the documentation's table is drawn from this."""
    return [SettingDoc(_variable(f), f.metadata["default"], f.metadata["summary"]) for f in fields(Settings)]


def unknown_settings(environment: Mapping[str, str] | None = None) -> list[str]:
    """Name the `PELATIS_*` variables that nobody reads: mistyped ones."""
    known = {doc.name for doc in documented_settings()}
    given = os.environ if environment is None else environment
    return sorted(name for name in given if name.startswith(PREFIX) and name not in known)


def default_data_dir() -> Path:
    """Choose where data is kept when nobody says: in a source tree `.pelatis`, else the platform's folder."""
    tree = Path(__file__).resolve().parent.parent
    if (tree / "pyproject.toml").is_file():
        return tree / ".pelatis"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "Pelatis"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "Pelatis"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "pelatis"


def prepare_data_dir(folder: Path) -> Path:
    """Make the data folder, open to its owner only, and make sure that it can be written.

    Raises:
        SettingsError: when it can't be made or written.
    """
    folder = folder.expanduser().absolute()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"PELATIS_DATA_DIR: the folder {folder} can't be made: {error.strerror}.") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise SettingsError(f"PELATIS_DATA_DIR: the folder {folder} can't be written by this user.")
    return folder


def _variable(setting: "Field[Any]") -> str:
    return PREFIX + setting.name.upper()


def _sqlite_url(file: Path) -> str:
    return URL.create("sqlite", database=str(file)).render_as_string()


def _database_url(value: str) -> str:
    try:
        url = make_url(value)
        backend = url.get_backend_name()
    except ArgumentError:
        # The value isn't shown: it may hold a password.
        raise SettingsError("PELATIS_DATABASE_URL is not a database's URL, like sqlite:////path/file.db") from None
    if backend in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    if backend != "sqlite":
        raise SettingsError(f"PELATIS_DATABASE_URL must begin with sqlite:// or postgresql://, not {backend}://")
    if not url.database or url.database == ":memory:":
        raise SettingsError("PELATIS_DATABASE_URL must name a file: sqlite:////path/to/pelatis.db")
    return value


def _queue_url(value: str) -> str:
    scheme = value.partition("://")[0]
    if scheme not in ("sqlite", "redis", "rediss"):
        raise SettingsError("PELATIS_QUEUE_URL must begin with sqlite:///, redis:// or rediss://")
    return value


def _storage_url(value: str) -> str:
    if not value.startswith("file:///"):
        raise SettingsError("PELATIS_STORAGE_URL must begin with file:///")
    return value


def _secret_key(value: str, data_dir: Path) -> str:
    if not value:
        return _kept_secret(data_dir / "secret_key")
    if len(value) < SHORTEST_SECRET:
        raise SettingsError(f"PELATIS_SECRET_KEY must have at least {SHORTEST_SECRET} characters.")
    return value


def _kept_secret(file: Path) -> str:
    """Read the secret key, making it first when there is none; of two processes that make one, the first wins."""
    try:
        if not file.exists():
            draft = file.with_name(f"{file.name}.{os.getpid()}")
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                with os.fdopen(descriptor, "w") as stream:
                    stream.write(secrets.token_urlsafe(48))
                os.link(draft, file)
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        kept = file.read_text().strip()
    except OSError as error:
        raise SettingsError(f"The secret key {file} can't be read or made: {error.strerror}.") from error
    if len(kept) < SHORTEST_SECRET:
        raise SettingsError(f"The secret key {file} is damaged. Put the old one back, or delete it to get a new one.")
    return kept


def _flag(given: Mapping[str, str], name: str) -> bool:
    value = given.get(name, "").strip().lower()
    if value in _TRUE:
        return True
    if value in _FALSE:
        return False
    raise SettingsError(f"{name} must be 1 or 0, not {value[:20]!r}.")


def _count(given: Mapping[str, str], name: str, default: int, *, least: int) -> int:
    value = given.get(name, "").strip()
    if not value:
        return default
    if not value.isdecimal() or not least <= int(value) <= 1_000:
        raise SettingsError(f"{name} must be a whole number from {least} to 1000, not {value[:20]!r}.")
    return int(value)


def _log_level(value: str) -> str:
    if value.upper() not in LOG_LEVELS:
        raise SettingsError(f"PELATIS_LOG_LEVEL must be one of {', '.join(LOG_LEVELS)}, not {value[:20]!r}.")
    return value.upper()
