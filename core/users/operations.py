"""What may be done with people, their rights, sessions and tokens. Nobody gives away more rights than they have."""

import hmac
import secrets
import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import available_timezones

import marshmallow as ma
from flask import current_app
from flask_babel import force_locale
from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy import select, update

from core.access import Actor, Kind, Scope, current_actor, require, require_administrator
from core.database import bulk_update, db, touched_listener, utc_now, write_unit
from core.database.journal import Touched
from core.host.doors import demand
from core.i18n import LANGUAGES, _
from core.problems import Problem, not_found
from core.records.operations import change_record, save
from core.users import queries
from core.users.company import company, set_company
from core.users.models import PORTAL, STAFF, ApiToken, Role, Team, TeamMember, User, UserRole, UserSession
from core.users.passwords import check_password, hash_password, needs_rehash, verify_password
from core.users.queries import fold_email, hash_key
from core.users.roles import DEFAULT_ROLES, EVERYTHING, covers, merge_grants
from core.users.signatures import PatientSigner

#: How long a link with which somebody chooses a password works, in seconds.
PASSWORD_LINK_SECONDS: Final = 7 * 24 * 3600
#: How many records change hands in one write unit.
HAND_OVER_BATCH: Final = 2_000
#: What a token begins with, so that people and scanners of leaked secrets recognise it.
TOKEN_PREFIX: Final = "pelatis_"  # noqa: S105 - the part of it that is no secret

_SALT: Final = "pelatis.password-link"


# People


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
    address = _checked_email(email)
    name = name.strip() or address.partition("@")[0]
    password_hash = None
    if password is not None:
        check_password(password, address, name)
        password_hash = hash_password(password)
    with write_unit():
        user = User(name=name, email=address, password_hash=password_hash, kind=kind, language=company().language)
        _insert_user(actor, user, role)
        _place_in_team(user, team_id)
        return user


def _insert_user(actor: Actor, user: User, role: str) -> None:
    ensure_default_roles()
    given = [_role_by_name(role)] if role else []
    _require_covers(actor, given)
    _refuse_taken_email(user.email or "")
    save(actor, user)
    _give_roles(user, {each.id for each in given})


def create_user(actor: Actor, values: dict[str, Any]) -> User:
    """Make a person of checked values, as forms, API and imports do; one without a mail address can't sign in yet."""
    team_id = values.pop("team_id", None)
    if not values.get("email"):
        values["active"] = False
    values.setdefault("language", company().language)
    with write_unit():
        if values.get("email"):
            _refuse_taken_email(values["email"])
        user = User(**{name: value for name, value in values.items() if value is not None})
        save(actor, user)
        _place_in_team(user, team_id)
        return user


def update_user(actor: Actor, user: User, values: dict[str, Any]) -> User:
    """Change a person; a new mail address ends all their sessions.

    Raises:
        Problem: 403 when they may do more than the actor, `users.email_taken`, `users.last_administrator`.
    """
    _require_above(actor, user.id)
    team_given, team_id = "team_id" in values, values.pop("team_id", None)
    values = {name: value for name, value in values.items() if value is not None or name == "email"}
    with write_unit():
        if "email" in values and values["email"] != user.email:
            if values["email"]:
                _refuse_taken_email(values["email"], user.id)
            elif values.get("active", user.active):
                values["active"] = False
            end_sessions(user.id)
        if values.get("active") is False and user.active:
            end_sessions(user.id)
        change_record(actor, user, values)
        if team_given:
            _place_in_team(user, team_id)
        return user


def set_roles(actor: Actor, user: User, role_ids: Iterable[uuid.UUID]) -> None:
    """Give a person exactly these roles.

    Raises:
        Problem: 403 when a role that is given or taken may do more than the actor, `users.last_administrator`.
    """
    require(actor, User, "edit", user)
    _require_above(actor, user.id)
    if user.kind == PORTAL:
        raise not_found()
    wanted = set(role_ids)
    with write_unit():
        roles = list(db.session.scalars(select(Role).where(Role.id.in_(wanted), Role.deleted_at.is_(None))))
        _require_covers(actor, roles)
        _give_roles(user, {role.id for role in roles})


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


def hand_over(actor: Actor, leaver: User, heir: User, told: Callable[[int], None] = lambda _number: None) -> int:
    """Give everything that a person owns to another, whatever module it belongs to, and disable the leaver.

    Records change hands in batches; an interrupted hand-over is finished by asking for it again.

    Args:
        actor: whoever decides it.
        leaver: the person who leaves.
        heir: an active person.
        told: told inside of each batch's write unit how many records it moves.

    Returns:
        How many records changed hands.

    Raises:
        Problem: as `begin_hand_over`.
    """
    begin_hand_over(actor, leaver, heir)
    leaver_id, heir_id = leaver.id, heir.id
    moved = _hand_over_teams(leaver_id, heir_id)
    for model in queries.owned_models():
        while batch := _hand_over_batch(model, leaver_id, heir_id, told):
            moved += batch
    return moved


def begin_hand_over(actor: Actor, leaver: User, heir: User) -> None:
    """Look whether everything that a person owns may go to another, and disable the leaver.

    Raises:
        Problem: `users.bad_heir` when the heir can't take it; `users.last_administrator`; 403.
    """
    require(actor, User, "edit", leaver)
    _require_above(actor, leaver.id)
    if heir.id == leaver.id or not heir.active or heir.kind != STAFF:
        message = _("Choose somebody else who is active.")
        raise Problem("users.bad_heir", message, fields={"heir": [message]})
    if leaver.active and leaver.id != actor.user_id:
        set_active(actor, leaver, False)


def _hand_over_batch(model: Any, leaver_id: uuid.UUID, heir_id: uuid.UUID, told: Callable[[int], None]) -> int:
    with write_unit() as session:
        found = select(model.id).where(model.owner_id == leaver_id).limit(HAND_OVER_BATCH)
        ids = list(session.scalars(found))
        bulk_update(model, [({"id": each, "owner_id": leaver_id}, {"owner_id": heir_id}) for each in ids])
        if ids:
            told(len(ids))
        return len(ids)


def _hand_over_teams(leaver_id: uuid.UUID, heir_id: uuid.UUID) -> int:
    with write_unit() as session:
        led = list(session.scalars(select(Team).where(Team.leader_id == leaver_id)))
        for team in led:
            team.leader_id = heir_id
        return len(led)


def _checked_email(email: str) -> str:
    address = fold_email(email)
    try:
        ma.validate.Email()(address)
    except ma.ValidationError as error:
        message = _("“%(text)s” isn't a mail address.", text=email)
        raise Problem("users.bad_email", message, fields={"email": [message]}) from error
    return address


def _refuse_taken_email(address: str, but: uuid.UUID | None = None) -> None:
    with db.session.no_autoflush:
        holder = db.session.scalars(select(User.id).where(User.email == address)).first()
    if holder is not None and holder != but:
        message = _("Somebody signs in with this mail address already.")
        raise Problem("users.email_taken", message, fields={"email": [message]})


def _require_above(actor: Actor, user_id: uuid.UUID) -> None:
    """Stop whoever would change somebody with more rights: a new address or password would lend them these rights."""
    if actor.user_id != user_id and not covers(actor, queries.grants_of(user_id)):
        raise Problem("users.too_mighty", _("They may do more than you. Ask an administrator."), status=403)


def _require_covers(actor: Actor, roles: Iterable[Role]) -> None:
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
            _require_covers(actor, [session.get(Role, uuid.UUID(ids[0]))])
        if each.record_type == User.__record_type__ and each.operation != "insert" and _touches_sign_in(each):
            _require_above(actor, each.record_id)


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


# Roles and teams


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
        raise Problem("users.bad_scope", _("A permission reaches own, team or all."))
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


def create_team(actor: Actor, values: dict[str, Any]) -> Team:
    """Make a team; its leader becomes a member."""
    with write_unit():
        team = save(actor, Team(**{name: value for name, value in values.items() if value is not None}))
        _let_leader_in(team)
        return team  # type: ignore[no-any-return]


def update_team(actor: Actor, team: Team, values: dict[str, Any]) -> Team:
    """Change a team; teams stay a tree.

    Raises:
        Problem: `users.team_circle` when its new place would be below itself.
    """
    with write_unit():
        parent_id = values.get("parent_id")
        if parent_id is not None and parent_id in queries.team_ids_below(team.id):
            message = _("A team can't stand below itself.")
            raise Problem("users.team_circle", message, fields={"parent": [message]})
        change_record(actor, team, values)
        _let_leader_in(team)
        return team


def _let_leader_in(team: Team) -> None:
    if team.leader_id is not None:
        _join(team.id, team.leader_id)


def set_members(actor: Actor, team: Team, user_ids: Iterable[uuid.UUID]) -> None:
    """Let exactly these people belong to a team.

    Raises:
        Problem: 403 or 404 without the right to edit the team.
    """
    require(actor, Team, "edit", team)
    with write_unit() as session:
        wanted = set(session.scalars(select(User.id).where(User.id.in_(list(user_ids)), User.deleted_at.is_(None))))
        if team.leader_id is not None:
            wanted.add(team.leader_id)
        for member in list(session.scalars(select(TeamMember).where(TeamMember.team_id == team.id))):
            if member.user_id not in wanted:
                _leave(member)
        for user_id in wanted:
            _join(team.id, user_id)


def _leave(member: TeamMember) -> None:
    user = db.session.get(User, member.user_id)
    if user is not None and user.team_id == member.team_id:
        user.team_id = None
    db.session.delete(member)


def _join(team_id: uuid.UUID, user_id: uuid.UUID) -> None:
    belongs = (TeamMember.team_id == team_id, TeamMember.user_id == user_id)
    if db.session.scalars(select(TeamMember.id).where(*belongs)).first() is None:
        db.session.add(TeamMember(team_id=team_id, user_id=user_id))
        user = db.session.get(User, user_id)
        if user is not None and user.team_id is None:
            user.team_id = team_id
        db.session.flush()


def _place_in_team(user: User, team_id: uuid.UUID | None) -> None:
    """Make a team the one that a person's figures count for: they leave the last one and join this one."""
    if user.team_id is not None and user.team_id != team_id:
        left = (TeamMember.team_id == user.team_id, TeamMember.user_id == user.id)
        for member in list(db.session.scalars(select(TeamMember).where(*left))):
            db.session.delete(member)
    user.team_id = team_id
    db.session.flush()
    if team_id is not None:
        _join(team_id, user.id)


def _role_by_name(name: str) -> Role:
    role = db.session.scalars(select(Role).where(Role.name == name, Role.deleted_at.is_(None))).one_or_none()
    if role is None:
        names = ", ".join(each.name for each in queries.all_roles())
        message = _("There is no role “%(name)s”. The roles are: %(names)s.", name=name, names=names)
        raise Problem("users.no_such_role", message, fields={"role": [message]})
    return role


def _give_roles(user: User, role_ids: set[uuid.UUID]) -> None:
    held = list(db.session.scalars(select(UserRole).where(UserRole.user_id == user.id)))
    for each in held:
        if each.role_id not in role_ids:
            db.session.delete(each)
    for role_id in role_ids - {each.role_id for each in held}:
        db.session.add(UserRole(user_id=user.id, role_id=role_id))
    db.session.flush()


# Signing in


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
    user = _oneself(actor)
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
    _require_above(actor, user.id)
    if not user.email:
        raise Problem("users.no_email", _("Give them a mail address first; they sign in with it."))
    return _link_signer().dumps([str(user.id), _fingerprint(user)])


def user_of_link(signed: str) -> User:
    """Find the person that a link was made for.

    Raises:
        Problem: `users.link_over` when it is wrong, too old or was used; nobody learns which.
    """
    over = Problem("users.link_over", _("This link no longer works. Ask your administrator for a new one."), status=404)
    try:
        user_id, fingerprint = _link_signer().loads(signed, max_age=PASSWORD_LINK_SECONDS)
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


# The own profile


def update_profile(actor: Actor, values: Mapping[str, Any]) -> User:
    """Let a person change what concerns nobody but themselves.

    Args:
        actor: the person.
        values: `name`, `language`, `zone`, `theme`, `density`, `single_keys`; what is missing stays.

    Raises:
        Problem: 422 with the bad fields.
    """
    user = _oneself(actor)
    clean = {name: check(values[name]) for name, check in _PROFILE.items() if name in values}
    bad = {name: [_("Choose one of those that are offered.")] for name, value in clean.items() if value is None}
    if "name" in bad:
        bad["name"] = [_("Write a name of at most 120 characters.")]
    if bad:
        raise Problem("invalid", _("Some fields need another look."), fields=bad)
    with write_unit() as session:
        session.refresh(user)
        for name, value in clean.items():
            setattr(user, name, value)
    return user


def _one_of(*allowed: str) -> Any:
    return lambda value: value if value in allowed else None


def _checked_name(value: str) -> str | None:
    name = " ".join(str(value).split())
    return name if 0 < len(name) <= 120 else None


def _checked_zone(value: str) -> str | None:
    return value if value in available_timezones() else None


#: For each field of the profile what makes a value of what was sent; None refuses it.
_PROFILE: Final[Mapping[str, Any]] = {
    "name": _checked_name,
    "language": _one_of(*LANGUAGES),
    "zone": _checked_zone,
    "theme": _one_of("auto", "light", "dark"),
    "density": _one_of("airy", "dense"),
    "single_keys": bool,
}


def _oneself(actor: Actor) -> User:
    user = db.session.get(User, actor.user_id) if actor.user_id else None
    if user is None:
        raise not_found()
    return user


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
        _require_above(actor, user.id)
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
        raise Problem("users.bad_scope", _("A permission reaches own, team or all."))
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


# The first run


def setup_code() -> str | None:
    """Give the code that opens the set-up page; None once somebody can sign in.

    It follows from the secret key, so that every process of the server knows the same one and nothing has to be kept.
    """
    if queries.has_users():
        return None
    key = str(current_app.secret_key).encode()
    digest = hmac.digest(key, b"pelatis.setup", "sha256").hex()
    return "-".join(digest[start : start + 4] for start in range(0, 16, 4))


def set_up(
    actor: Actor, code: str, *, email: str, name: str, password: str, company_name: str, language: str, currency: str
) -> User:
    """Make the first administrator and tell Pelatis who uses it.

    Args:
        actor: the system's.
        code: the code that the server printed.
        email: the administrator's mail address.
        name: their name.
        password: their password.
        company_name: the company's name.
        language: the language in which people begin.
        currency: ISO 4217.

    Raises:
        Problem: 404 when somebody can sign in already, 422 with the bad fields.
    """
    expected = setup_code()
    if expected is None:
        raise not_found()
    _check_setup(expected, code, name, company_name, language, currency)
    address = _checked_email(email)
    check_password(password, address, name, company_name)
    password_hash = hash_password(password)
    with write_unit():
        if queries.has_users():
            raise not_found()
        set_company(company_name=company_name.strip()[:120], language=language, currency=currency)
        user = User(name=name.strip()[:120], email=address, password_hash=password_hash, language=language)
        _insert_user(actor, user, "administrator")
        with force_locale(language):
            demand("crm_set_up_company", actor=actor)
        return user


def _check_setup(expected: str, code: str, name: str, company_name: str, language: str, currency: str) -> None:
    bad: dict[str, list[str]] = {}
    if not hmac.compare_digest(expected, code.strip().lower()):
        bad["code"] = [_("This isn't the code that the server printed when it started.")]
    if not name.strip():
        bad["name"] = [_("Write your name.")]
    if not company_name.strip():
        bad["company_name"] = [_("Write the company's name.")]
    if language not in LANGUAGES:
        bad["language"] = [_("Choose one of those that are offered.")]
    if len(currency) != 3 or not (currency.isascii() and currency.isupper()):
        bad["currency"] = [_("Choose one of those that are offered.")]
    if bad:
        raise Problem("users.bad_setup", _("Some fields need another look."), fields=bad)
