"""Orders beside their deal."""

from collections.abc import Iterator
from typing import Any

from pelatis.api import Actor, Panel, _, format_amount, format_day, may

from ..models import Opportunity, Order
from ..queries.orders import orders_of_deal
from ..records import ORDERS
from ..schemas import ORDER_STATUSES
from ..schemas.orders import ORDER_TONES


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
