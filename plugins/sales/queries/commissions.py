"""How commissions stand: which plan holds for whom, what counted in a period, what was paid of invoices."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, func, or_, select

from pelatis.api import among, db

from ..models import (
    Allocation,
    CommissionEntry,
    CommissionMember,
    CommissionPlan,
    CommissionSplit,
    Invoice,
)
from .people import read_staff

#: How far from a person a plan for everybody is; no chain of teams is that long.
_EVERYBODY: Final = 1_000


@dataclass(frozen=True)
class Stand:
    """How an invoice stands in somebody's period.

    Attributes:
        posted_at: when it was posted; invoices of a period count in this order.
        percent: the person's share of it.
        base: what counts of that share, less what was credited.
        earned: what it earned; payable: what of that is payable, settled or not.
    """

    invoice_id: UUID
    posted_at: datetime
    percent: Decimal
    base: Decimal = Decimal(0)
    earned: Decimal = Decimal(0)
    payable: Decimal = Decimal(0)


def plans_for(people: Collection[UUID], day: date) -> dict[UUID, list[CommissionPlan]]:
    """List for each person the plans in force on a day, the one that is closest to them first.

    Closest is what names the person, then their team, then a team above it, then what is for everybody; of two that
    are as close, the one that began later.
    """
    statement = select(CommissionPlan).where(
        CommissionPlan.status == "in_force",
        CommissionPlan.deleted_at.is_(None),
        CommissionPlan.begins_on <= day,
        or_(CommissionPlan.ends_on.is_(None), CommissionPlan.ends_on >= day),
    )
    plans = list(db.session.scalars(statement))
    if not plans:
        return {}
    members = _members_of([plan.id for plan in plans])
    staff = read_staff()
    found: dict[UUID, list[CommissionPlan]] = {}
    for person in people:
        teams = {team: place for place, team in enumerate(staff.upwards(staff.team_of(person)), 1)}
        near = [(_distance(person, teams, members.get(plan.id, ())), plan) for plan in plans]
        reached = [(distance, plan) for distance, plan in near if distance is not None]
        reached.sort(key=lambda each: (each[0], -each[1].begins_on.toordinal(), str(each[1].id)))
        found[person] = [plan for _distance_, plan in reached]
    return found


def _members_of(plans: Collection[UUID]) -> dict[UUID, list[CommissionMember]]:
    statement = select(CommissionMember).where(
        CommissionMember.plan_id.in_(plans), CommissionMember.deleted_at.is_(None)
    )
    found: dict[UUID, list[CommissionMember]] = {}
    for member in db.session.scalars(statement):
        found.setdefault(member.plan_id, []).append(member)
    return found


def _distance(person: UUID, teams: Mapping[UUID, int], members: Sequence[CommissionMember]) -> int | None:
    """Tell how close a plan is to a person; None where it isn't for them."""
    if not members:
        return _EVERYBODY
    if any(member.person_id == person for member in members):
        return 0
    reached = [place for team, place in teams.items() if any(member.team_id == team for member in members)]
    return min(reached, default=None)


def members_of(plan: CommissionPlan) -> list[CommissionMember]:
    """List whom a plan is for."""
    return _members_of([plan.id]).get(plan.id, [])


def split_of(column: Any, document_id: UUID | None) -> CommissionSplit | None:
    """Find how one deal, order or invoice is shared.

    Args:
        column: of `CommissionSplit`: which kind of document it is.
        document_id: its id.
    """
    if document_id is None:
        return None
    statement = select(CommissionSplit).where(column == document_id, CommissionSplit.deleted_at.is_(None))
    return db.session.scalars(statement.order_by(CommissionSplit.created_at.desc())).first()


def effective_split(opportunity_id: UUID | None, order_id: UUID | None, invoice_id: UUID | None) -> list[Any]:
    """Give the shares of a document: its own, else those of its order, else those of its deal; empty for none."""
    for column, document_id in (
        (CommissionSplit.invoice_id, invoice_id),
        (CommissionSplit.order_id, order_id),
        (CommissionSplit.opportunity_id, opportunity_id),
    ):
        split = split_of(column, document_id)
        if split is not None and split.parts:
            return split.parts
    return []


def plans_of_invoice(invoice_id: UUID) -> dict[UUID, set[UUID]]:
    """Tell by which plans an invoice already earns whom: person to plans."""
    statement = select(CommissionEntry.person_id, CommissionEntry.plan_id).where(
        CommissionEntry.invoice_id == invoice_id
    )
    found: dict[UUID, set[UUID]] = {}
    for person, plan in db.session.execute(statement.distinct()):
        found.setdefault(person, set()).add(plan)
    return found


def stands_of(plan_id: UUID, person_id: UUID, period: str) -> list[Stand]:
    """List how the invoices of somebody's period stand."""
    sums = [func.sum(getattr(CommissionEntry, name)) for name in ("base", "earned", "payable")]
    statement = (
        select(CommissionEntry.invoice_id, Invoice.posted_at, func.max(CommissionEntry.percent), *sums)
        .join(Invoice, Invoice.id == CommissionEntry.invoice_id)
        .where(
            CommissionEntry.plan_id == plan_id,
            CommissionEntry.person_id == person_id,
            CommissionEntry.period == period,
        )
        .group_by(CommissionEntry.invoice_id, Invoice.posted_at)
    )
    return [Stand(*row) for row in db.session.execute(statement)]


def posted_since(day: date, after: UUID | None, size: int) -> Sequence[Row[Any]]:
    """List posted invoices that were issued since a day, in the order of their ids."""
    statement = select(Invoice.id).where(
        Invoice.kind == "invoice", Invoice.sealed_at.is_not(None), Invoice.issued_on >= day
    )
    if after is not None:
        statement = statement.where(Invoice.id > after)
    return db.session.execute(statement.order_by(Invoice.id).limit(size)).all()


def paid_of(invoices: Collection[UUID]) -> dict[UUID, tuple[Decimal, Decimal]]:
    """Tell of invoices what was paid, and what is to be paid less what their own credit notes reversed.

    What a credit note reverses is not paid; the credit of another invoice that is used for it is.
    """
    bound, nothing = {"ids": list(invoices)}, Decimal(0)
    gross = dict(db.session.execute(select(Invoice.id, Invoice.gross).where(among(Invoice.id, "ids")), bound).all())
    reversed_ = (
        select(Invoice.corrects_id, func.sum(Invoice.gross))
        .where(among(Invoice.corrects_id, "ids"), Invoice.sealed_at.is_not(None))
        .group_by(Invoice.corrects_id)
    )
    credited = dict(db.session.execute(reversed_, bound).all())
    note = Invoice.__table__.alias()
    used = (
        select(Allocation.invoice_id, func.sum(Allocation.amount))
        .outerjoin(note, note.c.id == Allocation.credit_note_id)
        .where(
            among(Allocation.invoice_id, "ids"),
            Allocation.deleted_at.is_(None),
            or_(note.c.corrects_id.is_(None), note.c.corrects_id != Allocation.invoice_id),
        )
        .group_by(Allocation.invoice_id)
    )
    paid = dict(db.session.execute(used, bound).all())
    return {each: (paid.get(each, nothing), gross[each] - credited.get(each, nothing)) for each in invoices}
