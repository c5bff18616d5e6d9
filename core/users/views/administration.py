"""Administration of people: who signs in, with which roles, in which team; leaving."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from core.access import Actor, current_actor, may
from core.database import write_unit
from core.i18n import _, ngettext
from core.jobs.operations import enqueue
from core.problems import Problem, not_found
from core.records.operations import update_record
from core.records.queries import active_people
from core.records.untrusted import as_id
from core.users import jobs, operations, queries
from core.users.models import Role, User
from core.users.operations import leaving
from core.users.records import USERS
from core.users.roles import DEFAULT_ROLES, title_of
from core.web.audience import audience
from core.web.render import last_transaction, redirect_or_refresh, render, toast


def add_pages(blueprint: Blueprint) -> None:
    """Put these pages into the blueprint of the people's pages."""
    for rule, methods, view in (
        ("/admin/users", ["GET"], people_page),
        ("/admin/users", ["POST"], add_person),
        ("/admin/users/new", ["GET"], new_person),
        ("/admin/users/<uuid:user_id>", ["GET"], person_page),
        ("/admin/users/<uuid:user_id>", ["POST"], save_person),
        ("/admin/users/<uuid:user_id>/active", ["POST"], set_active),
        ("/admin/users/<uuid:user_id>/link", ["POST"], make_link),
        ("/admin/users/<uuid:user_id>/hand-over", ["POST"], hand_over),
    ):
        blueprint.add_url_rule(rule, view_func=view, methods=methods)


@audience("staff")
def people_page() -> Response:
    """List the people who sign in."""
    actor = _manager()
    text, skip = request.args.get("q", "")[:100].strip(), min(max(request.args.get("skip", 0, type=int), 0), 1_000_000)
    found = queries.people(actor, text, skip)
    page = found[: queries.PEOPLE_PAGE]
    more = url_for("users.people_page", q=text or None, skip=skip + len(page)) if len(found) > len(page) else None
    return render("users/people.html", people=page, more=more, text=text, may_create=may(actor, User, "create"))


def _manager() -> Actor:
    actor = current_actor()
    if not may(actor, User, "edit"):
        raise not_found()
    return actor


def _choices() -> dict[str, Any]:
    return {
        "roles": [_role_choice(role) for role in queries.all_roles()],
        "teams": [
            (str(node.record.id), "  " * node.depth + node.record.name) for node in queries.team_tree(current_actor())
        ],
    }


def _role_choice(role: Role) -> tuple[str, str, str]:
    note = str(DEFAULT_ROLES[role.name].note) if role.name in DEFAULT_ROLES and not role.title else ""
    return (str(role.id), title_of(role.name, role.title), note)


@audience("staff")
def new_person() -> Response:
    """Show the form of a new person."""
    if not may(current_actor(), User, "create"):
        raise not_found()
    operations.ensure_default_roles()
    return render("users/new.html", values={}, errors={}, problem=None, **_choices())


@audience("staff")
def add_person() -> WerkzeugResponse:
    """Add a person, and show the link with which they choose a password."""
    actor, form = current_actor(), request.form
    role = next((each for each in queries.all_roles() if str(each.id) == form.get("role")), None)
    try:
        with write_unit():
            user = operations.add_user(
                actor,
                email=form.get("email", ""),
                name=form.get("name", ""),
                role=role.name if role else "",
                team_id=as_id(form.get("team")),
            )
            user_id, link = user.id, operations.password_link(actor, user)
    except Problem as problem:
        if problem.status != 422:
            raise
        values = {name: form.get(name, "") for name in ("email", "name", "role", "team")}
        return render("users/new.html", 422, values=values, errors=problem.fields, problem=problem, **_choices())
    return _person(user_id, link=link)


@audience("staff")
def person_page(user_id: UUID) -> Response:
    """Show a person's sign-in, roles and team."""
    return _person(user_id)


def _person(user_id: UUID, problem: Problem | None = None, link: str = "", **values: Any) -> Response:
    actor = _manager()
    user = queries.find_user(actor, user_id)
    present = {"name": user.name, "email": user.email, "team": user.team_id}
    held = {str(role_id) for role_id in queries.role_ids_of(user.id)}
    return render(
        "users/person.html",
        422 if problem else 200,
        person=user,
        values={**present, "roles": held, **values},
        errors=problem.fields if problem else {},
        problem=problem,
        link=url_for("users.choose_password", signed=link, _external=True) if link else "",
        owned=queries.count_owned(user.id),
        heirs=[(key, name) for key, name in active_people(actor) if key != str(user.id)],
        is_oneself=user.id == actor.user_id,
        **_choices(),
    )


@audience("staff")
def save_person(user_id: UUID) -> WerkzeugResponse:
    """Save name, mail address, team and roles."""
    actor, form = _manager(), request.form
    user = queries.find_user(actor, user_id)
    values = {name: form.get(name, "") for name in ("name", "email", "team")}
    role_ids = {found for each in form.getlist("roles") if (found := as_id(each))}
    try:
        with write_unit():  # refused roles take the rest back too
            update_record(actor, USERS, user, values, form.get("version", type=int))
            operations.set_roles(actor, user, role_ids)
    except Problem as problem:
        if problem.status != 422:
            raise
        return _person(user_id, problem, **values, roles={str(each) for each in role_ids})
    toast(_("Saved."))
    return redirect_or_refresh("/admin/users")


@audience("staff")
def set_active(user_id: UUID) -> WerkzeugResponse:
    """Let a person sign in again, or stop them at their next request."""
    actor = _manager()
    user, active = queries.find_user(actor, user_id), request.form.get("value") == "on"
    name = user.name
    operations.set_active(actor, user, active)
    text = _("%(name)s may sign in.", name=name) if active else _("%(name)s may no longer sign in.", name=name)
    toast(text, undo=last_transaction())
    return redirect_or_refresh(f"/admin/users/{user_id}")


@audience("staff")
def make_link(user_id: UUID) -> WerkzeugResponse:
    """Make a link with which the person chooses a password."""
    actor = _manager()
    return _person(user_id, link=operations.password_link(actor, queries.find_user(actor, user_id)))


@audience("staff")
def hand_over(user_id: UUID) -> WerkzeugResponse:
    """Give everything that a person owns to another, and disable them."""
    actor = _manager()
    leaver, heir_id = queries.find_user(actor, user_id), as_id(request.form.get("heir"))
    if heir_id is None:
        message = _("Choose somebody else who is active.")
        return _person(user_id, Problem("users.bad_heir", message, fields={"heir": [message]}))
    heir = queries.find_user(actor, heir_id)
    names = {"leaver": leaver.name, "heir": heir.name}
    if queries.count_owned(leaver.id) > leaving.HAND_OVER_BATCH:
        with write_unit():
            operations.begin_hand_over(actor, leaver, heir)
            enqueue(jobs.hand_over, leaver=str(user_id), heir=str(heir_id))
        toast(_("The records of %(leaver)s go to %(heir)s in the background.", **names))
        return redirect_or_refresh("/admin/users")
    moved = operations.hand_over(actor, leaver, heir)
    toast(
        ngettext(
            "%(num)s record went from %(leaver)s to %(heir)s.",
            "%(num)s records went from %(leaver)s to %(heir)s.",
            moved,
            **names,
        )
    )
    return redirect_or_refresh("/admin/users")
