"""The states that a plugin can be in, and what the administration page is told about each plugin."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """Where a plugin stands."""

    #: Installed and loadable, never switched on.
    discovered = "discovered"
    #: Its manifest rules it out here: versions, requirements.
    incompatible = "incompatible"
    #: Its code could not be loaded.
    failed = "failed"
    #: Switched on, but its tables aren't those that its code expects.
    pending_migration = "pending_migration"
    #: Switched off by an administrator, or because it leans on something that is off; its data stays.
    disabled = "disabled"
    #: At work.
    enabled = "enabled"
    #: Its package is gone; its row and its data stay.
    missing = "missing"


@dataclass(frozen=True)
class Failure:
    """Why a plugin can't run: one sentence for people, and Python's own words below it."""

    reason: Any
    traceback: str = ""


@dataclass(frozen=True)
class Tripped:
    """Since when, and why, a plugin's hooks aren't called, although the administrator has it switched on."""

    at: datetime
    reason: str


@dataclass(frozen=True, kw_only=True)
class PluginStatus:
    """All that the administration page shows of a plugin.

    Attributes:
        name, title, summary, version, category, icon, order, experimental, requires, uses: from the manifest; of a
            missing plugin only what its row remembers.
        required_by: plugins that name it in `requires`.
        state: where it stands.
        reason: why, in one sentence; empty when there is nothing to say.
        traceback: Python's own words; empty when there are none.
        revision: how far its migrations are applied; None when not at all, or nobody looked.
        switched_on: the administrator's own choice, whatever the state.
        remembered: whether it was switched on at least once and never purged, so that it may have stored something.
        tripped: set when its breaker has tripped.
        notes: remarks that don't change the state, such as another package of the same name.
    """

    name: str
    state: State
    title: Any
    summary: Any = ""
    version: str = ""
    category: str = "other"
    icon: str = "puzzle"
    order: int = 100
    experimental: bool = False
    requires: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    required_by: tuple[str, ...] = ()
    reason: Any = ""
    traceback: str = ""
    revision: str | None = None
    switched_on: bool = False
    remembered: bool = False
    tripped: Tripped | None = None
    notes: tuple[Any, ...] = ()

    @property
    def rests(self) -> bool:
        """Whether it is switched on and yet isn't at work, because of something else than itself."""
        return self.switched_on and self.state is State.disabled
