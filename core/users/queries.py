"""Reads about people: who a session, a token or an id stands for, and what the pages of administration show."""

import hashlib
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

from flask_login import UserMixin
from sqlalchemy import String, and_, bindparam, cast, func, inspect, literal, or_, select

from core.access import Actor, Kind, visible
from core.access.scoping import reaches
from core.database import Record, db, utc_now
from core.host.generation import Remembered, raised_by
from core.i18n import _
from core.problems import Problem, not_found
from core.records.registry import record_types
from core.records.trees import TreeNode, read_tree
from core.territories.models import Territory, TerritoryMember
from core.users.models import STAFF, ApiToken, Role, Team, TeamMember, User, UserRole, UserSession
from core.users.roles import merge_grants, narrow_grants, title_of

#: How long a sign-in lasts.
SESSION_LIFETIME: Final = timedelta(days=30)


@dataclass(frozen=True)
class SignedIn(UserMixin):  # type: ignore[misc]  # Flask-Login has no types
    """Who makes the present request, with what its pages need to know of them.

    Attributes:
        actor: with the rights that they have now.
        key_id: the id of the session or token that proved it.
        key_hash: how that is kept.
        key_seen_at: when that was last written down as used.
        key_ends_at: when it proves nothing any more.
    """

    actor: Actor
    theme: str
    density: str
    single_keys: bool
    key_id: uuid.UUID | None = None
    key_hash: str = ""
    key_seen_at: datetime | None = None
    key_ends_at: datetime | None = None


#: The topic whose number rises with every change of a person, a role, a team, a session or a token.
PEOPLE: Final = "people"
_known = Remembered[SignedIn | None](PEOPLE, most=2_000)
raised_by(PEOPLE, User, Team, TeamMember, Territory, TerritoryMember, Role, UserRole, ApiToken, UserSession)


def hash_key(key: str) -> str:
    """Hash the key of a session or token; it is random and long, so that a plain hash is enough."""
    return hashlib.sha256(key.encode()).hexdigest()


def signed_in_by_session(key: str, kind: str = STAFF) -> SignedIn | None:
    """Find who a cookie's key stands for; None when it has ended or they may not sign in.

    Costs one statement, and none while nothing about people has changed.

    Args:
        key: the key in the cookie.
        kind: the cookie it came with, `staff` or `portal`.
    """
    return _remembered(Kind(kind), key, _by_session())


def signed_in_by_token(token: str) -> SignedIn | None:
    """Find who a token acts for; None when it has expired, was revoked, or they may not sign in.

    Costs one statement, and none while nothing about people has changed.
    """
    return _remembered(Kind.token, token, _by_token())


def _remembered(kind: Kind, key: str, statement: Any) -> SignedIn | None:
    values = {"key_hash": hash_key(key), "kind": kind.value}

    def read() -> SignedIn | None:
        found = _signed_in(db.session.execute(statement, values).all(), kind)
        return found and replace(found, key_hash=values["key_hash"])

    found = _known.get((kind, values["key_hash"]), read)
    return found if found and (found.key_ends_at is None or found.key_ends_at > utc_now()) else None


def forget_key(signed_in: SignedIn) -> None:
    """Let what a session or token proves be read again at its next use."""
    _known.forget((signed_in.actor.kind, signed_in.key_hash))


@cache
def _by_session() -> Any:
    """Make the statement of every request once; making it takes longer than running it."""
    holds = and_(
        UserSession.key_hash == bindparam("key_hash"),
        UserSession.kind == bindparam("kind"),
        UserSession.ended_at.is_(None),
    )
    who = select(UserSession.user_id).where(holds).scalar_subquery()
    extra = (UserSession.id, UserSession.last_seen_at, literal(None), UserSession.created_at)
    return _rights_of(who, User.kind == bindparam("kind"), *extra).join(UserSession, holds)


@cache
def _by_token() -> Any:
    holds = and_(ApiToken.token_hash == bindparam("key_hash"), ApiToken.deleted_at.is_(None))
    who = select(ApiToken.user_id).where(holds).scalar_subquery()
    extra = (ApiToken.id, ApiToken.last_used_at, ApiToken.grants, ApiToken.expires_at)
    return _rights_of(who, User.kind == STAFF, *extra).join(ApiToken, holds)


def actor_of(user_id: uuid.UUID) -> Actor:
    """Give a person as an actor, with the rights that they have now; jobs run so.

    Raises:
        Problem: `users.gone` when they are disabled or gone.
    """
    none = literal(None)
    rows = db.session.execute(_rights_of(literal(user_id, User.id.type), User.active, none, none, none, none)).all()
    found = _signed_in(rows, Kind(rows[0].kind) if rows else Kind.staff)
    if found is None:
        raise Problem("users.gone", _("The person who asked for this may no longer sign in."), status=403)
    return found.actor


def _rights_of(who: Any, allowed: Any, *extra: Any) -> Any:
    """Make the one statement that tells a person's rights: a row for each role, teams and territories as texts."""
    teams = _reached(Team, TeamMember.team_id, TeamMember, who)
    territories = _reached(Territory, TerritoryMember.territory_id, TerritoryMember, who)
    columns = (User.id, User.name, User.email, User.kind, User.language, User.zone, User.theme, User.density)
    key_id, key_seen_at, key_grants, key_time = extra
    return (
        select(
            *columns,
            User.single_keys,
            Role.grants,
            teams.label("teams"),
            territories.label("territories"),
            key_id.label("key_id"),
            key_seen_at.label("key_seen_at"),
            key_grants.label("key_grants"),
            key_time.label("key_time"),
        )
        .select_from(User)
        .outerjoin(UserRole, UserRole.user_id == User.id)
        .outerjoin(Role, and_(Role.id == UserRole.role_id, Role.deleted_at.is_(None)))
        .where(User.id == who, User.active, User.deleted_at.is_(None), allowed)
    )


def _reached(node: Any, link: Any, member: Any, who: Any) -> Any:
    """Write the ids of the nodes of a tree that a person is a member of, and of all below them, as one text."""
    reach = (
        select(link.label("id"))
        .join(node, and_(node.id == link, node.deleted_at.is_(None)))
        .where(member.user_id == who, member.deleted_at.is_(None))
        .cte(f"reached_{node.__tablename__}", recursive=True)
    )
    reach = reach.union(select(node.id).join(reach, node.parent_id == reach.c.id).where(node.deleted_at.is_(None)))
    return select(func.aggregate_strings(cast(reach.c.id, String), ",")).scalar_subquery()


def _ids(text: str | None) -> frozenset[uuid.UUID]:
    return frozenset(uuid.UUID(each) for each in text.split(",")) if text else frozenset()


def _signed_in(rows: Any, kind: Kind) -> SignedIn | None:
    if not rows:
        return None
    row = rows[0]
    # Portal users start from nothing: roles are for staff.
    grants = merge_grants([each.grants for each in rows if each.grants]) if row.kind == STAFF else {}
    actor = Actor(
        kind,
        user_id=row.id,
        name=row.name,
        email=row.email or "",
        grants=narrow_grants(grants, row.key_grants),
        team_ids=_ids(row.teams),
        territory_ids=_ids(row.territories),
        language=row.language,
        zone=row.zone,
    )
    # Of a session the time when it began is kept, of a token the time when it ends.
    ends_at = row.key_time + SESSION_LIFETIME if row.key_time and kind is not Kind.token else row.key_time
    return SignedIn(
        actor, row.theme, row.density, row.single_keys, row.key_id, key_seen_at=row.key_seen_at, key_ends_at=ends_at
    )


def has_users() -> bool:
    """Tell whether anybody can sign in; until then the set-up page is open."""
    statement = select(User.id).where(User.password_hash.is_not(None), User.kind == STAFF).limit(1)
    return db.session.execute(statement).first() is not None


def user_by_email(email: str) -> User | None:
    """Find a person by the mail address that they sign in with, however it was typed."""
    statement = select(User).where(User.email == fold_email(email), User.deleted_at.is_(None))
    return db.session.scalars(statement).one_or_none()


def fold_email(email: str) -> str:
    """Write a mail address as it is kept."""
    return email.strip().casefold()


def find_user(actor: Actor, user_id: uuid.UUID) -> User:
    """Find a person whom the actor may see.

    Raises:
        Problem: 404 otherwise.
    """
    statement = select(User).where(User.id == user_id, User.deleted_at.is_(None), visible(actor, User))
    user = db.session.scalars(statement).one_or_none()
    if user is None:
        raise not_found()
    return user


@dataclass(frozen=True)
class Person:
    """A line of the page of people."""

    id: uuid.UUID
    name: str
    email: str
    active: bool
    invited: bool
    team: str
    roles: tuple[str, ...]
    seen_at: datetime | None


#: How many people a page of administration shows.
PEOPLE_PAGE: Final = 100


def people(actor: Actor, text: str = "", skip: int = 0) -> list[Person]:
    """List staff by name, with roles, team and when they were last seen, with two statements.

    Args:
        actor: whoever asks.
        text: part of a name or mail address.
        skip: how many come before the page.
    """
    seen = (
        select(UserSession.user_id, func.max(UserSession.last_seen_at).label("at")).group_by(UserSession.user_id)
    ).subquery()
    statement = (
        select(User, Team.name, seen.c.at)
        .outerjoin(Team, and_(Team.id == User.team_id, Team.deleted_at.is_(None)))
        .outerjoin(seen, seen.c.user_id == User.id)
        .where(User.deleted_at.is_(None), User.kind == STAFF, visible(actor, User))
        .order_by(User.name, User.id)
        .limit(PEOPLE_PAGE + 1)
        .offset(skip)
    )
    if text:
        statement = statement.where(
            or_(User.name.icontains(text, autoescape=True), User.email.icontains(text, autoescape=True))
        )
    rows = db.session.execute(statement).all()
    roles = _role_names([user.id for user, _team, _at in rows])
    return [
        Person(
            user.id, user.name, user.email or "", user.active, user.password_hash is None, team or "",
            tuple(roles.get(user.id, ())), at,
        )
        for user, team, at in rows
    ]  # fmt: skip


def _role_names(user_ids: Iterable[uuid.UUID]) -> Mapping[uuid.UUID, list[str]]:
    statement = (
        select(UserRole.user_id, Role.name, Role.title)
        .join(Role, Role.id == UserRole.role_id)
        .where(UserRole.user_id.in_(list(user_ids)), Role.deleted_at.is_(None))
        .order_by(Role.created_at)
    )
    found: dict[uuid.UUID, list[str]] = {}
    for user_id, name, title in db.session.execute(statement):
        found.setdefault(user_id, []).append(title_of(name, title))
    return found


def all_roles() -> list[Role]:
    """List the roles, oldest first."""
    statement = select(Role).where(Role.deleted_at.is_(None)).order_by(Role.created_at, Role.id)
    return list(db.session.scalars(statement))


def role_ids_of(user_id: uuid.UUID) -> set[uuid.UUID]:
    """Tell which roles a person has."""
    return set(db.session.scalars(select(UserRole.role_id).where(UserRole.user_id == user_id)))


def grants_of(user_id: uuid.UUID) -> Mapping[str, Any]:
    """Tell what a person's roles grant together, whether they are active or not."""
    statement = (
        select(Role.grants)
        .join(UserRole, UserRole.role_id == Role.id)
        .where(UserRole.user_id == user_id, Role.deleted_at.is_(None))
    )
    return merge_grants(db.session.scalars(statement))


def sessions_of(user_id: uuid.UUID) -> list[UserSession]:
    """List the browsers that a person is signed in with, the one seen last first."""
    statement = (
        select(UserSession)
        .where(
            UserSession.user_id == user_id,
            UserSession.ended_at.is_(None),
            UserSession.created_at > utc_now() - SESSION_LIFETIME,
        )
        .order_by(UserSession.last_seen_at.desc())
    )
    return list(db.session.scalars(statement))


def tokens_of(user_id: uuid.UUID) -> list[ApiToken]:
    """List a person's tokens, the newest first."""
    statement = select(ApiToken).where(ApiToken.user_id == user_id, ApiToken.deleted_at.is_(None))
    return list(db.session.scalars(statement.order_by(ApiToken.created_at.desc())))


def team_tree(actor: Actor) -> list[TreeNode]:
    """List the teams as a tree from the top, each with its leader's name and how many people belong to it."""
    return read_tree(actor, Team, Team.leader_id, TeamMember.team_id)


def owned_models() -> tuple[type[Record], ...]:
    """List the models whose records people own and whose tables are there, those of modules that are off too."""
    rights: set[Any] = {User, Team, TeamMember, Territory, TerritoryMember, Role, UserRole, ApiToken}
    tables = set(inspect(db.session.connection()).get_table_names())
    models: list[Any] = [each.model for each in record_types.all_declared() if each.model not in rights]
    return tuple(model for model in models if model.__tablename__ in tables)


def count_owned(user_id: uuid.UUID) -> int:
    """Count everything that a person owns, whatever module it belongs to."""
    counts = [
        select(func.count()).select_from(model).where(model.owner_id == user_id).scalar_subquery()
        for model in owned_models()
    ]
    return sum(db.session.execute(select(*counts)).one()) if counts else 0


def people_by_role() -> dict[uuid.UUID, int]:
    """Count how many people have each role."""
    statement = (
        select(UserRole.role_id, func.count())
        .join(User, User.id == UserRole.user_id)
        .where(User.active, User.deleted_at.is_(None))
        .group_by(UserRole.role_id)
    )
    rows: Any = db.session.execute(statement)
    return dict(rows.all())


def people_who_may(action: str, record: Any, besides: uuid.UUID | None = None) -> list[uuid.UUID]:
    """Tell who may do something to a record: those to whom a role grants it; administrators where nobody else may.

    Args:
        action: `approve`, or another action of the record's type.
        record: the record.
        besides: somebody who isn't meant.
    """
    permission = f"{record.__record_type__}.{action}"
    granting = [role.id for role in all_roles() if merge_grants([role.grants]).keys() & {permission, "*"}]
    statement = (
        select(User.id)
        .join(UserRole, UserRole.user_id == User.id)
        .where(UserRole.role_id.in_(granting), User.active, User.deleted_at.is_(None), User.kind == STAFF)
        .order_by(User.id)
        .distinct()
    )
    actors = [actor_of(user_id) for user_id in db.session.scalars(statement) if user_id != besides]
    others = [
        each.user_id for each in actors if not each.is_administrator and reaches(each, type(record), record.id, action)
    ]
    found = others or [each.user_id for each in actors if each.is_administrator]
    return [user_id for user_id in found if user_id is not None]


def member_ids_of(team_id: uuid.UUID) -> set[uuid.UUID]:
    """Tell who belongs to a team."""
    return set(db.session.scalars(select(TeamMember.user_id).where(TeamMember.team_id == team_id)))
