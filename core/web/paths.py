"""Which paths may be led to: only those that our own router knows."""

from urllib.parse import urlsplit

from flask import current_app, request
from werkzeug.exceptions import HTTPException


def is_own_path(path: str) -> bool:
    r"""Tell whether a path, with its query, is a page of ours, so that nobody is sent elsewhere.

    Comparing hosts isn't enough: browsers follow `//evil.test`, `/\evil.test` and `/<TAB>/evil.test` to another host.
    So nothing counts but what our own router resolves.

    Args:
        path: a path with or without a query, as it came from outside.
    """
    if not path.startswith("/") or path.startswith("//") or "\\" in path or not path.isprintable():
        return False
    try:
        current_app.url_map.bind("localhost").match(path.partition("?")[0].partition("#")[0], method="GET")
    except HTTPException:
        return False
    return True


def came_from() -> str:
    """Give the path, with its query, of the page that the request came from, if it is one of ours; else the first."""
    try:
        came = urlsplit(request.headers.get("HX-Current-URL") or request.headers.get("Referer", ""))
    except ValueError:  # no address at all
        return "/"
    path = came.path + (f"?{came.query}" if came.query else "")
    return path if is_own_path(path) else "/"
