"""An order's page, and what happens to it: lines while it is a draft, confirming, deliveries, cancelling."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import request
from werkzeug.wrappers import Response

from pelatis.api import (
    LANGUAGES,
    Actor,
    Problem,
    _,
    audience,
    current_actor,
    db,
    find_record,
    format_amount,
    format_number,
    format_percent,
    fragment,
    may,
    redirect_or_refresh,
    show_record,
    titles,
    toast,
    today,
)
from plugins.catalog.api import Cost, written_quantity

from ..hooks.commissions import shown_shares
from ..hooks.recurring import repeats_of
from ..letters import order_answer, parts_of
from ..models import Delivery, Invoice, Order, OrderLine, RecurringOrder
from ..operations.deliveries import cancellable
from ..operations.orders import (
    CONFIRMED,
    INVOICEABLE,
    ORDER_KIND,
    cancel_order,
    confirm_order,
    create_order_of_quote,
)
from ..queries.invoices import invoices_of_order
from ..queries.orders import deliveries_of, lines_of_order
from ..queries.products import product_words
from ..records import DELIVERIES, ORDER_LINES, ORDERS, QUOTES, RECURRING_ORDERS
from ..recurrence import Rhythm
from ..schemas import INVOICE_STATUSES, ORDER_STATUSES
from ..schemas.orders import ORDER_TONES
from ..totals import margin_percent
from . import blueprint
from .approvals import approval_context
from .documents import DocumentRow, quantity_field, row_of, sums_of
from .draft_lines import DraftLines
from .lines import add_pasted, options_urls
from .stock import DocumentStock, StockWords, ask_short, promise_words, stock_for


@dataclass(frozen=True)
class OrderRow:
    """A line of an order as its page draws it, with what became of it."""

    row: DocumentRow
    delivered: str
    invoiced: str
    cancelled: str


@dataclass(frozen=True)
class DeliveryRow:
    """A delivery as the page of its order draws it.

    Attributes:
        delivery: it.
        url: its own.
        reverses: the number of the delivery that it takes back, wholly or in part.
        parts: what went out or came back, line by line.
        may_return: whether something of it may be taken back here.
    """

    delivery: Delivery
    url: str
    reverses: str
    parts: Sequence[str]
    may_return: bool


@blueprint.get("/orders/<uuid:record_id>")
@audience("staff")
def order_page(record_id: UUID) -> Response:
    """Show an order with its lines and deliveries."""
    actor = current_actor()
    order = find_record(actor, ORDERS, record_id, binned=True)
    return show_record(actor, ORDERS, order, **_context(actor, order))


def _context(actor: Actor, order: Order) -> dict[str, Any]:
    lines = lines_of_order(order)
    customers = titles(actor, "customer", [order.customer_id])
    quotes = titles(actor, "sales.quote", [order.quote_id])
    margin = margin_percent(order.net, order.cost) if may(actor, Cost, "view") else None
    may_edit = may(actor, Order, "edit") and order.deleted_at is None
    is_editable = order.sealed_at is None and may_edit
    words = product_words(actor, lines)
    urls = options_urls(lines, ORDERS.url_of(order.id)) if is_editable else {}
    if order.sealed_at:
        stock = DocumentStock(promise_words(actor, order, lines), None)
    else:
        stock = stock_for(actor, lines, order.due_on)
    return {
        "order": order,
        "customer_title": customers.get(order.customer_id) if order.customer_id else None,
        "quote_title": quotes.get(order.quote_id) if order.quote_id else None,
        "standing": (ORDER_STATUSES[order.status], ORDER_TONES.get(order.status, "")),
        "rows": [_row(line, words[line.id].code, urls.get(line.id, ""), stock.words.get(line.id)) for line in lines],
        "stock": stock.standing,
        "sums": sums_of(order),
        "total": format_amount(order.gross, order.currency, whole=False),
        "margin": format_percent(margin) if margin is not None else "",
        "deliveries": _deliveries(order, may_edit and order.sealed_at is not None),
        "is_editable": is_editable,
        "deliverable": [quantity_field(line, line.undelivered) for line in lines if line.undelivered]
        if may_edit and may(actor, Delivery, "create") and order.status in CONFIRMED
        else [],
        "may_cancel_rest": may_edit and order.status in CONFIRMED and any(cancellable(lines).values()),
        "may_cancel": may_edit and order.status == "confirmed" and not any(line.invoiced for line in lines),
        "may_invoice": may(actor, Invoice, "create")
        and order.status in INVOICEABLE
        and any(line.uninvoiced for line in lines),
        "invoices_everything": "0" if any(line.delivered > line.invoiced for line in lines) else "1",
        "invoices": [(each, INVOICE_STATUSES[each.status]) for each in invoices_of_order(actor, order)]
        if may(actor, Invoice, "view")
        else [],
        **approval_context(actor, order, lines),
        "split": shown_shares(actor, order),
        "repeats": repeats_of(actor, order),
        "repeat_url": _repeat_url(actor, order),
        "languages": LANGUAGES,
        "may": {action: may(actor, Order, action) for action in ("edit", "delete")},
    }


def _repeat_url(actor: Actor, order: Order) -> str:
    """Give the form that repeats an order, each month from the next one on."""
    if order.sealed_at is None or order.status == "cancelled" or order.deleted_at is not None:
        return ""
    if not (may(actor, RecurringOrder, "create") and may(actor, Order, "create")):
        return ""
    begins_on = Rhythm(today(), 1, "months").day(1) or today()
    said = {"order": order.id, "name": order.name, "begins_on": begins_on.isoformat()}
    return f"{RECURRING_ORDERS.url}/new?{urlencode(said)}"


def _going(line: OrderLine, quantity: Decimal) -> list[str]:
    """Write what of a line went out: of a bundle its parts too."""
    return [f"{written_quantity(quantity, line.unit)} · {line.name}", *parts_of(line, quantity)]


def _deliveries(order: Order, may_return: bool) -> list[DeliveryRow]:
    """List what went out of an order and what came back, the newest first."""
    found = deliveries_of(order)
    numbers = {each.id: each.number for each, _parts in found}
    left: Counter[tuple[UUID, UUID]] = Counter()
    for each, parts in found:
        for line, quantity in parts:
            left[each.reverses_id or each.id, line.id] += quantity
    return [
        DeliveryRow(
            delivery=each,
            url=DELIVERIES.url_of(each.id),
            reverses=numbers.get(each.reverses_id, "") if each.reverses_id else "",
            parts=[row for line, quantity in parts for row in _going(line, quantity)],
            may_return=may_return and any(left[each.id, line.id] for line, _quantity in parts),
        )
        for each, parts in found
    ]


def _row(line: OrderLine, code: str, options_url: str, stock: StockWords | None) -> OrderRow:
    return OrderRow(
        row_of(line, code, options_url, stock),
        format_number(line.delivered),
        format_number(line.invoiced),
        format_number(line.cancelled) if line.cancelled else "",
    )


def changed_order(order: Order, **more: Any) -> Response:
    """Answer a change with what the page shows now."""
    db.session.refresh(order)
    return fragment("sales/orders/body.html", record_type=ORDERS, **_context(current_actor(), order), **more)


def _edited(record_id: UUID) -> tuple[Actor, Order]:
    actor = current_actor()
    return actor, find_record(actor, ORDERS, record_id, "edit")


@blueprint.post("/quotes/<uuid:record_id>/order")
@audience("staff")
def order_quote(record_id: UUID) -> Response:
    """Make the order of an accepted quote, or go to the one that was made."""
    actor = current_actor()
    quote = find_record(actor, QUOTES, record_id)
    try:
        order = create_order_of_quote(actor, quote, short="short" in request.form)
    except Problem as problem:
        return ask_short(problem, f"{QUOTES.url_of(record_id)}/order")
    return redirect_or_refresh(ORDERS.url_of(order.id))


@blueprint.get("/orders/<uuid:record_id>/pdf")
@audience("staff")
def order_pdf(record_id: UUID) -> Response:
    """Give the order confirmation as it is printed."""
    return order_answer(find_record(current_actor(), ORDERS, record_id, binned=True), inline=True)


DraftLines(ORDER_KIND, ORDERS, ORDER_LINES, "#order", changed_order).mount()


@blueprint.post("/orders/<uuid:record_id>/lines/paste")
@audience("staff")
def paste_order_lines(record_id: UUID) -> Response:
    """Add the lines that were pasted from a spreadsheet."""
    _actor, order = _edited(record_id)
    return add_pasted(ORDER_LINES, {"order": str(order.id)}, partial(changed_order, order))


@blueprint.post("/orders/<uuid:record_id>/confirm")
@audience("staff")
def confirm(record_id: UUID) -> Response:
    """Confirm a draft."""
    actor, order = _edited(record_id)
    try:
        confirm_order(actor, order, short="short" in request.form)
    except Problem as problem:
        return ask_short(problem, f"{ORDERS.url_of(record_id)}/confirm")
    toast(_("%(number)s is confirmed.", number=order.number))
    return redirect_or_refresh(ORDERS.url_of(order.id))


@blueprint.post("/orders/<uuid:record_id>/cancel")
@audience("staff")
def cancel(record_id: UUID) -> Response:
    """Cancel an order of which nothing went out."""
    actor, order = _edited(record_id)
    cancel_order(actor, order)
    toast(_("%(number)s is cancelled.", number=order.number))
    return redirect_or_refresh(ORDERS.url_of(order.id))
