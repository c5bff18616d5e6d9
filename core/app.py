"""The application factory: it joins the services, loads the plugins, and gives every record type its doors."""

import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import structlog
from flask import Flask, Response, g, jsonify, render_template, request
from markupsafe import Markup
from werkzeug.exceptions import HTTPException

from core import i18n
from core.access import current_actor
from core.database import configure_database, db
from core.host.contributions import HookFailure, Panel
from core.host.doors import note_failure
from core.host.host import Host
from core.host.install import install_host
from core.jobs.wake import Waker
from core.operation.access_log import log_requests
from core.operation.errors import database_problem
from core.operation.logs import configure_logging
from core.operation.metrics import measure_requests
from core.problems import Problem
from core.records.api import mount_api
from core.records.types import RecordType
from core.records.views import mount_record_types
from core.records.views.pages import undo
from core.settings import Settings
from core.shell.context import shell
from core.web.actor import load_actor
from core.web.assets import asset_url, drawn_icon, install_assets
from core.web.audience import check_audiences, declare_audience
from core.web.configure import configure_web
from core.web.htmx import htmx
from core.web.jinja import Environment
from core.web.render import finish, settled
from core.web.routing import LateRule

log = structlog.get_logger(__name__)

HERE = Path(__file__).parent

#: The core's modules with models that nothing else imports.
MODEL_MODULES = (
    "core.customfields.models",
    "core.imports.models",
    "core.jobs.models",
    "core.mail.models",
    "core.notifications.models",
    "core.records.models",
    "core.tags.index",
)

#: The core's modules with record types.
RECORD_MODULES = (
    "core.users.records",
    "core.territories.records",
    "core.customers.records",
    "core.customfields.records",
)

#: The core's modules with pages; each names its blueprint `blueprint`.
PAGE_MODULES = (
    "core.shell.views",
    "core.users.views",
    "core.territories.views",
    "core.customers.views",
    "core.customfields.views",
    "core.imports.views",
    "core.exports.views",
    "core.jobs.views",
    "core.mail.views",
    "core.notifications.views",
    "core.documents.views",
    "core.working.views",
    "core.host.views",
    "core.operation.views",
    "core.records.openapi",
)


class Application(Flask):
    """Flask, with routes that are quick to make, and static files that browsers may keep."""

    url_rule_class = LateRule
    jinja_environment = Environment

    def url_for(self, endpoint: str, **values: Any) -> str:
        """Give the address of a route, or of a static file of the core."""
        if endpoint == "static" and len(values) == 1:  # with _external and the like Flask's own address will do
            return asset_url(self, values["filename"])
        return str(super().url_for(endpoint, **values))


def create_app(settings: Settings | None = None, *, extra_plugins: Sequence[str] = ()) -> Flask:
    """Make the application.

    Nothing is written and no table is made here: `pelatis run` and `pelatis db upgrade` prepare the database.

    Args:
        settings: how this installation runs; read from the environment by default.
        extra_plugins: plugins beside those of the entry points, `package` or `package:attribute`.
    """
    settings = settings or Settings.from_environment()
    app = Application("core", static_folder=str(HERE / "static"), template_folder=str(HERE / "templates"))
    configure_logging(settings.log_level)
    app.extensions["pelatis_settings"] = settings
    app.extensions["pelatis_waker"] = Waker(settings.queue_url)
    app.config["SECRET_KEY"] = settings.secret_key
    app.json.sort_keys = False  # type: ignore[attr-defined]
    configure_database(app, settings.database_url)
    for name in MODEL_MODULES:
        importlib.import_module(name)
    declare_core_records()
    htmx.init_app(app)
    configure_web(app)
    log_requests(app)
    measure_requests(app)
    answer_problems(app)
    for name in PAGE_MODULES:
        app.register_blueprint(importlib.import_module(name).blueprint)
    app.add_url_rule("/undo/<uuid:transaction_id>", "undo", undo, methods=["POST"])
    declare_audience(app, "static", "public")
    install_assets(app)
    host = install_host(app, extra_plugins=extra_plugins, safe_mode=settings.safe_mode)
    mount_record_types(app)
    mount_api(app)
    i18n.configure_languages(app, catalogues(host))
    furnish_templates(app)
    for plugin in host.loaded:
        declare_audience(app, f"{plugin}_files.static", "public")
    check_audiences(app)
    return app


def declare_core_records() -> None:
    """Register the record types of users and customers."""
    from core.records.registry import record_types

    for name in RECORD_MODULES:
        for value in vars(importlib.import_module(name)).values():
            if isinstance(value, RecordType):
                record_types.add(value)


def catalogues(host: Host) -> list[tuple[Path, str]]:
    """List the translations of the core and of every loaded plugin: folder and domain."""
    listed = [(HERE / "translations", "core")]
    listed += [(plugin.folder / "translations", plugin.name) for plugin in host.loaded.values()]
    return [(folder, domain) for folder, domain in listed if folder.is_dir()]


def furnish_templates(app: Flask) -> None:
    """Give templates the frame, the actor, formats and the panels of plugins."""
    app.jinja_env.add_extension("jinja2.ext.do")
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        drawn_icon=drawn_icon,
        include_panel=include_panel,
        settled=settled,
        format_ago=i18n.format_ago,
        format_amount=i18n.format_amount,
        format_day=i18n.format_day,
        format_moment=i18n.format_moment,
        format_number=i18n.format_number,
        format_percent=i18n.format_percent,
        format_price=i18n.format_price,
        format_time=i18n.format_time,
        today=i18n.today,
    )

    @app.context_processor
    def frame() -> dict[str, Any]:
        actor = current_actor()
        return {"shell": LazyShell() if actor.user_id else None, "actor": actor}


class LazyShell:
    """The frame's context, gathered only when a template asks for it: fragments have no rail."""

    def __init__(self) -> None:
        self._gathered: dict[str, Any] | None = None

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if self._gathered is None:
            self._gathered = shell()
        return self._gathered.get(name)


def include_panel(panel: Panel | HookFailure, actor: Any, record: Any) -> Markup:
    """Draw the body of a plugin's card; one whose template fails says so in its place."""
    if isinstance(panel, HookFailure):
        return Markup(render_template("records/panel_error.html", title=panel.title))  # noqa: S704 - our own template
    try:
        return Markup(render_template(panel.template, actor=actor, record=record, **panel.context))  # noqa: S704
    except Exception as error:
        log.exception("panel_failed", panel=panel.id, plugin=panel.plugin)
        note_failure(panel.plugin, "crm_render_panels", error)
        return Markup(render_template("records/panel_error.html", title=panel.title))  # noqa: S704


def answer_problems(app: Flask) -> None:
    """Let every error reach the person who can act on it: as a page, in place, as a toast, or as problem+json."""

    @app.errorhandler(Problem)
    def on_problem(problem: Problem) -> Response:
        return answer_problem(problem)

    @app.errorhandler(HTTPException)
    def on_http(error: HTTPException) -> Any:
        if error.response is not None or (error.code or 500) < 400:
            return error
        if g.get("gate_is_closed"):
            load_actor()  # the gate stands before it; the page is in the person's language and leads back to theirs
        return answer_problem(http_problem(error))

    @app.errorhandler(Exception)
    def on_exception(error: Exception) -> Response:
        problem = database_problem(error)
        if problem is not None and problem.status < 500:
            log.warning("values_refused", path=request.path, exc_info=error)
            db.session.rollback()  # the page that says so asks the database again
        if problem is None:
            log.exception("unexpected", path=request.path)
            text = i18n._("Something went wrong here, and it is written down. Nothing was changed.")
            problem = Problem("unexpected", text, status=500)
        return answer_problem(problem)


def http_problem(error: HTTPException) -> Problem:
    """Say a plain HTTP error in the person's words."""
    words = {
        400: i18n._("This request can't be read."),
        404: i18n._("This doesn't exist, or it isn't yours to see."),
        405: i18n._("This can't be done here."),
        413: i18n._("This file is too large."),
        429: i18n._("Too many attempts. Wait a minute, then try again."),
    }
    code = error.code or 500
    return Problem(f"http_{code}", words.get(code) or str(error.description or error.name), status=code)


def answer_problem(problem: Problem) -> Response:
    """Answer a problem in the form that whoever asked can read."""
    if request.path.startswith("/api/"):
        response = jsonify(problem.as_json())
        response.status_code = problem.status
        response.content_type = "application/problem+json"
        return response
    if htmx.is_partial:
        from core.web.render import toast

        toast(problem.message, level="error")
        response = Response(status=problem.status, headers={"HX-Reswap": "none"})
        return finish(response)
    known = {403, 404, 409, 422, 503}
    template = f"errors/{problem.status if problem.status in known else 500 if problem.status >= 500 else 422}.html"
    # The frame asks the database, which may be what failed.
    frame = {"shell": None} if problem.status >= 500 else {}
    reference = g.get("request_id", "") if problem.status == 500 else ""
    page = render_template(template, problem=problem, reference=reference, **frame)
    return finish(Response(page, status=problem.status))
