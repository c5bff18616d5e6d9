"""Migrations: one Alembic history and one version table for the core and for each plugin, through one environment.

Everything here runs on a connection of its own, in one transaction, never on the session of a page.
"""

import io
import re
import tempfile
import threading
import time
import warnings
from argparse import Namespace
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import structlog
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.autogenerate.api import AutogenContext
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations.ops import CreateForeignKeyOp, CreateTableOp, MigrationScript, ModifyTableOps
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Connection, ForeignKeyConstraint, Index, MetaData, Table, inspect, select, text
from sqlalchemy import column as sql_column
from sqlalchemy import table as sql_table
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.types import TypeDecorator

from core.database import db, ddl_engine
from core.host.loading import LoadedPlugin, owner_of_table
from core.i18n import _
from core.problems import Problem

log = structlog.get_logger(__name__)

CORE: Final = "core"
VERSION_TABLE_PREFIX: Final = "core_migration_"

#: Key of the PostgreSQL advisory lock that everything holds which changes the schema.
ADVISORY_LOCK: Final = 7352_0001
#: How long a schema change waits for a table that somebody reads or writes, and how often it tries.
LOCK_TIMEOUT: Final = "3s"
LOCK_TRIES: Final = 5
#: SQLSTATEs of PostgreSQL: lock_not_available, deadlock_detected.
LOCKED_STATES: Final = frozenset({"55P03", "40P01"})

#: Alembic's `op` and `context` are global to the process.
_alembic_lock = threading.RLock()


class MigrationError(Exception):
    """A migration that can't run or that left the database inconsistent; everything was rolled back."""


def migrations_folder() -> Path:
    """Find the folder of `env.py`: in the wheel, or in the source tree."""
    root = Path(__file__).resolve().parents[2]
    for folder in (root / "pelatis" / "_migrations", root / "migrations"):
        if (folder / "env.py").is_file():
            return folder
    raise MigrationError("the folder of migrations is missing: this installation of Pelatis is incomplete")


@dataclass(frozen=True)
class History:
    """The migrations of the core or of one plugin.

    Attributes:
        name: `core`, or the plugin's name.
        versions: the folder of its revisions.
    """

    name: str
    versions: Path

    @property
    def version_table(self) -> str:
        """The table that says how far the database is."""
        return f"{VERSION_TABLE_PREFIX}{self.name}"

    @cached_property
    def scripts(self) -> ScriptDirectory:
        """The revisions, read from the folder; an exception of a broken file passes through."""
        return ScriptDirectory.from_config(self._config())

    @cached_property
    def head(self) -> str | None:
        """The newest revision; None when there are none.

        Raises:
            MigrationError: when there are several.
        """
        heads = self.scripts.get_heads()
        if len(heads) > 1:
            raise MigrationError(f"the migrations of {self.name} have several ends: {', '.join(sorted(heads))}")
        return heads[0] if heads else None

    def knows(self, revision: str) -> bool:
        """Tell whether a revision is among these migrations."""
        return any(script.revision == revision for script in self.scripts.walk_revisions())

    def _config(self) -> Config:
        config = Config(stdout=io.StringIO(), cmd_opts=Namespace(quiet=True))
        config.set_main_option("script_location", _escaped(migrations_folder()))
        config.set_main_option("version_locations", _escaped(self.versions))
        config.set_main_option("path_separator", "newline")
        config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
        return config

    def config(self, connection: Connection, names: Collection[str]) -> Config:
        """Give Alembic's configuration for one run.

        Args:
            connection: the open connection, in a transaction.
            names: all known plugins, whose tables this history must not touch.
        """
        config = self._config()
        config.attributes["run"] = MigrationRun(self, connection, frozenset(names) | {CORE, self.name})
        return config


def _escaped(path: Path) -> str:
    return str(path).replace("%", "%%")


def core_history() -> History:
    """Give the core's own migrations."""
    return History(CORE, migrations_folder() / "versions")


def plugin_history(plugin: LoadedPlugin) -> History:
    """Give a plugin's migrations, which lie in its package under `migrations/versions`."""
    return History(plugin.name, plugin.folder / "migrations" / "versions")


def read_head(plugin: LoadedPlugin) -> str | None:
    """Tell a plugin's newest revision.

    Raises:
        Exception: whatever a broken migration file raises.
    """
    history = plugin_history(plugin)
    return history.head if history.versions.is_dir() else None


@dataclass(frozen=True)
class MigrationRun:
    """What `migrations/env.py` needs to know."""

    history: History
    connection: Connection
    names: frozenset[str]

    @cached_property
    def full_text(self) -> frozenset[str]:
        """SQLite's virtual tables and what they consist of; migrations make them by hand."""
        return full_text_tables(self.connection)

    @property
    def metadata(self) -> MetaData:
        """All tables of the process."""
        return db.metadata

    @property
    def version_table(self) -> str:
        """The table that says how far the database is."""
        return self.history.version_table

    def owns(self, table: str | None) -> bool:
        """Tell whether a table belongs to this history."""
        if table is None or table.startswith(VERSION_TABLE_PREFIX) or table in self.full_text:
            return False
        return owner_of_table(table, self.names) == self.history.name

    def include_name(self, name: str | None, kind: str, parents: Any) -> bool:
        """Leave out what the database has of others."""
        if kind in ("schema", "column"):
            return True
        return self.owns(name if kind == "table" else parents.get("table_name"))

    def include_object(self, thing: Any, _name: str | None, _kind: str, reflected: bool, _other: Any) -> bool:
        """Leave out what the models have of others, and indexes of expressions.

        Those are made by hand, for full-text search and for custom fields, and nobody can compare them.
        """
        if isinstance(thing, Index) and reflected and not all(isinstance(each, Column) for each in thing.expressions):
            return False
        table = thing if isinstance(thing, Table) else getattr(thing, "table", None)
        return table is None or self.owns(table.name)

    def render_item(self, kind: str, thing: Any, context: AutogenContext) -> Any:
        """Write our column types as the plain ones below them, so that a migration never imports what may change."""
        if kind == "type" and isinstance(thing, TypeDecorator) and type(thing).__module__.startswith("core."):
            context.imports.discard(f"import {type(thing).__module__}")
            plain = thing.impl_instance
            return f"sa.{plain!r}" if type(plain).__module__.startswith("sqlalchemy.sql.") else False
        return False

    def move_circular_keys(self, _context: Any, _revision: Any, directives: list[Any]) -> None:
        """Make foreign keys of tables that point at each other after all tables, and drop them before."""
        script: MigrationScript = directives[0]
        if script.upgrade_ops is None or script.downgrade_ops is None:
            return
        for created in [each for each in script.upgrade_ops.ops if isinstance(each, CreateTableOp)]:
            for key in [each for each in created.columns if isinstance(each, ForeignKeyConstraint) and each.use_alter]:
                created.columns = [each for each in created.columns if each is not key]
                key.use_alter = False
                adding = CreateForeignKeyOp.from_constraint(key)
                script.upgrade_ops.ops.append(ModifyTableOps(created.table_name, [adding]))
                script.downgrade_ops.ops.insert(0, ModifyTableOps(created.table_name, [adding.reverse()]))


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


def applied_revision(connection: Connection, history_name: str, tables: Collection[str]) -> str | None:
    """Tell how far a history's migrations were applied; None when not at all.

    Args:
        connection: any connection.
        history_name: `core`, or the plugin's name.
        tables: the names of all tables, so that no statement has to fail.
    """
    name = f"{VERSION_TABLE_PREFIX}{history_name}"
    if name not in tables:
        return None
    revision: str | None = connection.execute(select(sql_column("version_num")).select_from(sql_table(name))).scalar()
    return revision


def table_names(connection: Connection) -> frozenset[str]:
    """List the names of all tables of the database."""
    return frozenset(inspect(connection).get_table_names())


def full_text_tables(connection: Connection) -> frozenset[str]:
    """List SQLite's virtual tables with the tables that each consists of; none on PostgreSQL."""
    if connection.dialect.name != "sqlite":
        return frozenset()
    rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'table'")).all()
    virtual = [name for name, sql in rows if (sql or "").upper().startswith("CREATE VIRTUAL")]
    return frozenset(
        name for name, _sql in rows if any(name == each or name.startswith(f"{each}_") for each in virtual)
    )


def upgrade(connection: Connection, history: History, names: Collection[str], to: str = "head") -> None:
    """Apply a history's migrations inside an open schema transaction.

    Args:
        connection: that of `schema_transaction`.
        history: whose migrations.
        names: all known plugins.
        to: a revision, or `head`.
    """
    command.upgrade(history.config(connection, names), to)


def downgrade(connection: Connection, history: History, names: Collection[str], to: str = "base") -> None:
    """Take back a history's migrations inside an open schema transaction; arguments as `upgrade` has them."""
    command.downgrade(history.config(connection, names), to)


def differences(connection: Connection, history: History, names: Collection[str]) -> list[Any]:
    """List what the models of a history have that its migrated tables don't, and the other way round."""
    run = MigrationRun(history, connection, frozenset(names) | {CORE, history.name})
    context = MigrationContext.configure(
        connection,
        opts={
            "version_table": run.version_table,
            "include_name": run.include_name,
            "include_object": run.include_object,
            "compare_type": True,
            "target_metadata": run.metadata,
        },
    )
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Skipped unsupported reflection of expression-based index")
        found: list[Any] = compare_metadata(context, run.metadata)
    return found


@contextmanager
def scratch_database(histories: Sequence[History], names: Collection[str]) -> Iterator[str]:
    """Make a database that is thrown away, with the tables of some histories, and give its URL.

    Args:
        histories: whose migrations are applied, in order.
        names: all known plugins.
    """
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/scratch.db"
        with schema_transaction(url) as connection:
            for history in histories:
                if history.versions.is_dir():
                    upgrade(connection, history, names)
        yield url


def write_migration(histories: Sequence[History], names: Collection[str], message: str, *, empty: bool = False) -> Path:
    """Write a new revision with what the models have and the migrated tables don't.

    Models are compared with a scratch database, so that it doesn't matter what the installation's own looks like.

    Args:
        histories: the history that gets the revision, after those that it stands on.
        names: all known plugins.
        message: what the revision does, a short sentence.
        empty: write one without comparing, for data.

    Returns:
        The file.

    Raises:
        Problem: 422 when nothing has changed.
    """
    history = histories[-1]
    history.versions.mkdir(parents=True, exist_ok=True)
    number = 1 + len(list(history.scripts.walk_revisions()))
    with scratch_database(histories, names) as url, schema_transaction(url) as connection:
        if not empty and not differences(connection, history, names):
            raise Problem("core.nothing_changed", _("The models of %(name)s match its tables.", name=history.name))
        script = command.revision(
            history.config(connection, names), message, autogenerate=not empty, rev_id=f"{number:04}"
        )
    if script is None or isinstance(script, list):
        raise MigrationError(f"Alembic wrote no migration for {history.name}")
    path = Path(script.path)
    path.write_text(_tidied(path.read_text()))
    return path


def _tidied(source: str) -> str:
    """Drop Alembic's marker comments and trailing space, and what says only how Python binds JSON."""
    lines = [line.rstrip() for line in source.splitlines() if "### " not in line]
    plain = re.sub(r"JSONB?\((none_as_null=True)?(, )?(astext_type=(sa\.)?Text\(\))?\)", _bare, "\n".join(lines))
    return re.sub(r"\n{4,}", "\n\n\n", plain).rstrip() + "\n"


def _bare(call: re.Match[str]) -> str:
    return call[0].partition("(")[0] + "()"


def upgrade_core(url: str) -> bool:
    """Bring the core's tables to their newest form; nothing happens when they have it.

    Args:
        url: the database's URL.

    Returns:
        Whether anything was done.

    Raises:
        Problem: 503 when the tables stay locked.
        Exception: whatever a broken migration raises; everything is rolled back then.
    """
    history = core_history()

    def act() -> bool:
        with schema_transaction(url) as connection:
            if applied_revision(connection, CORE, table_names(connection)) == history.head:
                return False
            upgrade(connection, history, names=())
            return True

    done: bool = when_unlocked(act)
    return done


def pending(connection: Connection, histories: Sequence[History]) -> list[History]:
    """List the histories whose newest revision hasn't been applied."""
    tables = table_names(connection)
    return [each for each in histories if applied_revision(connection, each.name, tables) != each.head]
