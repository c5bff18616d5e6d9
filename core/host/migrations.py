"""Running and writing migrations with Alembic: one version table for the core and for each plugin, one environment.

Everything here runs on a connection of its own, in one transaction, never on the session of a page. Alembic is
slow to import; those who only ask how far a database has come take core.host.histories.
"""

import io
import re
import tempfile
import warnings
from argparse import Namespace
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.autogenerate.api import AutogenContext
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations.ops import CreateForeignKeyOp, CreateTableOp, MigrationScript, ModifyTableOps
from sqlalchemy import Column, Connection, ForeignKeyConstraint, Index, MetaData, Table
from sqlalchemy.types import TypeDecorator

from core.database import db
from core.host.histories import (
    CORE,
    VERSION_TABLE_PREFIX,
    History,
    MigrationError,
    applied_revision,
    core_history,
    migrations_folder,
    table_names,
)
from core.host.loading import owner_of_table
from core.host.schema import full_text_tables, schema_transaction, when_unlocked
from core.i18n import _
from core.problems import Problem


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


def config_of(history: History, connection: Connection, names: Collection[str]) -> Config:
    """Give Alembic's configuration for one run.

    Args:
        history: whose migrations.
        connection: the open connection, in a transaction.
        names: all known plugins, whose tables this history must not touch.
    """
    config = Config(stdout=io.StringIO(), cmd_opts=Namespace(quiet=True))
    config.set_main_option("script_location", _escaped(migrations_folder()))
    config.set_main_option("version_locations", _escaped(history.versions))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["run"] = MigrationRun(history, connection, frozenset(names) | {CORE, history.name})
    return config


def _escaped(path: Path) -> str:
    return str(path).replace("%", "%%")


def upgrade(connection: Connection, history: History, names: Collection[str], to: str = "head") -> None:
    """Apply a history's migrations inside an open schema transaction.

    Args:
        connection: that of `schema_transaction`.
        history: whose migrations.
        names: all known plugins.
        to: a revision, or `head`.
    """
    indexes = _custom_indexes(connection)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Skipped unsupported reflection of expression-based index")
        command.upgrade(config_of(history, connection, names), to)
    _bring_back(connection, indexes)


def _custom_indexes(connection: Connection) -> dict[str, str]:
    """Tell how SQLite's indexes over custom fields were made: a migration that recreates their table loses them."""
    if connection.dialect.name != "sqlite":
        return {}
    statement = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND name LIKE 'ix\\_custom\\_%' ESCAPE '\\'"
    found: Any = connection.exec_driver_sql(statement).all()
    return dict(found)


def _bring_back(connection: Connection, indexes: dict[str, str]) -> None:
    for name in sorted(indexes.keys() - _custom_indexes(connection).keys()):
        connection.exec_driver_sql(indexes[name])


def downgrade(connection: Connection, history: History, names: Collection[str], to: str = "base") -> None:
    """Take back a history's migrations inside an open schema transaction; arguments as `upgrade` has them."""
    command.downgrade(config_of(history, connection, names), to)


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
    number = 1 + len(history.revisions)
    with scratch_database(histories, names) as url, schema_transaction(url) as connection:
        if not empty and not differences(connection, history, names):
            raise Problem("core.nothing_changed", _("The models of %(name)s match its tables.", name=history.name))
        script = command.revision(
            config_of(history, connection, names), message, autogenerate=not empty, rev_id=f"{number:04}"
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
