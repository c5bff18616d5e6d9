"""Headers that keep browsers from doing what a page of ours never asks for."""

from typing import Final

from flask import Flask, Response, request

from core.access import current_actor

#: Where anything of a page may come from.
DIRECTIVES: Final = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}

POLICY: Final = "; ".join(f"{name} {sources}" for name, sources in DIRECTIVES.items())

#: Set unless the view has set its own, stricter ones.
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Our own origin is told, because the forgery check of https asks for it; nobody else is.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}

#: One year, in seconds.
HSTS_SECONDS: Final = 31_536_000


def install_headers(app: Flask) -> None:
    """Put the headers on every answer.

    Args:
        app: the application, before its first request.
    """

    @app.after_request
    def add_headers(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if request.is_secure:
            response.headers.setdefault("Strict-Transport-Security", f"max-age={HSTS_SECONDS}; includeSubDomains")
        if current_actor().user_id is not None:
            # What somebody saw signed in stays in no cache, neither theirs nor a proxy's.
            response.headers.setdefault("Cache-Control", "no-store")
            response.vary.update(["Cookie", "Authorization"])
        return response
