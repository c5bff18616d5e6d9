"""Answering with pages, fragments, toasts and redirects."""

import json
from collections.abc import Hashable
from typing import Any, Final
from uuid import UUID

from flask import Flask, Response, current_app, flash, g, make_response, redirect, render_template, request, session
from markupsafe import Markup
from werkzeug.urls import iri_to_uri
from werkzeug.wrappers import Response as WerkzeugResponse

from core.database import db
from core.i18n import get_language
from core.web.htmx import htmx
from core.web.paths import came_from

#: How many parts of pages are remembered by what they were told.
MOST_SETTLED: Final = 512
#: How many toasts wait for the next page: a browser drops a cookie that grows too long, and with it the sign-in.
MOST_WAITING: Final = 4


def render(template: str, status: int = 200, **context: Any) -> Response:
    """Render a page, or only its content when htmx asks for a fragment.

    Templates begin with `{% extends layout %}`; `layout` is the whole frame or the bare content.

    Args:
        template: a template's name, `sales/board.html`.
        status: the HTTP status, 422 for a form with errors.
        **context: what the template is told.
    """
    layout = "fragment.html" if htmx.is_partial else "base.html"
    response = make_response(render_template(template, layout=layout, **context), status)
    return finish(response)


def settled(template: str, **values: Hashable) -> Markup:
    """Give a template that says the same to everybody of one language; it is rendered once for each.

    Args:
        template: a template's name; it must ask neither for the request nor for whoever looks.
        **values: what it is told, few different ones.
    """
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    drawn: dict[Any, Markup] = app.extensions.setdefault("pelatis_settled", {})
    key = (template, get_language(), request.script_root, *values.items())
    found = drawn.get(key)
    if found is None or app.debug:
        if len(drawn) >= MOST_SETTLED:
            drawn.clear()
        found = Markup(app.jinja_env.get_template(template).render(values))  # noqa: S704 - our own
        drawn[key] = found
    return found


def fragment(template: str, status: int = 200, **context: Any) -> Response:
    """Render a template that is never a whole page: a row, a cell, a card."""
    return finish(make_response(render_template(template, **context), status))


def finish(response: Response) -> Response:
    """Say what the answer depends on, and hand over the toasts of this request to htmx."""
    response.vary.update(["HX-Request-Type", "HX-Target", "HX-History-Restore-Request", "Cookie"])
    response.headers["Cache-Control"] = "no-store"
    toasts = g.pop("toasts", None)
    if toasts and htmx.is_partial:
        response.headers["HX-Trigger"] = json.dumps({"toast": toasts}, ensure_ascii=True)
    return response


def toast(text: str, *, undo: UUID | str | None = None, level: str = "plain") -> None:
    """Tell the person what was done, in passing.

    Args:
        text: one short sentence, no exclamation mark.
        undo: the transaction that an Undo button takes back, or the URL that does; see `last_transaction`.
        level: `plain`, `notice`, `warning` or `danger`.
    """
    url = f"/undo/{undo}" if isinstance(undo, UUID) else undo
    message = {"text": str(text), "undo": url, "level": level}
    if htmx.is_partial:
        g.setdefault("toasts", []).append(message)
    else:
        _keep(message)


def _keep(message: dict[str, Any]) -> None:
    """Keep a toast for the next page, in the session's cookie."""
    flash(json.dumps(message), "toast")
    waiting = session["_flashes"]
    if len(waiting) > MOST_WAITING:
        session["_flashes"] = waiting[-MOST_WAITING:]


def last_transaction() -> UUID | None:
    """Give the id of the write unit that this request committed last, for an Undo."""
    transaction: UUID | None = db.session().info.get("last_transaction")
    return transaction


def redirect_or_refresh(url: str) -> WerkzeugResponse:
    """Lead to another page: by a plain redirect, or by htmx when it asked for a fragment."""
    if not htmx.is_partial:
        return redirect(url, 303)
    toasts = g.pop("toasts", None)
    for message in toasts or []:
        _keep(message)
    return Response(status=204, headers={"HX-Redirect": iri_to_uri(url)})


def accepted(*events: str) -> WerkzeugResponse:
    """Answer that something was done, where the page itself loads anew what shows it.

    Args:
        *events: what the parts of the page listen for: `timeline:changed`, `customer:changed`.
    """
    if not htmx.is_partial:
        return redirect(came_from(), 303)
    triggers: dict[str, Any] = dict.fromkeys(events, True)
    if toasts := g.pop("toasts", None):
        triggers["toast"] = toasts
    return Response(status=204, headers={"HX-Trigger": json.dumps(triggers)})
