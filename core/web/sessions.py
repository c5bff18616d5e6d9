"""Session cookies: one for staff and another for the portal, so that neither opens the other's pages."""

from typing import Final

from flask import Flask, current_app, has_request_context, request, session
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import BadSignature, URLSafeTimedSerializer

from core.users.models import PORTAL, STAFF
from core.users.queries import SESSION_LIFETIME
from core.users.signatures import PatientSigner

COOKIES: Final = {STAFF: "pelatis_staff", PORTAL: "pelatis_portal"}
#: Where the cookie keeps the key of the session's row.
KEY: Final = "key"


class AudienceSessions(SecureCookieSessionInterface):
    """Flask's signed cookie under the name of the path's audience, kept to https where the page came by it."""

    def get_cookie_name(self, app: Flask) -> str:
        """Name the cookie of the present path."""
        return COOKIES[kind_of_path(request.path)] if has_request_context() else COOKIES[STAFF]

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Sign cookies so that the clocks of several machines needn't agree."""
        serializer = super().get_signing_serializer(app)
        if serializer is not None:
            serializer.signer = PatientSigner
        return serializer

    def get_cookie_secure(self, app: Flask) -> bool:
        """Keep the cookie to https once the page came by it."""
        return has_request_context() and request.is_secure


def kind_of_path(path: str) -> str:
    """Tell whose pages a path belongs to: `/portal/…` and `/<plugin>/portal/…` are the portal's."""
    segments = [segment for segment in path.split("/") if segment]
    return PORTAL if PORTAL in segments[:2] else STAFF


def other_key() -> str | None:
    """Read the key in the cookie of the other audience, which doesn't count here."""
    other = STAFF if kind_of_path(request.path) == PORTAL else PORTAL
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    serializer = AudienceSessions().get_signing_serializer(app)
    value = request.cookies.get(COOKIES[other])
    if serializer is None or not value:
        return None
    try:
        content = serializer.loads(value, max_age=int(SESSION_LIFETIME.total_seconds()))
    except BadSignature:
        return None
    key = content.get(KEY)
    return key if isinstance(key, str) else None


def begin(key: str) -> None:
    """Put the key of a new session into the cookie; nothing of what it held before sign-in stays."""
    session.clear()
    session.permanent = True
    session[KEY] = key


def end() -> None:
    """Empty the cookie."""
    session.clear()
