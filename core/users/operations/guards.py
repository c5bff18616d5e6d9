"""What holds by whichever door a change comes: somebody can give rights, and nobody reaches above their own."""

import uuid
from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from core.access import Actor, current_actor
from core.database import touched_listener
from core.database.journal import Touched
from core.i18n import _
from core.problems import Problem, not_found
from core.users import queries
from core.users.models import ApiToken, Role, User, UserRole
from core.users.roles import EVERYTHING, covers, merge_grants


def require_above(actor: Actor, user_id: uuid.UUID) -> None:
    """Stop whoever would change somebody with more rights: a new address or password would lend them these rights."""
    if actor.user_id != user_id and not covers(actor, queries.grants_of(user_id)):
        raise Problem("users.too_mighty", _("They may do more than you. Ask an administrator."), status=403)


def require_covers(actor: Actor, roles: Iterable[Role]) -> None:
    """Stop whoever would give or take a role that may do more than they."""
    for role in roles:
        if not covers(actor, merge_grants([role.grants])):
            raise Problem("users.too_mighty", _("This role may do more than you. Ask an administrator."), status=403)


@touched_listener
def _keep_an_administrator(session: Any, touched: list[Touched]) -> None:
    """Refuse whatever would leave nobody who can give rights, by whichever door it comes: bin, undo, import, API."""
    if any(_takes_administrator(session, each) for each in touched) and not _administrators(session):
        raise Problem("users.last_administrator", _("Nobody else is an administrator. Make somebody else one first."))


@touched_listener
def _let_nobody_reach_above(session: Any, touched: list[Touched]) -> None:
    """Keep rights and sign-ins to those who have as many rights themselves, by whichever door: bulk, bin or undo."""
    actor = current_actor()
    if actor.is_administrator:
        return
    for each in touched:
        if each.record_type == Role.__record_type__ and each.operation != "insert":
            raise not_found()
        if each.record_type == UserRole.__record_type__:
            ids = [each_id for each_id in each.changes["role_id"] if each_id]
            require_covers(actor, [session.get(Role, uuid.UUID(ids[0]))])
        if each.record_type == User.__record_type__ and each.operation != "insert" and _touches_sign_in(each):
            require_above(actor, each.record_id)


def _touches_sign_in(touched: Touched) -> bool:
    return not {"email", "active", "deleted_at"}.isdisjoint(touched.changes)


@touched_listener
def _keep_tokens_revoked(_session: Any, touched: list[Touched]) -> None:
    if any(each.record_type == ApiToken.__record_type__ and each.operation == "restore" for each in touched):
        raise Problem("users.token_revoked", _("A revoked token stays revoked. Make a new one."), status=409)


def _administrators(session: Any) -> set[uuid.UUID]:
    statement = (
        select(UserRole.user_id, Role.grants)
        .join(Role, Role.id == UserRole.role_id)
        .join(User, User.id == UserRole.user_id)
        .where(User.active, User.deleted_at.is_(None), User.password_hash.is_not(None), Role.deleted_at.is_(None))
    )
    return {user_id for user_id, grants in session.execute(statement) if EVERYTHING in grants}


def _takes_administrator(session: Any, touched: Touched) -> bool:
    """Tell whether a change took the sign-in or the role from somebody who might do everything."""
    if touched.record_type == User.__record_type__:
        stopped = touched.operation in ("bin", "delete") or touched.changes.get("active", [None, None])[1] is False
        return stopped and touched.operation != "insert" and EVERYTHING in queries.grants_of(touched.record_id)
    if touched.record_type == UserRole.__record_type__ and touched.operation == "delete":
        role = session.get(Role, uuid.UUID(touched.changes["role_id"][0]))
        return role is not None and EVERYTHING in role.grants
    if touched.record_type == Role.__record_type__:
        before = (touched.changes.get("grants") or [None])[0] or getattr(touched.record, "grants", {})
        return touched.operation in ("update", "bin", "delete") and EVERYTHING in before
    return False
