"""Signing in and out, the first run, and choosing a password by a link."""

from typing import Any

from flask import Blueprint, Response, g, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from core.access import system_actor
from core.i18n import CURRENCIES, LANGUAGES, _, get_language
from core.mail.settings import can_send_mail
from core.problems import Problem
from core.users import operations, queries
from core.users.company import company
from core.users.models import STAFF
from core.web import sessions
from core.web.actor import act_as, present_session
from core.web.audience import audience
from core.web.limits import limit_by_account, limit_by_address
from core.web.paths import is_own_path
from core.web.render import finish


def add_pages(blueprint: Blueprint) -> None:
    """Put these pages into the blueprint of the people's pages."""
    for rule, methods, view in (
        ("/login", ["GET", "POST"], login),
        ("/logout", ["POST"], logout),
        ("/setup", ["GET", "POST"], setup),
        ("/password/forgotten", ["GET", "POST"], forgotten_password),
        ("/password/<signed>", ["GET", "POST"], choose_password),
    ):
        blueprint.add_url_rule(rule, view_func=view, methods=methods)


def _plain(template: str, status: int = 200, **context: Any) -> Response:
    """Render a page without the frame of the signed-in."""
    language = g.get("language") or get_language()
    page = render_template(
        template,
        shell=None,
        language=language,
        languages=LANGUAGES,
        company=company().company_name,
        theme=present_session().theme,
        **context,
    )
    return finish(make_response(page, status))


@audience("public")
@limit_by_address
@limit_by_account
def login() -> WerkzeugResponse:
    """Sign a person in; whatever is wrong, the answer is the same."""
    wanted = request.values.get("next", "")
    onward = wanted if is_own_path(wanted) else "/"
    if request.method != "POST":
        if present_session().actor.user_id is not None:
            return redirect(onward, 303)
        if not queries.has_users():
            return redirect("/setup", 303)
        return _plain("users/login.html", next=wanted, email="", error="", mails_links=can_send_mail())
    email, password = request.form.get("email", ""), request.form.get("password", "")
    with act_as(system_actor()):
        key = operations.sign_in(
            email, password, user_agent=request.user_agent.string, address=request.remote_addr or ""
        )
    if key is None:
        error = _("Mail address and password don't belong together.")
        return _plain("users/login.html", 422, next=wanted, email=email[:254], error=error, mails_links=can_send_mail())
    _replace_session(key)
    return redirect(onward, 303)


def _replace_session(key: str) -> None:
    old = present_session().key_id
    if old is not None:
        operations.sign_out(old)
    sessions.begin(key)


@audience("public")
def logout() -> WerkzeugResponse:
    """End the session, and let the browser forget what it kept."""
    key_id = present_session().key_id
    if key_id is not None:
        operations.sign_out(key_id)
    sessions.end()
    response = redirect("/login", 303)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@audience("public")
@limit_by_address
def setup() -> WerkzeugResponse:
    """Make the first administrator, for whoever has the code that the server printed."""
    if queries.has_users():
        return redirect("/login", 303)
    if request.method != "POST":
        return _setup_page({"language": g.get("language") or get_language(), "currency": company().currency})
    names = ("code", "email", "name", "password", "company_name", "language", "currency")
    values = {name: request.form.get(name, "") for name in names}
    try:
        with act_as(system_actor()):
            operations.set_up(system_actor(), **values)
            key = operations.sign_in(values["email"], values["password"], user_agent=request.user_agent.string)
    except Problem as problem:
        if problem.status != 422:
            raise
        return _setup_page(values, problem)
    if key is not None:
        _replace_session(key)
    return redirect("/", 303)


def _setup_page(values: dict[str, str], problem: Problem | None = None) -> Response:
    return _plain(
        "users/setup.html",
        422 if problem else 200,
        values=values,
        problem=problem,
        errors=problem.fields if problem else {},
        language_names=list(LANGUAGES.items()),
        currencies=[(code, code) for code in CURRENCIES],
    )


@audience("public")
@limit_by_address
@limit_by_account
def forgotten_password() -> WerkzeugResponse:
    """Mail a link for a new password; the answer is the same whether an address is known or not."""
    email, mails_links = request.form.get("email", "")[:254], can_send_mail()
    is_asked = mails_links and request.method == "POST"
    if is_asked:
        with act_as(system_actor()):
            operations.ask_for_link(email)
    return _plain("users/forgotten.html", email=email, mails_links=mails_links, is_asked=is_asked)


@audience("public")
@limit_by_address
def choose_password(signed: str) -> WerkzeugResponse:
    """Let a person whom an administrator sent a link choose a password."""
    user = operations.user_of_link(signed)
    name, email, problem = user.name, user.email or "", None
    if request.method == "POST":
        password = request.form.get("password", "")
        try:
            with act_as(system_actor()):
                operations.choose_password(signed, password)
                key = operations.sign_in(
                    email, password, kind=STAFF, user_agent=request.user_agent.string, address=request.remote_addr or ""
                )
        except Problem as refused:
            if refused.status != 422:
                raise
            problem = refused
        else:
            if key is not None:
                _replace_session(key)
            return redirect("/", 303)
    errors = problem.fields.get("password", []) if problem else []
    return _plain("users/password.html", 422 if problem else 200, name=name, email=email, errors=errors)
