"""What orders consist of: their lines and deliveries."""

from collections.abc import Collection
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select

from pelatis.api import Actor, db, visible
from plugins.catalog.api import bundles_with

from ..models import Delivery, DeliveryLine, Invoice, Order, OrderLine


def lines_of_order(order: Order, *, anew: bool = False) -> list[OrderLine]:
    """List an order's lines in their order.

    Args:
        order: the order.
        anew: whether lines that were read before are read once more.
    """
    statement = select(OrderLine).where(OrderLine.order_id == order.id, OrderLine.deleted_at.is_(None))
    ordered = statement.order_by(OrderLine.position, OrderLine.id)
    return list(db.session.scalars(ordered, execution_options={"populate_existing": anew}))


def owes_something(order: Order) -> bool:
    """Tell whether an invoice that was posted for an order isn't paid yet."""
    of_order = (Invoice.order_id == order.id, Invoice.kind == "invoice", Invoice.deleted_at.is_(None))
    unpaid = select(1).where(*of_order, Invoice.sealed_at.is_not(None), Invoice.open_amount > 0)
    return db.session.scalar(unpaid.limit(1)) is not None


def lines_to_deliver(product: UUID) -> list[tuple[Order, OrderLine]]:
    """List the lines of confirmed orders of which units of a product are still to go out, as part of a bundle too.

    Their orders are locked; those that somebody else changes at the moment are left out.

    Args:
        product: the product's id.
    """
    statement = (
        select(Order, OrderLine)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .where(
            Order.status.in_(("confirmed", "part_delivered", "invoiced", "closed")),
            Order.deleted_at.is_(None),
            OrderLine.deleted_at.is_(None),
            OrderLine.undelivered > 0,
            OrderLine.product_id.in_([product, *bundles_with(product)]),
        )
        .order_by(OrderLine.id)
        .with_for_update(of=Order, skip_locked=True)
    )
    rows = db.session.execute(statement, execution_options={"populate_existing": True})
    return [(row.Order, row.OrderLine) for row in rows]


def order_lines_by_id(ids: Collection[UUID]) -> dict[UUID, OrderLine]:
    """Give lines of orders by their ids."""
    return {line.id: line for line in db.session.scalars(select(OrderLine).where(OrderLine.id.in_(ids)))} if ids else {}


def order_of_quote(quote_id: UUID) -> Order | None:
    """Give the order that was made of a quote."""
    return db.session.scalars(select(Order).where(Order.quote_id == quote_id)).one_or_none()


def deliveries_of(order: Order) -> list[tuple[Delivery, list[tuple[OrderLine, Any]]]]:
    """List an order's deliveries, the newest first, each with its order lines and quantities; two statements."""
    statement = select(Delivery).where(Delivery.order_id == order.id, Delivery.deleted_at.is_(None))
    found = list(db.session.scalars(statement.order_by(Delivery.delivered_on.desc(), Delivery.id.desc())))
    rows = (
        select(DeliveryLine, OrderLine)
        .join(OrderLine, OrderLine.id == DeliveryLine.order_line_id)
        .where(DeliveryLine.delivery_id.in_([each.id for each in found]))
        .order_by(OrderLine.position, OrderLine.id)
    )
    parts: dict[UUID, list[tuple[OrderLine, Any]]] = {}
    for part, line in db.session.execute(rows) if found else ():
        parts.setdefault(part.delivery_id, []).append((line, part.quantity))
    return [(each, parts.get(each.id, [])) for each in found]


def quantities_of(delivery: Delivery) -> dict[UUID, Any]:
    """Tell how much of each line of its order went out with a delivery; below zero: came back."""
    statement = select(DeliveryLine.order_line_id, DeliveryLine.quantity).where(DeliveryLine.delivery_id == delivery.id)
    return {row.order_line_id: row.quantity for row in db.session.execute(statement)}


def gone_with(delivery: Delivery) -> dict[UUID, Any]:
    """Tell how much of each line of its order had gone out once a delivery had."""
    statement = (
        select(DeliveryLine.order_line_id, func.sum(DeliveryLine.quantity).label("quantity"))
        .join(Delivery, Delivery.id == DeliveryLine.delivery_id)
        .where(Delivery.order_id == delivery.order_id, Delivery.sealed_at <= delivery.sealed_at)
        .group_by(DeliveryLine.order_line_id)
    )
    return {row.order_line_id: row.quantity for row in db.session.execute(statement)}


def not_returned(delivery: Delivery) -> dict[UUID, Decimal]:
    """Tell how much of each line of its order went out with a delivery and didn't come back."""
    statement = (
        select(DeliveryLine.order_line_id, func.sum(DeliveryLine.quantity).label("quantity"))
        .join(Delivery, Delivery.id == DeliveryLine.delivery_id)
        .where(or_(Delivery.id == delivery.id, Delivery.reverses_id == delivery.id))
        .group_by(DeliveryLine.order_line_id)
    )
    return {row.order_line_id: row.quantity for row in db.session.execute(statement)}


def orders_of_deal(actor: Actor, deal: UUID) -> list[Order]:
    """List the orders of a deal that an actor may see, the newest first."""
    statement = select(Order).where(Order.opportunity_id == deal, Order.deleted_at.is_(None), visible(actor, Order))
    return list(db.session.scalars(statement.order_by(Order.created_at.desc(), Order.id.desc()).limit(30)))
