"""How often something may be tried: sign-in, set-up and the links for passwords."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from flask import Flask, Response, request
from flask_limiter import Limiter

from core.access import current_actor
from core.settings import Settings
from core.users.queries import fold_email

View = TypeVar("View", bound=Callable[..., Any])

#: Failed attempts at one account, wherever they come from.
PER_ACCOUNT: Final = "10 per 15 minutes"
#: Failed attempts from one network address, whichever account they are at.
PER_ADDRESS: Final = "30 per 15 minutes"


def network_address() -> str:
    """Tell where a request came from; X-Forwarded-For counts for as many proxies as are trusted."""
    return request.remote_addr or ""


def named_account() -> str:
    """Tell which account an attempt is at."""
    return fold_email(request.form.get("email", ""))[:254]


def signed_in_person() -> str:
    """Tell who makes the present request."""
    return str(current_actor().user_id)


def has_failed(response: Response) -> bool:
    """Tell whether an attempt failed: those that succeed lead on and cost nothing."""
    return response.status_code != 303


limiter = Limiter(network_address, strategy="moving-window", headers_enabled=False)

#: For views that take a password or a code: by address, and by account where the form names one or
#: somebody is signed in.
limit_by_address = limiter.limit(PER_ADDRESS, methods=["POST"], deduct_when=has_failed)
limit_by_person = limiter.limit(PER_ACCOUNT, key_func=signed_in_person, methods=["POST"], deduct_when=has_failed)
limit_by_account = limiter.limit(PER_ACCOUNT, key_func=named_account, methods=["POST"], deduct_when=has_failed)


def limited(most: str) -> Callable[[View], View]:
    """Let one network address post to a view so often and no more; the answer is 429 then.

    Args:
        most: "20 per hour".
    """
    decorate: Any = limiter.limit(most, methods=["POST"])
    return decorate  # type: ignore[no-any-return]


def install_limits(app: Flask, settings: Settings) -> None:
    """Count attempts in Redis where the queue has one, so that all machines count together; else in memory.

    Args:
        app: the application, before its blueprints are registered.
        settings: how this installation runs.
    """
    shared = settings.queue_url.startswith(("redis://", "rediss://"))
    app.config.setdefault("RATELIMIT_STORAGE_URI", settings.queue_url if shared else "memory://")
    # While Redis is away each process counts for itself: nobody is kept from signing in, and nobody may guess on.
    app.config.setdefault("RATELIMIT_IN_MEMORY_FALLBACK_ENABLED", shared)
    limiter.init_app(app)
