"""Reading what bundles are made of."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import or_, select

from pelatis.api import Actor, db, visible

from ..models import BundlePart, Product


def parts_of(bundles: Collection[UUID]) -> Mapping[UUID, list[tuple[BundlePart, Product]]]:
    """Read the parts of bundles in their order, in one statement; whatever has none isn't in it."""
    found: dict[UUID, list[tuple[BundlePart, Product]]] = {}
    if bundles:
        statement = (
            select(BundlePart, Product)
            .join(Product, Product.id == BundlePart.part_id)
            .where(BundlePart.bundle_id.in_(bundles), BundlePart.deleted_at.is_(None))
            .order_by(BundlePart.position, BundlePart.id)
        )
        for part, product in db.session.execute(statement):
            found.setdefault(part.bundle_id, []).append((part, product))
    return found


def visible_parts(actor: Actor, bundle: UUID) -> list[tuple[BundlePart, Product]]:
    """List the parts of a bundle that an actor may see."""
    statement = (
        select(BundlePart, Product)
        .join(Product, Product.id == BundlePart.part_id)
        .where(BundlePart.bundle_id == bundle, BundlePart.deleted_at.is_(None), visible(actor, BundlePart))
        .order_by(BundlePart.position, BundlePart.id)
    )
    return [(part, product) for part, product in db.session.execute(statement)]


def bundles_with(product: UUID) -> Sequence[UUID]:
    """List the ids of the bundles that a product is a part of now."""
    statement = select(BundlePart.bundle_id).where(BundlePart.part_id == product, BundlePart.deleted_at.is_(None))
    return db.session.scalars(statement.distinct()).all()


def is_in_bundle(product: UUID) -> bool:
    """Tell whether a product is a part of a bundle."""
    statement = select(BundlePart.id).where(BundlePart.part_id == product, BundlePart.deleted_at.is_(None))
    return db.session.scalar(statement.limit(1)) is not None


def is_bundle(product: UUID) -> bool:
    """Tell whether a product has parts, or is said to be a bundle."""
    part = select(BundlePart.id).where(BundlePart.bundle_id == product, BundlePart.deleted_at.is_(None)).exists()
    statement = select(Product.id).where(Product.id == product, or_(Product.bundle_price.is_not(None), part))
    return db.session.scalar(statement) is not None
