"""What goes out of orders, what comes back, and what of them will never go out."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select

from pelatis.api import Actor, Problem, _, db, new_id, require, save, today, utc_now, write_unit

from ..models import Delivery, DeliveryLine, Order, OrderLine
from ..queries.orders import not_returned
from ..schemas import ORDER_STATUSES
from .numbers import draw_number
from .orders import CONFIRMED, DELIVERABLE, follow_lines, locked_lines
from .stock import follow_wanted, hand_over, take_in


def create_delivery(actor: Actor, values: Mapping[str, Any]) -> Delivery:
    """Write down that all went out that was left of the order that the values name."""
    order = db.session.get_one(Order, values["order_id"])
    with write_unit():
        left = {line.id: line.undelivered for line in locked_lines(order)}
        day, note = values.get("delivered_on"), values.get("note")
        return deliver(actor, order, left, day=day, note=note, delivery_id=values.get("id"))


def create_delivery_line(actor: Actor, values: Mapping[str, Any]) -> DeliveryLine:
    """Write down that so much of one line of an order went out today, with a delivery of its own.

    Raises:
        Problem: as `deliver` does.
    """
    line = db.session.get_one(OrderLine, values["order_line_id"])
    with write_unit() as session:
        order = session.get_one(Order, line.order_id)
        delivery = deliver(actor, order, {line.id: values["quantity"]})
        return session.scalars(select(DeliveryLine).where(DeliveryLine.delivery_id == delivery.id)).one()


def deliver(
    actor: Actor,
    order: Order,
    quantities: Mapping[UUID, Decimal],
    *,
    day: date | None = None,
    note: str | None = None,
    delivery_id: UUID | None = None,
) -> Delivery:
    """Write down what of an order went out.

    Args:
        actor: whoever says so.
        order: a confirmed order.
        quantities: line id to how much of it, in its unit; lines of which nothing went out are left out or 0.
        day: when it went out; today by default.
        note: the carrier's number, who received it.
        delivery_id: its id, when whoever sends it has made one.

    Raises:
        Problem: `sales.order_status_refused` (409) for a draft, a cancelled or a delivered order;
            `sales.nothing_delivered`, `sales.more_than_ordered` (422); `catalog.not_available` (409); 403 or
            404 without the right.
    """
    require(actor, Order, "edit", order)
    with write_unit() as session:
        lines = locked_lines(order)
        if order.status not in DELIVERABLE and not _is_undelivered(order, lines):
            words = {"status": ORDER_STATUSES[order.status]}
            message = _("It is “%(status)s”; nothing of it can go out.", **words)
            raise Problem("sales.order_status_refused", message, status=409)
        if any(quantity < 0 for quantity in quantities.values()) or not any(quantities.values()):
            raise Problem("sales.nothing_delivered", _("Say how much went out."))
        left = {line.id: line.undelivered for line in lines}
        _check(lines, quantities, left, _("“%(name)s”: that is more than is left of the order."))
        going = [(line, quantities[line.id]) for line in lines if quantities.get(line.id)]
        delivery = _write_down(actor, order, going, day=day, note=note, id=delivery_id or new_id())
        hand_over(actor, order, going, delivery.number)
        follow_lines(order, lines)
        session.flush()
        return delivery


def _write_down(
    actor: Actor, order: Order, moved: Sequence[tuple[OrderLine, Decimal]], *, day: date | None, **values: Any
) -> Delivery:
    """Write down what went out of an order, or below zero came back."""
    number = draw_number("delivery", day or today())
    delivery = Delivery(order_id=order.id, number=number, delivered_on=day or today(), sealed_at=utc_now(), **values)
    save(actor, delivery)
    for line, quantity in moved:
        line.delivered += quantity
        db.session.add(
            DeliveryLine(
                delivery_id=delivery.id, order_line_id=line.id, quantity=quantity, owner_id=delivery.owner_id,
                sealed_at=delivery.sealed_at,
            )
        )  # fmt: skip
    return delivery


def _is_undelivered(order: Order, lines: Sequence[OrderLine]) -> bool:
    """Tell whether goods are still to go out of an order that was invoiced in advance."""
    return order.status in ("invoiced", "closed") and any(line.undelivered for line in lines)


def _check(lines: Sequence[OrderLine], said: Mapping[UUID, Decimal], most: Mapping[UUID, Decimal], words: str) -> None:
    """Refuse quantities of lines that are more than may be.

    Raises:
        Problem: `sales.more_than_ordered` (422) with the words, in which the line's name is filled in.
    """
    names = {line.id: line.name for line in lines}
    for line_id, quantity in said.items():
        if not 0 <= quantity <= most.get(line_id, Decimal(0)):
            message = words % {"name": names.get(line_id, "–")}
            raise Problem("sales.more_than_ordered", message, fields={"quantity": [message]})


# What comes back


def take_delivery_back(
    actor: Actor,
    delivery: Delivery,
    quantities: Mapping[UUID, Decimal] | None = None,
    *,
    day: date | None = None,
    note: str | None = None,
    to_stock: bool = True,
) -> Delivery:
    """Write down that what went out came back, or never went out: a delivery of its own, with quantities below zero.

    The order waits for it again; what was invoiced of it is taken back by a credit note.

    Args:
        actor: whoever says so.
        delivery: what went out.
        quantities: id of a line of the order to how much of it came back; by default all that didn't yet.
        day: when it came back; today by default.
        note: why.
        to_stock: whether it can be sold again.

    Raises:
        Problem: `sales.nothing_to_return` (409) for what came back already; `sales.more_than_ordered` (422) for more
            than went out with it; 403 or 404 without the right.
    """
    order = db.session.get_one(Order, delivery.order_id)
    require(actor, Order, "edit", order)
    with write_unit() as session:
        lines = locked_lines(order)
        out = {} if delivery.reverses_id else not_returned(delivery)
        said = out if quantities is None else quantities
        if not any(out.values()) or not any(said.values()):
            raise Problem("sales.nothing_to_return", _("Nothing of it is left that could come back."), status=409)
        _check(lines, said, out, _("“%(name)s”: that is more than went out with it."))
        came = [(line, said[line.id]) for line in lines if said.get(line.id)]
        moved = [(line, -quantity) for line, quantity in came]
        back = _write_down(actor, order, moved, day=day, note=note, id=new_id(), reverses_id=delivery.id)
        follow_lines(order, lines)
        session.flush()
        if to_stock:
            take_in(actor, came, delivery.number, back.number)
        return back


# What will never go out


def cancel_rest(actor: Actor, order: Order, quantities: Mapping[UUID, Decimal] | None = None) -> Order:
    """Say how much of an order will never go out: what was promised to it is free again, and it can be closed.

    Args:
        actor: whoever says so.
        order: a confirmed order.
        quantities: line id to how much of it is cancelled in all, 0 to want it again; by default all that neither went
            out nor was invoiced.

    Raises:
        Problem: `sales.nothing_to_cancel` (409) for a draft, a cancelled order or one of which nothing is left, and
            where nothing else would be left of it; `sales.more_than_ordered` (422) for what went out or was invoiced;
            403 or 404 without the right.
    """
    require(actor, Order, "edit", order)
    with write_unit() as session:
        lines = locked_lines(order)
        most = {line.id: quantity for line, quantity in cancellable(lines).items()}
        said = most if quantities is None else quantities
        changed = [line for line in lines if said.get(line.id, line.cancelled) != line.cancelled]
        if order.status not in CONFIRMED or not changed:
            raise Problem("sales.nothing_to_cancel", _("Nothing of it is left that could be cancelled."), status=409)
        _check(lines, said, most, _("“%(name)s”: that is more than is left to go out and to be invoiced."))
        for line in changed:
            line.cancelled = said[line.id]
        if not any(line.wanted for line in lines):
            raise Problem("sales.nothing_to_cancel", _("Nothing of it went out yet; cancel the order."), status=409)
        follow_lines(order, lines)
        session.flush()
        follow_wanted(actor, order, lines)
        return order


def cancellable(lines: Sequence[OrderLine]) -> dict[OrderLine, Decimal]:
    """Tell how much of each line of an order neither went out nor was invoiced."""
    return {line: line.quantity - max(line.delivered, line.invoiced) for line in lines}
