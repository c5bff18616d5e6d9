"""What pages of quotes and orders say of the stock: what there is for a line, and what an order is promised."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, Decimal
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
    items = _together(each for line in lines for each in stock_of(line, line.quantity))
    day = max(due_on or today(), today())
    there = {product: found.available for product, found in _stock(actor, items, day).items()}
    said = {}
    for line in lines:
        if enough := _enough(line, there, items):
            words = {"count": format_number(enough[0]), "day": format_day(day)}
            text = _("%(count)s available by %(day)s", **words) if day > today() else _("%(count)s available", **words)
            said[line.id] = StockWords(text, not enough[1])
    return said


def available_words(actor: Actor, products: Iterable[UUID], day: date) -> Mapping[UUID, str]:
    """Say how many units of products can be promised for a day; of what isn't kept in stock nothing is said.

    Args:
        actor: whoever looks; without the right to see stock they read nothing.
        products: their ids.
        day: the day by which they are wanted.
    """
    found = _stock(actor, dict.fromkeys(products, Decimal(1)), day)
    there = {product: max(each.available, Decimal(0)) for product, each in found.items()}
    return {product: _("%(count)s available", count=format_number(units)) for product, units in there.items()}


def promise_words(actor: Actor, order: Order, lines: Sequence[Any]) -> Mapping[UUID, StockWords]:
    """Say how many of the units that are still to go out are reserved for each line of a confirmed order.

    Args:
        actor: whoever looks; without the right to see stock they read nothing.
        order: a confirmed order.
        lines: its lines.
    """
    open_lines = [line for line in lines if line.delivered < line.quantity]
    items = _together(each for line in open_lines for each in stock_of(line, line.quantity - line.delivered))
    promised = held_for((Order.__record_type__, order.id)) if items else []
    held = _together(StockRequest(each.product_id, each.quantity) for each in promised)
    there = {product: held.get(product, Decimal(0)) for product in _stock(actor, items, today())}
    return {
        line.id: StockWords(_("%(count)s reserved", count=format_number(enough[0])), not enough[1])
        for line in open_lines
        if (enough := _enough(line, there, items))
    }


def _stock(actor: Actor, items: Mapping[UUID, Decimal], day: date) -> Mapping[UUID, Availability]:
    if not items or not may(actor, StockLevel, "view"):
        return {}
    return ask("crm_check_availability", actor=actor, items=items, due_on=day) or {}


def _together(requests: Iterable[StockRequest]) -> dict[UUID, Decimal]:
    units: dict[UUID, Decimal] = {}
    for each in requests:
        units[each.product_id] = units.get(each.product_id, Decimal(0)) + each.quantity
    return units


def _enough(
    line: DocumentLine, there: Mapping[UUID, Decimal], items: Mapping[UUID, Decimal]
) -> tuple[Decimal, bool] | None:
    """Tell for how many units of a line there is enough, and whether for all lines; None where no stock is kept."""
    kept = [each for each in stock_of(line, Decimal(1)) if each.product_id in there]
    if not kept:
        return None
    units = max(min(there[each.product_id] / each.quantity for each in kept), Decimal(0))
    whole = units.to_integral_value(ROUND_FLOOR) if line.parts else units
    return whole, all(there[each.product_id] >= items[each.product_id] for each in kept)


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
