"""What else a customer may want, beside drafts of quotes and orders."""

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from flask import Response
from sqlalchemy import select

from pelatis.api import Actor, audience, collect, current_actor, db, find_record, fragment, visible
from plugins.catalog.api import Product

from ..models import QuoteSet
from ..offers import Offer
from ..queries.orders import lines_of_order
from ..queries.quotes import lines_of
from ..records import ORDERS, QUOTES
from . import blueprint
from .documents import part_of

#: How many products are shown.
MOST_SHOWN: Final = 3


@blueprint.get("/orders/<uuid:record_id>/offers")
@audience("staff")
def order_offers(record_id: UUID) -> Response:
    """Show what goes with the lines of a draft of an order."""
    order = find_record(current_actor(), ORDERS, record_id, "edit")
    return _offers(order, lines_of_order(order), f"{ORDERS.url_of(order.id)}/lines", "#order")


@blueprint.get("/quotes/<uuid:record_id>/sets/<uuid:set_id>/offers")
@audience("staff")
def quote_offers(record_id: UUID, set_id: UUID) -> Response:
    """Show what goes with the lines of a set of a draft of a quote."""
    quote = find_record(current_actor(), QUOTES, record_id, "edit")
    lines = lines_of(quote, part_of(QuoteSet, set_id, "quote_id", quote))
    return _offers(quote, lines, f"{QUOTES.url_of(quote.id)}/sets/{set_id}/lines", "#quote")


def _offers(document: Any, lines: Iterable[Any], add_url: str, target: str) -> Response:
    products = {line.product_id for line in lines if line.product_id is not None}
    rows = _shown(current_actor(), document.customer_id, products) if products and document.sealed_at is None else []
    return fragment("sales/documents/offers.html", rows=rows, add_url=add_url, target=target)


def _shown(actor: Actor, customer: UUID | None, products: set[UUID]) -> list[tuple[Product, str]]:
    """Give the offers for which most speaks, of products that may still be sold."""
    told = collect("crm_suggest_offers", actor=actor, customer=customer, products=sorted(products))
    best: dict[UUID, Offer] = {}
    for offer in sorted((each for each in told if isinstance(each, Offer)), key=lambda each: each.weight):
        best[offer.product_id] = offer
    wanted = best.keys() - products
    statement = select(Product).where(
        Product.id.in_(wanted), Product.active, Product.deleted_at.is_(None), visible(actor, Product)
    )
    found = db.session.scalars(statement) if wanted else ()
    ranked = sorted(found, key=lambda product: (-best[product.id].weight, product.name))
    return [(product, best[product.id].reason) for product in ranked[:MOST_SHOWN]]
