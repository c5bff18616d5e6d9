"""Putting a plugin's pages under its own prefix, after trying it on an application that nobody uses."""

from collections.abc import Iterator
from typing import Any, Final

from flask import Blueprint, Flask

from core.host.loading import LoadedPlugin, LoadError
from core.web.audience import declare_audience, undeclared_routes
from core.web.routing import LateRule

#: The rooms that have pages, with the path below the plugin's own where they are mounted.
PAGE_ROOMS: Final = {"views": "", "portal": "/portal", "public": "/public"}


class _Trial(Flask):
    url_rule_class = LateRule  # nobody asks a trial for URLs


def mount(app: Flask, plugin: LoadedPlugin) -> None:
    """Register a plugin's blueprints.

    `views` is mounted at `/<plugin>`, `portal` at `/<plugin>/portal`, `public` at `/<plugin>/public`. Each of these
    rooms names its blueprint `blueprint`; their endpoints are `<plugin>.…`, `<plugin>_portal.…` and
    `<plugin>_public.…`. Templates are found in the plugin's `templates/<plugin>/`, static files at
    `/<plugin>/static/…` (endpoint `<plugin>_files.static`).

    Raises:
        LoadError: when a blueprint reaches outside its prefix or into the whole application, or when a route doesn't
            say whom it answers.
        Exception: whatever registering raises; nothing has been added to `app` then.
    """
    trial = _Trial("trial", static_folder=None)
    _register(trial, plugin)
    _check_reach(trial, plugin)
    _register(app, plugin)


def _register(app: Flask, plugin: LoadedPlugin) -> None:
    for blueprint, name, prefix in _blueprints(plugin):
        app.register_blueprint(blueprint, name=name, url_prefix=prefix)
        if f"{name}.static" in app.view_functions:
            declare_audience(app, f"{name}.static", "public")


def _blueprints(plugin: LoadedPlugin) -> Iterator[tuple[Blueprint, str, str]]:
    yield _files(plugin), f"{plugin.name}_files", f"/{plugin.name}"
    for room, path in PAGE_ROOMS.items():
        if room in plugin.rooms:
            blueprint = getattr(plugin.rooms[room], "blueprint", None)
            if not isinstance(blueprint, Blueprint):
                raise LoadError(f"{room}.py must name its flask Blueprint `blueprint`")
            name = plugin.name if room == "views" else f"{plugin.name}_{room}"
            yield blueprint, name, f"/{plugin.name}{path}"


def _files(plugin: LoadedPlugin) -> Blueprint:
    static = plugin.folder / "static"
    return Blueprint(
        f"{plugin.name}_files",
        plugin.module.__name__,
        template_folder="templates",
        static_folder="static" if static.is_dir() else None,
        static_url_path="/static" if static.is_dir() else None,
    )


#: What a blueprint can register for all requests of the application, disabled or not.
_REGISTRIES: Final = (
    "before_request_funcs",
    "after_request_funcs",
    "teardown_request_funcs",
    "template_context_processors",
    "url_value_preprocessors",
    "url_default_functions",
    "error_handler_spec",
)


def _check_reach(trial: Flask, plugin: LoadedPlugin) -> None:
    untouched = Flask("untouched", static_folder=None)
    for registry in _REGISTRIES:
        if len(_for_everybody(trial, registry)) > len(_for_everybody(untouched, registry)):
            raise LoadError(f"a blueprint registers {registry} for the whole application; only for itself is allowed")
    for kind in ("filters", "globals", "tests"):
        added = getattr(trial.jinja_env, kind).keys() - getattr(untouched.jinja_env, kind).keys()
        if added:
            raise LoadError(
                f"a blueprint adds the template {kind} {', '.join(sorted(added))} for the whole application"
            )
    prefix = f"/{plugin.name}"
    for rule in trial.url_map.iter_rules():
        if rule.rule != prefix and not rule.rule.startswith(f"{prefix}/"):
            raise LoadError(f"the route {rule.rule} isn't below {prefix}/")
    for rule in undeclared_routes(trial):
        raise LoadError(f'the route {rule.rule} doesn\'t say whom it answers: put @audience("staff") on its view')


def _for_everybody(app: Flask, registry: str) -> Any:
    registered = getattr(app, registry)
    if registry == "error_handler_spec":
        return [handler for handlers in registered.get(None, {}).values() for handler in handlers]
    return registered.get(None, ())
