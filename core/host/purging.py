"""Purging a plugin: deleting for good all that it stored, once nothing leans on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import structlog
from sqlalchemy import Connection, delete, func, inspect, or_, select, text, update
from sqlalchemy import table as sql_table

from core.database import db
from core.host import histories, schema
from core.host.host import Host
from core.host.lifecycle import dependants_that_are_on, in_one_transaction, own_tables
from core.host.loading import owner_of_table
from core.host.models import Plugin
from core.i18n import _
from core.problems import Problem

log = structlog.get_logger(__name__)

#: Columns of the core's tables that say to which plugin, or to which of its things, a row belongs.
NAMESPACED_COLUMNS: Final = frozenset({"plugin", "record_type", "permission"})
#: The same where the column has another name.
MORE_NAMESPACED: Final = {"core_job": "name"}
#: Tables whose column `grants` maps permissions to scopes.
GRANTING_TABLES: Final = ("core_role", "core_api_token")
#: What a purge leaves: the journal ends by its own retention.
KEPT_TABLES: Final = frozenset({"core_journal", "core_plugin"})


@dataclass(frozen=True)
class PurgePreview:
    """What a purge would delete, and what stands in its way.

    Attributes:
        name, title: the plugin.
        tables: its tables with their numbers of rows.
        shared: rows of the core's tables that belong to it: settings, grants, jobs, saved views, …
        required_by: plugins that are on and require it.
        referenced_by: tables of other plugins that point at its tables.
        switched_on: whether it must be switched off first.
    """

    name: str
    title: Any
    tables: dict[str, int]
    shared: dict[str, int]
    required_by: tuple[str, ...]
    referenced_by: tuple[str, ...]
    switched_on: bool

    @property
    def rows(self) -> int:
        """How many rows would be deleted."""
        return sum(self.tables.values()) + sum(self.shared.values())

    @property
    def allowed(self) -> bool:
        """Whether nothing stands in its way."""
        return not (self.required_by or self.referenced_by or self.switched_on)


def purge_preview(host: Host, name: str) -> PurgePreview:
    """Count what a purge would delete; nothing is changed.

    Raises:
        Problem: 404 when there is no plugin of that name.
    """
    host.refresh()
    status = host.status(name)
    with db.engine.connect() as connection:
        own = own_tables(host, connection, name)
        return PurgePreview(
            name=name,
            title=status.title,
            tables={table: _count(connection, table) for table in own},
            shared={table: rows for table, rows in _shared_rows(connection, name).items() if rows},
            required_by=tuple(dependants_that_are_on(host, name)),
            referenced_by=_tables_pointing_at(connection, own),
            switched_on=status.switched_on,
        )


def _count(connection: Connection, table: str) -> int:
    return connection.execute(select(func.count()).select_from(sql_table(table))).scalar_one()


def _namespaced_columns(tables: frozenset[str]) -> list[Any]:
    """Find the columns of the core's tables that say which plugin a row belongs to."""
    columns = []
    for table in db.metadata.sorted_tables:
        if table.name in tables and table.name.startswith("core_") and table.name not in KEPT_TABLES:
            names = NAMESPACED_COLUMNS | {MORE_NAMESPACED.get(table.name, "plugin")}
            columns += [column for column in table.columns if column.name in names]
    return columns


def _belongs(column: Any, name: str) -> Any:
    return or_(column == name, column.startswith(f"{name}.", autoescape=True))


def _shared_rows(connection: Connection, name: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    for column in _namespaced_columns(histories.table_names(connection)):
        counted = select(func.count()).select_from(column.table).where(_belongs(column, name))
        table = column.table.name
        counts[table] = max(counts.get(table, 0), connection.execute(counted).scalar_one())
    for granting, _row_id, _grants in _granting(connection, name):
        counts[granting.name] = counts.get(granting.name, 0) + 1
    return counts


def _tables_pointing_at(connection: Connection, tables: Sequence[str]) -> tuple[str, ...]:
    inspector = inspect(connection)
    own = set(tables)
    others = [table for table in inspector.get_table_names() if table not in own]
    return tuple(
        table for table in others if any(key["referred_table"] in own for key in inspector.get_foreign_keys(table))
    )


def purge_plugin(host: Host, name: str) -> PurgePreview:
    """Delete for good what a plugin stored: its tables, its migrations' history, its settings, grants, jobs, its row.

    Returns:
        What was there.

    Raises:
        Problem: 404 unknown; 409 when it is on, is required by one that is on, or another's tables point at its own.
    """
    preview = purge_preview(host, name)
    if not preview.allowed:
        obstacles = " ".join(map(str, what_stands_in_the_way(host, preview)))
        raise Problem("core.purge_refused", obstacles, status=409)
    in_one_transaction(host, name, lambda connection: _purge(host, connection, name))
    log.info("plugin_purged", plugin=name, rows=preview.rows)
    return preview


def what_stands_in_the_way(host: Host, preview: PurgePreview) -> list[str]:
    """Tell in sentences what has to be done before a plugin can be purged, in that order; none when nothing has."""
    found: list[str] = []
    if preview.required_by:
        names = ", ".join(str(host.title(other)) for other in preview.required_by)
        found.append(_("%(title)s is needed by %(names)s. Switch that off first.", title=preview.title, names=names))
    if preview.switched_on:
        found.append(_("%(title)s is on. Switch it off before you purge it.", title=preview.title))
    if preview.referenced_by:
        found.append(
            _(
                "Other plugins' tables point at those of %(title)s: %(tables)s. Purge those plugins first.",
                title=preview.title,
                tables=", ".join(preview.referenced_by),
            )
        )
    return found


def _purge(host: Host, connection: Connection, name: str) -> None:
    names = host.names() | {"core"}
    for table in sorted(schema.full_text_tables(connection), key=len):
        if owner_of_table(table, names) == name:  # the virtual table goes first and takes its parts with it
            connection.execute(text(f'DROP TABLE IF EXISTS "{table}"'))
    # Nobody else's table points at these (`purge_plugin` has looked), so CASCADE only unties them from each other.
    cascade = "CASCADE" if connection.dialect.name == "postgresql" else ""
    for table in own_tables(host, connection, name):
        connection.execute(text(f'DROP TABLE "{table}" {cascade}'))
    connection.execute(text(f'DROP TABLE IF EXISTS "{histories.VERSION_TABLE_PREFIX}{name}"'))
    for column in _namespaced_columns(histories.table_names(connection)):
        _delete_parts(connection, column, name)
        connection.execute(delete(column.table).where(_belongs(column, name)))
    for table, row_id, grants in _granting(connection, name):
        kept = {permission: scope for permission, scope in grants.items() if not permission.startswith(f"{name}.")}
        connection.execute(update(table).where(table.c.id == row_id).values(grants=kept))
    connection.execute(delete(Plugin).where(Plugin.name == name))


def _delete_parts(connection: Connection, column: Any, name: str) -> None:
    """Delete what goes with the shared rows of a plugin: SQLite's foreign keys are off while tables are dropped."""
    for key in (
        key for table in db.metadata.sorted_tables if table.name.startswith("core_") for key in table.foreign_keys
    ):
        if key.column.table is column.table and (key.ondelete or "").upper() == "CASCADE":
            wholes = select(key.column).where(_belongs(column, name))
            connection.execute(delete(key.parent.table).where(key.parent.in_(wholes)))


def _granting(connection: Connection, name: str) -> list[tuple[Any, Any, dict[str, Any]]]:
    """List the roles and tokens that grant something of a plugin: table, id and all that they grant."""
    found = []
    for table in (db.metadata.tables[each] for each in GRANTING_TABLES):
        for row_id, grants in connection.execute(select(table.c.id, table.c.grants)):
            if any(permission.startswith(f"{name}.") for permission in grants or ()):
                found.append((table, row_id, grants))
    return found
