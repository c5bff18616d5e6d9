"""Reading stock."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from pelatis.api import Actor, _, db, record_types, titles, visible

from ..models import ExpectedDelivery, Reservation, StockLevel, StockMovement
from ..stock import Availability, availability_on


def availability_of(products: Collection[UUID] | Mapping[UUID, Decimal], day: date) -> Mapping[UUID, Availability]:
    """Tell what can be promised of products for a day, in three statements; what isn't kept in stock isn't in it.

    Args:
        products: ids of products, with the units that are wanted where it matters from when on there are enough.
        day: the day by which they are wanted.
    """
    levels = (
        select(StockLevel.product_id, func.sum(StockLevel.on_hand).label("units"))
        .where(StockLevel.product_id.in_(products), StockLevel.deleted_at.is_(None))
        .group_by(StockLevel.product_id)
    )
    on_hand: dict[UUID, Decimal] = {row.product_id: row.units for row in db.session.execute(levels)}
    expected = _by_product(
        select(ExpectedDelivery.product_id, ExpectedDelivery.due_on, ExpectedDelivery.quantity).where(
            ExpectedDelivery.product_id.in_(on_hand),
            ExpectedDelivery.deleted_at.is_(None),
            ExpectedDelivery.received_on.is_(None),
        )
    )
    promised = _by_product(
        select(Reservation.product_id, Reservation.due_on, Reservation.quantity).where(
            Reservation.product_id.in_(on_hand), Reservation.deleted_at.is_(None), Reservation.quantity > 0
        )
    )
    wanted = products if isinstance(products, Mapping) else dict.fromkeys(products, Decimal(1))
    return {
        product: availability_on(day, units, expected.get(product, ()), promised.get(product, ()), wanted[product])
        for product, units in on_hand.items()
    }


def _by_product(statement: Any) -> Mapping[UUID, Sequence[tuple[date, Decimal]]]:
    found: dict[UUID, list[tuple[date, Decimal]]] = {}
    for product, day, units in db.session.execute(statement):
        found.setdefault(product, []).append((day, units))
    return found


def level_at(product: UUID, location: str) -> StockLevel | None:
    """Find what is on hand of a product at a place."""
    statement = select(StockLevel).where(StockLevel.product_id == product, StockLevel.location == location)
    return db.session.scalars(statement).first()


def levels_of(actor: Actor, product: UUID) -> list[StockLevel]:
    """List what is on hand of a product, by place."""
    statement = select(StockLevel).where(
        StockLevel.product_id == product, StockLevel.deleted_at.is_(None), visible(actor, StockLevel)
    )
    return list(db.session.scalars(statement.order_by(StockLevel.location)))


def held_for(reference: tuple[str, UUID], product: UUID | None = None) -> list[Reservation]:
    """List what is still promised to something, the earliest first.

    Args:
        reference: the key of its record type, and its id.
        product: of this product alone.
    """
    statement = select(Reservation).where(
        Reservation.reference_type == reference[0],
        Reservation.reference_id == reference[1],
        Reservation.deleted_at.is_(None),
        Reservation.quantity > 0,
    )
    if product is not None:
        statement = statement.where(Reservation.product_id == product)
    return list(db.session.scalars(statement.order_by(Reservation.due_on, Reservation.id)))


def held_by(record_type: str, product: UUID) -> Mapping[UUID, Decimal]:
    """Add up what is promised of a product to records of a type, by their ids.

    Args:
        record_type: the key of their type.
        product: the product's id.
    """
    statement = (
        select(Reservation.reference_id, func.sum(Reservation.quantity).label("units"))
        .where(
            Reservation.reference_type == record_type,
            Reservation.product_id == product,
            Reservation.deleted_at.is_(None),
            Reservation.quantity > 0,
        )
        .group_by(Reservation.reference_id)
    )
    return {row.reference_id: row.units for row in db.session.execute(statement)}


def issued_of(product: UUID, reason: str) -> Mapping[str, Decimal]:
    """Tell how many units of a product left each place for a reason.

    Args:
        product: the product's id.
        reason: what the movements say: the number of a delivery.
    """
    statement = (
        select(StockMovement.location, func.sum(-StockMovement.quantity).label("units"))
        .where(StockMovement.product_id == product, StockMovement.kind == "issue", StockMovement.reason == reason)
        .group_by(StockMovement.location)
    )
    return {row.location: row.units for row in db.session.execute(statement)}


def promised_of(product: UUID) -> Decimal:
    """Add up what is promised of a product, for whatever day."""
    statement = select(func.sum(Reservation.quantity)).where(
        Reservation.product_id == product, Reservation.deleted_at.is_(None), Reservation.quantity > 0
    )
    return db.session.scalar(statement) or Decimal(0)


def held_of(ids: Sequence[UUID], limit: int) -> list[Reservation]:
    """List those of some reservations that are promised to something, rather than held back by a person.

    Args:
        ids: of the reservations.
        limit: how many at most.
    """
    statement = select(Reservation).where(Reservation.id.in_(ids), Reservation.reference_type.is_not(None))
    return list(db.session.scalars(statement.order_by(Reservation.id).limit(limit)))


def holder_of(actor: Actor, reservation: Reservation) -> str:
    """Name what units are promised to, as far as the actor may see it: `Order “Presses”`."""
    key = reservation.reference_type or ""
    record_type = record_types.declared(key)
    kind = str(record_type.label) if record_type else key
    name = next(iter(titles(actor, key, [reservation.reference_id]).values()), "")
    return _("%(kind)s “%(name)s”", kind=kind, name=name) if name else kind
