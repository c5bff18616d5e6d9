"""How large the body of a request may be: forms and JSON are small, and only a file that is imported is large.

A form is in memory several times while it is read, and anybody may send one to the sign-in.
"""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from flask import Flask, request

View = TypeVar("View", bound=Callable[..., Any])

#: The largest form or JSON, in bytes.
LARGEST_FORM: Final = 10 * 1024 * 1024

_ATTRIBUTE: Final = "__takes_files__"


def takes_files(view: View) -> View:
    """Let a view take bodies as large as the server does; files go to the disk and not through memory."""
    setattr(view, _ATTRIBUTE, True)
    return view


def install_body_limit(app: Flask) -> None:
    """Answer 413 to larger bodies where a view takes no files.

    Args:
        app: the application, before anything reads forms.
    """

    @app.before_request
    def limit() -> None:
        view = app.view_functions.get(request.endpoint or "")
        if not getattr(view, _ATTRIBUTE, False):
            request.max_content_length = LARGEST_FORM
