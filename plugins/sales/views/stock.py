"""What pages of quotes and orders say of the stock: what there is for a line, and what an order is promised."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from werkzeug.wrappers import Response

from pelatis.api import Actor, Problem, _, ask, db, format_day, format_number, fragment, may, today
from plugins.catalog.api import Availability, StockLevel, StockRequest, held_for

from ..models import Order
from ..models.documents import DocumentLine
from ..operations.stock import stock_of


@dataclass(frozen=True)
class StockWords:
    """What is said of a line's stock.

    Attributes:
        text: in the reader's language.
        is_short: whether it isn't enough.
    """

    text: str
    is_short: bool


def stock_words(actor: Actor, lines: Sequence[DocumentLine], due_on: date | None = None) -> Mapping[UUID, StockWords]:
    """Say what there is for lines, in three statements; of what isn't kept in stock nothing is said.

    Args:
        actor: whoever looks; without the right to see stock they read nothing.
        lines: of one document.
        due_on: the day by which they are wanted; today by default.
    """
    wanted = {line.id: stock_of(line, line.quantity) for line in lines}
    items = _together(each for requests in wanted.values() for each in requests)
    if not items or not may(actor, StockLevel, "view"):
        return {}
    day = max(due_on or today(), today())
    found = ask("crm_check_availability", actor=actor, items=items, due_on=day) or {}
    return {line: words for line, requests in wanted.items() if (words := _words(requests, items, found, day))}


def _together(requests: Iterable[StockRequest]) -> dict[UUID, Decimal]:
    units: dict[UUID, Decimal] = {}
    for each in requests:
        units[each.product_id] = units.get(each.product_id, Decimal(0)) + each.quantity
    return units


def _words(
    requests: Sequence[StockRequest], items: Mapping[UUID, Decimal], found: Mapping[UUID, Availability], day: date
) -> StockWords | None:
    kept = [each.product_id for each in requests if each.product_id in found]
    if not kept:
        return None
    least = min(kept, key=lambda product: found[product].available - items[product])
    available = max(found[least].available, Decimal(0))
    count = format_number(available)
    text = _("%(count)s available", count=count)
    if day > today():
        text = _("%(count)s available by %(day)s", count=count, day=format_day(day))
    return StockWords(text, available < items[least])


def promise_words(actor: Actor, order: Order, lines: Sequence[Any]) -> Mapping[UUID, StockWords]:
    """Say how many of the units that are still to go out are reserved for each line of a confirmed order.

    Args:
        actor: whoever looks; without the right to see stock they read nothing.
        order: a confirmed order.
        lines: its lines.
    """
    left = {line.id: stock_of(line, line.quantity - line.delivered) for line in lines}
    items = _together(each for requests in left.values() for each in requests if each.quantity > 0)
    if not items or not may(actor, StockLevel, "view"):
        return {}
    kept = ask("crm_check_availability", actor=actor, items=items, due_on=today()) or {}
    held = _together(
        StockRequest(each.product_id, each.quantity) for each in held_for((Order.__record_type__, order.id))
    )
    said = {}
    for line, requests in left.items():
        promised = {
            each.product_id: held.get(each.product_id, Decimal(0))
            for each in requests
            if each.quantity > 0 and each.product_id in kept
        }
        if promised:
            least = min(promised, key=lambda product: promised[product] - items[product])
            text = _("%(count)s reserved", count=format_number(promised[least]))
            said[line] = StockWords(text, promised[least] < items[least])
    return said


def ask_short(problem: Problem, url: str) -> Response:
    """Ask whether an order is confirmed though there isn't enough in stock.

    Args:
        problem: what lacks.
        url: where the answer is sent, with `short=1`.

    Raises:
        Problem: any other one.
    """
    if problem.code != "catalog.not_available":
        raise problem
    db.session.rollback()
    answer = fragment("sales/orders/short.html", 422, problem=problem, url=url)
    answer.headers["HX-Retarget"], answer.headers["HX-Reswap"] = "#dialog-content", "innerHTML"
    return answer
