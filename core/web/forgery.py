"""Forged requests: whatever changes something and rests on a cookie carries a token of our own pages."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask
from flask_wtf.csrf import CSRFError, CSRFProtect

from core.access import Kind, current_actor
from core.i18n import _
from core.problems import Problem

#: `csrf.exempt` is for routes that outsiders post to and that prove themselves otherwise (signed webhooks).
csrf = CSRFProtect()

View = TypeVar("View", bound=Callable[..., Any])


def posted_from_elsewhere(view: View) -> View:
    """Declare that pages of others post to a view, which rests on nobody's cookie and looks at `Origin` itself.

    Args:
        view: a view of the audience `public`; it goes below the route.
    """
    csrf.exempt(view)
    return view


def install_forgery_check(app: Flask) -> None:
    """Check the token of every request that changes something; requests with an API token have no use for it.

    Args:
        app: the application, after who acts is known.
    """
    # The session is the token's time limit: a page that is open over lunch still works.
    app.config.setdefault("WTF_CSRF_TIME_LIMIT", None)
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    csrf.init_app(app)

    @app.before_request
    def check() -> None:
        if not app.config["WTF_CSRF_ENABLED"] or current_actor().kind is Kind.token:
            return
        try:
            csrf.protect(apply_exemptions=True)
        except CSRFError as error:
            text = _("This page was open for too long. Load it again, then repeat what you did.")
            raise Problem("csrf", text, status=400) from error
