"""Loading a plugin's rooms, and putting everything back when that fails."""

import importlib
import importlib.util
import sys
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, Final, TypeVar

import pluggy
from sqlalchemy.orm import Mapper

from core.database import db, discard_models, model_base
from core.host.discovery import Candidate
from core.host.manifest import Plugin
from core.jobs.registry import jobs
from core.records.registry import record_types

Declared = TypeVar("Declared")

#: The modules that a plugin may have, in the order in which they are imported.
ROOMS: Final = (
    "models",
    "schemas",
    "operations",
    "queries",
    "permissions",
    "settings",
    "records",
    "views",
    "portal",
    "public",
    "hookspecs",
    "hooks",
    "jobs",
    "commands",
    "sync",
    "api",
)


class LoadError(Exception):
    """A plugin whose code breaks one of the host's rules; the message names the rule and the place."""


@dataclass(frozen=True)
class LoadedPlugin:
    """A plugin whose rooms were imported.

    Attributes:
        manifest: what it says about itself.
        module: its package.
        rooms: its modules by their room's name.
        head: the newest revision of its migrations; None when it has none.
        revisions: each revision of its migrations with the one before it.
    """

    manifest: Plugin
    module: ModuleType
    rooms: Mapping[str, ModuleType] = field(default_factory=dict)
    head: str | None = None
    revisions: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The manifest's name."""
        return self.manifest.name

    @property
    def folder(self) -> Path:
        """Where its package lies."""
        return package_folder(self.module)

    def declared(self, room: str, kind: type[Declared]) -> Iterator[Declared]:
        """Give the module-level objects of one kind in a room, in the order in which they were written."""
        if room in self.rooms:
            yield from (value for value in vars(self.rooms[room]).values() if isinstance(value, kind))


def package_folder(module: ModuleType) -> Path:
    """Tell where a package lies."""
    if module.__file__ is None:
        raise LoadError(f"{module.__name__} has no __init__.py")
    return Path(module.__file__).parent


def load(candidate: Candidate, names: Collection[str]) -> LoadedPlugin:
    """Import a plugin's rooms, configure its mappers, and check that it keeps to its own namespace.

    Args:
        candidate: one without a failure.
        names: the names of all plugins, whose tables it must not claim.

    Raises:
        Exception: whatever the plugin's code raises, and LoadError; nothing of the plugin is left behind then.
    """
    manifest = candidate.manifest
    if manifest is None:
        raise LoadError(f"{candidate.name} has no manifest")
    before = set(db.metadata.tables)
    try:
        module = importlib.import_module(candidate.module)
        rooms = {room: importlib.import_module(f"{module.__name__}.{room}") for room in _rooms_of(module)}
        model_base(manifest.name).registry.configure(cascade=True)
        _check_tables(manifest.name, before, names)
        _check_relationships(manifest.name)
        _check_templates(manifest.name, package_folder(module))
    except (Exception, SystemExit):
        discard(candidate, before)
        raise
    loaded = LoadedPlugin(manifest, module, rooms)
    _declare_records(loaded)
    return loaded


def _rooms_of(module: ModuleType) -> list[str]:
    return [room for room in ROOMS if importlib.util.find_spec(f"{module.__name__}.{room}") is not None]


def discard(candidate: Candidate, before: Collection[str] | None = None) -> None:
    """Take away what a failed plugin left in the process: models, tables, record types, jobs, modules.

    Args:
        candidate: the plugin.
        before: names of the tables that were there before it was loaded.
    """
    discard_models(candidate.name)
    for name in set() if before is None else set(db.metadata.tables) - set(before):
        db.metadata.remove(db.metadata.tables[name])
    record_types.remove_plugin(candidate.name)
    jobs.remove_plugin(candidate.name)
    for name in [name for name in sys.modules if name.startswith(f"{candidate.module}.")]:
        del sys.modules[name]


def owner_of_table(table: str, names: Collection[str]) -> str | None:
    """Tell which of the named plugins a table belongs to: the one with the longest name that begins it."""
    return max((name for name in names if table.startswith(f"{name}_")), key=len, default=None)


def _check_tables(name: str, before: Collection[str], names: Collection[str]) -> None:
    mapped = {mapper.local_table.name for mapper in _mappers(name)}  # type: ignore[attr-defined]
    for table in sorted(mapped | (set(db.metadata.tables) - set(before))):
        owner = owner_of_table(table, names)
        if owner != name:
            belongs = f"that is {owner}'s" if owner else f"it must begin with {name}_"
            raise LoadError(f"the table {table} can't be {name}'s: {belongs}")


def _mappers(name: str) -> list[Mapper[Any]]:
    return list(model_base(name).registry.mappers)


def _check_relationships(name: str) -> None:
    """Refuse relationships that change another's model: that would outlive switching the plugin off."""
    own = set(_mappers(name))
    for mapper in own:
        for relationship in mapper.relationships:
            reverse = relationship.backref or relationship.back_populates
            if reverse and relationship.mapper not in own:
                raise LoadError(
                    f"{relationship} adds an attribute to {relationship.mapper.class_.__name__}, another's model"
                )


def _check_templates(name: str, folder: Path) -> None:
    templates = folder / "templates"
    strays = [entry.name for entry in templates.iterdir() if entry.name != name] if templates.is_dir() else []
    if strays:
        raise LoadError(f"templates/{strays[0]} must lie in templates/{name}/, or it could stand in for another's")


def _declare_records(plugin: LoadedPlugin) -> None:
    from core.records.types import ExtraColumn, RecordType  # record types stand on the whole records layer

    for record_type in plugin.declared("records", RecordType):
        if record_type.plugin == plugin.name:
            record_types.add(record_type)
    for column in plugin.declared("records", ExtraColumn):
        if column.plugin != plugin.name:
            raise LoadError(f"the column {column.key} must be called {plugin.name}.{column.key}")
        record_types.add_column(column)


def new_plugin_manager(*core_modules: ModuleType) -> pluggy.PluginManager:
    """Make a hook registry that knows the core's hooks and the core's own answers to them."""
    from core.host import hookspecs

    manager = pluggy.PluginManager("pelatis")
    manager.add_hookspecs(hookspecs)
    for module in core_modules:
        manager.register(module, f"core:{module.__name__}")
    return manager


def add_specs(manager: pluggy.PluginManager, plugin: LoadedPlugin) -> None:
    """Register the hooks that a plugin owns.

    Raises:
        LoadError: when one isn't called `crm_…` or belongs to somebody else already.
    """
    module = plugin.rooms.get("hookspecs")
    if module is None:
        return
    names = [name for name in dir(module) if manager.parse_hookspec_opts(module, name) is not None]
    for name in names:
        owned = getattr(manager.hook, name, None)
        if not name.startswith("crm_"):
            raise LoadError(f"the hook {name} must be called crm_{name}")
        if owned is not None and owned.has_spec():
            raise LoadError(f"the hook {name} has an owner already")
    if names:
        manager.add_hookspecs(module)


def add_implementations(manager: pluggy.PluginManager, plugin: LoadedPlugin) -> None:
    """Register a plugin's answers to hooks.

    Raises:
        LoadError: for a wrapper, or for a hook that nobody owns and that isn't marked `optionalhook`.
        pluggy.PluginValidationError: for an argument that the hook doesn't have.
    """
    module = plugin.rooms.get("hooks")
    if module is None:
        return
    manager.register(module, plugin.name)
    try:
        for caller in manager.get_hookcallers(module) or []:
            for implementation in caller.get_hookimpls():
                if implementation.plugin is module:
                    _check_implementation(caller, implementation)
    except LoadError:
        manager.unregister(module)
        raise


def _check_implementation(caller: Any, implementation: pluggy.HookImpl) -> None:
    if implementation.wrapper or implementation.hookwrapper:
        raise LoadError(f"{caller.name} is answered by a wrapper; plugins answer for themselves alone")
    if not caller.has_spec() and not implementation.optionalhook:
        raise LoadError(
            f"nobody owns the hook {caller.name}; mark it @hookimpl(optionalhook=True) when its owner may be absent"
        )


def remove_hooks(manager: pluggy.PluginManager, plugin: LoadedPlugin) -> None:
    """Forget the hooks and the answers of a plugin that failed after they were registered."""
    if manager.has_plugin(plugin.name):
        manager.unregister(name=plugin.name)
    for caller in vars(manager.hook).values():
        spec = getattr(caller, "spec", None)
        if spec is not None and spec.namespace is plugin.rooms.get("hookspecs"):
            caller.spec = None
