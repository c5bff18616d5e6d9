"""What is payable and what was settled: the entries of a settlement, of a person, and of those whom somebody leads."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import and_, case, func, or_, select

from pelatis.api import Actor, User, among, db, visible

from ..models import CommissionEntry, CommissionSettlement, Invoice
from ..periods import Period


def entries_of(settlement: CommissionSettlement) -> list[CommissionEntry]:
    """List the entries of a settlement, the first one first."""
    statement = select(CommissionEntry).where(CommissionEntry.settlement_id == settlement.id)
    return list(db.session.scalars(statement.order_by(CommissionEntry.happened_on, CommissionEntry.id)))


def locked_entries(person_id: UUID, before: date) -> list[CommissionEntry]:
    """Read what is payable to somebody and stands in no settlement; whoever else gathers it waits and finds the rest.

    Args:
        person_id: to whom.
        before: the first day that doesn't count.
    """
    statement = select(CommissionEntry).where(
        CommissionEntry.person_id == person_id,
        CommissionEntry.settlement_id.is_(None),
        CommissionEntry.payable != 0,
        CommissionEntry.happened_on < before,
    )
    ordered = statement.order_by(CommissionEntry.id).with_for_update()
    return list(db.session.scalars(ordered, execution_options={"populate_existing": True}))


def drawn_up_for(person_id: UUID, period: str) -> CommissionSettlement | None:
    """Find the settlement of a person and a period that still grows."""
    statement = select(CommissionSettlement).where(
        CommissionSettlement.person_id == person_id,
        CommissionSettlement.period == period,
        CommissionSettlement.status == "drawn_up",
        CommissionSettlement.deleted_at.is_(None),
    )
    return db.session.scalars(statement.with_for_update()).first()


def people_to_settle(actor: Actor, before: date) -> list[UUID]:
    """List whom an actor leads and to whom something is payable, always in the same order."""
    statement = select(CommissionEntry.person_id).where(
        CommissionEntry.settlement_id.is_(None),
        CommissionEntry.payable != 0,
        CommissionEntry.happened_on < before,
        visible(actor, CommissionEntry, "edit"),
    )
    return list(db.session.scalars(statement.distinct().order_by(CommissionEntry.person_id)))


@dataclass(frozen=True)
class Standing:
    """How somebody's commissions stand, in the company's own currency.

    Attributes:
        earned: what was earned in the period, less what was clawed back in it.
        waiting: what was earned at any time and waits for customers to pay.
        payable: what is payable now and isn't settled.
        settled: what was settled in the period.
    """

    earned: Decimal
    waiting: Decimal
    payable: Decimal
    settled: Decimal


def standing_of(actor: Actor, person_id: UUID, period: Period) -> Standing:
    """Tell how somebody's commissions stand, of what the actor may see."""
    entry = CommissionEntry
    is_within = and_(entry.happened_on >= period.begins_on, entry.happened_on < period.ends_before)
    is_open = or_(entry.settlement_id.is_(None), CommissionSettlement.settled_at.is_(None))
    sums = (
        func.sum(case((is_within, entry.earned), else_=0)),
        func.sum(entry.earned),
        func.sum(entry.payable),
        func.sum(case((is_open, entry.payable), else_=0)),
    )
    statement = (
        select(*sums)
        .outerjoin(CommissionSettlement, CommissionSettlement.id == entry.settlement_id)
        .where(entry.person_id == person_id, visible(actor, entry))
    )
    earned, ever, released, payable = (each or Decimal(0) for each in db.session.execute(statement).one())
    settled = select(func.sum(CommissionSettlement.amount)).where(
        CommissionSettlement.person_id == person_id,
        CommissionSettlement.period == period.key,
        CommissionSettlement.settled_at.is_not(None),
        visible(actor, CommissionSettlement),
    )
    return Standing(earned, ever - released, payable, db.session.scalar(settled) or Decimal(0))


def numbers_of(invoices: Iterable[UUID]) -> dict[UUID, str | None]:
    """Give the numbers of invoices."""
    statement = select(Invoice.id, Invoice.number).where(among(Invoice.id, "ids"))
    return dict(db.session.execute(statement, {"ids": list(invoices)}).all())


def names_of(settlements: Iterable[UUID | None]) -> dict[UUID, str]:
    """Name settlements by their number, or by their period while they have none."""
    statement = select(CommissionSettlement.id, CommissionSettlement.number, CommissionSettlement.period).where(
        among(CommissionSettlement.id, "ids")
    )
    found = db.session.execute(statement, {"ids": [each for each in settlements if each is not None]})
    return {settlement: number or period for settlement, number, period in found}


def entries_in(actor: Actor, person_id: UUID, period: Period) -> list[CommissionEntry]:
    """List somebody's entries of a period, the newest first, of what the actor may see."""
    statement = select(CommissionEntry).where(
        CommissionEntry.person_id == person_id,
        CommissionEntry.happened_on >= period.begins_on,
        CommissionEntry.happened_on < period.ends_before,
        visible(actor, CommissionEntry),
    )
    ordered = statement.order_by(CommissionEntry.happened_on.desc(), CommissionEntry.id.desc())
    return list(db.session.scalars(ordered.limit(500)))


def people_with_entries(actor: Actor) -> Mapping[UUID, str]:
    """Name those of whose commissions an actor may see anything."""
    statement = (
        select(User.id, User.name)
        .join(CommissionEntry, CommissionEntry.person_id == User.id)
        .where(visible(actor, CommissionEntry))
        .distinct()
        .order_by(User.name)
    )
    return dict(db.session.execute(statement).all())
