"""The gate: a request for a plugin that is off ends here, before routing could tell that there was anything.

It looks at the path alone. Asked of the route, the gate would have let Flask answer 405 to a wrong method and 308 to a
missing slash.
"""

from typing import Any, Final

import structlog
from flask import Flask, abort, g, request
from sqlalchemy.exc import SQLAlchemyError

from core.database import db, in_unit
from core.host import lifecycle
from core.host.host import EXTENSION, Host

log = structlog.get_logger(__name__)

#: First segments of paths that no plugin can own and that need no database.
FREE_SEGMENTS: Final = frozenset({"favicon.ico", "healthz", "metrics", "readyz", "robots.txt"})


def install_gate(app: Flask, host: Host) -> None:
    """Put the gate before everything else that a request meets.

    Args:
        app: the application, before its first request.
        host: its plugin host.
    """

    def pass_gate() -> None:
        plugin = owner_of_path(request.path, host)
        if plugin is None and _is_free(request.path):
            return
        host.begin_request()
        if plugin is not None and not host.is_enabled(plugin):
            g.gate_is_closed = True
            abort(404)

    app.before_request_funcs.setdefault(None, []).insert(0, pass_gate)
    app.teardown_appcontext(write_down_trips)


def _segments(path: str) -> list[str]:
    return [segment for segment in path.split("/") if segment]


def _is_free(path: str) -> bool:
    first, *rest = _segments(path) or [""]
    return first in FREE_SEGMENTS or (first == "static" and bool(rest))


def owner_of_path(path: str, host: Host) -> str | None:
    """Tell which plugin a path belongs to: `/sales/…`, `/static/sales/…`, `/api/v1/sales/…`.

    Args:
        path: a decoded path; doubled slashes count once, as in routing.
        host: the plugin host, whose failed and missing plugins own their paths too.
    """
    segments = _segments(path)
    if segments[:2] == ["api", "v1"]:
        segments = segments[2:]
    elif segments[:1] == ["static"]:
        segments = segments[1:]
    return segments[0] if segments and segments[0] in host.known_names else None


def write_down_trips(_error: Any = None) -> None:
    """Tell the other processes whose breaker has tripped in this one, once the request or job is over."""
    from flask import current_app

    host: Host = current_app.extensions[EXTENSION]
    if not host.breaker.waiting or in_unit():
        return
    db.session.remove()
    for plugin, reason in list(host.breaker.waiting.items()):
        try:
            lifecycle.note_trip(host, plugin, reason)
        except SQLAlchemyError:
            log.warning("breaker_not_written", plugin=plugin, exc_info=True)
