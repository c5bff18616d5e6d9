"""Reading variants, and in what they differ."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import select

from pelatis.api import Actor, db, visible

from ..models import Product, ProductAttribute


def attributes_of(product: UUID) -> list[ProductAttribute]:
    """List in what the variants of a product differ, in their order."""
    statement = select(ProductAttribute).where(
        ProductAttribute.product_id == product, ProductAttribute.deleted_at.is_(None)
    )
    return list(db.session.scalars(statement.order_by(ProductAttribute.position, ProductAttribute.id)))


def variants_of(product: UUID, actor: Actor | None = None) -> list[Product]:
    """List the variants of a product in the order in which they were made, for an actor those that they may see."""
    statement = select(Product).where(Product.template_id == product, Product.deleted_at.is_(None))
    if actor is not None:
        statement = statement.where(visible(actor, Product))
    return list(db.session.scalars(statement.order_by(Product.created_at, Product.id)))


def templates_of(products: Collection[Product]) -> Mapping[UUID, Product]:
    """Read the templates of variants, in one statement where there are any."""
    ids = {product.template_id for product in products if product.template_id is not None}
    found = db.session.scalars(select(Product).where(Product.id.in_(ids))) if ids else ()
    return {product.id: product for product in found}
