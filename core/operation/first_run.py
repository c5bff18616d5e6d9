"""Getting a database ready to serve: its tables, and on the first run the modules that everybody begins with."""

from collections.abc import Sequence
from typing import Final

from flask import current_app
from sqlalchemy import func, select

from core.database import db
from core.host.histories import CORE, applied_revision, core_history, table_names
from core.host.host import Host
from core.host.lifecycle import Upgrade, enable_plugin, upgrade_all
from core.host.models import Plugin
from core.host.states import State
from core.i18n import _
from core.problems import Problem

#: What the first run switches on; the demo switches on everything.
FIRST_PLUGINS: Final = ("activities", "catalog", "sales")


def prepare_database(*, all_plugins: bool = False) -> list[Upgrade]:
    """Bring the database to this version, and switch on the first plugins when none was ever switched on.

    Args:
        all_plugins: switch on every plugin that never was, as the demo does; what was switched off stays off.

    Returns:
        What was done; an `error` in it concerns one plugin, and the others go on.

    Raises:
        Problem: 503 when the database was made by a newer version, or stays locked.
    """
    refuse_newer_database()
    host: Host = current_app.extensions["pelatis_host"]
    done = upgrade_all(host)
    if all_plugins:
        done += _enable(host, [status.name for status in host.statuses() if status.state is State.discovered])
    elif _is_first_run():
        done += _enable(host, FIRST_PLUGINS)
    return done


def refuse_newer_database() -> None:
    """Stop old code from working on tables that it doesn't know.

    Raises:
        Problem: 503 when the database's revision isn't among this version's.
    """
    history = core_history()
    with db.engine.connect() as connection:
        revision = applied_revision(connection, CORE, table_names(connection))
    if revision is not None and not history.knows(revision):
        raise Problem(
            "core.database_newer",
            _(
                "This database was made by a newer version of Pelatis (%(revision)s). Install that one.",
                revision=revision,
            ),
            status=503,
        )


def _is_first_run() -> bool:
    with db.engine.connect() as connection:
        return not connection.execute(select(func.count()).select_from(Plugin)).scalar_one()


def _enable(host: Host, names: Sequence[str]) -> list[Upgrade]:
    """Switch plugins on, each for itself, so that one that can't be leaves the others alone."""
    done = []
    for name in names:
        status = host.snapshot.statuses.get(name)
        if status is None or status.state in (State.enabled, State.incompatible, State.failed, State.missing):
            continue
        try:
            enable_plugin(host, name, with_required=True)
        except Problem as problem:
            done.append(Upgrade(name, False, str(problem)))
        else:
            done.append(Upgrade(name, True))
    return done
