"""The rules of variants: one product for each combination, with a code, a price and stock of its own."""

from collections.abc import Sequence
from itertools import product as combinations
from math import prod
from typing import Final

from pelatis.api import Actor, Problem, _, require, write_unit

from ..models import Product, ProductAttribute
from ..queries.variants import attributes_of, variants_of
from .products import create_product

#: How many variants a product may have.
MOST_VARIANTS: Final = 300
#: What a variant takes over from its template.
SHARED: Final = ("series", "unit", "tax_class", "description", "owner_id")


def make_variants(actor: Actor, template: Product) -> list[Product]:
    """Make the variants of a product that aren't there yet; those that are stay as they are.

    Returns:
        The new ones.

    Raises:
        Problem: `catalog.no_attributes` (409) where it doesn't say in what they differ, or of a variant;
            `catalog.too_many_variants` (409); 403 or 404 without the right.
    """
    require(actor, Product, "edit", template)
    require(actor, Product, "create")
    with write_unit():
        attributes = [each for each in attributes_of(template.id) if each.choices]
        if not attributes or template.template_id is not None:
            message = _("Say first in what its variants differ: size, colour.")
            raise Problem("catalog.no_attributes", message, status=409)
        if prod(len(each.choices) for each in attributes) > MOST_VARIANTS:
            message = _("That makes more than %(most)s variants.", most=MOST_VARIANTS)
            raise Problem("catalog.too_many_variants", message, status=409)
        present = {frozenset(each.features) for each in variants_of(template.id)}
        wanted = combinations(*(each.choices for each in attributes))
        missing = [values for values in wanted if frozenset(_features(attributes, values)) not in present]
        return [_make(actor, template, attributes, values) for values in missing]


def _features(attributes: Sequence[ProductAttribute], values: Sequence[str]) -> list[str]:
    return [f"{attribute.name}: {value}" for attribute, value in zip(attributes, values, strict=True)]


def _make(actor: Actor, template: Product, attributes: Sequence[ProductAttribute], values: Sequence[str]) -> Product:
    code = "-".join((template.sku, *("".join(value.upper().split()) for value in values))) if template.sku else None
    told = {name: getattr(template, name) for name in SHARED}
    name = ", ".join((template.name, *values))
    features = _features(attributes, values)
    return create_product(
        actor, {**told, "name": name[:200], "sku": code and code[:60], "features": features, "template_id": template.id}
    )
