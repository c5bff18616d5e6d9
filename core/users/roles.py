"""Roles: what they grant, the ones that Pelatis comes with, and how several become one set of rights.

Beside plain permissions (`sales.opportunity.edit`) a role may grant in general, so that a module that is switched on
later is covered: `owned:edit` reaches every record type whose records belong to people, `shared:view` every one whose
records are everybody's (products, stages, teams); `owned:act` and `shared:act` are the actions that a record type adds
to view, create, edit, delete, export and import. A plain permission is stronger than a general one, and null takes it
away. `*` grants everything. Nobody changes, exports or bins further than they see.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from core.access import Actor, ManagedAccess, Scope, SharedAccess
from core.access.actor import widest
from core.access.scoping import ACTIONS, READING
from core.i18n import _l
from core.records.registry import record_types
from core.records.types import RecordType

EVERYTHING: Final = "*"
OWNED: Final = "owned"
SHARED: Final = "shared"
ACT: Final = "act"

#: What may be done without seeing records that are there.
_BEFORE_SEEING: Final = frozenset({"view", "create", "import"})


@dataclass(frozen=True)
class DefaultRole:
    """A role that Pelatis comes with.

    Attributes:
        title: what people call it, lazily translated.
        note: one sentence about who has it.
        grants: what it grants at first; the administrator may change it.
    """

    title: Any
    note: Any
    grants: Mapping[str, str | None]


def _general(owned: str, *actions: str) -> dict[str, str | None]:
    return {f"{OWNED}:{action}": owned for action in actions}


_EVERYTHING_SHARED: Final = {f"{SHARED}:view": "all"}
#: The parts of a customer are seen and changed by whoever may see and change the customer.
_PARTS: Final = {
    f"{part}.{action}": "team" for part in ("contact_point", "address", "relationship") for action in ACTIONS[:4]
}

DEFAULT_ROLES: Final[Mapping[str, DefaultRole]] = {
    "administrator": DefaultRole(
        _l("Administrator"), _l("Does everything, and gives the others their rights."), {EVERYTHING: "all"}
    ),
    "sales_manager": DefaultRole(
        _l("Sales manager"),
        _l("Sees every customer, and works on everything of the own team and those below it."),
        {**_general("team", *ACTIONS, ACT), **_EVERYTHING_SHARED, f"{SHARED}:export": "all", "customer.view": "all"},
    ),
    "salesperson": DefaultRole(
        _l("Salesperson"),
        _l("Sees every customer, and works on the own ones."),
        {
            **_general("own", "view", "create", "edit", "delete", ACT),
            **_EVERYTHING_SHARED,
            **_PARTS,
            "customer.view": "all",
        },
    ),
    "viewer": DefaultRole(
        _l("Viewer"), _l("Sees everything and changes nothing."), {**_general("all", "view"), **_EVERYTHING_SHARED}
    ),
}


def scope_in(grants: Mapping[str, Any], record_type: RecordType, action: str) -> Scope | None:
    """Tell how far one role's grants reach for an action on a record type; None when it doesn't."""
    if EVERYTHING in grants:
        return Scope.all
    permission = f"{record_type.key}.{action}"
    if permission in grants:
        return _scope(grants[permission])
    scope = _scope(grants.get(general_permission(record_type, action)))
    # What is said of a person in general lets nobody set their own target.
    is_managed = isinstance(record_type.access, ManagedAccess) and action not in READING
    return None if is_managed and scope is Scope.own else scope


def general_permission(record_type: RecordType, action: str) -> str:
    """Name the general permission that covers an action on a record type."""
    group = SHARED if isinstance(record_type.access, SharedAccess) else OWNED
    return f"{group}:{action if action in ACTIONS else ACT}"


def _scope(value: Any) -> Scope | None:
    return Scope(value) if value in Scope.__members__ else None


def actions_of(record_type: RecordType) -> tuple[str, ...]:
    """List everything that can be granted on a record type."""
    return (*ACTIONS, *record_type.actions)


def merge_grants(roles: Iterable[Mapping[str, Any]]) -> dict[str, Scope]:
    """Join the grants of several roles: of each permission the widest scope, for the record types that are on."""
    held = list(roles)
    if any(EVERYTHING in grants for grants in held):
        return {EVERYTHING: Scope.all}
    merged: dict[str, Scope] = {}
    for record_type in record_types:
        seen = widest(*(scope_in(grants, record_type, "view") for grants in held))
        for action in actions_of(record_type):
            scope = widest(*(scope_in(grants, record_type, action) for grants in held))
            if action not in _BEFORE_SEEING:
                scope = narrower(scope, seen)
            if scope is not None:
                merged[f"{record_type.key}.{action}"] = scope
    return merged


def narrower(first: Scope | None, second: Scope | None) -> Scope | None:
    """Choose the narrower of two scopes; None when one of them is."""
    if first is None or second is None:
        return None
    return min(first, second, key=lambda scope: scope.rank)


def narrow_grants(grants: Mapping[str, Scope], allowed: Mapping[str, Any] | None) -> Mapping[str, Scope]:
    """Cut rights down to what a token was given.

    Args:
        grants: the owner's merged grants.
        allowed: the token's own; None for all that the owner may do.
    """
    if allowed is None:
        return grants
    narrowed: dict[str, Scope] = {}
    for permission, scope in merge_grants([allowed]).items():
        if permission == EVERYTHING:
            return grants
        held = widest(grants.get(permission), grants.get(EVERYTHING))
        cut = narrower(held, scope)
        if cut is not None:
            narrowed[permission] = cut
    return narrowed


def covers(actor: Actor, grants: Mapping[str, Scope]) -> bool:
    """Tell whether an actor may do everything that some merged grants allow: nobody gives away more than they have."""
    if actor.is_administrator:
        return True
    for permission, scope in grants.items():
        held = actor.scope(permission)
        if held is None or held.rank < scope.rank:
            return False
    return True


def title_of(name: str, title: str) -> str:
    """Name a role for people."""
    return title or (str(DEFAULT_ROLES[name].title) if name in DEFAULT_ROLES else name)
