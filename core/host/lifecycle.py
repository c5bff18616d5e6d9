"""Switching plugins on and off, and upgrading their tables.

Each act is one transaction on a connection of its own: schema, flag and generation change together or not at all.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import structlog
from flask import current_app
from sqlalchemy import Connection, insert, update

from core.database import db, in_unit, utc_now, write_unit
from core.host import histories, schema
from core.host.generation import PLUGINS, raise_generation
from core.host.host import Host
from core.host.loading import owner_of_table
from core.host.models import Plugin
from core.host.states import PluginStatus, State
from core.i18n import _, in_language
from core.problems import Problem

log = structlog.get_logger(__name__)


def _url() -> str:
    url: str = current_app.config["SQLALCHEMY_DATABASE_URI"]
    return url


def _leave_transaction() -> None:
    """End the page's own reading, which would stand in the way of what it asks for."""
    if in_unit():
        raise RuntimeError("plugins aren't switched inside a write unit")
    db.session.rollback()


def enable_plugin(host: Host, name: str, *, with_required: bool = False, without_events: bool = False) -> list[str]:
    """Switch a plugin on: apply its migrations, set its flag, close its breaker, let its events go on.

    Args:
        host: the plugin host.
        name: the plugin.
        with_required: switch on what it requires as well, instead of refusing.
        without_events: leave out the events that came while it was off, instead of working through them.

    Returns:
        The names of what was switched on, in order.

    Raises:
        Problem: 404 unknown; 409 when it can't run, needs another one first, or its migration fails, and in safe mode;
            503 when its tables stay locked. Nothing has changed then.
    """
    host.refresh()
    _refuse_in_safe_mode(host, name)
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
    new = [other for other in (*off, name) if host.status(other).state is State.discovered]
    skipping = [other for other in (*off, name) if without_events and not host.is_enabled(other)]
    in_one_transaction(host, name, lambda connection: _enable(host, connection, (*off, name), skipping))
    log.info("plugin_enabled", plugins=[*off, name], without_events=skipping)
    _set_up(new)
    return [*off, name]


def _refuse_in_safe_mode(host: Host, name: str) -> None:
    if host.safe_mode:
        status = host.snapshot.statuses.get(name)
        message = _(
            "This is safe mode, where no plugin can be switched on. Start Pelatis without PELATIS_SAFE_MODE and switch "
            "%(title)s on then.",
            title=status.title if status else name,
        )
        raise Problem("core.safe_mode", message, status=409)


def _set_up(names: Sequence[str]) -> None:
    """Let plugins that come to a company that is set up give what they made its names, as the set-up itself does."""
    from core.access import acting_as, system_actor  # who acts and for whom stand on the host
    from core.host.doors import emit
    from core.users.company import company

    if not names or not company().company_name:
        return
    with acting_as(system_actor()) as actor, in_language(company().language):
        for name in names:
            with suppress(Exception), write_unit():  # told by the door; the names stay as the migrations wrote them
                emit("crm_set_up_company", plugin=name, actor=actor)


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


def in_one_transaction(host: Host, name: str, act: Any) -> Any:
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


def _enable(host: Host, connection: Connection, names: Sequence[str], skipping: Sequence[str] = ()) -> None:
    from core.jobs.events import skip_events  # jobs stand on the host
    from core.search.index import index_unlisted  # search stands on the records, and those on the host

    for name in names:
        _upgrade(host, connection, name)
        _remember(host, connection, name)
        index_unlisted(connection, name)
    for name in skipping:
        skip_events(connection, name)


def _upgrade(host: Host, connection: Connection, name: str) -> None:
    history = histories.plugin_history(host.loaded[name])
    if not history.versions.is_dir():
        return
    from core.host import migrations  # Alembic is slow to import, and most processes never need it

    others = histories.table_names(connection) - frozenset(own_tables(host, connection, name))
    migrations.upgrade(connection, history, host.names())
    gone = sorted(others - histories.table_names(connection))
    if gone:
        raise histories.MigrationError(f"it would delete tables of others: {', '.join(gone)}")


def own_tables(host: Host, connection: Connection, name: str) -> list[str]:
    """List the tables of a plugin; what the database makes for a full-text index isn't counted."""
    names, made_by_hand = host.names() | {"core"}, schema.full_text_tables(connection)
    tables = histories.table_names(connection) - made_by_hand
    return sorted(table for table in tables if owner_of_table(table, names) == name)


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
    dependants = dependants_that_are_on(host, name)
    if dependants and not with_dependants:
        message = _(
            "%(title)s is needed by %(names)s. Switch that off first.",
            title=host.title(name),
            names=", ".join(str(host.title(other)) for other in dependants),
        )
        raise Problem("core.plugin_is_required", message, status=409, extra={"required_by": dependants})
    names = [*dependants, name]
    switched_off = update(Plugin).where(Plugin.name.in_(names)).values(enabled=False, changed_at=utc_now())
    in_one_transaction(host, name, lambda connection: connection.execute(switched_off))
    log.info("plugin_disabled", plugins=names)
    return names


def dependants_that_are_on(host: Host, name: str) -> list[str]:
    """List the plugins that are on and stand on another one, those first that nobody stands on."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        for other in host.status(waiting.pop()).required_by:
            if other not in found and host.status(other).switched_on:
                found.add(other)
                waiting.append(other)
    return list(reversed(host.in_order(frozenset(found))))


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
        in_one_transaction(host, name, lambda connection: _enable(host, connection, [name]))
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
