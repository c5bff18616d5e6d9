"""Roles, and who has them."""

import uuid
from collections.abc import Iterable, Mapping

from sqlalchemy import select

from core.access import Actor, Scope, require, require_administrator
from core.database import db, utc_now, write_unit
from core.i18n import _
from core.problems import Problem, not_found
from core.users import queries
from core.users.models import PORTAL, Role, User, UserRole
from core.users.operations.guards import require_above, require_covers
from core.users.roles import DEFAULT_ROLES, EVERYTHING


def ensure_default_roles() -> None:
    """Make the roles that Pelatis comes with, when there is none at all."""
    with write_unit() as session:
        if session.scalars(select(Role.id).limit(1)).first() is None:
            session.add_all(Role(name=name, grants=dict(role.grants)) for name, role in DEFAULT_ROLES.items())
            session.flush()


def save_role(actor: Actor, role: Role | None, title: str, grants: Mapping[str, str | None]) -> Role:
    """Make a role, or change one; only an administrator may.

    Args:
        actor: whoever does it.
        role: the role that is changed; None makes one.
        title: what people call it.
        grants: permission to scope, see `core.users.roles`.

    Raises:
        Problem: 404 for anybody else, `users.role_fixed` for the administrator's role, 422 for a bad title or scope.
    """
    require_administrator(actor)
    title = " ".join(title.split())
    if role is not None and EVERYTHING in role.grants:
        raise Problem("users.role_fixed", _("An administrator may do everything; this role stays as it is."))
    if EVERYTHING in grants or any(scope is not None and scope not in Scope.__members__ for scope in grants.values()):
        raise Problem("users.bad_scope", _("A permission reaches own, team, territory or all."))
    if not title and (role is None or role.name not in DEFAULT_ROLES):
        message = _("Give the role a name.")
        raise Problem("users.no_title", message, fields={"title": [message]})
    with write_unit() as session:
        if role is None:
            role = Role(name=f"role_{uuid.uuid4().hex[:12]}")
            session.add(role)
        role.title, role.grants = title[:120], dict(grants)
        session.flush()
        return role


def remove_role(actor: Actor, role: Role) -> None:
    """Put a role into the bin; whoever had it has it no more.

    Raises:
        Problem: 404 unless an administrator asks, `users.role_fixed` for the administrator's role.
    """
    require_administrator(actor)
    if EVERYTHING in role.grants:
        raise Problem("users.role_fixed", _("An administrator may do everything; this role stays as it is."))
    with write_unit() as session:
        session.refresh(role)
        role.deleted_at = utc_now()


def set_roles(actor: Actor, user: User, role_ids: Iterable[uuid.UUID]) -> None:
    """Give a person exactly these roles.

    Raises:
        Problem: 403 when a role that is given or taken may do more than the actor, `users.last_administrator`.
    """
    require(actor, User, "edit", user)
    require_above(actor, user.id)
    if user.kind == PORTAL:
        raise not_found()
    wanted = set(role_ids)
    with write_unit():
        roles = list(db.session.scalars(select(Role).where(Role.id.in_(wanted), Role.deleted_at.is_(None))))
        require_covers(actor, roles)
        give_roles(user, {role.id for role in roles})


def role_by_name(name: str) -> Role:
    """Find a role, or tell which there are."""
    role = db.session.scalars(select(Role).where(Role.name == name, Role.deleted_at.is_(None))).one_or_none()
    if role is None:
        names = ", ".join(each.name for each in queries.all_roles())
        message = _("There is no role “%(name)s”. The roles are: %(names)s.", name=name, names=names)
        raise Problem("users.no_such_role", message, fields={"role": [message]})
    return role


def give_roles(user: User, role_ids: set[uuid.UUID]) -> None:
    """Give a person exactly these roles, inside a write unit."""
    held = list(db.session.scalars(select(UserRole).where(UserRole.user_id == user.id)))
    for each in held:
        if each.role_id not in role_ids:
            db.session.delete(each)
    for role_id in role_ids - {each.role_id for each in held}:
        db.session.add(UserRole(user_id=user.id, role_id=role_id))
    db.session.flush()
