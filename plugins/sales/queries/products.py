"""What lines of documents say of their products."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import select

from pelatis.api import Actor, db, visible
from plugins.catalog.api import Product

from ..models.documents import DocumentLine


@dataclass(frozen=True)
class ProductWords:
    """What a line says of its product beside its name; both may be empty."""

    code: str = ""
    series: str = ""


_NOTHING: Final = ProductWords()


def product_words(actor: Actor, lines: Sequence[DocumentLine]) -> Mapping[UUID, ProductWords]:
    """Read the codes and series of the products on some lines, in one statement.

    Args:
        actor: whoever looks; of a product that they may not see nothing is said.
        lines: of any document.

    Returns:
        Something for every line, by its id.
    """
    wanted = {line.product_id for line in lines if line.product_id}
    statement = select(Product.id, Product.sku, Product.series).where(Product.id.in_(wanted), visible(actor, Product))
    rows = db.session.execute(statement) if wanted else ()
    found: dict[UUID | None, ProductWords] = {
        product: ProductWords(sku or "", series or "") for product, sku, series in rows
    }
    return {line.id: found.get(line.product_id, _NOTHING) for line in lines}
