"""Reading variants, and in what they differ."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import or_, select

from pelatis.api import Actor, db, visible

from ..models import Product, ProductAttribute
from ..variants import Variants, variants_by_attributes


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


def with_variants(products: Collection[UUID]) -> set[UUID]:
    """Tell which of some products have variants or are one, in one statement."""
    statement = select(Product.id, Product.template_id).where(
        or_(Product.id.in_(products), Product.template_id.in_(products)),
        Product.template_id.is_not(None),
        Product.deleted_at.is_(None),
    )
    found = db.session.execute(statement).all() if products else ()
    return {each for row in found for each in row} & set(products)


def offered_variants(actor: Actor, product: Product) -> Variants | None:
    """Read the variants that are offered of a product, or beside a variant; None where there are none.

    Args:
        actor: whoever looks; what they may not see isn't among them.
        product: the product, or one of its variants.
    """
    template = product.template_id or product.id
    found = [each for each in variants_of(template, actor) if each.active or each.id == product.id]
    return variants_by_attributes(found, attributes_of(template)) if found else None
