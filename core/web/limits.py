"""Rate limits: how often an address or an account may try to sign in."""

from flask import request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

limiter = Limiter(get_remote_address, storage_uri="memory://", strategy="moving-window")


def tried_account() -> str:
    """Name the account that a sign-in tries, whatever address it comes from."""
    return f"account:{request.form.get('email', '').strip().lower()[:254]}"
