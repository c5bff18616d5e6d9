"""Reading who somebody is: from a session, a token, or an id to an `Actor`."""

import hashlib
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from core.access import Actor, Kind, Scope
from core.database import db, utc_now
from core.users.models import ApiToken, Role, Team, TeamMember, User, UserRole, UserSession
from core.users.roles import grants_of, merged


def digest(secret: str) -> str:
    """Hash a session's key or a token: both are long and random, so one round of SHA-256 is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _with_roles(statement: Select[Any]) -> Select[Any]:
    live_role = (Role.id == UserRole.role_id) & Role.deleted_at.is_(None)
    held = (UserRole.user_id == User.id) & UserRole.deleted_at.is_(None)
    return (
        statement.add_columns(Role.name, Role.grants)
        .outerjoin(UserRole, held)
        .outerjoin(Role, live_role)
        .where(User.active, User.deleted_at.is_(None))
    )


def session_of(key: str) -> tuple[UserSession, User, Actor] | None:
    """Find a live session by the key in its cookie, with its person; one statement, two for members of a team."""
    statement = _with_roles(select(UserSession, User).join(User, User.id == UserSession.user_id))
    found = statement.where(UserSession.key_hash == digest(key), UserSession.ended_at.is_(None))
    rows = db.session.execute(found).all()
    if not rows:
        return None
    session, user = rows[0][0], rows[0][1]
    return session, user, _actor(user, _granted((row[2], row[3]) for row in rows))


def token_of(secret: str) -> Actor | None:
    """Find the actor of a token: its person, with at most what the token itself may do."""
    statement = _with_roles(select(ApiToken, User).join(User, User.id == ApiToken.user_id))
    found = statement.where(ApiToken.token_hash == digest(secret), ApiToken.deleted_at.is_(None))
    rows = db.session.execute(found).all()
    if not rows:
        return None
    token, user = rows[0][0], rows[0][1]
    if token.expires_at is not None and token.expires_at < utc_now():
        return None
    granted = _granted((row[2], row[3]) for row in rows)
    if token.grants is not None:
        granted = _at_most(granted, token.grants)
    return _actor(user, granted, Kind.token)


def actor_of(user_id: uuid.UUID) -> Actor | None:
    """Make the actor of a user, for what is done in their name later; None when they may not sign in any more."""
    rows = db.session.execute(_with_roles(select(User.id, User)).where(User.id == user_id)).all()
    if not rows:
        return None
    return _actor(rows[0][1], _granted((row[2], row[3]) for row in rows))


def _granted(roles: Iterable[tuple[str | None, Mapping[str, str] | None]]) -> dict[str, Scope]:
    return merged(*[grants_of(name, grants or {}) for name, grants in roles if name is not None])


def _at_most(granted: Mapping[str, Scope], own: Mapping[str, str]) -> dict[str, Scope]:
    """Cut a token's grants to what its owner has at this moment."""
    cut: dict[str, Scope] = {}
    for permission, scope in own.items():
        held = granted.get(permission) or granted.get("*")
        if held is not None:
            cut[permission] = min(held, Scope(scope), key=lambda each: each.rank)
    return cut


def _actor(user: User, grants: Mapping[str, Scope], kind: Kind = Kind.staff) -> Actor:
    reaches_teams = Scope.team in grants.values()
    return Actor(
        kind,
        user_id=user.id,
        name=user.name,
        email=user.email or "",
        grants=grants,
        team_ids=teams_of(user.id) if reaches_teams else frozenset(),
        language=user.language,
        zone=user.zone,
    )


def teams_of(user_id: uuid.UUID) -> frozenset[uuid.UUID]:
    """List the teams that a person belongs to or leads, and every team below them."""
    belongs = select(TeamMember.team_id).where(TeamMember.user_id == user_id, TeamMember.deleted_at.is_(None))
    reached = (
        select(Team.id).where(Team.deleted_at.is_(None), Team.id.in_(belongs) | (Team.leader_id == user_id)).cte(recursive=True)
    )
    below = aliased(Team)
    reached = reached.union(select(below.id).where(below.parent_id == reached.c.id, below.deleted_at.is_(None)))
    return frozenset(db.session.scalars(select(reached.c.id)))


def is_empty() -> bool:
    """Tell whether nobody can sign in yet: the first run."""
    return db.session.execute(select(User.id).where(User.password_hash.is_not(None)).limit(1)).first() is None
