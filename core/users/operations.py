"""Every rule about people: adding them, their roles, sessions and tokens, and handing over when they leave."""

import secrets
import uuid
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import select

from core.access import Actor
from core.database import db, utc_now, write_unit
from core.host.generation import raise_generation
from core.i18n import LANGUAGES, _
from core.problems import Problem, not_found
from core.users.models import ApiToken, Role, Setting, Team, TeamMember, User, UserRole, UserSession
from core.users.passwords import hash_password, verify_password
from core.users.queries import actor_of, digest, is_empty
from core.users.roles import ADMINISTRATOR, GRANTS, TITLES

__all__ = [
    "actor_of",
    "add_user",
    "change_password",
    "end_session",
    "end_sessions",
    "hand_over",
    "make_token",
    "require_administrator",
    "revoke_token",
    "set_roles",
    "set_up",
    "setup_code",
    "sign_in",
    "update_profile",
]

#: How long a session lives without being used.
SESSION_IDLE: Final = timedelta(days=14)
TOKEN_PREFIX: Final = "pel_"  # noqa: S105 - what tokens begin with, so that leaked ones are recognised


def require_administrator(actor: Actor) -> None:
    """Stop whoever isn't an administrator; to them there is nothing here.

    Raises:
        Problem: 404.
    """
    if not actor.is_administrator:
        raise not_found()


def ensure_roles() -> dict[str, Role]:
    """Give the roles that every installation has, making those that are missing; call it inside a write unit."""
    present = {role.name: role for role in db.session.scalars(select(Role))}
    for name, grants in GRANTS.items():
        if name not in present:
            present[name] = Role(name=name, title=str(TITLES[name]), grants=dict(grants))
            db.session.add(present[name])
    db.session.flush()
    return present


def add_user(
    actor: Actor,
    *,
    email: str | None,
    role: str | Sequence[str] = (),
    password: str | None = None,
    name: str,
    language: str = "en",
    team_id: uuid.UUID | None = None,
) -> User:
    """Add a person.

    Args:
        actor: an administrator, or the system.
        email: what they sign in with; None for somebody who only owns records.
        role: the name of a role, or of several.
        password: at least ten characters; None when they can't sign in yet.
        name: what people call them.
        language: `en`, `el` or `pl`.
        team_id: the team that they belong to.

    Raises:
        Problem: 422 for an address that is taken or no address, a short password, or a role that doesn't exist.
    """
    require_administrator(actor)
    hashed = hash_password(password) if password is not None else None
    address = _checked_email(email)
    with write_unit() as session:
        roles = ensure_roles()
        names = [role] if isinstance(role, str) else list(role)
        unknown = [each for each in names if each not in roles]
        if unknown:
            message = _("There is no role “%(role)s”. There are: %(all)s.", role=unknown[0], all=", ".join(sorted(roles)))
            raise Problem("users.no_such_role", message, fields={"role": [message]})
        _refuse_taken(address)
        user = User(
            email=address,
            name=" ".join(name.split()) or (address or ""),
            password_hash=hashed,
            language=language,
            active=hashed is not None,
            team_id=team_id,
        )
        session.add(user)
        session.flush()
        user.owner_id = user.id
        session.add_all([UserRole(user_id=user.id, role_id=roles[each].id) for each in names])
        if team_id is not None:
            session.add(TeamMember(team_id=team_id, user_id=user.id))
        return user


def _checked_email(email: str | None) -> str | None:
    if email is None or not email.strip():
        return None
    address = email.strip().lower()
    local, at, domain = address.partition("@")
    if not (local and at and domain) or any(letter.isspace() for letter in address) or len(address) > 254:
        message = _("“%(email)s” isn't a mail address.", email=address[:80])
        raise Problem("invalid", message, fields={"email": [message]})
    return address


def _refuse_taken(address: str | None) -> None:
    if address and db.session.scalars(select(User.id).where(User.email == address)).first() is not None:
        message = _("Somebody signs in with %(email)s already.", email=address)
        raise Problem("users.email_taken", message, fields={"email": [message]})


def set_roles(actor: Actor, user: User, names: Sequence[str]) -> None:
    """Give a person exactly these roles.

    Raises:
        Problem: 409 when nobody would be an administrator any more.
    """
    require_administrator(actor)
    with write_unit() as session:
        roles = ensure_roles()
        wanted = {roles[name].id for name in names if name in roles}
        held = {each.role_id: each for each in session.scalars(select(UserRole).where(UserRole.user_id == user.id))}
        for role_id, each in held.items():
            if role_id not in wanted:
                session.delete(each)
        session.add_all([UserRole(user_id=user.id, role_id=role_id) for role_id in wanted - held.keys()])
        session.flush()
        _refuse_no_administrator()


def _refuse_no_administrator() -> None:
    statement = (
        select(User.id)
        .join(UserRole, UserRole.user_id == User.id)
        .join(Role, Role.id == UserRole.role_id)
        .where(Role.name == ADMINISTRATOR, User.active, User.deleted_at.is_(None))
    )
    if db.session.execute(statement.limit(1)).first() is None:
        raise Problem("users.last_administrator", _("Somebody has to stay an administrator."), status=409)


def hand_over(actor: Actor, leaver: User, heir: User) -> int:
    """Let one person take over everything that another owns, and end the other's sign-in, in one act.

    Returns:
        How many records changed their owner.

    Raises:
        Problem: 409 when nobody would be an administrator any more.
    """
    from core.records.registry import record_types

    require_administrator(actor)
    moved = 0
    with write_unit() as session:
        for record_type in record_types.all_declared():
            if record_type.key in ("user", "team"):
                continue
            model: Any = record_type.model
            for record in session.scalars(select(model).where(model.owner_id == leaver.id)):
                record.owner_id = heir.id
                moved += 1
            session.flush()
        leaver.active = False
        end_sessions(leaver)
        session.flush()
        _refuse_no_administrator()
    return moved


# Signing in


def sign_in(email: str, password: str, user_agent: str, address: str) -> str | None:
    """Check a password and begin a session.

    Args:
        email: what was typed.
        password: what was typed.
        user_agent: the browser's name for itself, for the list of sessions.
        address: where it came from.

    Returns:
        The session's key for the cookie; None when address and password don't belong together, whatever the reason.
    """
    statement = select(User).where(User.email == email.strip().lower(), User.active, User.deleted_at.is_(None))
    user = db.session.scalars(statement).one_or_none()
    if not verify_password(user.password_hash if user else None, password) or user is None:
        return None
    key = secrets.token_urlsafe(32)
    with write_unit() as session:
        session.add(
            UserSession(user_id=user.id, key_hash=digest(key), user_agent=user_agent[:300], address=address[:60])
        )
    return key


def end_session(key: str) -> None:
    """Sign a session out by the key of its cookie."""
    with write_unit() as session:
        found = session.scalars(select(UserSession).where(UserSession.key_hash == digest(key))).one_or_none()
        if found is not None:
            found.ended_at = found.ended_at or utc_now()


def end_sessions(user: User, but_key: str = "") -> None:
    """Sign out every session of a person, but the one with a key."""
    with write_unit() as session:
        for each in session.scalars(
            select(UserSession).where(UserSession.user_id == user.id, UserSession.ended_at.is_(None))
        ):
            if not but_key or each.key_hash != digest(but_key):
                each.ended_at = utc_now()


def change_password(user: User, old: str, new: str, key: str) -> None:
    """Change one's own password; every other session of theirs ends.

    Raises:
        Problem: 422 when the old one is wrong or the new one too short.
    """
    if not verify_password(user.password_hash, old):
        message = _("This isn't your present password.")
        raise Problem("invalid", message, fields={"old_password": [message]})
    hashed = hash_password(new)
    with write_unit() as session:
        session.refresh(user)
        user.password_hash = hashed
        end_sessions(user, but_key=key)


def update_profile(user: User, values: Mapping[str, Any]) -> None:
    """Change one's own name, language, zone, theme, density or single keys; whatever else is given is refused.

    Raises:
        Problem: 422 for a value that isn't among those that there are.
    """
    from zoneinfo import available_timezones

    allowed: dict[str, Any] = {
        "language": LANGUAGES,
        "zone": available_timezones(),
        "theme": ("auto", "light", "dark"),
        "density": ("compact", "comfortable"),
        "single_keys": (True, False),
    }
    for name, value in values.items():
        if name != "name" and value not in allowed.get(name, ()):
            raise Problem("invalid", _("Choose one of the list."), fields={name: [_("Choose one of the list.")]})
    if "name" in values and not str(values["name"]).strip():
        raise Problem("invalid", _("Write your name."), fields={"name": [_("Write your name.")]})
    with write_unit() as session:
        session.refresh(user)
        for name, value in values.items():
            setattr(user, name, value)


def make_token(actor: Actor, email: str, name: str) -> str:
    """Make a token that acts for a person with at most their rights.

    Returns:
        The token; it is shown this once and kept as a hash alone.

    Raises:
        Problem: 404 when nobody signs in with the address, or the token would be somebody else's.
    """
    user = db.session.scalars(
        select(User).where(User.email == email.strip().lower(), User.active, User.deleted_at.is_(None))
    ).one_or_none()
    if user is None or (user.id != actor.user_id and not actor.is_administrator):
        raise Problem("users.no_such_user", _("Nobody signs in with %(email)s.", email=email[:80]), status=404)
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    with write_unit() as session:
        session.add(ApiToken(user_id=user.id, owner_id=user.id, name=name[:120], token_hash=digest(secret)))
    return secret


def revoke_token(actor: Actor, token_id: uuid.UUID) -> None:
    """Revoke a token of one's own, or as an administrator anybody's.

    Raises:
        Problem: 404 for anybody else's.
    """
    with write_unit() as session:
        token = session.get(ApiToken, token_id)
        if token is None or (token.user_id != actor.user_id and not actor.is_administrator):
            raise not_found()
        token.deleted_at = token.deleted_at or utc_now()


# The first run


def setup_code() -> str:
    """Give the code that the set-up page asks for, made from the secret key, so that every process knows the same."""
    import hmac

    from flask import current_app

    made = hmac.new(str(current_app.config["SECRET_KEY"]).encode(), b"pelatis set-up", "sha256").hexdigest()
    return "-".join(made[start : start + 4] for start in (0, 4, 8))


def set_up(code: str, *, company: str, name: str, email: str, password: str, language: str, currency: str) -> User:
    """Make the first administrator and write down the company's name and currency.

    Raises:
        Problem: 404 when the first run is over; 403 for a wrong code; 422 for what else is wrong.
    """
    from core.access import system_actor

    if not is_empty():
        raise not_found()
    if not secrets.compare_digest(code.strip().lower(), setup_code()):
        message = _("This isn't the code that the server printed.")
        raise Problem("users.wrong_code", message, fields={"code": [message]})
    with write_unit():
        user = add_user(
            system_actor(), email=email, role=ADMINISTRATOR, password=password, name=name, language=language
        )
        set_setting("core", "company", company.strip()[:120])
        set_setting("core", "currency", currency if len(currency) == 3 else "EUR")
    return user


def set_setting(plugin: str, key: str, value: Any, scope: str = "") -> None:
    """Write a setting, and tell every process that settings changed."""
    with write_unit() as session:
        found = session.get(Setting, (plugin, scope, key))
        if found is None:
            session.add(Setting(plugin=plugin, scope=scope, key=key, value=value))
        else:
            found.value = value
        session.flush()
        raise_generation(session.connection(), "settings")


def add_team(actor: Actor, name: str, parent_id: uuid.UUID | None = None, leader_id: uuid.UUID | None = None) -> Team:
    """Add a team to the tree.

    Raises:
        Problem: 422 without a name.
    """
    require_administrator(actor)
    if not name.strip():
        raise Problem("invalid", _("Give the team a name."), fields={"name": [_("Give the team a name.")]})
    with write_unit() as session:
        team = Team(name=" ".join(name.split()), parent_id=parent_id, leader_id=leader_id)
        session.add(team)
        return team
