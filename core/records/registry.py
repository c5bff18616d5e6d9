"""The registry of record types; what belongs to a disabled plugin isn't in it."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.records.types import ExtraColumn, RecordType


class RecordTypes:
    """All record types that were declared, seen through the set of enabled plugins."""

    def __init__(self) -> None:
        self._by_key: dict[str, RecordType] = {}
        self._extra: dict[str, list[ExtraColumn]] = {}
        #: How often a record type was added or taken away, for whoever remembers something about all of them.
        self.changes = 0
        #: Asked whether a plugin is on; the host puts its own answer here.
        self.is_enabled: Callable[[str], bool] = lambda _plugin: True

    def add(self, record_type: "RecordType") -> None:
        """Register a record type under its key; a second one with the same key replaces the first."""
        self._by_key[record_type.key] = record_type
        self.changes += 1

    def add_column(self, column: "ExtraColumn") -> None:
        """Register a list column that one plugin adds to another's record type."""
        columns = self._extra.setdefault(column.record_type, [])
        columns[:] = [other for other in columns if other.key != column.key] + [column]

    def remove_plugin(self, plugin: str) -> None:
        """Forget everything that a plugin declared, because it failed to load."""
        self._by_key = {key: each for key, each in self._by_key.items() if each.plugin != plugin}
        self.changes += 1
        for columns in self._extra.values():
            columns[:] = [column for column in columns if column.plugin != plugin]

    def __iter__(self) -> "Iterator[RecordType]":
        enabled = {plugin for plugin in {each.plugin for each in self._by_key.values()} if self.is_enabled(plugin)}
        return iter([each for each in self._by_key.values() if each.plugin in enabled])

    def get(self, key: str) -> "RecordType | None":
        """Find a record type by its key, `sales.opportunity`; None when unknown or its plugin is off."""
        found = self._by_key.get(key)
        return found if found is not None and self.is_enabled(found.plugin) else None

    def declared(self, key: str) -> "RecordType | None":
        """Find a record type whether its plugin is on or off."""
        return self._by_key.get(key)

    def all_declared(self) -> "list[RecordType]":
        """List every record type, whether its plugin is on or off."""
        return list(self._by_key.values())

    def of_model(self, model: Any) -> "RecordType | None":
        """Find the record type of a model."""
        return self.get(getattr(model, "__record_type__", ""))

    def of_plugin(self, plugin: str) -> "list[RecordType]":
        """List what a plugin declared, whether it is enabled or not."""
        return [each for each in self._by_key.values() if each.plugin == plugin]

    def extra_columns(self, key: str) -> "list[ExtraColumn]":
        """List the columns that enabled plugins add to a record type."""
        return [column for column in self._extra.get(key, []) if self.is_enabled(column.plugin)]


#: The record types of the core and of all loaded plugins, by key.
record_types = RecordTypes()
