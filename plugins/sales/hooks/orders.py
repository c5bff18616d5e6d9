"""Orders beside their deal, and what must hold before one is confirmed."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select

from pelatis.api import Actor, Panel, Problem, _, db, format_amount, format_day, may
from plugins.catalog.api import Product

from ..models import Opportunity, Order, OrderLine
from ..queries.orders import orders_of_deal
from ..records import ORDERS
from ..schemas import ORDER_STATUSES
from ..schemas.orders import ORDER_TONES


def refuse_not_offered(order: Order, lines: Sequence[OrderLine]) -> None:
    """Refuse products that aren't offered any more, unless the customer accepted them in a quote.

    Raises:
        Problem: `sales.not_offered` (409).
    """
    if order.quote_id is not None:
        return
    ids = {line.product_id for line in lines if line.product_id is not None}
    statement = select(Product.name).where(Product.id.in_(ids), Product.active.is_(False)).order_by(Product.name)
    names = list(db.session.scalars(statement)) if ids else []
    if names:
        message = _("This isn't offered any more: %(names)s.", names=", ".join(names))
        raise Problem("sales.not_offered", message, status=409)


def panels(slot: str, actor: Actor, record: Any) -> Iterator[Panel]:
    """Give the orders of a deal, where there are any."""
    if slot != "record.sidebar" or not isinstance(record, Opportunity) or not may(actor, Order, "view"):
        return
    rows = [
        {
            "title": order.number or order.name,
            "url": ORDERS.url_of(order.id),
            "figure": format_amount(order.net, order.currency),
            "status": ORDER_STATUSES[order.status],
            "tone": ORDER_TONES.get(order.status, ""),
            "note": _("due %(day)s", day=format_day(order.due_on)) if order.due_on else "",
        }
        for order in orders_of_deal(actor, record.id)
    ]
    if rows:
        yield Panel(
            id="sales.orders",
            title=_("Orders"),
            template="sales/panels/quotes.html",
            context={"rows": rows, "icon": "shopping-cart", "new_url": ""},
            count=len(rows),
            order=16,
        )
