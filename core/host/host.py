"""The host: which plugins there are, which are on, and who answers which hook."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import ModuleType
from typing import Any, Final, TypeVar, get_args

import pluggy
import structlog
from flask import Flask, current_app, g, has_app_context
from sqlalchemy import Connection, Row, select
from sqlalchemy.exc import OperationalError, ProgrammingError

from core.database import db
from core.host import histories, loading
from core.host.breaker import Breaker
from core.host.discovery import Candidate, announced, discover, failure_of
from core.host.generation import PLUGINS, read_for_request, read_generations
from core.host.loading import LoadedPlugin
from core.host.models import Plugin as PluginRow
from core.host.mounting import mount
from core.host.states import Failure, PluginStatus, State, Tripped
from core.i18n import _, _l
from core.jobs.registry import jobs, plugin_of_module
from core.problems import Problem
from core.records.registry import record_types

log = structlog.get_logger(__name__)

Declared = TypeVar("Declared")

EXTENSION: Final = "pelatis_host"


@dataclass(frozen=True)
class Snapshot:
    """What was true of all plugins at one generation; never changed, only replaced.

    Attributes:
        generation: the number of the topic `plugins` when it was made.
        enabled: the names of the plugins that are at work.
        statuses: all plugins, in their order.
        answers: by hook, the implementations of enabled plugins; filled as they are asked for.
    """

    generation: int
    enabled: frozenset[str] = frozenset()
    statuses: Mapping[str, PluginStatus] = field(default_factory=dict)
    answers: dict[str, tuple[pluggy.HookImpl, ...]] = field(default_factory=dict)


#: Before the database was looked at.
_NOTHING_KNOWN: Final = Snapshot(generation=-1)


class Host:
    """The plugin host of one application, `app.extensions["pelatis_host"]`.

    Args:
        extra_plugins: manifests beside those of the entry points, `package` or `package:attribute`.
        core_hooks: modules of the core with answers to hooks.
        safe_mode: load nothing but the core.
    """

    def __init__(
        self, *, extra_plugins: Sequence[str] = (), core_hooks: Sequence[ModuleType] = (), safe_mode: bool = False
    ) -> None:
        self.safe_mode = safe_mode
        self.breaker = Breaker()
        self.loaded: dict[str, LoadedPlugin] = {}
        self.hooks = loading.new_plugin_manager(*core_hooks)
        self._extra = tuple(extra_plugins)
        self._candidates: dict[str, Candidate] = {}
        self._failures: dict[str, tuple[State, Failure]] = {}
        self._places: dict[str, int] = {}
        self._hook_owners: dict[str, str] = {}
        self._snapshot = _NOTHING_KNOWN

    # Starting

    def load(self, app: Flask) -> None:
        """Find, load and mount every plugin; one that can't be loaded is `failed`, and the others go on.

        Args:
            app: the application, with its own routes and before its first request.
        """
        app.extensions[EXTENSION] = self
        record_types.is_enabled = jobs.is_enabled = is_enabled_in_current_app
        jobs.plugin_of_module = self._plugin_of_module
        found = discover(self._extra) if not self.safe_mode else []
        self._candidates = {candidate.name: candidate for candidate in found}
        self._places = {name: place for place, name in enumerate(self._candidates)}
        for candidate in found:
            self._attempt(candidate, self._load_rooms)
        for candidate in found:
            if candidate.name in self.loaded:
                self._attempt(candidate, lambda each: self._attach(app, each))

    def _attempt(self, candidate: Candidate, step: Callable[[Candidate], None]) -> None:
        """Take one step of starting a plugin; when it can't be taken, remember why and put everything back."""
        state, failure = State.failed, candidate.failure
        if failure is not None and candidate.incompatible:
            state = State.incompatible
        if failure is None:
            failure = self._lacking(candidate)
            state = State.incompatible if failure else State.failed
        if failure is None:
            try:
                step(candidate)
            except (Exception, SystemExit) as error:  # one bad package never stops the boot
                log.error("plugin_failed", plugin=candidate.name, module=candidate.module, exc_info=error)
                failure = failure_of(error)
        if failure is not None:
            self._failures[candidate.name] = (state, failure)
            self._put_back(candidate)

    def _lacking(self, candidate: Candidate) -> Failure | None:
        """Say which plugin is required and can't be had."""
        for name in candidate.manifest.requires if candidate.manifest else ():
            if name not in self._candidates:
                return Failure(_l("It needs the plugin %(name)s, which isn't installed.", name=name))
            if name not in self.loaded:
                return Failure(_l("It needs the plugin %(name)s, which couldn't start.", name=name))
        return None

    def _load_rooms(self, candidate: Candidate) -> None:
        plugin = loading.load(candidate, self._candidates.keys())
        history = histories.plugin_history(plugin)
        if history.versions.is_dir():
            plugin = replace(plugin, head=history.head, revisions=history.revisions)
        self.loaded[plugin.name] = plugin
        known = set(vars(self.hooks.hook))
        loading.add_specs(self.hooks, plugin)
        module = plugin.rooms.get("hookspecs")
        for name in vars(self.hooks.hook).keys() - known if module else ():
            self._hook_owners[name] = plugin.name

    def _attach(self, app: Flask, candidate: Candidate) -> None:
        plugin = self.loaded[candidate.name]
        loading.add_implementations(self.hooks, plugin)
        mount(app, plugin)

    def _put_back(self, candidate: Candidate) -> None:
        plugin = self.loaded.pop(candidate.name, None)
        if plugin is not None:
            loading.remove_hooks(self.hooks, plugin)
        loading.discard(candidate)

    def _plugin_of_module(self, module: str) -> str:
        for candidate in self._candidates.values():
            if module == candidate.module or module.startswith(f"{candidate.module}."):
                return candidate.name
        return plugin_of_module(module)

    # What is on

    @property
    def snapshot(self) -> Snapshot:
        """What this request, job or command works with: it doesn't change under its hands."""
        try:
            context = g._get_current_object()
        except RuntimeError:  # nobody is answered
            return self._snapshot
        kept: Snapshot | None = context.get("plugin_snapshot")
        return kept if kept is not None else self.refresh()

    @property
    def enabled(self) -> frozenset[str]:
        """The names of the plugins that are at work."""
        return self.snapshot.enabled

    def is_enabled(self, name: str) -> bool:
        """Tell whether a plugin is at work; the core always is."""
        return name == "core" or name in self.snapshot.enabled

    def begin_request(self) -> None:
        """Compare generations, once per request, with one statement on the request's own session.

        Raises:
            Problem: 503 when the database can't be read or was never prepared.
        """
        try:
            generations = read_for_request(db.session())
        except (OperationalError, ProgrammingError) as error:
            db.session.rollback()
            raise _unreadable(error) from error
        g.generations = generations
        if generations.get(PLUGINS, 0) != self._snapshot.generation:
            self.refresh()
        g.plugin_snapshot = self._snapshot

    def refresh(self) -> Snapshot:
        """Look at the database again; jobs and commands do it before they begin.

        Raises:
            Problem: 503 when the database can't be read or was never prepared.
        """
        try:
            with db.engine.connect() as connection:
                generations = read_generations(connection)
                if generations.get(PLUGINS, 0) != self._snapshot.generation:
                    self._snapshot = self._read(connection, generations.get(PLUGINS, 0))
        except (OperationalError, ProgrammingError) as error:
            raise _unreadable(error) from error
        g.generations, g.plugin_snapshot = generations, self._snapshot
        return self._snapshot

    def _read(self, connection: Connection, generation: int) -> Snapshot:
        # The number was read first: what follows may be newer, never older, and the next comparison finds out.
        rows = {row.name: row for row in connection.execute(select(PluginRow.__table__))}
        tables = histories.table_names(connection)
        statuses: dict[str, PluginStatus] = {}
        enabled: set[str] = set()
        for name, candidate in self._candidates.items():
            row = rows.get(name)
            revision = histories.applied_revision(connection, name, tables) if row is not None else None
            statuses[name] = self._judge(candidate, row, revision, enabled)
            if statuses[name].state is State.enabled:
                enabled.add(name)
            if row is not None and row.tripped_at is None and name not in self.breaker.waiting:
                self.breaker.forget(name)
        for name in sorted(rows.keys() - statuses.keys()):
            statuses[name] = self._absent(rows[name])
        return Snapshot(generation, frozenset(enabled), statuses)

    def _judge(
        self, candidate: Candidate, row: Row[Any] | None, revision: str | None, enabled: set[str]
    ) -> PluginStatus:
        manifest = candidate.manifest
        state, failure = self._failures.get(candidate.name, (None, None))
        if state is None or failure is None:
            state, failure = self._judge_loaded(self.loaded[candidate.name], row, revision, enabled)
        known: dict[str, Any] = {"title": row.title if row else candidate.name}
        if manifest is not None:
            fields = ("title", "summary", "version", "category", "icon", "order", "experimental", "requires", "uses")
            known = {name: getattr(manifest, name) for name in fields}
        return PluginStatus(
            name=candidate.name,
            state=state,
            reason=failure.reason,
            traceback=failure.traceback,
            required_by=self._required_by(candidate.name),
            notes=candidate.notes,
            revision=revision,
            **_choice(row),
            **known,
        )

    def _judge_loaded(
        self, plugin: LoadedPlugin, row: Row[Any] | None, revision: str | None, enabled: set[str]
    ) -> tuple[State, Failure]:
        if row is None:
            return State.discovered, Failure("")
        if not row.enabled:
            return State.disabled, Failure("")
        off = [name for name in plugin.manifest.requires if name not in enabled]
        if off:
            return State.disabled, Failure(_l("It needs %(name)s, which is off.", name=self.title(off[0])))
        if revision == plugin.head:
            return State.enabled, Failure("")
        if revision is not None and not histories.plugin_history(plugin).knows(revision):
            return State.incompatible, Failure(_l("Its tables were made by a newer version of it. Install that one."))
        return State.pending_migration, Failure(_l("Changes to its tables are waiting to be applied."))

    def _absent(self, row: Row[Any]) -> PluginStatus:
        """Describe a plugin of which only the row is there."""
        state, reason = State.missing, _l("The package is gone from this machine. Its tables and records are kept.")
        if self.safe_mode:
            state, reason = State.disabled, _l("Safe mode: only the core was started.") if row.enabled else ""
        return PluginStatus(
            name=row.name, state=state, title=row.title, version=row.version, reason=reason, **_choice(row)
        )

    def _required_by(self, name: str) -> tuple[str, ...]:
        manifests = [candidate.manifest for candidate in self._candidates.values() if candidate.manifest]
        return tuple(manifest.name for manifest in manifests if name in manifest.requires)

    # What the pages and the commands ask

    def statuses(self) -> list[PluginStatus]:
        """List all plugins with their states, in their order."""
        return list(self.snapshot.statuses.values())

    def status(self, name: str) -> PluginStatus:
        """Describe one plugin.

        Raises:
            Problem: 404 when there is none of that name.
        """
        status = self.snapshot.statuses.get(name)
        if status is None:
            known = ", ".join(self.snapshot.statuses) or "–"
            message = _("There is no plugin called %(name)s. There are: %(known)s.", name=name, known=known)
            raise Problem("core.no_such_plugin", message, status=404)
        return status

    def can_read_tables(self, name: str) -> bool:
        """Tell whether a plugin's models fit the tables that the database has of it, whether it is on or off."""
        status, plugin = self.status(name), self.loaded.get(name)
        return plugin is not None and status.remembered and status.revision == plugin.head

    def loaded_plugin(self, name: str) -> LoadedPlugin:
        """Give a plugin that could be loaded, without asking the database.

        Raises:
            Problem: 404 when there is none of that name, 409 with the reason when it couldn't be loaded.
        """
        if name in self._failures:
            _state, failure = self._failures[name]
            raise Problem("core.plugin_unable", f"{self.title(name)}: {failure.reason}", status=409)
        if name not in self.loaded:
            known = ", ".join(self.loaded) or "–"
            message = _("There is no plugin called %(name)s. There are: %(known)s.", name=name, known=known)
            raise Problem("core.no_such_plugin", message, status=404)
        return self.loaded[name]

    def title(self, name: str) -> Any:
        """Tell what people call a plugin: by its manifest, else as its row remembers it."""
        candidate, known = self._candidates.get(name), self._snapshot.statuses.get(name)
        if candidate and candidate.manifest:
            return candidate.manifest.title
        return known.title if known else name

    @property
    def known_names(self) -> frozenset[str]:
        """The names of all plugins as far as they are known without asking the database."""
        return frozenset(self._candidates) | frozenset(self._snapshot.statuses)

    def names(self) -> frozenset[str]:
        """Name every plugin that is known, loaded or not."""
        return frozenset(self._candidates) | frozenset(self.snapshot.statuses)

    def in_order(self, names: Sequence[str] | frozenset[str]) -> list[str]:
        """Sort plugins so that each comes after what it requires."""
        return sorted(names, key=lambda name: (self._places.get(name, len(self._places)), name))

    def as_shown(self, names: Sequence[str] | frozenset[str]) -> list[str]:
        """Sort plugins as people meet them: by the manifest's `order` alone, whatever requires what."""

        def place(name: str) -> int:
            candidate = self._candidates.get(name)
            return candidate.manifest.order if candidate and candidate.manifest else 0

        return sorted(self.in_order(names), key=place)

    def restart_needed(self) -> list[str]:
        """Name the plugins that were installed since this process started; in safe mode nobody can tell."""
        if self.safe_mode:
            return []
        return sorted({each.name for each in announced(self._extra)} - self._candidates.keys())

    def declared(self, room: str, kind: type[Declared]) -> Iterator[tuple[str, Declared]]:
        """Give what enabled plugins declare in one of their rooms, in order: (plugin, object)."""
        for name, plugin in self.loaded.items():
            if self.is_enabled(name):
                for thing in plugin.declared(room, kind):
                    yield name, thing

    def rooms(self, room: str) -> Iterator[tuple[str, ModuleType]]:
        """Give one room of every enabled plugin that has it: (plugin, module)."""
        for name, plugin in self.loaded.items():
            if room in plugin.rooms and self.is_enabled(name):
                yield name, plugin.rooms[room]

    # Hooks

    def implementations(self, hook: str) -> tuple[pluggy.HookImpl, ...]:
        """Give the answers of the core and of enabled plugins to a hook, in the order of the plugins.

        Those marked `tryfirst` go before all others, those marked `trylast` after them. None when nobody owns the hook,
        or its owner is off.
        """
        snapshot = self.snapshot
        found = snapshot.answers.get(hook)
        if found is None:
            found = snapshot.answers[hook] = self._implementations(hook)
        return found

    def _implementations(self, hook: str) -> tuple[pluggy.HookImpl, ...]:
        caller = getattr(self.hooks.hook, hook, None)
        if caller is None or not caller.has_spec() or not self.is_enabled(self._hook_owners.get(hook, "core")):
            return ()
        found = [each for each in caller.get_hookimpls() if self.is_enabled(each.plugin_name.partition(":")[0])]
        return tuple(sorted(found, key=self._turn))

    def _turn(self, answer: pluggy.HookImpl) -> tuple[int, int]:
        return answer.trylast - answer.tryfirst, self._places.get(answer.plugin_name, -1)

    def hooks_of(self, name: str) -> list[str]:
        """Name the hooks that a loaded plugin answers, whether it is on or off."""
        module = self.loaded[name].rooms.get("hooks") if name in self.loaded else None
        return sorted(caller.name for caller in (self.hooks.get_hookcallers(module) or [])) if module else []

    def listeners(self, hook: str) -> list[str]:
        """Name the enabled plugins that answer a hook."""
        return [each.plugin_name for each in self.implementations(hook) if each.plugin_name in self._places]

    def emit(self, hook: str, *, plugin: str, **arguments: Any) -> None:
        """Tell one plugin about something that has happened; see `core.host.doors.emit`."""
        from core.host.doors import emit

        emit(hook, plugin=plugin, **arguments)

    def check_arguments(self, hook: str, arguments: Mapping[str, Any]) -> None:
        """Refuse a call that leaves out an argument of the specification.

        Raises:
            TypeError: naming what is missing.
        """
        missing = [name for name in getattr(self.hooks.hook, hook).spec.argnames if name not in arguments]
        if missing:
            raise TypeError(f"{hook} needs {', '.join(missing)}")

    def kind_of(self, hook: str) -> type[Any]:
        """Tell what a hook's answers consist of, read off the return annotation of its specification."""
        annotation = getattr(self.hooks.hook, hook).spec.function.__annotations__.get("return")
        kinds = get_args(annotation)
        return kinds[0] if len(kinds) == 1 and isinstance(kinds[0], type) else object

    def has_tripped(self, name: str) -> bool:
        """Tell whether a plugin's breaker has tripped, so that pages don't ask it any more."""
        status = self.snapshot.statuses.get(name)
        return name in self.breaker.waiting or (status is not None and status.tripped is not None)


def is_enabled_in_current_app(name: str) -> bool:
    """Tell whether a plugin is at work in the current application; without one there is nobody to ask, and all are."""
    if name == "core":
        return True
    host: Host | None = current_app.extensions.get(EXTENSION) if has_app_context() else None
    return host is None or host.is_enabled(name)


def _choice(row: Row[Any] | None) -> dict[str, Any]:
    if row is None:
        return {}
    tripped = Tripped(row.tripped_at, row.tripped_reason or "") if row.tripped_at else None
    return {"switched_on": row.enabled, "tripped": tripped, "remembered": True}


def _unreadable(error: Exception) -> Problem:
    message = str(getattr(error, "orig", error))
    if "core_generation" in message:
        return Problem("core.not_prepared", _("The database isn't prepared yet. Run: pelatis db upgrade"), status=503)
    log.error("database_unreadable", exc_info=error)
    return Problem("core.database_unreachable", _("The database doesn't answer. Try again in a minute."), status=503)
