"""The four doors through which hooks are called. pluggy itself isolates nothing, so nobody calls past them.

- `collect` asks every plugin for parts of a page. Each may only read; one that fails leaves a `HookFailure` in its
  place, and the others go on.
- `demand` asks every plugin whether a change may happen. Whatever is raised stops it.
- `ask` asks for one answer; None when nobody gives one.
- `emit` tells one plugin about something that has happened.

A hook that nobody implements, or whose owner is off, costs one look into a dictionary.
"""

import time
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import pluggy
import structlog
from flask import current_app
from sqlalchemy import text
from sqlalchemy.exc import ResourceClosedError
from sqlalchemy.orm import Session

from core.database import db, in_unit
from core.database.engine import let_write
from core.host.contributions import Contribution, HookFailure
from core.host.hookspecs import hookimpl, hookspec
from core.i18n import _
from core.operation.metrics import count_hook_failure
from core.problems import Problem

if TYPE_CHECKING:
    from core.host.host import Host

__all__ = ["ask", "collect", "current_host", "demand", "emit", "hookimpl", "hookspec", "only_reading"]

log = structlog.get_logger(__name__)

#: How many things one plugin may give a page; an answer without an end would take all memory.
MOST_ANSWERS: Final = 10_000


def current_host() -> "Host":
    """Give the plugin host of the current application."""
    host: Host = current_app.extensions["pelatis_host"]
    return host


def collect(hook: str, **arguments: Any) -> list[Any]:
    """Ask every enabled plugin for parts of a page.

    Args:
        hook: the hook's name, `crm_collect_alerts`.
        **arguments: every argument of the hook's specification.

    Returns:
        What was given, by `order` and then in the order of the plugins; a `HookFailure` stands for each plugin that
        failed or gave something else than the specification says. `[]` when nobody owns or answers the hook.

    Raises:
        TypeError: when an argument is missing.
    """
    host = current_host()
    found: list[Any] = []
    for implementation in host.implementations(hook):
        if not host.has_tripped(implementation.plugin_name):
            found += _contained(host, hook, implementation, arguments)
    return sorted(found, key=_place)


def demand(hook: str, **arguments: Any) -> None:
    """Ask every enabled plugin whether something may be done, inside the caller's transaction.

    A tripped breaker doesn't matter here: a check is never left out.

    Args:
        hook: the hook's name, `crm_validate_customer`.
        **arguments: every argument of the hook's specification.

    Raises:
        Problem: the one that a plugin raised; or 503, naming the plugin, when it raised anything else.
        TypeError: when an argument is missing.
    """
    host = current_host()
    for implementation in host.implementations(hook):
        _trusted(host, hook, implementation, arguments)


def ask(hook: str, **arguments: Any) -> Any:
    """Ask for one answer, inside the caller's transaction.

    Args:
        hook: the hook's name, `crm_get_score`.
        **arguments: every argument of the hook's specification.

    Returns:
        The first answer that isn't None; None when nobody owns or answers the hook.

    Raises:
        Problem: the one that a plugin raised; or 503, naming the plugin, when it raised anything else.
        TypeError: when an argument is missing.
    """
    host = current_host()
    for implementation in host.implementations(hook):
        answer = _trusted(host, hook, implementation, arguments)
        if answer is not None:
            return answer
    return None


def emit(hook: str, *, plugin: str, **arguments: Any) -> None:
    """Tell one plugin about something that has happened; nothing when it is off or doesn't listen.

    Args:
        hook: the hook's name, `crm_handle_event`.
        plugin: the plugin's name.
        **arguments: every argument of the hook's specification.

    Raises:
        Exception: whatever the plugin raises, so that the caller can try again and at last park the event.
        TypeError: when an argument is missing.
    """
    host = current_host()
    for implementation in host.implementations(hook):
        if implementation.plugin_name == plugin:
            try:
                _call(host, hook, implementation, arguments)
            except Exception as error:
                host.breaker.figures[plugin, hook].failures += 1
                count_hook_failure(plugin, hook)
                log.warning("hook_failed", door="emit", hook=hook, plugin=plugin, error=_said(error))
                raise


def _place(thing: Any) -> int:
    return thing.order if isinstance(thing, Contribution) else 100


def _call(host: "Host", hook: str, implementation: pluggy.HookImpl, arguments: Mapping[str, Any]) -> Any:
    host.check_arguments(hook, arguments)
    given = [arguments[name] for name in implementation.argnames]
    more = {name: arguments[name] for name in implementation.kwargnames if name in arguments}
    began = time.perf_counter()
    try:
        return implementation.function(*given, **more)
    finally:
        host.breaker.count(implementation.plugin_name, hook, time.perf_counter() - began)


def _trusted(host: "Host", hook: str, implementation: pluggy.HookImpl, arguments: Mapping[str, Any]) -> Any:
    plugin = implementation.plugin_name
    host.check_arguments(hook, arguments)
    try:
        return _call(host, hook, implementation, arguments)
    except Problem:
        raise
    except (Exception, SystemExit) as error:
        failure = _failed(host, hook, plugin, error)
        raise Problem(
            "core.hook_failed",
            _(
                "The plugin %(title)s couldn't check this, so nothing was done. An administrator finds the reason "
                "under %(reference)s and can switch the plugin off.",
                title=failure.title,
                reference=failure.reference,
            ),
            status=503,
        ) from error


def _contained(host: "Host", hook: str, implementation: pluggy.HookImpl, arguments: Mapping[str, Any]) -> list[Any]:
    plugin = implementation.plugin_name
    host.check_arguments(hook, arguments)
    try:
        with only_reading():
            answer, began = _call(host, hook, implementation, arguments), time.perf_counter()
            try:
                return _checked(answer, host.kind_of(hook), plugin)
            finally:  # a generator works only while it is exhausted
                host.breaker.figures[plugin, hook].seconds += time.perf_counter() - began
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a plugin may raise anything; it is logged, counted, shown
        return [_failed(host, hook, plugin, error)]


def _checked(answer: Any, kind: type[Any], plugin: str) -> list[Any]:
    """Exhaust an answer while its failures are still contained, and look at what is in it."""
    if answer is None:
        return []
    several = isinstance(answer, Iterable) and not isinstance(answer, str | Mapping)
    things = list(islice(answer, MOST_ANSWERS + 1)) if several else [answer]
    if len(things) > MOST_ANSWERS:
        raise ValueError(f"gave more than {MOST_ANSWERS} things")
    for thing in things:
        if not isinstance(thing, kind):
            raise TypeError(f"gave a {type(thing).__name__} where {kind.__name__} is meant")
        if isinstance(thing, Contribution):
            object.__setattr__(thing, "plugin", plugin)  # the object is the plugin's own and nobody has seen it yet
    return things


def _failed(host: "Host", hook: str, plugin: str, error: BaseException) -> HookFailure:
    reference = uuid.uuid4().hex[:8]
    log.error("hook_failed", hook=hook, plugin=plugin, reference=reference, exc_info=error)
    host.breaker.count_failure(plugin, hook, _said(error))
    count_hook_failure(plugin, hook)
    return HookFailure(plugin=plugin, hook=hook, title=host.title(plugin), reason=_said(error), reference=reference)


def note_failure(plugin: str, hook: str, error: BaseException) -> None:
    """Count a failure on a plugin's breaker that showed only when its answer was used: a panel that can't be drawn."""
    current_host().breaker.count_failure(plugin, hook, _said(error))
    count_hook_failure(plugin, hook)


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:300]


@contextmanager
def only_reading() -> Iterator[None]:
    """Let somebody else's code read, and take back whatever else it does.

    Outside of a write unit the database lets nobody write anyway (core.database.engine), and what was read is all that
    there is to lose. Inside of one, a savepoint that may only read keeps the unit's own changes apart.

    Raises:
        RuntimeError: when it left changes in the session.
    """
    session = db.session()
    outer = session.info.get("reading", False)
    session.info["reading"] = True
    try:
        with _reading_savepoint(session) if in_unit(session) else _reading_transaction(session):
            yield
            if session.new or session.dirty or session.deleted:
                raise RuntimeError("changed records while it was only asked to read")
    finally:
        session.info["reading"] = outer
        if not outer:
            _allow_writes(session)


@contextmanager
def _reading_transaction(session: Session) -> Iterator[None]:
    try:
        yield
    except BaseException:
        # PostgreSQL goes on only in a new transaction; what is still needed of the old one is read again by itself.
        session.rollback()
        raise


@contextmanager
def _reading_savepoint(session: Session) -> Iterator[None]:
    nested = session.begin_nested()
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(text("SET TRANSACTION READ ONLY"))  # ends with the savepoint
    else:
        let_write(session.connection(), False)
    try:
        yield
    finally:
        with suppress(ResourceClosedError):  # it ended the transaction itself; what it raised tells so
            nested.rollback()


def _allow_writes(session: Session) -> None:
    if session.get_bind().dialect.name == "sqlite" and in_unit(session):
        let_write(session.connection(), True)
