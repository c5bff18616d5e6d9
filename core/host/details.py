"""What a plugin's card unfolds: what it leans on, may grant, answers and keeps; one statement for all plugins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, func, inspect, literal, select
from sqlalchemy import table as sql_table

from core.access.scoping import ACTIONS
from core.database import db
from core.host import histories, schema
from core.host.breaker import HookFigures
from core.host.host import Host
from core.host.loading import owner_of_table
from core.host.states import PluginStatus
from core.records.registry import record_types

#: Rows of a table are counted up to here: the page wants to know whether there are any, few or many.
MOST_COUNTED: Final = 1_000
#: How many columns one SELECT has at most: SQLite stops at 2,000, PostgreSQL at 1,664.
_MOST_COLUMNS: Final = 500


@dataclass(frozen=True)
class Details:
    """What is unfolded.

    Attributes:
        permissions: those beside view, create, edit, delete, export and import, without the plugin's name.
        all_permissions: how many there are with those.
        hooks: the hooks that it answers with what was counted in this process, the busiest first.
        applied, waiting: how many of its migrations are applied and how many wait.
        kept: what it keeps with the number of rows, `MOST_COUNTED + 1` for more; the binned are counted too.
    """

    permissions: tuple[str, ...]
    all_permissions: int
    hooks: tuple[tuple[str, HookFigures], ...]
    applied: int
    waiting: int
    kept: tuple[tuple[str, int], ...]


def details_of(host: Host, statuses: Sequence[PluginStatus]) -> dict[str, Details]:
    """Describe plugins, by name."""
    kept = _kept(host, statuses)
    return {status.name: _details(host, status, kept.get(status.name, {})) for status in statuses}


def _details(host: Host, status: PluginStatus, kept: Mapping[str, int]) -> Details:
    types = record_types.of_plugin(status.name) if status.name in host.loaded else []
    own = [f"{each.key.removeprefix(f'{status.name}.')}.{action}" for each in types for action in each.actions]
    figures = host.breaker.figures
    hooks = [(hook, figures.get((status.name, hook), HookFigures())) for hook in host.hooks_of(status.name)]
    revisions = host.loaded[status.name].revisions if status.name in host.loaded else {}
    applied = histories.count_applied(revisions, status.revision)
    return Details(
        permissions=tuple(own),
        all_permissions=len(types) * len(ACTIONS) + len(own),
        hooks=tuple(sorted(hooks, key=lambda each: (-each[1].seconds, each[0]))),
        applied=applied,
        waiting=len(revisions) - applied,
        kept=tuple((label, rows) for label, rows in kept.items() if rows),
    )


def _kept(host: Host, statuses: Sequence[PluginStatus]) -> dict[str, dict[str, int]]:
    """Count what plugins keep: records by type where the code is there, else the rows of each table."""
    with db.engine.connect() as connection:
        tables = histories.table_names(connection) - schema.full_text_tables(connection)
        counted = [
            (status.name, label, table)
            for status in statuses
            if status.remembered
            for table, label in _labels(host, status.name, tables).items()
        ]
        found: dict[str, dict[str, int]] = {}
        for start in range(0, len(counted), _MOST_COLUMNS):
            part = counted[start : start + _MOST_COLUMNS]
            for (name, label, _table), rows in zip(part, _count(connection, [each[2] for each in part]), strict=True):
                found.setdefault(name, {})[label] = rows
    return found


def _labels(host: Host, name: str, tables: frozenset[str]) -> dict[str, str]:
    """Name the tables of a plugin: those of its record types, or all that begin with its name when it has none here."""
    types = record_types.of_plugin(name) if name in host.loaded else []
    found = {inspect(each.model).local_table.name: str(each.label_plural) for each in types}
    labels = {table: label for table, label in found.items() if table in tables}
    own = sorted(table for table in tables if owner_of_table(table, host.names() | {"core"}) == name)
    return labels or {table: table.removeprefix(f"{name}_").replace("_", " ") for table in own}


def _count(connection: Connection, tables: Sequence[str]) -> Sequence[Any]:
    few = [select(literal(1)).select_from(sql_table(table)).limit(MOST_COUNTED + 1).subquery() for table in tables]
    return connection.execute(select(*(select(func.count()).select_from(each).scalar_subquery() for each in few))).one()
