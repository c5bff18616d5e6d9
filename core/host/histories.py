"""The histories of migrations, one for the core and one for each plugin, and how far a database has come in each.

Nothing here needs Alembic, which only those who change a schema import (core.host.migrations).
"""

import ast
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, inspect, select
from sqlalchemy import column as sql_column
from sqlalchemy import table as sql_table

from core.host.loading import LoadedPlugin

CORE: Final = "core"
VERSION_TABLE_PREFIX: Final = "core_migration_"


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
    def revisions(self) -> Mapping[str, str | None]:
        """Each revision and the one before it, as the files of the folder say it, without running them.

        Raises:
            SyntaxError: when a file can't be read as Python.
        """
        found = [_named_values(file) for file in sorted(self.versions.glob("*.py"))]
        return {values["revision"]: values.get("down_revision") for values in found if values.get("revision")}

    @cached_property
    def head(self) -> str | None:
        """The newest revision; None when there are none.

        Raises:
            MigrationError: when there are several.
        """
        heads = sorted(self.revisions.keys() - set(self.revisions.values()))
        if len(heads) > 1:
            raise MigrationError(f"the migrations of {self.name} have several ends: {', '.join(heads)}")
        return heads[0] if heads else None

    def knows(self, revision: str) -> bool:
        """Tell whether a revision is among these migrations."""
        return revision in self.revisions


def _named_values(file: Path) -> dict[str, Any]:
    """Read the plain values that a migration gives names to: `revision = "0001"`; they stand before what it does."""
    SourceFileLoader(file.stem, str(file)).get_code(file.stem)  # says what is wrong with all of it, and remembers that
    head, _begins, _rest = file.read_text("utf-8").partition("\ndef upgrade(")
    values: dict[str, Any] = {}
    for node in ast.parse(head, str(file)).body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Constant):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                if isinstance(target, ast.Name):
                    values[target.id] = node.value.value
    return values


def core_history() -> History:
    """Give the core's own migrations."""
    return History(CORE, migrations_folder() / "versions")


def plugin_history(plugin: LoadedPlugin) -> History:
    """Give a plugin's migrations, which lie in its package under `migrations/versions`."""
    return History(plugin.name, plugin.folder / "migrations" / "versions")


def count_applied(revisions: Mapping[str, str | None], revision: str | None) -> int:
    """Tell how many migrations lead to a revision.

    Args:
        revisions: each revision with the one before it.
        revision: how far a database is; None when nothing was applied.
    """
    count = 0
    while revision is not None and revision in revisions:
        count, revision = count + 1, revisions[revision]
    return count


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


def pending(connection: Connection, histories: Sequence[History]) -> list[History]:
    """List the histories whose newest revision hasn't been applied."""
    tables = table_names(connection)
    return [each for each in histories if applied_revision(connection, each.name, tables) != each.head]
