"""The own settings: name, language, zone, looks, password, sessions and tokens."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, Response, g, request, session
from flask_babel import refresh
from werkzeug.wrappers import Response as WerkzeugResponse

from core.access import Actor, current_actor
from core.database import db, utc_now
from core.i18n import LANGUAGES, _, time_zones
from core.problems import Problem, not_found
from core.users import operations, queries
from core.users.devices import device_name
from core.users.models import User
from core.web.actor import present_session
from core.web.audience import audience
from core.web.limits import limit_by_person
from core.web.paths import came_from
from core.web.render import redirect_or_refresh, render, toast

#: How long tokens may be made to live, in days; 0 is for ever.
TOKEN_DAYS: Final = (30, 90, 365, 0)

#: What the form of the profile shows.
PROFILE: Final = ("name", "language", "zone", "theme", "density", "single_keys")


def add_pages(blueprint: Blueprint) -> None:
    """Put these pages into the blueprint of the people's pages."""
    for rule, methods, view in (
        ("/settings", ["GET"], settings_page),
        ("/settings", ["POST"], save_profile),
        ("/settings/theme", ["POST"], set_theme),
        ("/settings/density", ["POST"], set_density),
        ("/settings/keys", ["POST"], set_keys),
        ("/settings/rail", ["POST"], set_rail),
        ("/settings/language", ["POST"], set_language),
        ("/settings/password", ["POST"], change_password),
        ("/settings/sessions/end", ["POST"], end_other_sessions),
        ("/settings/sessions/<uuid:session_id>/end", ["POST"], end_session),
        ("/settings/tokens", ["POST"], make_token),
        ("/settings/tokens/<uuid:token_id>/revoke", ["POST"], revoke_token),
    ):
        blueprint.add_url_rule(rule, view_func=view, methods=methods)


def _page(problem: Problem | None = None, status: int = 200, **shown: Any) -> Response:
    actor = current_actor()
    user = _oneself(actor)
    values: dict[str, Any] = {name: getattr(user, name) for name in PROFILE}
    return render(
        "users/settings.html",
        422 if problem else status,
        person=user,
        values=values | shown.pop("values", {}),
        errors=problem.fields if problem else {},
        problem=problem,
        language_names=list(LANGUAGES.items()),
        zones=[(zone, zone.replace("_", " ")) for zone in sorted(time_zones()) if "/" in zone or zone == "UTC"],
        themes=[("auto", _("As the device")), ("light", _("Light")), ("dark", _("Dark"))],
        densities=[("airy", _("Airy rows")), ("dense", _("Dense rows"))],
        sessions=[(each, device_name(each.user_agent)) for each in queries.sessions_of(user.id)],
        session_id=present_session().key_id,
        tokens=queries.tokens_of(user.id),
        token_days=[(days, _lifetime(days)) for days in TOKEN_DAYS],
        **shown,
    )


def _lifetime(days: int) -> str:
    return str(_("%(days)s days", days=days) if days else _("Never ends"))


def _oneself(actor: Actor) -> User:
    user = db.session.get(User, actor.user_id)
    if user is None:
        raise not_found()
    return user


@audience("staff")
def settings_page() -> Response:
    """Show the own settings."""
    return _page()


@audience("staff")
def save_profile() -> WerkzeugResponse:
    """Save name, language, zone and looks."""
    names = ("name", "language", "zone", "theme", "density")
    values: dict[str, Any] = {name: request.form[name] for name in names if name in request.form}
    values["single_keys"] = "single_keys" in request.form
    try:
        operations.update_profile(current_actor(), values)
    except Problem as problem:
        return _page(problem, values=values)
    g.language = values.get("language", g.language)
    refresh()
    toast(_("Saved."))
    return redirect_or_refresh("/settings")


def _set(**values: Any) -> WerkzeugResponse:
    operations.update_profile(current_actor(), values)
    return WerkzeugResponse(status=204)


@audience("staff")
def set_theme() -> WerkzeugResponse:
    """Keep whether the pages are dark or light; the button of the rail calls it."""
    return _set(theme=request.form.get("value", ""))


@audience("staff")
def set_density() -> WerkzeugResponse:
    """Keep how high the rows of lists are."""
    return _set(density=request.form.get("value", ""))


@audience("staff")
def set_keys() -> WerkzeugResponse:
    """Keep whether single keys act."""
    return _set(single_keys=request.form.get("value") == "on")


@audience("staff")
def set_rail() -> WerkzeugResponse:
    """Keep whether the rail is folded, in this browser alone."""
    session["rail_folded"] = request.form.get("value") == "folded"
    return WerkzeugResponse(status=204)


@audience("staff")
def set_language() -> WerkzeugResponse:
    """Keep the language, and show the page again in it."""
    operations.update_profile(current_actor(), {"language": request.form.get("value", "")})
    return redirect_or_refresh(came_from())


@audience("staff")
@limit_by_person
def change_password() -> WerkzeugResponse:
    """Change the own password; all other sessions end."""
    old, new = request.form.get("old_password", ""), request.form.get("password", "")
    try:
        operations.change_password(current_actor(), old, new, keep_session=present_session().key_id)
    except Problem as problem:
        return _page(problem)
    toast(_("The password is changed; you were signed out everywhere else."))
    return redirect_or_refresh("/settings")


@audience("staff")
def end_other_sessions() -> WerkzeugResponse:
    """Sign out everywhere else."""
    actor = current_actor()
    if actor.user_id is not None:
        operations.end_sessions(actor.user_id, but=present_session().key_id)
    toast(_("You are signed out everywhere else."))
    return redirect_or_refresh("/settings")


@audience("staff")
def end_session(session_id: UUID) -> WerkzeugResponse:
    """Sign out one browser."""
    actor = current_actor()
    if actor.user_id is not None:
        operations.end_sessions(actor.user_id, only=session_id)
    toast(_("This browser is signed out."))
    return redirect_or_refresh("/settings")


@audience("staff")
def make_token() -> WerkzeugResponse:
    """Make a token, and show it this once."""
    actor, name = current_actor(), request.form.get("name", "")
    days = request.form.get("days", type=int)
    if days not in TOKEN_DAYS:
        days = TOKEN_DAYS[0]
    expires_at = utc_now() + timedelta(days=days) if days else None
    try:
        token = operations.make_token(actor, actor.email, name, expires_at=expires_at)
    except Problem as problem:
        return _page(problem, token_name=name)
    return _page(new_token=token, new_token_name=name)


@audience("staff")
def revoke_token(token_id: UUID) -> WerkzeugResponse:
    """Let a token end at once."""
    operations.revoke_token(current_actor(), token_id)
    toast(_("The token no longer works."))
    return redirect_or_refresh("/settings")
