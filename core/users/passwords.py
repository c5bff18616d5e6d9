"""Passwords: what makes a good one, and Argon2id, with which nobody can tell from outside whether a user exists."""

import secrets
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from core.i18n import _
from core.problems import Problem

#: Length alone is asked for (NIST SP 800-63B): rules about characters make people choose worse ones.
SHORTEST_PASSWORD: Final = 10
LONGEST_PASSWORD: Final = 200

_hasher: Final = PasswordHasher()


def check_password(password: str, *personal: str | None) -> None:
    """Refuse a password that is too easy to guess.

    Args:
        password: as it was typed.
        *personal: what everybody knows of the person: name, mail address, company.

    Raises:
        Problem: 422 on the field `password`.
    """
    message = ""
    if len(password) < SHORTEST_PASSWORD:
        message = _("Take at least %(count)s characters; a few words are best.", count=SHORTEST_PASSWORD)
    elif len(password) > LONGEST_PASSWORD:
        message = _("Take at most %(count)s characters.", count=LONGEST_PASSWORD)
    elif len(set(password)) < 4:
        message = _("This repeats itself too much; a few words are best.")
    elif password.strip().casefold() in {each.strip().casefold() for each in personal if each}:
        message = _("Others would guess this first; a few words are best.")
    if message:
        raise Problem("users.weak_password", message, fields={"password": [message]})


def hash_password(password: str) -> str:
    """Hash a password with Argon2id; never to be called inside a write unit, because it is slow on purpose."""
    return _hasher.hash(password)


def verify_password(password_hash: str | None, password: str) -> bool:
    """Compare a password with its hash; without a hash the same work is done for nothing, and the answer is no."""
    decoy = _decoy()
    try:
        _hasher.verify(password_hash or decoy, password[:LONGEST_PASSWORD])
    except (VerifyMismatchError, InvalidHashError):
        return False
    return password_hash is not None


def needs_rehash(password_hash: str) -> bool:
    """Tell whether a hash was made with weaker parameters than are used now."""
    return _hasher.check_needs_rehash(password_hash)


@cache
def _decoy() -> str:
    return _hasher.hash(secrets.token_urlsafe())
