"""What stood together in orders."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import func, select

from pelatis.api import Actor, db, visible

from ..models import Order, OrderLine

#: How many of the latest orders are looked at.
MOST_ORDERS: Final = 2_000


def sold_together(actor: Actor, products: Sequence[UUID], limit: int) -> list[tuple[UUID, int]]:
    """Tell which products stood most often in the same of the latest confirmed orders as others.

    Args:
        actor: whoever looks; only orders that they may see count.
        products: the others.
        limit: how many to give at most.

    Returns:
        Pairs of a product and in how many orders it was, most first.
    """
    is_kept = (Order.deleted_at.is_(None), Order.sealed_at.is_not(None), Order.status != "cancelled")
    latest = select(Order.id).where(*is_kept, visible(actor, Order)).order_by(Order.id.desc()).limit(MOST_ORDERS)
    with_these = select(OrderLine.order_id).where(OrderLine.order_id.in_(latest), OrderLine.product_id.in_(products))
    together = func.count(OrderLine.order_id.distinct())
    statement = (
        select(OrderLine.product_id, together)
        .where(
            OrderLine.order_id.in_(with_these),
            OrderLine.product_id.is_not(None),
            OrderLine.product_id.not_in(products),
        )
        .group_by(OrderLine.product_id)
        .order_by(together.desc(), OrderLine.product_id)
        .limit(limit)
    )
    return [(product, count) for product, count in db.session.execute(statement) if product is not None]
