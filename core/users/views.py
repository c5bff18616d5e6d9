"""Signing in and out, the first run, one's own settings, and the administration of people, roles and teams."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, g, redirect, render_template, request, session
from flask_login import logout_user
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from core.access import Scope, current_actor
from core.database import db, write_unit
from core.i18n import LANGUAGES, _, get_language
from core.problems import Problem, not_found
from core.records.registry import record_types
from core.users import operations
from core.users.models import ApiToken, Role, Team, TeamMember, User, UserRole, UserSession
from core.users.queries import digest, is_empty
from core.users.roles import grants_of
from core.web.audience import audience
from core.web.configure import sign_in_session
from core.web.limits import limiter, tried_account
from core.web.paths import is_own_path
from core.web.render import finish, redirect_or_refresh, render, toast

blueprint = Blueprint("users", __name__)

#: What a person may try: from one address, and for one account.
TRIES = "20 per minute; 200 per hour"
TRIES_PER_ACCOUNT = "10 per minute; 60 per hour"

CURRENCIES = ("EUR", "PLN", "USD", "GBP", "CHF", "CZK", "RON", "BGN", "SEK", "NOK", "DKK", "HUF")


def _plain(template: str, status: int = 200, **context: Any) -> Response:
    """Render a page for somebody who isn't signed in."""
    body = render_template(template, languages=LANGUAGES, language=get_language(), **context)
    return finish(Response(body, status=status))


@blueprint.get("/login")
@audience("public")
def login_page() -> AnyResponse:
    """Show the sign-in; on the first run, the set-up."""
    if is_empty():
        return redirect("/setup", 303)
    if current_actor().user_id is not None:
        return redirect("/", 303)
    return _plain("users/login.html", next=request.args.get("next", ""), email="")


@blueprint.post("/login")
@limiter.limit(TRIES)
@limiter.limit(TRIES_PER_ACCOUNT, key_func=tried_account)
@audience("public")
def login() -> AnyResponse:
    """Sign somebody in; a wrong address and a wrong password look and cost the same."""
    form = request.form
    key = operations.sign_in(
        form.get("email", ""), form.get("password", ""), request.headers.get("User-Agent", ""), request.remote_addr or ""
    )
    if key is None:
        wrong = _("Address and password don't belong together. Try again.")
        return _plain("users/login.html", 422, next=form.get("next", ""), email=form.get("email", ""), error=wrong)
    sign_in_session(key)
    wanted = form.get("next", "")
    return redirect(wanted if is_own_path(wanted) else "/", 303)


@blueprint.post("/logout")
@audience("staff", "public")
def logout() -> AnyResponse:
    """Sign out; the session is over on the server too."""
    key = session.get("_user_id")
    if key:
        operations.end_session(str(key))
    logout_user()
    session.clear()
    response = redirect("/login", 303)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@blueprint.get("/setup")
@audience("public")
def setup_page() -> Response:
    """Ask for the first administrator, on the first run alone."""
    if not is_empty():
        raise not_found()
    return _plain("users/setup.html", form={"code": request.args.get("code", "")}, errors={}, currency_pairs=[(code, code) for code in CURRENCIES])


@blueprint.post("/setup")
@limiter.limit(TRIES)
@audience("public")
def setup() -> AnyResponse:
    """Make the first administrator and sign them in."""
    form = request.form
    try:
        operations.set_up(
            form.get("code", ""),
            company=form.get("company", ""),
            name=form.get("name", ""),
            email=form.get("email", ""),
            password=form.get("password", ""),
            language=form.get("language") if form.get("language") in LANGUAGES else get_language(),
            currency=form.get("currency", "EUR"),
        )
    except Problem as problem:
        if problem.status != 422:
            raise
        return _plain("users/setup.html", 422, form=form, errors=problem.fields, currency_pairs=[(code, code) for code in CURRENCIES])
    key = operations.sign_in(form["email"], form["password"], request.headers.get("User-Agent", ""), request.remote_addr or "")
    if key is not None:
        sign_in_session(key)
    return redirect("/", 303)


# One's own settings


@blueprint.get("/settings")
@audience("staff")
def settings_page() -> Response:
    """Show one's own profile, password, sessions and tokens."""
    return _settings()


def _settings(status: int = 200, errors: Any = None, new_token: str = "") -> Response:
    from zoneinfo import available_timezones

    user_id = current_actor().user_id
    sessions = select(UserSession).where(UserSession.user_id == user_id, UserSession.ended_at.is_(None))
    tokens = select(ApiToken).where(ApiToken.user_id == user_id, ApiToken.deleted_at.is_(None))
    return render(
        "users/settings.html",
        status,
        user=g.user,
        zones=sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "posix", "right"))),
        sessions=list(db.session.scalars(sessions.order_by(UserSession.last_seen_at.desc()))),
        this_session=digest(str(session.get("_user_id", ""))),
        tokens=list(db.session.scalars(tokens.order_by(ApiToken.created_at.desc()))),
        errors=errors or {},
        new_token=new_token,
        all_languages=LANGUAGES,
    )


@blueprint.post("/settings")
@audience("staff")
def save_settings() -> AnyResponse:
    """Save one's own profile."""
    form = request.form
    values = {name: form[name] for name in ("name", "language", "zone", "theme", "density") if name in form}
    values_with_keys: dict[str, Any] = {**values, "single_keys": "single_keys" in form}
    try:
        operations.update_profile(g.user, values_with_keys)
    except Problem as problem:
        return _settings(422, problem.fields)
    toast(_("Your settings are saved."))
    return redirect_or_refresh("/settings")


@blueprint.post("/settings/theme")
@blueprint.post("/settings/density")
@blueprint.post("/settings/language")
@blueprint.post("/settings/single-keys")
@audience("staff")
def save_preference() -> AnyResponse:
    """Save one preference at once: dark or light, dense or airy, the language, single keys."""
    name = request.path.rsplit("/", 1)[1].replace("-", "_")
    value: Any = request.form.get("value", "")
    if name == "single_keys":
        value = value == "on"
    operations.update_profile(g.user, {name: value})
    came = request.headers.get("Referer", "")
    if name == "language":
        from urllib.parse import urlsplit

        path = urlsplit(came).path
        return redirect_or_refresh(path if is_own_path(path) else "/")
    return Response(status=204)


@blueprint.post("/settings/password")
@audience("staff")
def save_password() -> AnyResponse:
    """Change one's own password."""
    form = request.form
    try:
        operations.change_password(
            g.user, form.get("old_password", ""), form.get("password", ""), str(session.get("_user_id", ""))
        )
    except Problem as problem:
        return _settings(422, problem.fields)
    toast(_("Your password is changed. Other browsers were signed out."))
    return redirect_or_refresh("/settings")


@blueprint.post("/settings/sessions/end")
@audience("staff")
def end_other_sessions() -> AnyResponse:
    """Sign out every other browser."""
    operations.end_sessions(g.user, but_key=str(session.get("_user_id", "")))
    toast(_("Other browsers were signed out."))
    return redirect_or_refresh("/settings")


@blueprint.post("/settings/tokens")
@audience("staff")
def new_token() -> Response:
    """Make a token and show it, this once."""
    actor = current_actor()
    name = request.form.get("name", "").strip()
    if not name:
        return _settings(422, {"token_name": [_("Say what the token is for.")]})
    return _settings(new_token=operations.make_token(actor, actor.email, name))


@blueprint.post("/settings/tokens/<uuid:token_id>/revoke")
@audience("staff")
def revoke_token(token_id: UUID) -> AnyResponse:
    """Revoke one's own token."""
    operations.revoke_token(current_actor(), token_id)
    toast(_("The token is revoked."))
    return redirect_or_refresh("/settings")


# Administration


@blueprint.get("/admin/users")
@audience("staff")
def users_page() -> Response:
    """List the people, with their roles and teams."""
    return _people()


def _people(status: int = 200, form: Any = None, errors: Any = None) -> Response:
    operations.require_administrator(current_actor())
    people = list(db.session.scalars(select(User).where(User.deleted_at.is_(None)).order_by(User.active.desc(), User.name).limit(500)))
    held: dict[UUID, list[str]] = {}
    for user_id, name in db.session.execute(select(UserRole.user_id, Role.name).join(Role, Role.id == UserRole.role_id)):
        held.setdefault(user_id, []).append(name)
    return render(
        "users/people.html",
        status,
        people=people,
        held=held,
        teams=dict(db.session.execute(select(Team.id, Team.name)).all()),  # type: ignore[arg-type]
        roles=_roles(),
        form=form or {},
        errors=errors or {},
        all_languages=LANGUAGES,
    )


def _roles() -> list[Role]:
    with write_unit():
        operations.ensure_roles()
    return list(db.session.scalars(select(Role).where(Role.deleted_at.is_(None)).order_by(Role.title)))


@blueprint.post("/admin/users")
@audience("staff")
def add_user() -> AnyResponse:
    """Add a person who signs in."""
    form = request.form
    team = form.get("team")
    try:
        user = operations.add_user(
            current_actor(),
            email=form.get("email"),
            role=form.getlist("role"),
            password=form.get("password", ""),
            name=form.get("name", ""),
            language=form.get("language") if form.get("language") in LANGUAGES else "en",
            team_id=UUID(team) if team else None,
        )
    except Problem as problem:
        if problem.status != 422:
            raise
        return _people(422, form, problem.fields)
    toast(_("%(name)s may sign in.", name=user.name))
    return redirect_or_refresh("/admin/users")


def _user(user_id: UUID) -> User:
    operations.require_administrator(current_actor())
    user = db.session.get(User, user_id)
    if user is None:
        raise not_found()
    return user


@blueprint.get("/admin/users/<uuid:user_id>")
@audience("staff")
def user_page(user_id: UUID) -> Response:
    """Show one person: their roles, and the door for when they leave."""
    user = _user(user_id)
    held = set(db.session.scalars(select(Role.name).join(UserRole, UserRole.role_id == Role.id).where(UserRole.user_id == user.id)))
    others = select(User).where(User.active, User.id != user.id, User.deleted_at.is_(None)).order_by(User.name)
    return render("users/person.html", user=user, held=held, roles=_roles(), others=list(db.session.scalars(others)))


@blueprint.post("/admin/users/<uuid:user_id>/roles")
@audience("staff")
def save_roles(user_id: UUID) -> AnyResponse:
    """Give a person exactly the ticked roles."""
    user = _user(user_id)
    operations.set_roles(current_actor(), user, request.form.getlist("role"))
    toast(_("The roles of %(name)s are saved.", name=user.name))
    return redirect_or_refresh("/admin/users")


@blueprint.post("/admin/users/<uuid:user_id>/leave")
@audience("staff")
def leave(user_id: UUID) -> AnyResponse:
    """Hand over everything of a person who leaves, and end their sign-in."""
    user = _user(user_id)
    heir = _user(UUID(request.form["heir"]))
    moved = operations.hand_over(current_actor(), user, heir)
    toast(_("%(heir)s took over %(count)s records. %(name)s can't sign in any more.", heir=heir.name, count=moved, name=user.name))
    return redirect_or_refresh("/admin/users")


@blueprint.get("/admin/roles")
@audience("staff")
def roles_page() -> Response:
    """Show what each role may do, and how far."""
    operations.require_administrator(current_actor())
    actions = ("view", "create", "edit", "delete", "export", "import")
    roles = _roles()
    return render(
        "users/roles.html",
        roles=roles,
        granted={role.id: grants_of(role.name, role.grants) for role in roles},
        types=list(record_types),
        actions={"view": _("View"), "create": _("Create"), "edit": _("Edit"), "delete": _("Delete"), "export": _("Export"), "import": _("Import")},
        actions_of=lambda each: [*actions, *each.actions],
        scopes=[("own", _("own")), ("team", _("team")), ("all", _("all"))],
    )


@blueprint.post("/admin/roles/<uuid:role_id>")
@audience("staff")
def save_role(role_id: UUID) -> AnyResponse:
    """Save what a role grants; what plugins give it by themselves stays."""
    operations.require_administrator(current_actor())
    role = db.session.get(Role, role_id)
    if role is None or role.name == "administrator":
        raise not_found()
    grants = {name: value for name, value in request.form.items() if "." in name and value in set(Scope)}
    with write_unit() as unit:
        unit.refresh(role)
        role.grants = grants
    toast(_("The role is saved."))
    return redirect_or_refresh("/admin/roles")


@blueprint.get("/admin/teams")
@audience("staff")
def teams_page() -> Response:
    """Show the tree of teams with their people."""
    operations.require_administrator(current_actor())
    teams = list(db.session.scalars(select(Team).where(Team.deleted_at.is_(None)).order_by(Team.name)))
    members: dict[UUID, list[str]] = {}
    statement = select(TeamMember.team_id, User.name).join(User, User.id == TeamMember.user_id).order_by(User.name)
    for team_id, name in db.session.execute(statement):
        members.setdefault(team_id, []).append(name)
    children: dict[UUID | None, list[Team]] = {}
    for team in teams:
        children.setdefault(team.parent_id, []).append(team)
    return render("users/teams.html", children=children, members=members, teams=teams)


@blueprint.post("/admin/teams")
@audience("staff")
def add_team() -> AnyResponse:
    """Add a team."""
    parent = request.form.get("parent")
    operations.add_team(current_actor(), request.form.get("name", ""), UUID(parent) if parent else None)
    return redirect_or_refresh("/admin/teams")


