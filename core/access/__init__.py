"""Who may see and do what: actors, permissions with a scope, and the one function that scopes every query."""

from core.access.actor import Actor, Kind, Scope, acting_as, current_actor, system_actor
from core.access.kept import kept
from core.access.scoping import (
    Access,
    ManagedAccess,
    OwnerAccess,
    ParentAccess,
    SharedAccess,
    may,
    require,
    require_administrator,
    visible,
)

__all__ = [
    "Access",
    "Actor",
    "Kind",
    "ManagedAccess",
    "OwnerAccess",
    "ParentAccess",
    "Scope",
    "SharedAccess",
    "acting_as",
    "current_actor",
    "kept",
    "may",
    "require",
    "require_administrator",
    "system_actor",
    "visible",
]
