"""People: who is there, what their address is, and whether they may sign in."""

import uuid
from typing import Any

import marshmallow as ma
from sqlalchemy import select

from core.access import Actor, require
from core.database import db, write_unit
from core.i18n import _
from core.problems import Problem
from core.records.operations import change_record, save
from core.users.company import company
from core.users.models import STAFF, User
from core.users.operations.guards import require_above, require_covers
from core.users.operations.rights import ensure_default_roles, give_roles, role_by_name
from core.users.operations.signing_in import end_sessions
from core.users.operations.teams import place_in_team
from core.users.passwords import check_password, hash_password
from core.users.queries import fold_email


def add_user(
    actor: Actor,
    *,
    email: str,
    role: str,
    password: str | None = None,
    name: str = "",
    team_id: uuid.UUID | None = None,
    kind: str = STAFF,
) -> User:
    """Add a person who may sign in.

    Args:
        actor: whoever adds them.
        email: what they will sign in with.
        role: the name of a role, `administrator`; empty for none.
        password: None when they will choose it themselves, see `password_link`.
        name: what stands before the @ by default.
        team_id: the team that they belong to.
        kind: `staff` or `portal`; portal users have no role.

    Raises:
        Problem: `users.no_such_role`, `users.email_taken`, `users.weak_password` (422); 403 without the right, or for
            a role that may do more than the actor.
    """
    require(actor, User, "create")
    address = checked_email(email)
    name = name.strip() or address.partition("@")[0]
    password_hash = None
    if password is not None:
        check_password(password, address, name)
        password_hash = hash_password(password)
    with write_unit():
        user = User(name=name, email=address, password_hash=password_hash, kind=kind, language=company().language)
        insert_user(actor, user, role)
        place_in_team(user, team_id)
        return user


def insert_user(actor: Actor, user: User, role: str) -> None:
    """Write a new person with their role, inside a write unit."""
    ensure_default_roles()
    given = [role_by_name(role)] if role else []
    require_covers(actor, given)
    refuse_taken_email(user.email or "")
    save(actor, user)
    give_roles(user, {each.id for each in given})


def create_user(actor: Actor, values: dict[str, Any]) -> User:
    """Make a person of checked values, as forms, API and imports do; one without a mail address can't sign in yet."""
    team_id = values.pop("team_id", None)
    if not values.get("email"):
        values["active"] = False
    values.setdefault("language", company().language)
    with write_unit():
        if values.get("email"):
            refuse_taken_email(values["email"])
        user = User(**{name: value for name, value in values.items() if value is not None})
        save(actor, user)
        place_in_team(user, team_id)
        return user


def update_user(actor: Actor, user: User, values: dict[str, Any]) -> User:
    """Change a person; a new mail address ends all their sessions.

    Raises:
        Problem: 403 when they may do more than the actor, `users.email_taken`, `users.last_administrator`.
    """
    require_above(actor, user.id)
    team_given, team_id = "team_id" in values, values.pop("team_id", None)
    values = {name: value for name, value in values.items() if value is not None or name == "email"}
    with write_unit():
        if "email" in values and values["email"] != user.email:
            if values["email"]:
                refuse_taken_email(values["email"], user.id)
            elif values.get("active", user.active):
                values["active"] = False
            end_sessions(user.id)
        if values.get("active") is False and user.active:
            end_sessions(user.id)
        change_record(actor, user, values)
        if team_given:
            place_in_team(user, team_id)
        return user


def set_active(actor: Actor, user: User, active: bool) -> None:
    """Let a person sign in, or stop them at their next request.

    Raises:
        Problem: `users.last_administrator`, `users.no_email`, 403 when they may do more than the actor.
    """
    require(actor, User, "edit", user)
    if active and not user.email:
        raise Problem("users.no_email", _("Give them a mail address first; they sign in with it."))
    if user.id == actor.user_id:
        raise Problem("users.not_yourself", _("You can't disable yourself. Ask another administrator."))
    with write_unit() as session:
        session.refresh(user)
        update_user(actor, user, {"active": active})


def checked_email(email: str) -> str:
    """Fold a mail address, and refuse what isn't one."""
    address = fold_email(email)
    try:
        ma.validate.Email()(address)
    except ma.ValidationError as error:
        message = _("“%(text)s” isn't a mail address.", text=email)
        raise Problem("users.bad_email", message, fields={"email": [message]}) from error
    return address


def refuse_taken_email(address: str, but: uuid.UUID | None = None) -> None:
    """Refuse a mail address with which somebody else signs in."""
    with db.session.no_autoflush:
        holder = db.session.scalars(select(User.id).where(User.email == address)).first()
    if holder is not None and holder != but:
        message = _("Somebody signs in with this mail address already.")
        raise Problem("users.email_taken", message, fields={"email": [message]})
