"""Which paths may be led to: only those that our own router knows."""

from flask import current_app
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect


def is_own_path(path: str) -> bool:
    r"""Tell whether a path, with its query, is a page of ours.

    Browsers follow `//evil.test`, `/\evil.test` and `/<TAB>/evil.test` to another host, and a check of the host by
    urlparse passes them; the router doesn't know them.
    """
    if not path.startswith("/") or path.startswith("//") or any(ord(letter) < 33 or letter == "\\" for letter in path):
        return False
    adapter = current_app.url_map.bind("localhost")
    try:
        adapter.match(path.partition("?")[0], method="GET")
    except RequestRedirect:
        return False
    except HTTPException:
        return False
    return True
