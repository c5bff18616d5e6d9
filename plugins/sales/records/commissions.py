"""What the records layer is told about commission plans, splits, entries and settlements."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from sqlalchemy import ColumnElement, and_, exists, or_, select, true

from pelatis.api import Actor, ManagedAccess, Problem, RecordType, Scope, SharedAccess, TeamMember, _, _l, visible

from ..models import (
    CommissionEntry,
    CommissionMember,
    CommissionPlan,
    CommissionSettlement,
    CommissionSplit,
)
from ..operations.commission_plans import create_member, create_plan, update_member, update_plan
from ..operations.commission_splits import SHARED, create_split, update_split
from ..operations.settlements import create_settlement, follow_bin, update_settlement
from ..schemas import (
    CommissionEntrySchema,
    CommissionMemberSchema,
    CommissionPlanSchema,
    CommissionSettlementSchema,
    CommissionSplitSchema,
)
from .acts import PLAN_ACTS, SETTLEMENT_ACTS


@dataclass(frozen=True)
class PlanAccess(SharedAccess):
    """Plans belong to the company; people see those for everybody and for them, who leads a team also the team's.

    Attributes:
        column: where a record names its plan; empty for plans themselves.
    """

    column: str = ""

    def criterion(self, actor: Actor, model: Any, action: str, scope: Scope) -> ColumnElement[bool]:
        """Reach all plans for whoever may change them or sees everybody's commissions; else the own ones."""
        sees_all = actor.scope("sales.commission_entry.view") is Scope.all
        if action not in ("view", "export") or sees_all or actor.scope(f"{CommissionPlan.__record_type__}.edit"):
            return true()
        plan_id = getattr(model, self.column) if self.column else model.id
        members = select(1).where(CommissionMember.plan_id == plan_id, CommissionMember.deleted_at.is_(None))
        mine = [CommissionMember.person_id == actor.user_id, CommissionMember.team_id.in_(actor.team_ids)]
        if actor.scope("sales.commission_entry.view") in (Scope.team, Scope.territory):
            led = select(TeamMember.user_id).where(TeamMember.team_id.in_(actor.team_ids))
            mine.append(CommissionMember.person_id.in_(led))
        own_teams = select(TeamMember.team_id).where(TeamMember.user_id == actor.user_id)
        mine.append(CommissionMember.team_id.in_(own_teams))
        return or_(~exists(members), exists(members.where(or_(*mine))))


@dataclass(frozen=True)
class PartOfShared:
    """Whoever sees a deal, an order or an invoice sees how it is shared, and whoever may edit it may share it."""

    def criterion(self, actor: Actor, model: Any, action: str, scope: Scope) -> ColumnElement[bool]:
        """Reach the splits of everything that is reached."""
        if scope is Scope.all:
            return true()
        needed = action if action in ("view", "export") else "edit"
        reached = []
        for column, shared in SHARED.items():
            seen = select(1).where(shared.id == getattr(model, column), visible(actor, shared, needed))
            reached.append(and_(getattr(model, column).is_not(None), exists(seen.correlate(model.__table__))))
        return or_(*reached)


def refuse_entry(_actor: Actor, *_values: Any) -> NoReturn:
    """Refuse to write or change an entry by hand.

    Raises:
        Problem: `sales.entries_follow` (409), always.
    """
    message = _("Entries follow invoices, payments and credit notes by themselves; nobody writes them.")
    raise Problem("sales.entries_follow", message, status=409)


def _change_entry(actor: Actor, entry: CommissionEntry, values: Mapping[str, Any]) -> CommissionEntry:
    return entry if not values else refuse_entry(actor)


COMMISSION_PLANS = RecordType(
    model=CommissionPlan,
    schema=CommissionPlanSchema,
    label=_l("Commission plan"),
    label_plural=_l("Commission plans"),
    path="commission-plans",
    icon="coins",
    subtitle=("status", "base", "way"),
    columns=("name", "status", "base", "way", "period", "product", "begins_on", "ends_on"),
    filters=("name", "status", "base", "way", "period", "product", "begins_on", "ends_on"),
    search=("name",),
    match=("name",),
    create=create_plan,
    update=update_plan,
    acts=PLAN_ACTS,
    open_when_sealed=("name", "ends_on", "note"),
    access=PlanAccess(),
    setup=True,
)

COMMISSION_MEMBERS = RecordType(
    model=CommissionMember,
    schema=CommissionMemberSchema,
    label=_l("Member of a commission plan"),
    label_plural=_l("Members of commission plans"),
    path="commission-members",
    icon="users",
    title="note",
    columns=("plan", "person", "team", "note"),
    filters=("plan", "person", "team"),
    create=create_member,
    update=update_member,
    access=PlanAccess("plan_id"),
    nav=False,
)

COMMISSION_SPLITS = RecordType(
    model=CommissionSplit,
    schema=CommissionSplitSchema,
    label=_l("Commission split"),
    label_plural=_l("Commission splits"),
    path="commission-splits",
    icon="arrows-split-2",
    columns=("name", "shares", "opportunity", "order", "invoice"),
    filters=("name", "opportunity", "order", "invoice"),
    search=("name",),
    create=create_split,
    update=update_split,
    access=PartOfShared(),
    nav=False,
)

COMMISSION_ENTRIES = RecordType(
    model=CommissionEntry,
    schema=CommissionEntrySchema,
    label=_l("Commission entry"),
    label_plural=_l("Commission entries"),
    path="commission-entries",
    icon="coins",
    title="period",
    subtitle=("person", "invoice", "cause"),
    columns=("cause", "person", "happened_on", "invoice", "plan", "percent", "base", "earned", "payable", "settlement"),
    filters=(
        "cause", "person", "happened_on", "invoice", "plan", "period", "base", "earned", "payable", "settlement",
    ),
    sort="-happened_on",
    create=refuse_entry,
    update=_change_entry,
    access=ManagedAccess("person_id"),
    list_template="sales/commissions/entries.html",
    nav=False,
)  # fmt: skip

SETTLEMENTS = RecordType(
    model=CommissionSettlement,
    schema=CommissionSettlementSchema,
    label=_l("Commission settlement"),
    label_plural=_l("Commission settlements"),
    path="settlements",
    icon="coins",
    title="period",
    subtitle=("person", "status"),
    columns=("period", "person", "number", "status", "amount", "approved_at", "settled_at"),
    filters=("period", "number", "person", "status", "amount", "approved_at", "settled_at", "reverses"),
    search=("number", "period"),
    create=create_settlement,
    update=update_settlement,
    acts=SETTLEMENT_ACTS,
    settle=follow_bin,
    actions=("approve", "settle", "reverse"),
    access=ManagedAccess("person_id"),
    page="sales/settlement.html",
    nav=False,
)
