"""Flask-HTMX, told about the headers of htmx 4."""

import flask_htmx
from flask import request


class HTMX(flask_htmx.HTMX):  # type: ignore[misc]  # Flask-HTMX has no types
    """What htmx said about the present request."""

    @property
    def is_partial(self) -> bool:
        """Whether a fragment is wanted: htmx asks for one, and isn't restoring its history."""
        restoring = request.headers.get("HX-History-Restore-Request") == "true"
        return request.headers.get("HX-Request-Type") == "partial" and not restoring

    @property
    def wants_panel(self) -> bool:
        """Whether the side panel asks: htmx 4 names the target as `aside#panel`."""
        return self.is_partial and request.headers.get("HX-Target", "").endswith("#panel")

    @property
    def source(self) -> str:
        """The element that caused the request, as htmx 4 names it: `tag#id`."""
        return request.headers.get("HX-Source", "")


htmx = HTMX()
