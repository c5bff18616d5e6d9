"""Choosing the options of a product: what is allowed, why not, and what it costs."""

from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from flask import request
from sqlalchemy import select
from werkzeug.wrappers import Response

from pelatis.api import Customer, audience, current_actor, db, find_record, fragment, render, visible

from ..queries.configurator import configuration_of
from ..records import PRODUCTS
from . import blueprint


@blueprint.get("/products/<uuid:record_id>/configure")
@audience("staff")
def configure(record_id: UUID) -> Response:
    """Show a product's options with those that are chosen, as a page or, asked by itself, as its form alone."""
    actor = current_actor()
    product = find_record(actor, PRODUCTS, record_id)
    customer_id = request.args.get("customer", type=UUID)
    statement = select(Customer).where(Customer.id == customer_id, visible(actor, Customer))
    customer = db.session.scalars(statement).first() if customer_id else None
    shown = configuration_of(
        actor,
        product,
        customer,
        chosen=_chosen(),
        quantity=_quantity(),
        currency=request.args.get("currency") or None,
    )
    context: dict[str, Any] = {"shown": shown, "customer": customer_id, "currency": request.args.get("currency", "")}
    if request.args.get("form"):
        return fragment("catalog/panels/configure.html", **context)
    return render("catalog/configure.html", record_type=PRODUCTS, **context)


def _chosen() -> list[UUID]:
    """Read the chosen options; each group has a name of its own, so that one of its radio buttons can be on."""
    names = [name for name in request.args if name.startswith("option")]
    return [option for name in names for option in request.args.getlist(name, type=UUID)]


def _quantity() -> Decimal:
    try:
        quantity = Decimal(request.args.get("quantity", "1"))
    except InvalidOperation:
        return Decimal(1)
    return quantity if quantity.is_finite() and abs(quantity) < 10**9 else Decimal(1)
