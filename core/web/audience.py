"""Audiences: whom a route answers. Every route declares it, and an undeclared one stops the start."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from flask import Flask, current_app
from werkzeug.routing import Rule

View = TypeVar("View", bound=Callable[..., Any] | type)

#: Signed-in staff, signed-in portal users, anybody, programs with a token.
AUDIENCES: Final = frozenset({"staff", "portal", "public", "token"})

_ATTRIBUTE: Final = "__audience__"
_EXTENSION: Final = "pelatis_audiences"


def audience(*names: str) -> Callable[[View], View]:
    """Declare whom a view function, or a class of views, answers.

    Args:
        names: one or more of `staff`, `portal`, `public` and `token`. An API that pages call too is `staff`, `token`.

    Raises:
        ValueError: when a name isn't an audience, or there is none.
    """
    declared = _checked(names)

    def declare(view: View) -> View:
        setattr(view, _ATTRIBUTE, declared)
        return view

    return declare


def declare_audience(app: Flask, endpoint: str, *names: str) -> None:
    """Declare the audience of a route that a library made, and that can't be decorated.

    Args:
        app: the application.
        endpoint: the route's endpoint, `static`.
        names: as for `audience`.
    """
    app.extensions.setdefault(_EXTENSION, {})[endpoint] = _checked(names)


def audience_of(endpoint: str | None, app: Flask | None = None) -> frozenset[str]:
    """Tell whom a route answers; nobody when it declares nothing.

    Args:
        endpoint: the route's endpoint.
        app: the application; the current one by default.
    """
    if endpoint is None:
        return frozenset()
    app = app or current_app
    declared: dict[str, frozenset[str]] = app.extensions.get(_EXTENSION, {})
    if endpoint in declared:
        return declared[endpoint]
    view = app.view_functions.get(endpoint)
    found = getattr(view, _ATTRIBUTE, None) or getattr(getattr(view, "view_class", None), _ATTRIBUTE, None)
    return found or frozenset()


def undeclared_routes(app: Flask) -> list[Rule]:
    """List the routes that don't say whom they answer."""
    return [rule for rule in app.url_map.iter_rules() if not audience_of(rule.endpoint, app)]


def check_audiences(app: Flask) -> None:
    """Stop the start when a route doesn't say whom it answers.

    Raises:
        RuntimeError: naming every such route.
    """
    undeclared = undeclared_routes(app)
    if undeclared:
        names = ", ".join(sorted(f"{rule.rule} ({rule.endpoint})" for rule in undeclared))
        raise RuntimeError(f'these routes declare no audience, put @audience("staff") on them: {names}')


def _checked(names: tuple[str, ...]) -> frozenset[str]:
    declared = frozenset(names)
    if not declared or not declared <= AUDIENCES:
        raise ValueError(f"audiences are {', '.join(sorted(AUDIENCES))}, not {names}")
    return declared
