"""Administration of rights: the matrix of each role, and the tree of teams."""

from typing import Any, Final
from uuid import UUID

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as WerkzeugResponse

from core.access import Actor, current_actor, may, require_administrator
from core.access.scoping import ACTIONS
from core.database import db
from core.host.doors import current_host
from core.i18n import _
from core.problems import Problem, not_found
from core.records.queries import active_people
from core.records.registry import record_types
from core.records.untrusted import as_id
from core.users import operations, queries
from core.users.models import Role, Team
from core.users.roles import ACT, EVERYTHING, OWNED, SHARED, actions_of, general_permission, scope_in, title_of
from core.web.audience import audience
from core.web.render import last_transaction, redirect_or_refresh, render, toast

#: What a choice of the matrix is called in the form when the general line decides.
AS_GENERAL: Final = "as"
NOT: Final = "no"


def add_pages(blueprint: Blueprint) -> None:
    """Put these pages into the blueprint of the people's pages."""
    for rule, methods, view in (
        ("/admin/roles", ["GET"], roles_page),
        ("/admin/roles", ["POST"], add_role),
        ("/admin/roles/<uuid:role_id>", ["GET"], role_page),
        ("/admin/roles/<uuid:role_id>", ["POST"], save_role),
        ("/admin/roles/<uuid:role_id>/remove", ["POST"], remove_role),
        ("/admin/teams", ["GET"], teams_page),
        ("/admin/teams/<uuid:team_id>/members", ["GET"], members_page),
        ("/admin/teams/<uuid:team_id>/members", ["POST"], save_members),
    ):
        blueprint.add_url_rule(rule, view_func=view, methods=methods)


@audience("staff")
def roles_page() -> Response:
    """List the roles."""
    return _roles()


def _roles(problem: Problem | None = None, title: str = "") -> Response:
    require_administrator(current_actor())
    operations.ensure_default_roles()
    counts = queries.people_by_role()
    roles = [
        {"id": role.id, "title": title_of(role.name, role.title), "name": role.name, "people": counts.get(role.id, 0)}
        for role in queries.all_roles()
    ]
    errors = problem.fields if problem else {}
    return render("users/roles.html", 422 if problem else 200, roles=roles, errors=errors, title_value=title)


@audience("staff")
def add_role() -> WerkzeugResponse:
    """Make a role without any permission, and open its matrix."""
    title = request.form.get("title", "")
    try:
        role = operations.save_role(current_actor(), None, title, {})
    except Problem as problem:
        if problem.status != 422:
            raise
        return _roles(problem, title)
    return redirect_or_refresh(f"/admin/roles/{role.id}")


def _role(role_id: UUID) -> Role:
    require_administrator(current_actor())
    role = db.session.get(Role, role_id)
    if role is None or role.deleted_at is not None:
        raise not_found()
    return role


@audience("staff")
def role_page(role_id: UUID) -> Response:
    """Show what a role may do, and how far: a line for each record type, a column for each action."""
    return _matrix(_role(role_id))


def _matrix(role: Role, problem: Problem | None = None) -> Response:
    return render(
        "users/role.html",
        422 if problem else 200,
        role=role,
        title=title_of(role.name, role.title),
        is_fixed=EVERYTHING in role.grants,
        general=[
            {"label": _("Everything that belongs to people"), "cells": _general_cells(role, OWNED)},
            {"label": _("Everything shared"), "cells": _general_cells(role, SHARED)},
        ],
        groups=_groups(role),
        actions=[(action, _action_label(action)) for action in (*ACTIONS, ACT)],
        errors=problem.fields if problem else {},
        problem=problem,
    )


def _action_label(action: str) -> str:
    labels: dict[str, str] = {
        "view": _("See"),
        "create": _("Add"),
        "edit": _("Change"),
        "delete": _("Bin"),
        "export": _("Export"),
        "import": _("Import"),
        ACT: _("Other actions"),
    }
    return labels.get(action, action.replace("_", " ").capitalize())


def _scopes(group: str) -> list[tuple[str, str]]:
    if group == SHARED:
        return [(NOT, _("No")), ("all", _("All"))]
    return [(NOT, _("No")), ("own", _("Own")), ("team", _("Team")), ("territory", _("Territory")), ("all", _("All"))]


def _general_cells(role: Role, group: str) -> list[dict[str, Any]]:
    return [
        {
            "name": f"{group}:{action}",
            "label": _action_label(action),
            "value": role.grants.get(f"{group}:{action}") or NOT,
            "options": _scopes(group),
        }
        for action in (*ACTIONS, ACT)
    ]


def _groups(role: Role) -> list[dict[str, Any]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for record_type in record_types:
        cells = [_cell(role, record_type, action) for action in ACTIONS]
        own = [_cell(role, record_type, action) for action in record_type.actions]
        line = {"label": str(record_type.label_plural), "cells": cells, "own": own}
        groups.setdefault(record_type.plugin, []).append(line)
    host = current_host()
    titles = {name: str(host.title(name)) for name in groups if name != "core"}
    return [{"title": titles.get(name, _("Customers and people")), "lines": lines} for name, lines in groups.items()]


def _cell(role: Role, record_type: Any, action: str) -> dict[str, Any]:
    name = f"{record_type.key}.{action}"
    general = general_permission(record_type, action)
    inherited = scope_in({general: role.grants.get(general)}, record_type, action)
    words = dict(_scopes(OWNED))
    value = (role.grants[name] or NOT) if name in role.grants else AS_GENERAL
    options = _scopes(general.partition(":")[0])
    as_above = (AS_GENERAL, _("(%(scope)s)", scope=words[inherited.value if inherited else NOT]))
    return {"name": name, "label": _action_label(action), "value": value, "options": [as_above, *options]}


@audience("staff")
def save_role(role_id: UUID) -> WerkzeugResponse:
    """Save a role's matrix. Permissions of modules that are off now stay as they are."""
    role = _role(role_id)
    grants: dict[str, str | None] = dict(role.grants)
    for name in _offered():
        chosen = request.form.get(name, AS_GENERAL)
        grants.pop(name, None)
        if chosen == NOT and ":" not in name:
            grants[name] = None
        elif chosen not in (AS_GENERAL, NOT):
            grants[name] = chosen
    try:
        title = request.form.get("title", "")
        # A role that comes with Pelatis keeps its translated title until it gets another.
        operations.save_role(current_actor(), role, "" if title == title_of(role.name, "") else title, grants)
    except Problem as problem:
        if problem.status != 422:
            raise
        return _matrix(role, problem)
    toast(_("The role is saved; it holds from each person's next click."), undo=last_transaction())
    return redirect_or_refresh("/admin/roles")


def _offered() -> list[str]:
    general = [f"{group}:{action}" for group in (OWNED, SHARED) for action in (*ACTIONS, ACT)]
    return general + [f"{each.key}.{action}" for each in record_types for action in actions_of(each)]


@audience("staff")
def remove_role(role_id: UUID) -> WerkzeugResponse:
    """Put a role into the bin."""
    operations.remove_role(current_actor(), _role(role_id))
    toast(_("The role is gone; nobody has it any more."), undo=last_transaction())
    return redirect_or_refresh("/admin/roles")


@audience("staff")
def teams_page() -> Response:
    """Show the tree of teams."""
    actor = _manager()
    return render("users/teams.html", nodes=queries.team_tree(actor), may_create=may(actor, Team, "create"))


def _manager() -> Actor:
    actor = current_actor()
    if not may(actor, Team, "edit"):
        raise not_found()
    return actor


def _team(team_id: UUID) -> Team:
    _manager()
    team = db.session.get(Team, team_id)
    if team is None or team.deleted_at is not None:
        raise not_found()
    return team


@audience("staff")
def members_page(team_id: UUID) -> Response:
    """Show who belongs to a team."""
    team = _team(team_id)
    members = {str(each) for each in queries.member_ids_of(team.id)}
    names = [(_("Teams"), "/admin/teams"), (team.name, None)]
    url, people = f"/admin/teams/{team.id}/members", active_people(current_actor())
    return render("users/members.html", title=team.name, url=url, names=names, members=members, people=people)


@audience("staff")
def save_members(team_id: UUID) -> WerkzeugResponse:
    """Save who belongs to a team."""
    team = _team(team_id)
    chosen = [found for each in request.form.getlist("members") if (found := as_id(each))]
    operations.set_members(current_actor(), team, chosen)
    toast(_("Saved."))
    return redirect_or_refresh("/admin/teams")
