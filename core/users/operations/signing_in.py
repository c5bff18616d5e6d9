"""Signing in and out, and the passwords that it takes."""

import hmac
import secrets
import uuid
from datetime import datetime, timedelta
from typing import Any, Final

from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy import select, update

from core.access import Actor, Kind, require
from core.database import db, utc_now, write_unit
from core.i18n import _
from core.problems import Problem
from core.users import queries
from core.users.models import STAFF, ApiToken, User, UserSession
from core.users.operations.guards import require_above
from core.users.operations.profile import oneself
from core.users.passwords import check_password, hash_password, needs_rehash, verify_password
from core.users.queries import hash_key
from core.users.signatures import PatientSigner

#: How long a link with which somebody chooses a password works, in seconds.
PASSWORD_LINK_SECONDS: Final = 7 * 24 * 3600

#: How long one works that somebody asked for on the sign-in page and got by mail, in seconds.
MAILED_LINK_SECONDS: Final = 2 * 3600

_SALT: Final = "pelatis.password-link"
_MAILED: Final = "mailed"


def sign_in(email: str, password: str, *, kind: str = STAFF, user_agent: str = "", address: str = "") -> str | None:
    """Begin a session.

    The work is the same whether the address is known or not, so that the time tells nothing.

    Args:
        email: the mail address as it was typed.
        password: the password as it was typed.
        kind: whose pages they sign in to, `staff` or `portal`.
        user_agent: the browser, as it names itself.
        address: the network address that the request came from.

    Returns:
        The key for the cookie; None when address and password don't belong together, or the person is disabled.
    """
    user = queries.user_by_email(email)
    if user is not None and (not user.active or user.kind != kind):
        user = None
    known_hash = user.password_hash if user is not None else None
    if not verify_password(known_hash, password) or user is None or known_hash is None:
        return None
    user_id = user.id
    fresh_hash = hash_password(password) if needs_rehash(known_hash) else None
    with write_unit() as session:
        found = session.get_one(User, user_id, populate_existing=True)
        if not found.active or found.password_hash != known_hash:
            return None  # it was changed while it was compared, which takes its time on purpose
        if fresh_hash is not None:
            found.password_hash = fresh_hash
        return _begin_session(user_id, kind, user_agent, address)


def _begin_session(user_id: uuid.UUID, kind: str, user_agent: str, address: str) -> str:
    key = secrets.token_urlsafe(32)
    begun = UserSession(
        user_id=user_id, key_hash=hash_key(key), kind=kind, user_agent=user_agent[:300], address=address[:60]
    )
    db.session.add(begun)
    return key


def sign_out(session_id: uuid.UUID) -> None:
    """End a session; its key is worth nothing from now on."""
    with write_unit() as session:
        found = session.get(UserSession, session_id)
        if found is not None and found.ended_at is None:
            found.ended_at = utc_now()


def end_sessions(user_id: uuid.UUID, *, but: uuid.UUID | None = None, only: uuid.UUID | None = None) -> None:
    """End sessions of a person.

    Args:
        user_id: whose.
        but: the one that stays.
        only: the one that ends; all by default.
    """
    with write_unit() as session:
        statement = select(UserSession).where(UserSession.user_id == user_id, UserSession.ended_at.is_(None))
        for found in list(session.scalars(statement)):
            if found.id != but and only in (None, found.id):
                found.ended_at = utc_now()


def note_use(used: queries.SignedIn, at: datetime) -> None:
    """Write down that a session or token was used; that is no change of what anybody may do.

    Args:
        used: whom it let in.
        at: when.
    """
    of_token = used.actor.kind is Kind.token
    key: Any = (ApiToken if of_token else UserSession).__table__
    seen = {"last_used_at" if of_token else "last_seen_at": at}
    with write_unit() as session:
        session.connection().execute(update(key).where(key.c.id == used.key_id).values(**seen))
    queries.forget_key(used)


def change_password(actor: Actor, old: str, new: str, *, keep_session: uuid.UUID | None = None) -> None:
    """Let a person change their own password; their other sessions end.

    Raises:
        Problem: 422 on `old_password` when the present one is wrong, on `password` when the new one is weak.
    """
    user = oneself(actor)
    if not verify_password(user.password_hash, old):
        message = _("This isn't your present password.")
        raise Problem("users.wrong_password", message, fields={"old_password": [message]})
    check_password(new, user.name, user.email)
    password_hash = hash_password(new)
    with write_unit() as session:
        session.refresh(user)
        user.password_hash = password_hash
        end_sessions(user.id, but=keep_session)


def password_link(actor: Actor, user: User) -> str:
    """Make the signed part of a link with which a person chooses a password, once, within seven days.

    Raises:
        Problem: 403 when they may do more than the actor, `users.no_email`.
    """
    require(actor, User, "edit", user)
    require_above(actor, user.id)
    if not user.email:
        raise Problem("users.no_email", _("Give them a mail address first; they sign in with it."))
    return _link_signer().dumps([str(user.id), _fingerprint(user)])


def mailed_link(user: User) -> str:
    """Make the signed part of a link that is mailed to whoever forgot their password: it works once, for two hours."""
    return _link_signer().dumps([str(user.id), _fingerprint(user), _MAILED])


def user_of_link(signed: str) -> User:
    """Find the person that a link was made for.

    Raises:
        Problem: `users.link_over` when it is wrong, too old or was used; nobody learns which.
    """
    over = Problem("users.link_over", _("This link no longer works. Ask your administrator for a new one."), status=404)
    try:
        (user_id, fingerprint, *way), made_at = _link_signer().loads(
            signed, max_age=PASSWORD_LINK_SECONDS, return_timestamp=True
        )
        if _MAILED in way and utc_now() - made_at > timedelta(seconds=MAILED_LINK_SECONDS):
            raise over
        user = db.session.get(User, uuid.UUID(user_id))
    except (BadData, ValueError, TypeError) as error:
        raise over from error
    if user is None or not user.active or user.deleted_at is not None:
        raise over
    if not hmac.compare_digest(str(fingerprint), _fingerprint(user)):
        raise over
    return user


def choose_password(signed: str, password: str) -> str:
    """Set the password of the person that a link was made for, and end their sessions.

    Returns:
        Their mail address, to sign in with.

    Raises:
        Problem: `users.link_over`, `users.weak_password`.
    """
    user = user_of_link(signed)
    check_password(password, user.name, user.email)
    password_hash = hash_password(password)
    with write_unit() as session:
        session.refresh(user)
        user_of_link(signed)  # of two who use it at once, the second comes too late
        user.password_hash = password_hash
        end_sessions(user.id)
        return user.email or ""


def _link_signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt=_SALT, signer=PatientSigner)


def _fingerprint(user: User) -> str:
    """Tell one password from the next, so that a link dies with the password that it replaced."""
    return hash_key(f"{user.id}{user.email}{user.password_hash}")[:24]
