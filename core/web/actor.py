"""Who makes the present request, and whether the route answers them."""

from contextlib import ExitStack
from datetime import timedelta
from typing import Any, Final
from urllib.parse import quote

import structlog
from flask import Flask, Response, after_this_request, current_app, g, redirect, request, session
from flask_babel import refresh
from flask_login import LoginManager, current_user
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response as WerkzeugResponse

from core.access import Actor, Kind, acting_as, current_actor
from core.access.actor import PUBLIC
from core.database import utc_now
from core.i18n import LANGUAGES, _
from core.problems import Problem, not_found
from core.users import operations, queries
from core.users.company import company
from core.users.models import PORTAL, STAFF
from core.users.queries import SignedIn
from core.web.audience import audience_of
from core.web.htmx import htmx
from core.web.paths import came_from, is_own_path
from core.web.sessions import KEY, kind_of_path, other_key

log = structlog.get_logger(__name__)

#: How often the use of a session or token is written down.
NOTE_USE_EVERY: Final = timedelta(minutes=10)

_NOBODY: Final = SignedIn(PUBLIC, theme="auto", density="dense", single_keys=True)


def install_actor(app: Flask) -> None:
    """Let every request act as whoever sent it, and stop those whom the route doesn't answer.

    Args:
        app: the application, before its first request.
    """
    manager = LoginManager(app)
    # Who is signed in is a row that can be revoked, found by the key in our own cookie or by a token.
    manager.session_protection = None
    manager.anonymous_user = lambda: _NOBODY
    manager.request_loader(lambda _request: None if _asks_for_files() else _identify())
    app.before_request(load_actor)
    app.before_request(check_audience)
    app.teardown_request(drop_actor)


def load_actor() -> None:
    """Let the request act as whoever sent it; a token or cookie that is worth nothing makes it nobody's."""
    origin = "api" if _is_api() else "page"
    signed_in: SignedIn = current_user._get_current_object()
    stack = ExitStack()
    stack.enter_context(acting_as(signed_in.actor, origin))
    g.acting = stack
    g.signed_in = signed_in
    _set_preferences(signed_in)
    if signed_in.key_id is not None:
        _note_use_later(signed_in)


def drop_actor(_error: BaseException | None = None) -> None:
    """Let nobody act any more."""
    g.pop("_login_user", None)  # what Flask-Login remembers belongs to this request
    stack: ExitStack | None = g.pop("acting", None)
    if stack is not None:
        stack.close()


def _is_api() -> bool:
    return request.path.startswith("/api/")


def _asks_for_files() -> bool:
    return audience_of(request.endpoint) == {"public"} and (request.endpoint or "").endswith("static")


def _identify() -> SignedIn | None:
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and "token" in audience_of(request.endpoint):
        signed_in = queries.signed_in_by_token(token.strip())
        if signed_in is None:
            raise Problem("unauthorized", _("This token is unknown, was revoked or has expired."), status=401)
        return signed_in
    key = session.get(KEY)
    return queries.signed_in_by_session(key, kind_of_path(request.path)) if isinstance(key, str) else None


def _set_preferences(signed_in: SignedIn) -> None:
    actor = signed_in.actor
    if actor.user_id is None:
        _choose_language()
    g.language = actor.language if actor.user_id else session.get("language")
    g.zone = actor.zone if actor.user_id else None
    refresh()  # whatever was said before in another language is forgotten
    g.theme, g.density, g.single_keys = signed_in.theme, signed_in.density, signed_in.single_keys
    g.rail_folded = bool(session.get("rail_folded")) if actor.user_id else False
    g.company_name = company().company_name if actor.user_id else ""


def _choose_language() -> None:
    """Let somebody who isn't signed in choose the page's language by `?language=el`."""
    chosen = request.args.get("language")
    if chosen in LANGUAGES and request.method == "GET":
        session["language"] = chosen


def _note_use_later(signed_in: SignedIn) -> None:
    """Write down that a session or token is in use once the answer is out, so that a page never waits for it."""
    now, seen_at = utc_now(), signed_in.key_seen_at
    if seen_at is not None and now - seen_at < NOTE_USE_EVERY:
        return
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]

    def note() -> None:
        with app.app_context():
            try:
                operations.note_use(signed_in, now)
            except SQLAlchemyError:
                log.info("use_not_noted", exc_info=True)

    def after(response: Response) -> Response:
        response.call_on_close(note)
        return response

    after_this_request(after)


def check_audience() -> WerkzeugResponse | None:
    """Stop whoever the route doesn't answer.

    Nobody in particular is led to the sign-in; somebody of another kind learns no more than that there is nothing.

    Raises:
        Problem: 401 for a program, 404 for somebody of another kind.
    """
    if request.endpoint is None:
        return None
    audiences = audience_of(request.endpoint)
    actor = current_actor()
    if "public" in audiences or actor.kind.value in audiences:
        return None
    if actor.kind is not Kind.public:
        raise not_found()
    if _is_api() or ("staff" not in audiences and "portal" not in audiences):
        raise Problem("unauthorized", _("Send a token: Authorization: Bearer …"), status=401)
    if _is_of_other_audience():
        raise not_found()
    return _lead_to_sign_in()


def _is_of_other_audience() -> bool:
    """Tell whether the browser holds a session of the other audience: it must not learn which pages there are."""
    key = other_key()
    kind = STAFF if kind_of_path(request.path) == PORTAL else PORTAL
    return key is not None and queries.signed_in_by_session(key, kind) is not None


def _lead_to_sign_in() -> WerkzeugResponse:
    if htmx.is_partial:
        return WerkzeugResponse(status=401, headers={"HX-Redirect": sign_in_url(came_from())})
    wanted = request.full_path.rstrip("?") if request.method == "GET" else "/"
    return redirect(sign_in_url(wanted), 303)


def sign_in_url(wanted: str) -> str:
    """Give the path of the sign-in page that leads on to the wanted one; of the set-up where nobody can sign in yet."""
    if not queries.has_users():
        return "/setup"
    if wanted in ("", "/") or not is_own_path(wanted):
        return "/login"
    return f"/login?next={quote(wanted, safe='')}"


def present_session() -> SignedIn:
    """Tell who makes the present request, with their preferences."""
    found: SignedIn = g.get("signed_in", _NOBODY)
    return found


def act_as(actor: Actor) -> Any:
    """Let another actor act within a block, keeping the request's origin: the system for sign-in and set-up."""
    return acting_as(actor, "api" if _is_api() else "page")
