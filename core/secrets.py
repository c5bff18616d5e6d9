"""Secrets that are kept in the database, encrypted by the installation's secret key."""

import base64
import hashlib
from typing import TYPE_CHECKING, Final

from flask import current_app

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

_PURPOSE: Final = b"pelatis.stored-secret:"


def encrypt(text: str) -> str:
    """Encrypt a secret, so that whoever reads the database alone learns nothing."""
    return _box().encrypt(text.encode()).decode()


def decrypt(kept: str) -> str | None:
    """Give a secret back; None when it was encrypted by another secret key, or is damaged."""
    from cryptography.fernet import InvalidToken

    try:
        return _box().decrypt(kept.encode()).decode()
    except InvalidToken:
        return None


def _box() -> "Fernet":
    from cryptography.fernet import Fernet

    key = hashlib.sha256(_PURPOSE + str(current_app.secret_key).encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
