"""Adding the lines that were pasted from a spreadsheet; what can't be taken is given back with its reason."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import or_, select

from pelatis.api import Actor, Problem, RecordType, _, create_record, db, visible, write_unit
from plugins.catalog.api import Product

from ..pasted import PastedRow
from .adding_up import added_up_once

#: How many rows are taken at once.
MOST_PASTED: Final = 200


def add_pasted_lines(
    actor: Actor, lines: RecordType, beside: Mapping[str, Any], rows: Sequence[PastedRow]
) -> list[tuple[PastedRow, Problem]]:
    """Add a line for each row that is understood, all in one write.

    Args:
        actor: whoever pastes.
        lines: the record type of the document's lines.
        beside: what of each line isn't pasted: the document that it is of.
        rows: the rows, in their order.

    Returns:
        The rows that couldn't be taken, each with the reason.

    Raises:
        Problem: 403, 404 or 409 where no line may be added.
    """
    taken = rows[:MOST_PASTED]
    refused = []
    with write_unit() as session, added_up_once():
        products = _products(actor, {row.product for row in taken})
        for row in taken:
            try:
                with session.begin_nested():
                    create_record(actor, lines, {**beside, **row.values, "product": str(_product(row, products))})
            except Problem as problem:
                if problem.status != 422:
                    raise
                refused.append((row, problem))
    message = _("At most %(most)s rows are taken at once; add the rest after them.", most=MOST_PASTED)
    return refused + [(row, Problem("sales.too_many_rows", message)) for row in rows[MOST_PASTED:]]


def _products(actor: Actor, words: set[str]) -> Mapping[str, set[Product]]:
    """Find the products that are meant by codes and names; a code goes before a name.

    Whoever holds what is found spares each line reading its product again.
    """
    codes = {spelt for word in words for spelt in (word, word.upper(), word.lower())}
    statement = select(Product).where(
        or_(Product.sku.in_(codes), Product.name.in_(words)),
        Product.active,
        Product.deleted_at.is_(None),
        visible(actor, Product),
    )
    by_code: dict[str, set[Product]] = {}
    by_name: dict[str, set[Product]] = {}
    for product in db.session.scalars(statement):
        by_code.setdefault((product.sku or "").lower(), set()).add(product)
        by_name.setdefault(product.name, set()).add(product)
    return {word: by_code.get(word.lower()) or by_name.get(word, set()) for word in words if word}


def _product(row: PastedRow, products: Mapping[str, set[Product]]) -> UUID:
    found = products.get(row.product, set())
    if row.rest:
        raise Problem("sales.bad_row", _("It has more cells than product, quantity, price and discount."))
    if not found:
        raise Problem("sales.bad_row", _("No product has this code or name."))
    if len(found) > 1:
        raise Problem("sales.bad_row", _("Several products are called so; write the code."))
    return next(iter(found)).id
