"""What every request passes, in its order: proxies, who acts, whom the route answers, forgery, limits, headers."""

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from core.settings import Settings
from core.users.operations import setup_code
from core.users.queries import SESSION_LIFETIME
from core.web.actor import install_actor
from core.web.bodies import install_body_limit
from core.web.forgery import install_forgery_check
from core.web.headers import install_headers
from core.web.limits import install_limits
from core.web.sessions import AudienceSessions
from core.web.texts import install_text_check


def configure_web(app: Flask) -> None:
    """Put sessions, actors, audiences and the checks of security before every page.

    Args:
        app: the application, with its settings in `app.extensions["pelatis_settings"]`.
    """
    settings: Settings = app.extensions["pelatis_settings"]
    app.session_interface = AudienceSessions()
    app.config.update(
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=SESSION_LIFETIME,
    )
    app.extensions["pelatis_setup_code"] = setup_code
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    install_actor(app)
    install_body_limit(app)
    install_forgery_check(app)
    install_text_check(app)
    install_limits(app, settings)
    install_headers(app)
