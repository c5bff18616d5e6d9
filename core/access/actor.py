"""Actors: whoever reads or writes, with what they were granted."""

import uuid
from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from core.database import JournalContext, journal_context


class Kind(StrEnum):
    """What kind of actor it is; only staff starts from its roles, all others start from nothing."""

    staff = "staff"
    portal = "portal"
    token = "token"  # noqa: S105 – a kind of actor, not a secret
    device = "device"
    public = "public"
    system = "system"

    # That of an enumeration is Python's own, and pages ask for it by the hundred.
    __hash__ = str.__hash__


class Scope(StrEnum):
    """How far a permission reaches."""

    own = "own"
    team = "team"
    territory = "territory"
    all = "all"

    __hash__ = str.__hash__

    @property
    def rank(self) -> int:
        """Order scopes from narrow to wide."""
        return list(Scope).index(self)


def widest(*scopes: Scope | None) -> Scope | None:
    """Choose the widest of several scopes; None when there is none."""
    given = {scope for scope in scopes if scope is not None}
    return max(given, key=lambda scope: scope.rank) if len(given) > 1 else next(iter(given), None)


@dataclass(frozen=True)
class Actor:
    """Whoever reads or writes.

    `grants` maps permissions (`sales.opportunity.view`, or `*` for an administrator) to scopes.
    """

    kind: Kind
    user_id: uuid.UUID | None = None
    name: str = ""
    email: str = ""
    grants: Mapping[str, Scope] = field(default_factory=dict, hash=False)
    #: Teams whose records the scope `team` reaches: the own ones and everything below them.
    team_ids: frozenset[uuid.UUID] = frozenset()
    #: Territories whose customers the scope `territory` reaches: the own ones and everything below them.
    territory_ids: frozenset[uuid.UUID] = frozenset()
    #: The customer that a portal user belongs to.
    customer_id: uuid.UUID | None = None
    language: str = "en"
    zone: str = "Europe/Athens"

    def scope(self, permission: str) -> Scope | None:
        """Tell how far a permission reaches for this actor; None when it wasn't granted."""
        if self.kind is Kind.system:
            return Scope.all
        return widest(self.grants.get(permission), self.grants.get("*"))

    @cached_property
    def rights(self) -> Hashable:
        """What everybody of the same kind and grants has in common, to remember something by."""
        return (self.kind, frozenset(self.grants.items()))

    @property
    def is_administrator(self) -> bool:
        """Whether everything is granted."""
        return self.kind is Kind.system or "*" in self.grants


#: An actor of no rights: nobody has signed in.
PUBLIC = Actor(Kind.public)

_current: ContextVar[Actor] = ContextVar("actor", default=PUBLIC)


def current_actor() -> Actor:
    """Give whoever acts now; the public, without any right, when nobody has been named."""
    return _current.get()


def system_actor() -> Actor:
    """Give the actor of the shell and of jobs that nobody asked for: it may do everything."""
    return Actor(Kind.system, name="Pelatis")


@contextmanager
def acting_as(actor: Actor, origin: str = "system", import_id: uuid.UUID | None = None) -> Iterator[Actor]:
    """Let an actor act within a block; the journal names them and the origin (page, api, import, job, shell, undo)."""
    actor_token = _current.set(actor)
    journal_token = journal_context.set(JournalContext(actor.user_id, origin, import_id))
    try:
        yield actor
    finally:
        journal_context.reset(journal_token)
        _current.reset(actor_token)
