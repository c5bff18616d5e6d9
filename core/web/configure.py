"""What stands between a request and its view: who is asking, whether the route answers them, CSRF, security headers."""

from typing import Any, Final

from flask import Flask, Response, g, redirect, request, session
from flask_login import LoginManager, UserMixin
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response as AnyResponse

from core.access import Actor, Kind, current_actor
from core.access.actor import PUBLIC, _current
from core.database import JournalContext, journal_context
from core.i18n import LANGUAGES, _
from core.problems import Problem, not_found
from core.settings import Settings
from core.users.models import User
from core.users.queries import session_of, token_of
from core.web.audience import audience_of
from core.web.limits import limiter

#: What a page may load; no inline script or style anywhere.
CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'"
)

#: The largest body of a request, in bytes: files of imports come this way.
LARGEST_BODY: Final = 512 * 1024 * 1024
#: The largest form without files.
LARGEST_FORM: Final = 2 * 1024 * 1024

csrf = CSRFProtect()
login_manager = LoginManager()


class SignedIn(UserMixin):
    """Who is signed in, as Flask-Login keeps it; the id in its cookie is the session's key, not the person's."""

    def __init__(self, key: str, user: User, actor: Actor) -> None:
        self.id = key
        self.user = user
        self.actor = actor


@login_manager.user_loader  # type: ignore[untyped-decorator]
def load_session(key: str) -> SignedIn | None:
    """Find whoever a session belongs to."""
    found = session_of(key)
    return SignedIn(key, found[1], found[2]) if found else None


def configure_web(app: Flask) -> None:
    """Put these checks before every view of an application."""
    settings: Settings = app.extensions["pelatis_settings"]
    app.config.update(
        SESSION_COOKIE_NAME="pelatis",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_CHECK_DEFAULT=False,
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        MAX_FORM_MEMORY_SIZE=LARGEST_FORM,
        MAX_FORM_PARTS=20_000,
        RATELIMIT_HEADERS_ENABLED=False,
    )
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    csrf.init_app(app)
    login_manager.init_app(app)
    login_manager.session_protection = None  # a session is a row that can be revoked; its key is all that counts
    limiter.init_app(app)
    app.before_request(name_actor)
    app.before_request(check_audience)
    app.before_request(check_csrf)
    app.after_request(secure)
    app.teardown_request(forget_actor)


def name_actor() -> None:
    """Find out who asks, from a token or a session, and let them act until the answer is given."""
    actor, origin = PUBLIC, "page"
    if request.endpoint is None or request.endpoint == "static":
        return
    header = request.headers.get("Authorization", "")
    if header.lower().startswith("bearer "):
        actor, origin = token_of(header[7:].strip()) or PUBLIC, "api"
        g.has_bad_token = actor is PUBLIC
    elif "_user_id" in session:
        from flask_login import current_user

        if current_user.is_authenticated:
            actor = current_user.actor
            _take_preferences(current_user.user)
    if request.path.startswith("/api/"):
        origin = "api"
    g.actor_tokens = (_current.set(actor), journal_context.set(JournalContext(actor.user_id, origin)))
    g.setdefault("language", actor.language if actor.user_id else _asked_language())
    g.setdefault("zone", actor.zone)


def _take_preferences(user: User) -> None:
    g.user = user
    g.theme, g.single_keys, g.density = user.theme, user.single_keys, user.density


def _asked_language() -> str | None:
    asked = request.args.get("language") or request.cookies.get("pelatis_language")
    return asked if asked in LANGUAGES else None


def forget_actor(_error: BaseException | None) -> None:
    """End what `name_actor` began."""
    tokens = g.pop("actor_tokens", None)
    if tokens is not None:
        _current.reset(tokens[0])
        journal_context.reset(tokens[1])


def check_audience() -> AnyResponse | None:
    """Let only those pass whom the route answers."""
    audience = audience_of(request.endpoint)
    if not audience or "public" in audience:
        return None
    kind = current_actor().kind
    if (kind is Kind.staff and "staff" in audience) or (kind is Kind.token and "token" in audience):
        return None
    if kind is Kind.portal and "portal" in audience:
        return None
    if request.path.startswith("/api/"):
        raise Problem("unauthorised", _("Send a valid token as “Authorization: Bearer …”."), status=401)
    if kind is Kind.public and "staff" in audience:
        return _to_sign_in()
    raise not_found()


def _to_sign_in() -> AnyResponse:
    from core.web.htmx import htmx

    if htmx.is_partial:
        return Response(status=204, headers={"HX-Redirect": "/login"})
    wanted = request.full_path.rstrip("?") if request.method == "GET" else "/"
    return redirect("/login" if wanted == "/" else f"/login?next={wanted}", 303)


def check_csrf() -> None:
    """Ask for the token of the page in everything that changes something; a bearer token stands for itself."""
    from flask import current_app

    if current_actor().kind is Kind.token or not current_app.config.get("WTF_CSRF_ENABLED", True):
        return
    if request.endpoint is not None and request.method not in ("GET", "HEAD", "OPTIONS"):
        csrf.protect()


def secure(response: Response) -> Response:
    """Put the security headers on an answer."""
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("X-Frame-Options", "DENY")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    if request.is_secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.endpoint != "static" and not (request.endpoint or "").endswith("_files.static"):
        headers.setdefault("Cache-Control", "no-store")
    return response


def sign_in_session(key: str) -> Any:
    """Begin a browser's session: what was in the old one is gone, and the key is new."""
    from flask_login import login_user

    found = session_of(key)
    if found is None:
        return None
    session.clear()
    login_user(SignedIn(key, found[1], found[2]))
    return found[1]
