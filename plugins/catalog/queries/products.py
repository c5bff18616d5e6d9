"""Reading products."""

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import or_, select

from pelatis.api import Actor, base_currency, db, not_found, visible

from ..models import Cost, Product


def is_sku_taken(sku: str, besides: UUID | None) -> bool:
    """Tell whether another product, in the bin or not, has a code already."""
    statement = select(Product.id).where(Product.sku == sku).limit(2)
    return any(product_id != besides for product_id in db.session.scalars(statement))


def products_by_id(ids: Collection[UUID]) -> Mapping[UUID, Product]:
    """Read products, in the bin or not, whoever may see them.

    Raises:
        Problem: 404 when one isn't there.
    """
    found = {product.id: product for product in db.session.scalars(select(Product).where(Product.id.in_(set(ids))))}
    if found.keys() != set(ids):
        raise not_found()
    return found


def costs_on(products: Collection[UUID], day: date) -> Mapping[UUID, Decimal]:
    """Read what one unit of each product and each of its options costs the company on a day, in its own currency.

    Args:
        products: ids of products.
        day: the day.

    Returns:
        Costs by the id of a product or an option; unknown ones aren't in it.
    """
    statement = (
        select(Cost.product_id, Cost.option_id, Cost.amount)
        .where(
            Cost.product_id.in_(products),
            Cost.deleted_at.is_(None),
            Cost.currency == base_currency(),
            or_(Cost.valid_from.is_(None), Cost.valid_from <= day),
        )
        .order_by(Cost.valid_from.asc().nulls_first(), Cost.id)
    )
    rows = db.session.execute(statement).all()
    return {row.option_id or row.product_id: row.amount for row in rows}  # the last of each stands


def costs_of(actor: Actor, product: UUID, option: UUID | None = None) -> list[Cost]:
    """List the costs of a product, or of one of its options, that an actor may see, those that began last first."""
    statement = select(Cost).where(
        Cost.product_id == product, Cost.option_id == option, Cost.deleted_at.is_(None), visible(actor, Cost)
    )
    return list(db.session.scalars(statement.order_by(Cost.valid_from.desc().nulls_last(), Cost.id.desc())))
