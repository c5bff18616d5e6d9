"""Recurring orders that are due, and what was made of them."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import func, select

from pelatis.api import Actor, db, visible

from ..models import Order, RecurringOrder, RepeatedOrder


def due_recurring(day: date, after: UUID | None, size: int) -> Sequence[UUID]:
    """List some recurring orders of which an order is due by a day, in the order of their ids."""
    statement = select(RecurringOrder.id).where(
        RecurringOrder.status == "active", RecurringOrder.next_on <= day, RecurringOrder.deleted_at.is_(None)
    )
    if after is not None:
        statement = statement.where(RecurringOrder.id > after)
    return db.session.scalars(statement.order_by(RecurringOrder.id).limit(size)).all()


def last_made(recurring: RecurringOrder) -> date | None:
    """Give the last day of which an order was made."""
    statement = select(func.max(RepeatedOrder.due_on)).where(RepeatedOrder.recurring_order_id == recurring.id)
    return db.session.scalar(statement)


def orders_made(actor: Actor, recurring: RecurringOrder) -> list[Order]:
    """List the last orders that were made and that an actor may see, the newest first."""
    statement = (
        select(Order)
        .join(RepeatedOrder, RepeatedOrder.order_id == Order.id)
        .where(RepeatedOrder.recurring_order_id == recurring.id, Order.deleted_at.is_(None), visible(actor, Order))
        .order_by(RepeatedOrder.due_on.desc())
        .limit(12)
    )
    return list(db.session.scalars(statement))


def order_that_is_repeated(order: Order) -> Order | None:
    """Give the order that a recurring one repeated when it made an order."""
    statement = (
        select(Order)
        .join(RecurringOrder, RecurringOrder.order_id == Order.id)
        .join(RepeatedOrder, RepeatedOrder.recurring_order_id == RecurringOrder.id)
        .where(RepeatedOrder.order_id == order.id)
    )
    return db.session.scalars(statement).first()


def recurring_of(actor: Actor, order: Order) -> list[RecurringOrder]:
    """List what an actor may see of the recurring orders that repeat an order, or that it was made by."""
    made_by = select(RepeatedOrder.recurring_order_id).where(RepeatedOrder.order_id == order.id)
    statement = select(RecurringOrder).where(
        (RecurringOrder.order_id == order.id) | RecurringOrder.id.in_(made_by),
        RecurringOrder.deleted_at.is_(None),
        visible(actor, RecurringOrder),
    )
    return list(db.session.scalars(statement.order_by(RecurringOrder.id)))
