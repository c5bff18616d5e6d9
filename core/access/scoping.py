"""The one function that turns (actor, model, action) into a SQL criterion.

Every list, count, search, export, API answer, aggregate and hook goes through `visible`.
"""

import uuid
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import ColumnElement, exists, false, or_, select, true

from core.access.actor import Actor, Scope
from core.database import Record, db
from core.problems import Problem, not_found

#: What changes nothing.
READING = ("view", "export")
#: Actions that exist for every record type.
ACTIONS = ("view", "create", "edit", "delete", "export", "import")


class Access(Protocol):
    """How the records of a type belong to people; `RecordType.access` holds one."""

    def criterion(self, actor: Actor, model: Any, action: str, scope: Scope) -> ColumnElement[bool]:
        """Give the SQL criterion of what the scope reaches."""
        ...


@dataclass(frozen=True)
class OwnerAccess:
    """A record belongs to its owner, through them to the owner's teams, and to its own or its customer's territory."""

    def criterion(self, actor: Actor, model: Any, action: str, scope: Scope) -> ColumnElement[bool]:
        """Reach own records, or those of everybody in the actor's teams, or these and the actor's territories.

        A model with neither `territory_id` nor `customer_id` belongs to no territory: of it the scope `territory`
        reaches what `team` does.
        """
        if scope is Scope.all:
            return true()
        reached: list[ColumnElement[bool]] = [model.owner_id == actor.user_id]
        if scope is not Scope.own and actor.team_ids:
            from core.users.models import TeamMember  # users stand on this module

            members = select(TeamMember.user_id).where(TeamMember.team_id.in_(actor.team_ids))
            reached.append(model.owner_id.in_(members))
        if scope is Scope.territory and actor.territory_ids:
            reached += _in_territories(actor, model)
        return or_(*reached)


def _in_territories(actor: Actor, model: Any) -> list[ColumnElement[bool]]:
    if hasattr(model, "territory_id"):
        return [model.territory_id.in_(actor.territory_ids)]
    if not hasattr(model, "customer_id"):
        return []
    from core.customers.models import Customer  # customers stand on this module

    there = select(Customer.id).where(Customer.territory_id.in_(actor.territory_ids))
    return [model.customer_id.in_(there)]


@dataclass(frozen=True)
class ParentAccess:
    """A record is reached by whoever may see its parent, `ParentAccess("customer_id", Customer)`, or owns it."""

    column: str
    parent: type[Record]

    def criterion(self, actor: Actor, model: Any, action: str, scope: Scope) -> ColumnElement[bool]:
        """Reach own records, and those of every parent that may be seen; to change them, that may be edited."""
        if scope is Scope.all:
            return true()
        parent: Any = self.parent
        needed = "view" if action in ("view", "export") else "edit"
        seen = exists(select(1).where(parent.id == getattr(model, self.column), visible(actor, parent, needed)))
        own = model.owner_id == actor.user_id
        return own if scope is Scope.own else or_(own, seen.correlate(model.__table__))


@dataclass(frozen=True)
class ManagedAccess:
    """A record is about a person or a team, who see it; only whoever leads them writes it: targets, appraisals.

    Attributes:
        person: the column of the person whom it is about.
        team: the column of the team, where there is one.
    """

    person: str
    team: str | None = None

    def criterion(self, actor: Actor, model: Any, action: str, scope: Scope) -> ColumnElement[bool]:
        """Reach what is about oneself, or about everybody in the actor's teams and about these."""
        if scope is Scope.all:
            return true()
        own: ColumnElement[bool] = getattr(model, self.person) == actor.user_id
        if scope is Scope.own or not actor.team_ids:
            return own if action in READING else false()
        from core.users.models import TeamMember  # users stand on this module

        members = select(TeamMember.user_id).where(TeamMember.team_id.in_(actor.team_ids))
        reached = [own, getattr(model, self.person).in_(members)]
        if self.team is not None:
            reached.append(getattr(model, self.team).in_(actor.team_ids))
        return or_(*reached)


@dataclass(frozen=True)
class SharedAccess:
    """Records that belong to everybody who has the permission at all: products, stages, teams."""

    def criterion(self, actor: Actor, model: Any, action: str, scope: Scope) -> ColumnElement[bool]:
        """Reach everything."""
        return true()


def visible(actor: Actor, model: Any, action: str = "view", *, history: Any = None) -> ColumnElement[bool]:
    """Give the criterion of the records that an actor may see, edit, … .

    Args:
        actor: whoever asks.
        model: a record's model, or its record type.
        action: `view`, `edit`, `delete`, `export` or an action of the record type's own.
        history: a model that keeps what such records were, with the owner that they had then; the criterion is over its
            columns.

    Returns:
        A criterion over the model's columns; `false()` when the actor has no such permission, or the plugin is off.
    """
    from core.records.registry import record_types  # record types stand on this module

    model = getattr(model, "model", model)
    record_type = record_types.of_model(model)
    scope = actor.scope(f"{model.__record_type__}.{action}")
    if scope is None or record_type is None:
        return false()
    return record_type.access.criterion(actor, history or model, action, scope)


def may(actor: Actor, record_type: Any, action: str) -> bool:
    """Tell whether an actor has a permission on a record type in any scope."""
    key = getattr(record_type, "key", None) or record_type.__record_type__
    return actor.scope(f"{key}.{action}") is not None


def reaches(actor: Actor, model: Any, record_id: uuid.UUID, action: str) -> bool:
    """Ask the database whether an actor's permission reaches one record."""
    model = getattr(model, "model", model)
    statement = select(1).where(model.id == record_id, visible(actor, model, action))
    return db.session.execute(statement).first() is not None


def require(actor: Actor, record_type: Any, action: str, record: Record | None = None) -> None:
    """Stop whoever may not do something.

    Args:
        actor: whoever wants to act.
        record_type: the record type or its model.
        action: what they want to do.
        record: the record; None where there isn't one yet (create) or where any scope will do (import).

    Raises:
        Problem: 404 when they may not even see the record, 403 when they may see it but not do this.
    """
    if record is None:
        if not may(actor, record_type, action):
            raise _refused()
        return
    if actor.is_administrator or reaches(actor, type(record), record.id, action):
        return
    if action != "view" and reaches(actor, type(record), record.id, "view"):
        raise _refused()
    raise not_found()


def require_administrator(actor: Actor) -> None:
    """Let nobody but administrators know that something is there.

    Raises:
        Problem: 404 for anybody else.
    """
    if not actor.is_administrator:
        raise not_found()


def _refused() -> Problem:
    from core.i18n import _

    return Problem("refused", _("You don't have the right to do this. Ask an administrator."), status=403)
