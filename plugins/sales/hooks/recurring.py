"""When a recurring order comes again and what it made, beside its page; how an order is repeated, beside the order."""

from collections.abc import Iterator
from typing import Any

from pelatis.api import Actor, Panel, _, format_amount, format_day, may, ngettext

from ..models import Order, RecurringOrder
from ..operations.recurring import RECURRING_MOVES
from ..queries.recurring import orders_made, recurring_of
from ..records import ORDERS, RECURRING_ORDERS
from ..schemas import ORDER_STATUSES
from ..schemas.orders import ORDER_TONES


def rhythm_words(recurring: RecurringOrder) -> str:
    """Say how often an order comes again."""
    if recurring.unit == "weeks":
        return ngettext("Repeats every week", "Repeats every %(num)s weeks", recurring.every)
    return ngettext("Repeats every month", "Repeats every %(num)s months", recurring.every)


def standing_words(recurring: RecurringOrder) -> str:
    """Say how often an order comes again, and when next."""
    words = {"rhythm": rhythm_words(recurring)}
    if recurring.status == "ended":
        return _("%(rhythm)s, has ended", **words)
    if recurring.status == "paused":
        return _("%(rhythm)s, paused", **words)
    return _("%(rhythm)s, next on %(day)s", day=format_day(recurring.next_on), **words)


def repeats_of(actor: Actor, order: Order) -> list[tuple[str, str, str]]:
    """Give the names, words and addresses of what repeats an order, or made it."""
    if not may(actor, RecurringOrder, "view"):
        return []
    return [(each.name, standing_words(each), RECURRING_ORDERS.url_of(each.id)) for each in recurring_of(actor, order)]


def panels(slot: str, actor: Actor, record: Any) -> Iterator[Panel]:
    """Give what a recurring order made, and what may be done with it."""
    if slot != "record.sidebar" or not isinstance(record, RecurringOrder):
        return
    orders = orders_made(actor, record) if may(actor, Order, "view") else []
    may_edit = record.deleted_at is None and may(actor, RecurringOrder, "edit")
    yield Panel(
        id="sales.recurring",
        title=_("Comes again"),
        template="sales/panels/recurring.html",
        context={
            "standing": standing_words(record),
            "url": RECURRING_ORDERS.url_of(record.id),
            "moves": RECURRING_MOVES[record.status] if may_edit else (),
            "rows": [
                {
                    "title": order.number or format_day(order.due_on),
                    "url": ORDERS.url_of(order.id),
                    "figure": format_amount(order.net, order.currency),
                    "status": ORDER_STATUSES[order.status],
                    "tone": ORDER_TONES.get(order.status, ""),
                }
                for order in orders
            ],
            "icon": "repeat",
        },
        count=record.made or None,
        order=10,
    )
