"""What goes out of an order, what comes back, and what will never go out."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import marshmallow as ma
from flask import request
from werkzeug.wrappers import Response

from pelatis.api import Problem, _, audience, current_actor, fields, find_record, fragment, toast

from ..letters import delivery_answer
from ..models import Delivery, Order
from ..operations.deliveries import cancel_rest, cancellable, deliver, take_delivery_back
from ..queries.orders import lines_of_order, not_returned
from ..records import DELIVERIES, ORDERS
from . import blueprint
from .documents import quantity_field, tell_refusal, typed_quantities
from .lines import closed
from .orders import changed_order


@blueprint.post("/orders/<uuid:record_id>/deliver")
@audience("staff")
def deliver_order(record_id: UUID) -> Response:
    """Write down what of an order went out."""
    actor = current_actor()
    order = find_record(actor, ORDERS, record_id, "edit")

    def write() -> None:
        delivery = deliver(actor, order, typed_quantities(request.form), **_typed())
        toast(_("%(number)s is written down.", number=delivery.number))

    tell_refusal(write)
    return changed_order(order)


def _typed() -> dict[str, Any]:
    return {"day": _typed_day(), "note": (request.form.get("note") or "").strip()[:2_000] or None}


def _typed_day() -> date | None:
    text = (request.form.get("delivered_on") or "").strip()
    try:
        day: date | None = fields.Date().deserialize(text) if text else None
    except ma.ValidationError as error:
        message = _("This is no day.")
        raise Problem("sales.bad_day", message, fields={"delivered_on": [message]}) from error
    return day


@blueprint.get("/deliveries/<uuid:record_id>/pdf")
@audience("staff")
def delivery_pdf(record_id: UUID) -> Response:
    """Give the delivery note as it is printed."""
    return delivery_answer(find_record(current_actor(), DELIVERIES, record_id, binned=True))


@blueprint.get("/deliveries/<uuid:record_id>/return")
@audience("staff")
def ask_what_came_back(record_id: UUID) -> Response:
    """Ask what of a delivery came back."""
    delivery, order = _delivery(record_id)
    out = not_returned(delivery)
    return fragment(
        "sales/orders/quantities.html",
        title=_("Return of %(number)s", number=delivery.number),
        hint=_("What came back, or never went out. What was invoiced of it needs a credit note, too."),
        url=f"{DELIVERIES.url_of(delivery.id)}/return",
        fields=[quantity_field(line, out[line.id]) for line in lines_of_order(order) if out.get(line.id)],
        is_return=True,
    )


def _delivery(record_id: UUID) -> tuple[Delivery, Order]:
    actor = current_actor()
    delivery: Delivery = find_record(actor, DELIVERIES, record_id)
    return delivery, find_record(actor, ORDERS, delivery.order_id, "edit")


@blueprint.post("/deliveries/<uuid:record_id>/return")
@audience("staff")
def return_delivery(record_id: UUID) -> Response:
    """Write down what of a delivery came back."""
    delivery, order = _delivery(record_id)

    def write() -> None:
        said = {**_typed(), "to_stock": "to_stock" in request.form}
        back = take_delivery_back(current_actor(), delivery, typed_quantities(request.form), **said)
        toast(_("%(number)s is written down.", number=back.number))

    return _answer(order, write)


@blueprint.get("/orders/<uuid:record_id>/rest")
@audience("staff")
def ask_what_is_cancelled(record_id: UUID) -> Response:
    """Ask what of an order will never go out."""
    order = find_record(current_actor(), ORDERS, record_id, "edit")
    lines = lines_of_order(order)
    return fragment(
        "sales/orders/quantities.html",
        title=_("Cancel the rest"),
        hint=_("What will never go out; 0 for what is wanted after all. It is free for other orders at once."),
        url=f"{ORDERS.url_of(order.id)}/rest",
        fields=[quantity_field(line, most) for line, most in cancellable(lines).items() if most],
        is_return=False,
    )


@blueprint.post("/orders/<uuid:record_id>/rest")
@audience("staff")
def cancel_the_rest(record_id: UUID) -> Response:
    """Say what of an order will never go out."""
    actor = current_actor()
    order = find_record(actor, ORDERS, record_id, "edit")
    return _answer(order, lambda: cancel_rest(actor, order, typed_quantities(request.form)))


def _answer(order: Order, write: Callable[[], Any]) -> Response:
    """Do what a dialog asks for, close it, and show the order as it is now."""
    done = tell_refusal(write)
    return closed(changed_order(order)) if done else changed_order(order)
