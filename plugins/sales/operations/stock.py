"""Stock of orders: promised when they are confirmed, taken when it goes out, given up when they are cancelled.

An order refers to its promises as `("sales.order", id)`; what isn't kept in stock needs none.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from pelatis.api import Actor, today
from plugins.catalog.api import StockRequest, availability_of, consume, held_by, postpone, put_back, release, reserve

from ..models import Order, OrderLine
from ..models.documents import DocumentLine
from ..queries.orders import lines_to_deliver


def stock_of(line: DocumentLine, quantity: Decimal) -> list[StockRequest]:
    """Tell what of the stock a quantity of a line is: of a bundle its parts.

    Args:
        line: of any document.
        quantity: how many units of it.
    """
    if line.parts:
        return [StockRequest(UUID(part["product_id"]), Decimal(part["quantity"]) * quantity) for part in line.parts]
    return [] if line.product_id is None else [StockRequest(line.product_id, quantity)]


def reserve_stock(actor: Actor, order: Order, lines: Sequence[OrderLine], *, short: bool = False) -> None:
    """Promise an order what it wants, all of it or nothing.

    Args:
        actor: whoever confirms it.
        order: the order.
        lines: its lines.
        short: whether to promise what there is instead of refusing where it isn't enough; the rest goes out once it is
            there.

    Raises:
        Problem: `catalog.not_available` (409).
    """
    wanted = [each for line in lines for each in stock_of(line, line.undelivered)]
    reserve(actor, wanted, _day(order.due_on), _reference(order), short=short)


def hand_over(actor: Actor, order: Order, going: Iterable[tuple[OrderLine, Decimal]], number: str) -> None:
    """Take what goes out off the stock and off what the order was promised.

    Args:
        actor: whoever writes the delivery down.
        order: the order.
        going: its lines with how much of each goes out.
        number: the delivery's.

    Raises:
        Problem: `catalog.not_available` (409) when so many aren't on hand, or promised to others.
    """
    handed = [each for line, quantity in going for each in stock_of(line, quantity)]
    consume(actor, _reference(order), handed, reason=number)


def take_in(actor: Actor, returned: Iterable[tuple[OrderLine, Decimal]], issued_as: str, number: str) -> None:
    """Put what came back of an order into the stock again, where it was taken from.

    Args:
        actor: whoever writes it down.
        returned: lines of the order with how much of each came back.
        issued_as: the number of the delivery with which it went out.
        number: the number of what came back.
    """
    items = [each for line, quantity in returned for each in stock_of(line, quantity)]
    put_back(actor, items, issued_as=issued_as, reason=number)


def follow_due_day(actor: Actor, order: Order) -> None:
    """Promise what an order is still promised for the day on which it is due now.

    Raises:
        Problem: `catalog.not_available` (409) where it can't be had by then.
    """
    postpone(actor, _reference(order), _day(order.due_on))


def top_up(actor: Actor, product: UUID) -> None:
    """Promise units of a product that came in to the orders that wait for them, those that are due first before others.

    Of orders of the same day the one that was confirmed first goes first; what is late counts as due today.

    Args:
        actor: whoever booked them in.
        product: the product's id.
    """
    waiting: dict[Order, Decimal] = {}
    for order, line in lines_to_deliver(product):
        units = (each.quantity for each in stock_of(line, line.undelivered) if each.product_id == product)
        waiting[order] = waiting.get(order, Decimal(0)) + sum(units, Decimal(0))
    if not waiting:
        return
    held = held_by(Order.__record_type__, product)
    last = max(_day(order.due_on) for order in waiting)
    left = availability_of([product], last)[product].available  # no earlier day has more
    for order in sorted(waiting, key=lambda each: (_day(each.due_on), each.confirmed_at, each.id)):
        missing = waiting[order] - held.get(order.id, Decimal(0))
        if left > 0 and missing > 0:
            request = StockRequest(product, missing)
            made = reserve(actor, [request], _day(order.due_on), _reference(order), short=True)
            left -= sum((each.quantity for each in made), Decimal(0))


def give_up(actor: Actor, order: Order) -> None:
    """Give up all that is promised to an order, and promise it to the orders that wait for it."""
    for product in release(_reference(order)):
        top_up(actor, product)


def follow_wanted(actor: Actor, order: Order, lines: Sequence[OrderLine]) -> None:
    """Promise an order what is still to go out of it, as far as there is any, and nothing else.

    Args:
        actor: whoever says that more or less of it goes out.
        order: the order.
        lines: its lines.
    """
    freed = release(_reference(order))
    reserve_stock(actor, order, lines, short=True)
    for product in freed:
        top_up(actor, product)


def _reference(order: Order) -> tuple[str, UUID]:
    return Order.__record_type__, order.id


def _day(due_on: date | None) -> date:
    """Give the day for which stock is promised; what is late is wanted today."""
    return max(due_on or today(), today())
