"""Orders: what may follow what, making one of an accepted quote, confirming, cancelling.

The state machine is the table `ORDER_MOVES`; what it doesn't list is refused.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from pelatis.api import (
    Actor,
    Problem,
    Sealable,
    _,
    change_record,
    db,
    demand,
    new_id,
    require,
    save,
    today,
    utc_now,
    write_unit,
)

from ..models import Order, OrderLine, Quote, QuoteSet
from ..queries.orders import lines_of_order, order_of_quote, owes_something
from ..queries.quotes import lines_of
from ..schemas import ORDER_STATUSES
from .approvals import let_pass
from .commission_splits import take_over
from .documents import (
    PRICING,
    DocumentKind,
    add_up,
    agreed_of,
    complete_document,
    draft_document,
    no_customer,
    price_draft,
)
from .numbers import draw_number
from .states import check_move
from .stock import follow_due_day, give_up, reserve_stock

#: Order status to the statuses that may follow it.
ORDER_MOVES: Final[Mapping[str, frozenset[str]]] = {
    "draft": frozenset({"confirmed"}),
    "confirmed": frozenset({"part_delivered", "delivered", "invoiced", "cancelled"}),
    # What comes back takes a delivery back.
    "part_delivered": frozenset({"confirmed", "delivered", "invoiced"}),
    "delivered": frozenset({"confirmed", "part_delivered", "invoiced"}),
    # A credit note takes invoicing back; the order then stands where its deliveries do.
    "invoiced": frozenset({"closed", "confirmed", "part_delivered", "delivered"}),
    # So does an allocation that is taken back.
    "closed": frozenset({"confirmed", "part_delivered", "delivered", "invoiced"}),
    "cancelled": frozenset(),
}
#: What may still be delivered.
DELIVERABLE: Final = frozenset({"confirmed", "part_delivered"})
#: What may still be invoiced.
INVOICEABLE: Final = DELIVERABLE | {"delivered"}
#: Where an order stands that was confirmed and not cancelled.
CONFIRMED: Final = INVOICEABLE | {"invoiced", "closed"}
#: What a person may still change once it is confirmed.
STILL_OPEN: Final = frozenset({"due_on", "reference", "custom"})

ORDER_KIND: Final = DocumentKind(Order, OrderLine, "order_id", lines_of_order)


def create_order(actor: Actor, values: Mapping[str, Any]) -> Order:
    """Make an order: a draft without lines, or of an accepted quote a confirmed one with all that was accepted.

    Raises:
        Problem: 403 without the permission; 422 without a customer, a deal or a quote.
    """
    with write_unit() as session:
        if values.get("quote_id"):
            quote = session.get_one(Quote, values["quote_id"])
            said = {name: each for name, each in values.items() if name in STILL_OPEN and each is not None}
            return create_order_of_quote(actor, quote, said)
        order = Order(**{**values, "id": values.get("id") or new_id()})
        complete_document(actor, order)
        saved: Order = save(actor, order)
        return saved


def create_order_of_quote(
    actor: Actor, quote: Quote, values: Mapping[str, Any] | None = None, *, short: bool = False
) -> Order:
    """Make the order of an accepted quote: confirmed, with the accepted set and the options that were chosen.

    However often and by however many it is asked for, a quote becomes one order; later calls give it back.

    Args:
        actor: whoever makes it.
        quote: an accepted quote that the actor may see.
        values: what else to write on a new order: `due_on`, `reference`.
        short: whether to confirm it though there isn't enough in stock.

    Raises:
        Problem: `sales.not_accepted` (409) for a quote that nobody accepted; what `confirm_order` raises; 403 or 404
            without the right.
    """
    require(actor, Quote, "view", quote)
    with write_unit() as session:
        session.refresh(quote, with_for_update=True)  # a second click waits, and then finds the first one's order
        found = order_of_quote(quote.id)
        if found is not None:
            require(actor, Order, "view", found)
            return found
        if quote.status != "accepted" or quote.accepted_set_id is None:
            raise Problem("sales.not_accepted", _("The customer hasn't accepted it yet."), status=409)
        taken = ("name", "customer_id", "opportunity_id", "currency", "language", "rounding", "owner_id")
        order = Order(
            id=new_id(), quote_id=quote.id, **{name: getattr(quote, name) for name in taken}, **(values or {})
        )
        save(actor, order)
        _take_accepted(actor, quote, order)
        return confirm_order(actor, order, short=short)


def _take_accepted(actor: Actor, quote: Quote, order: Order) -> None:
    accepted = db.session.get_one(QuoteSet, quote.accepted_set_id)
    for line in lines_of(quote, accepted):
        if line.counts:
            copy = OrderLine(**agreed_of(line), order_id=order.id, quantity=line.quantity, net=line.net)
            save(actor, copy)
    add_up(ORDER_KIND, order)


def update_order(actor: Actor, order: Order, values: Mapping[str, Any]) -> Order:
    """Change a draft; of a confirmed order only when it is due and the customer's own number.

    Raises:
        Problem: `sales.document_sealed` (409) for anything else of a confirmed order; `sales.stays` (422) for another
            quote; `catalog.not_available` (409) for a day by which there isn't enough in stock.
    """
    with write_unit():
        changes = {name: value for name, value in values.items() if getattr(order, name) != value}
        if changes.keys() - STILL_OPEN:
            draft_document(order)
        if "quote_id" in changes:
            message = _("Make the order of the quote instead; it takes all from it.")
            raise Problem("sales.stays", message, fields={"quote": [message]})
        if not changes.get("customer_id", True):
            raise no_customer()
        change_record(actor, order, changes)
        if "due_on" in changes and order.sealed_at is not None:
            follow_due_day(actor, order)
        if changes.keys() & (PRICING | {"rounding"}):
            price_draft(ORDER_KIND, order)
        return order


def set_order_status(order: Order, status: str) -> None:
    """Let one status follow another.

    Raises:
        Problem: `sales.order_status_refused` (409) where it may not.
    """
    check_move(ORDER_MOVES, ORDER_STATUSES, order.status, status, "sales.order_status_refused")
    order.status = status
    order.closed_at = utc_now() if status in ("closed", "cancelled") else None


def confirm_order(actor: Actor, order: Order, *, short: bool = False) -> Order:
    """Confirm a draft: its stock is reserved, it gets its number, and it and its lines are sealed.

    Args:
        actor: whoever confirms it.
        order: a draft.
        short: whether to reserve what there is instead of refusing where it isn't enough.

    Raises:
        Problem: `sales.nothing_ordered` (422) without lines; `sales.document_sealed` (409); `sales.needs_approval`
            (409) past a limit; `catalog.not_available` (409) when somebody else has the last units; what a plugin has
            against it; 403 or 404 without the right.
    """
    require(actor, Order, "edit", order)
    with write_unit() as session:
        draft_document(order)
        lines = lines_of_order(order)
        if not lines:
            raise Problem("sales.nothing_ordered", _("Add a line first."))
        demand("crm_validate_order", actor=actor, order=order, lines=lines)
        let_pass(actor, order, lines)
        order.number = draw_number("order", today())
        reserve_stock(actor, order, lines, short=short)
        set_order_status(order, "confirmed")
        order.confirmed_at = now = utc_now()
        documents: list[Sealable] = [order, *lines]
        for sealed in documents:
            sealed.sealed_at = now
        session.flush()
        take_over(order, "order_id", order.opportunity_id)
        return order


def cancel_order(actor: Actor, order: Order) -> Order:
    """Cancel an order of which nothing went out and nothing was invoiced.

    Raises:
        Problem: `sales.order_status_refused` (409) once something did; 403 or 404 without the right.
    """
    require(actor, Order, "edit", order)
    with write_unit() as session:
        lines = locked_lines(order)
        if any(line.delivered or line.invoiced for line in lines):
            message = _("Something of it went out or was invoiced already; an invoice is reversed by a credit note.")
            raise Problem("sales.order_status_refused", message, status=409)
        set_order_status(order, "cancelled")
        session.flush()
        give_up(actor, order)
        return order


def locked_lines(order: Order) -> list[OrderLine]:
    """Read an order and its lines anew; whoever else delivers or invoices it waits."""
    db.session.refresh(order, with_for_update=True)
    return lines_of_order(order, anew=True)


# What follows what happens to it


def follow_lines(order: Order, lines: Sequence[OrderLine]) -> None:
    """Let an order's status follow what of its lines went out and was invoiced, and whether that is paid."""
    wanted = _standing(order, lines)
    if wanted == "closed" and order.status not in ("invoiced", "closed"):
        set_order_status(order, "invoiced")
    if wanted != order.status:
        set_order_status(order, wanted)


def follow_payments(ids: Iterable[UUID]) -> None:
    """Let the status of orders follow whether their invoices are paid, always in the same order of their ids."""
    for order_id in sorted(ids):
        order = db.session.get_one(Order, order_id)
        follow_lines(order, locked_lines(order))
    db.session.flush()


def _standing(order: Order, lines: Sequence[OrderLine]) -> str:
    all_is_delivered = all(not line.undelivered for line in lines)
    if all(not line.uninvoiced for line in lines):
        return "closed" if all_is_delivered and not owes_something(order) else "invoiced"
    if all_is_delivered:
        return "delivered"
    return "part_delivered" if any(line.delivered for line in lines) else "confirmed"
