"""Tokens, with which programs act for people."""

import secrets
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from core.access import Actor, Scope, require
from core.database import utc_now, write_unit
from core.i18n import _
from core.problems import Problem, not_found
from core.users import queries
from core.users.models import STAFF, ApiToken, User
from core.users.operations.guards import require_above
from core.users.queries import hash_key

#: What a token begins with, so that people and scanners of leaked secrets recognise it.
TOKEN_PREFIX: Final = "pelatis_"  # noqa: S105 - the part of it that is no secret


def make_token(
    actor: Actor,
    email: str,
    name: str,
    *,
    expires_at: datetime | None = None,
    grants: Mapping[str, str] | None = None,
) -> str:
    """Make a token with which a program acts for a person.

    Args:
        actor: the person themselves, or somebody who may edit them.
        email: the person's mail address.
        name: what it is for, so that it can be recognised and revoked.
        expires_at: when it ends; None for never.
        grants: permission to scope; None for all that the person may do, now and later.

    Returns:
        The token. It is kept nowhere and can't be shown again.

    Raises:
        Problem: `users.no_such_user`, `users.no_name` (422); 403 when they may do more than the actor.
    """
    user = queries.user_by_email(email)
    if user is None or not user.active or user.kind != STAFF:
        message = _("Nobody signs in with %(email)s.", email=email)
        raise Problem("users.no_such_user", message, fields={"email": [message]})
    if actor.user_id != user.id:
        require(actor, User, "edit", user)
        require_above(actor, user.id)
    name = " ".join(name.split())[:120]
    if not name:
        message = _("Say what the token is for, so that you can tell it from others.")
        raise Problem("users.no_name", message, fields={"name": [message]})
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    with write_unit() as session:
        kept = ApiToken(
            user_id=user.id,
            name=name,
            token_hash=hash_key(token),
            expires_at=expires_at,
            grants=_checked_grants(grants),
        )
        session.add(kept)
    return token


def _checked_grants(grants: Mapping[str, str] | None) -> dict[str, str] | None:
    if grants is None:
        return None
    if any(scope not in Scope.__members__ for scope in grants.values()):
        raise Problem("users.bad_scope", _("A permission reaches own, team, territory or all."))
    return dict(grants)


def revoke_token(actor: Actor, token_id: uuid.UUID) -> None:
    """Let a token end at once.

    Raises:
        Problem: 404 when it isn't the actor's.
    """
    with write_unit() as session:
        token = session.get(ApiToken, token_id)
        if token is None or token.deleted_at is not None or token.user_id != actor.user_id:
            raise not_found()
        token.deleted_at = utc_now()
