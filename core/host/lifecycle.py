"""Switching plugins on and off, purging them, and upgrading their tables.

Each act is one transaction on a connection of its own: schema, flag and generation change together or not at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import structlog
from flask import current_app
from sqlalchemy import Connection, delete, func, insert, inspect, or_, select, text, update
from sqlalchemy import table as sql_table

from core.database import db, in_unit, utc_now
from core.host import histories, schema
from core.host.generation import PLUGINS, raise_generation
from core.host.host import Host
from core.host.loading import owner_of_table
from core.host.models import Plugin
from core.host.states import PluginStatus, State
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


def _url() -> str:
    url: str = current_app.config["SQLALCHEMY_DATABASE_URI"]
    return url


def _leave_transaction() -> None:
    """End the page's own reading, which would stand in the way of what it asks for."""
    if in_unit():
        raise RuntimeError("plugins aren't switched inside a write unit")
    db.session.rollback()


def enable_plugin(host: Host, name: str, *, with_required: bool = False) -> list[str]:
    """Switch a plugin on: apply its migrations, set its flag, close its breaker.

    Args:
        host: the plugin host.
        name: the plugin.
        with_required: switch on what it requires as well, instead of refusing.

    Returns:
        The names of what was switched on, in order.

    Raises:
        Problem: 404 unknown; 409 when it can't run, needs another one first, or its migration fails; 503 when its
            tables stay locked. Nothing has changed then.
    """
    host.refresh()
    wanted = _with_required(host, name)
    off = [other for other in wanted if other != name and not host.is_enabled(other)]
    if off and not with_required:
        message = _(
            "%(title)s needs %(required)s. Switch that on first.",
            title=host.title(name),
            required=", ".join(str(host.title(other)) for other in off),
        )
        raise Problem("core.plugin_requires", message, status=409, extra={"requires": off})
    for other in (*off, name):
        _refuse_unable(host.status(other))
    _in_one_transaction(host, name, lambda connection: _enable(host, connection, (*off, name)))
    log.info("plugin_enabled", plugins=[*off, name])
    return [*off, name]


def _with_required(host: Host, name: str) -> list[str]:
    """Name a plugin and all that it stands on, in order."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        other = waiting.pop()
        if other not in found:
            found.add(other)
            waiting.extend(host.status(other).requires)
    return host.in_order(frozenset(found))


def _refuse_unable(status: PluginStatus) -> None:
    if status.state in (State.failed, State.incompatible, State.missing):
        message = _("%(title)s can't be switched on. %(reason)s", title=status.title, reason=status.reason)
        raise Problem("core.plugin_unable", message, status=409)


def _in_one_transaction(host: Host, name: str, act: Any) -> Any:
    """Run a change of the schema alone, tell every process, and look again in this one."""

    def attempt() -> Any:
        with schema.schema_transaction(_url()) as connection:
            result = act(connection)
            raise_generation(connection, PLUGINS)
            return result

    _leave_transaction()
    try:
        result = schema.when_unlocked(attempt)
    except Problem:
        raise
    except (Exception, SystemExit) as error:
        log.error("plugin_change_failed", plugin=name, exc_info=error)
        message = _("%(title)s was left as it is: %(said)s", title=host.title(name), said=_said(error))
        raise Problem("core.plugin_change_failed", message, status=409) from error
    host.refresh()
    return result


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"[:300]


def _enable(host: Host, connection: Connection, names: Sequence[str]) -> None:
    for name in names:
        _upgrade(host, connection, name)
        _remember(host, connection, name)


def _upgrade(host: Host, connection: Connection, name: str) -> None:
    history = histories.plugin_history(host.loaded[name])
    if not history.versions.is_dir():
        return
    from core.host import migrations  # Alembic is slow to import, and most processes never need it

    others = histories.table_names(connection) - frozenset(_own_tables(host, connection, name))
    migrations.upgrade(connection, history, host.names())
    gone = sorted(others - histories.table_names(connection))
    if gone:
        raise histories.MigrationError(f"it would delete tables of others: {', '.join(gone)}")


def _remember(host: Host, connection: Connection, name: str) -> None:
    """Write a plugin's row, switched on and with its breaker closed."""
    manifest = host.loaded[name].manifest
    values = {
        "title": str(manifest.title),
        "version": manifest.version,
        "enabled": True,
        "changed_at": utc_now(),
        "tripped_at": None,
        "tripped_reason": None,
    }
    if not connection.execute(update(Plugin).where(Plugin.name == name).values(values)).rowcount:
        connection.execute(insert(Plugin).values(name=name, **values))
    host.breaker.forget(name)


def disable_plugin(host: Host, name: str, *, with_dependants: bool = False) -> list[str]:
    """Switch a plugin off everywhere, within one request of every process; its data stays.

    Args:
        host: the plugin host.
        name: the plugin, in whatever state.
        with_dependants: switch off what requires it as well, instead of refusing.

    Returns:
        The names of what was switched off, those that stand on others first.

    Raises:
        Problem: 404 unknown; 409 when another plugin that is on requires it.
    """
    host.refresh()
    dependants = _dependants_that_are_on(host, name)
    if dependants and not with_dependants:
        message = _(
            "%(title)s is needed by %(names)s. Switch that off first.",
            title=host.title(name),
            names=", ".join(str(host.title(other)) for other in dependants),
        )
        raise Problem("core.plugin_is_required", message, status=409, extra={"required_by": dependants})
    names = [*dependants, name]
    switched_off = update(Plugin).where(Plugin.name.in_(names)).values(enabled=False, changed_at=utc_now())
    _in_one_transaction(host, name, lambda connection: connection.execute(switched_off))
    log.info("plugin_disabled", plugins=names)
    return names


def _dependants_that_are_on(host: Host, name: str) -> list[str]:
    found: set[str] = set()
    waiting = [name]
    while waiting:
        for other in host.status(waiting.pop()).required_by:
            if other not in found and host.status(other).switched_on:
                found.add(other)
                waiting.append(other)
    return list(reversed(host.in_order(frozenset(found))))


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
        own = _own_tables(host, connection, name)
        return PurgePreview(
            name=name,
            title=status.title,
            tables={table: _count(connection, table) for table in own},
            shared={table: rows for table, rows in _shared_rows(connection, name).items() if rows},
            required_by=tuple(_dependants_that_are_on(host, name)),
            referenced_by=_tables_pointing_at(connection, own),
            switched_on=status.switched_on,
        )


def _own_tables(host: Host, connection: Connection, name: str) -> list[str]:
    names, made_by_hand = host.names() | {"core"}, schema.full_text_tables(connection)
    tables = histories.table_names(connection) - made_by_hand
    return sorted(table for table in tables if owner_of_table(table, names) == name)


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
        raise Problem("core.purge_refused", _why_not(host, preview), status=409)
    _in_one_transaction(host, name, lambda connection: _purge(host, connection, name))
    log.info("plugin_purged", plugin=name, rows=preview.rows)
    return preview


def _why_not(host: Host, preview: PurgePreview) -> Any:
    if preview.required_by:
        names = ", ".join(str(host.title(other)) for other in preview.required_by)
        return _("%(title)s is needed by %(names)s. Switch that off first.", title=preview.title, names=names)
    if preview.switched_on:
        return _("%(title)s is on. Switch it off before you purge it.", title=preview.title)
    return _(
        "Other plugins' tables point at those of %(title)s: %(tables)s. Purge those plugins first.",
        title=preview.title,
        tables=", ".join(preview.referenced_by),
    )


def _purge(host: Host, connection: Connection, name: str) -> None:
    names = host.names() | {"core"}
    for table in sorted(schema.full_text_tables(connection), key=len):
        if owner_of_table(table, names) == name:  # the virtual table goes first and takes its parts with it
            connection.execute(text(f'DROP TABLE IF EXISTS "{table}"'))
    # Nobody else's table points at these (`purge_plugin` has looked), so CASCADE only unties them from each other.
    cascade = "CASCADE" if connection.dialect.name == "postgresql" else ""
    for table in _own_tables(host, connection, name):
        connection.execute(text(f'DROP TABLE "{table}" {cascade}'))
    connection.execute(text(f'DROP TABLE IF EXISTS "{histories.VERSION_TABLE_PREFIX}{name}"'))
    for column in _namespaced_columns(histories.table_names(connection)):
        connection.execute(delete(column.table).where(_belongs(column, name)))
    for table, row_id, grants in _granting(connection, name):
        kept = {permission: scope for permission, scope in grants.items() if not permission.startswith(f"{name}.")}
        connection.execute(update(table).where(table.c.id == row_id).values(grants=kept))
    connection.execute(delete(Plugin).where(Plugin.name == name))


def _granting(connection: Connection, name: str) -> list[tuple[Any, Any, dict[str, Any]]]:
    """List the roles and tokens that grant something of a plugin: table, id and all that they grant."""
    found = []
    for table in (db.metadata.tables[each] for each in GRANTING_TABLES):
        for row_id, grants in connection.execute(select(table.c.id, table.c.grants)):
            if any(permission.startswith(f"{name}.") for permission in grants or ()):
                found.append((table, row_id, grants))
    return found


@dataclass(frozen=True)
class Upgrade:
    """What came of upgrading the core or one plugin.

    Attributes:
        name: `core`, or the plugin's name.
        done: whether migrations were applied; False when there was nothing to do.
        error: why it failed; empty when it didn't.
    """

    name: str
    done: bool
    error: str = ""


def _upgrade_core() -> bool:
    with db.engine.connect() as connection:
        applied = histories.applied_revision(connection, histories.CORE, histories.table_names(connection))
    if applied == histories.core_history().head:
        return False
    from core.host import migrations

    return migrations.upgrade_core(_url())


def upgrade_all(host: Host) -> list[Upgrade]:
    """Apply every migration that waits: the core's, then those of each plugin that is switched on, each on its own.

    A plugin whose migration fails is left as it was, and the others go on.

    Raises:
        Problem: 503 when the core's tables stay locked.
        Exception: whatever a migration of the core raises; nothing has changed then.
    """
    _leave_transaction()
    results = [Upgrade("core", _upgrade_core())]
    host.refresh()
    switched_on = host.in_order([status.name for status in host.statuses() if status.switched_on])
    # Asked one by one: what stands on others shows that it waits only once they are upgraded.
    waiting = (name for name in switched_on if host.status(name).state is State.pending_migration)
    return results + [_upgraded(host, name) for name in waiting]


def _upgraded(host: Host, name: str) -> Upgrade:
    try:
        _in_one_transaction(host, name, lambda connection: _enable(host, connection, [name]))
    except Problem as problem:
        return Upgrade(name, False, str(problem))
    return Upgrade(name, True)


def note_trip(host: Host, name: str, reason: str) -> None:
    """Write down that a plugin's breaker has tripped, for every process; nothing when it is written already."""
    with db.engine.connect().execution_options(write=True) as connection, connection.begin():
        tripped = update(Plugin).where(Plugin.name == name, Plugin.tripped_at.is_(None))
        written = connection.execute(tripped.values(tripped_at=utc_now(), tripped_reason=reason))
        if written.rowcount:
            raise_generation(connection, PLUGINS)
    log.warning("breaker_tripped", plugin=name, reason=reason)
    host.breaker.waiting.pop(name, None)


def write_plugin_migration(host: Host, name: str, message: str, *, empty: bool = False) -> Any:
    """Write a new migration of a plugin, or of the core, from what its models have and its tables don't.

    Args:
        host: the plugin host.
        name: a loaded plugin, or `core`.
        message: what the migration does, a short sentence.
        empty: write one without comparing, for data.

    Returns:
        The file.

    Raises:
        Problem: 404 unknown, 409 not loadable, 422 when nothing has changed.
    """
    from core.host import migrations

    return migrations.write_migration(histories_of(host, name), host.known_names, message, empty=empty)


def histories_of(host: Host, name: str) -> list[histories.History]:
    """Give the migrations that the tables of a loaded plugin, or of the core, come from, in order.

    The installation's database isn't asked, so that an author needs none.

    Raises:
        Problem: 404 unknown, 409 not loadable.
    """
    needed: set[str] = set()
    waiting = [] if name == histories.CORE else [name]
    while waiting:
        other = waiting.pop()
        needed.add(other)
        waiting += [each for each in host.loaded_plugin(other).manifest.requires if each not in needed]
    plugins = [host.loaded[other] for other in host.in_order(frozenset(needed))]
    return [histories.core_history(), *map(histories.plugin_history, plugins)]
