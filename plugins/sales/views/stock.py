"""What pages of quotes and orders say of the stock: what there is for a line, and what an order is promised."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from typing import Any, Final
from uuid import UUID

from werkzeug.wrappers import Response

from pelatis.api import Actor, Problem, _, ask, db, format_day, format_number, fragment, may, today
from plugins.catalog.api import Availability, ExpectedDelivery, Reservation, StockLevel, StockRequest, held_for

from ..models import Order
from ..models.documents import DocumentLine
from ..operations.stock import stock_of

#: Of how many deliveries that are to come a product tells.
MOST_COMING: Final = 2


@dataclass(frozen=True)
class StockWords:
    """What is said of a line's stock.

    Attributes:
        text: in the reader's language.
        is_short: whether it isn't enough.
    """

    text: str
    is_short: bool


@dataclass(frozen=True)
class StockStanding:
    """Whether there is enough for a whole document, and from when on.

    Attributes:
        text: in the reader's language.
        tone: of the pill that says it.
        lacking: what of products there isn't enough of now: how much there is, is promised and is to come.
    """

    text: str
    tone: str
    lacking: Sequence[str]


@dataclass(frozen=True)
class DocumentStock:
    """What is said of the stock for a document.

    Attributes:
        words: of its lines, by their ids.
        standing: of the whole; None where nothing of it is kept in stock.
    """

    words: Mapping[UUID, StockWords]
    standing: StockStanding | None


def stock_for(actor: Actor, lines: Sequence[DocumentLine], due_on: date | None = None) -> DocumentStock:
    """Say what there is for lines, in three statements; of what isn't kept in stock nothing is said.

    Args:
        actor: whoever looks; without the right to see stock they read nothing.
        lines: all of one document, or of one alternative.
        due_on: the day by which they are wanted; today by default.
    """
    items = _together(each for line in lines for each in stock_of(line, line.quantity))
    day = max(due_on or today(), today())
    stock = _stock(actor, items, day)
    there = {product: found.available for product, found in stock.items()}
    said = {}
    for line in lines:
        if enough := _enough(line, there, items):
            words = {"count": format_number(enough[0]), "day": format_day(day)}
            text = _("%(count)s available by %(day)s", **words) if day > today() else _("%(count)s available", **words)
            said[line.id] = StockWords(text, not enough[1])
    wanted = {product: items[product] for product in stock if items[product] > 0}
    return DocumentStock(said, _standing(actor, lines, wanted, stock, day) if wanted else None)


def _standing(
    actor: Actor,
    lines: Sequence[DocumentLine],
    wanted: Mapping[UUID, Decimal],
    stock: Mapping[UUID, Availability],
    day: date,
) -> StockStanding:
    short = {product: stock[product] for product, units in wanted.items() if stock[product].available < units}
    names = _names(lines)
    lacking = [
        _("%(product)s: %(stock)s", product=names[product], stock=_units_of(actor, each))
        for product, each in short.items()
    ]
    days = [each.enough_on for each in short.values()]
    if all(days):
        last = max((each for each in days if each), default=day)
        text = _("All by %(day)s", day=format_day(last)) if last > today() else _("All available")
        return StockStanding(text, "amber" if short else "green", lacking)
    return StockStanding(_("Not enough"), "red", lacking)


def _names(lines: Sequence[DocumentLine]) -> Mapping[UUID, str]:
    parts = {UUID(part["product_id"]): str(part["name"]) for line in lines for part in line.parts}
    return parts | {line.product_id: line.name for line in lines if line.product_id}


def _units_of(actor: Actor, found: Availability) -> str:
    """Say how much of a product there is, is promised and is to come, as far as the actor may know."""
    told = [_("%(units)s on hand", units=format_number(found.on_hand))]
    if found.reserved and may(actor, Reservation, "view"):
        told.append(_("%(units)s reserved", units=format_number(found.reserved)))
    if may(actor, ExpectedDelivery, "view"):
        coming = found.later[:MOST_COMING]
        told += [
            _("%(units)s due on %(day)s", units=format_number(units), day=format_day(day)) for day, units in coming
        ]
    return ", ".join(told)


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
    open_lines = [line for line in lines if line.undelivered > 0]
    items = _together(each for line in open_lines for each in stock_of(line, line.undelivered))
    promised = held_for((Order.__record_type__, order.id)) if items else []
    held = _together(StockRequest(each.product_id, each.quantity) for each in promised)
    there = {product: held.get(product, Decimal(0)) for product in _stock(actor, items, today())}
    said = {}
    for line in open_lines:
        if enough := _enough(line, there, items):
            count = format_number(min(enough[0], line.undelivered))
            said[line.id] = StockWords(_("%(count)s reserved", count=count), not enough[1])
    return said


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
