"""Choosing a variant by what sets it apart: its size, its colour. Nothing here reads the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from .models import Product, ProductAttribute

#: What stands for the value of an attribute that a variant has none of.
NONE: Final = "–"


@dataclass(frozen=True)
class VariantValue:
    """A value of an attribute, as it can be chosen now.

    Attributes:
        text: the value, as the product has it.
        variant: what is chosen with it; None where no variant has it together with what stands before it.
        difference: what one unit costs more so than with the present choice; None where a price isn't known.
    """

    text: str
    variant: Product | None
    difference: Decimal | None = None


@dataclass(frozen=True)
class VariantGroup:
    """An attribute with its values in their order.

    Attributes:
        name: its name; empty where variants are told apart by their own names alone.
        values: all values that any variant has.
        chosen: the text of the chosen one.
    """

    name: str
    values: Sequence[VariantValue]
    chosen: str


@dataclass(frozen=True)
class Variants:
    """The variants of one product, each with its value of every attribute.

    Attributes:
        products: the variants, in their order.
        names: the attributes, in their order; the first ones lead, what comes after gives way.
        told: the values of each variant, by attribute.
        order: the values of each attribute in their order, as far as they are known.
    """

    products: Sequence[Product]
    names: Sequence[str]
    told: Sequence[Mapping[str, str]]
    order: Mapping[str, Sequence[str]]

    def choose(self, said: Sequence[str]) -> tuple[Product, list[VariantGroup]]:
        """Find the variant that was meant, and what could be chosen instead.

        Args:
            said: the wanted value of each attribute, in their order; where no variant has it together with the ones
                before it, or nothing is said, the first that there is takes its place.
        """
        found, chosen = self._find(said)
        groups = []
        for place, name in enumerate(self.names):
            values = [
                VariantValue(text, self._offered([*chosen[:place], text, *chosen[place + 1 :]], place))
                for text in self._values(name, range(len(self.products)))
            ]
            groups.append(VariantGroup(name, values, chosen[place]))
        return found, groups

    def values_of(self, product: Product) -> list[str]:
        """Tell the values of a variant, in the order of the attributes; nothing for another product."""
        ids = [each.id for each in self.products]
        return [self.told[ids.index(product.id)][name] for name in self.names] if product.id in ids else []

    def _find(self, said: Sequence[str]) -> tuple[Product, list[str]]:
        left: Sequence[int] = range(len(self.products))
        chosen = []
        for place, name in enumerate(self.names):
            values = self._values(name, left)
            wanted = said[place] if place < len(said) else ""
            chosen.append(wanted if wanted in values else values[0])
            left = [each for each in left if self.told[each][name] == chosen[-1]]
        return self.products[left[0]], chosen

    def _offered(self, said: Sequence[str], place: int) -> Product | None:
        found, chosen = self._find(said)
        return found if chosen[: place + 1] == list(said[: place + 1]) else None

    def _values(self, name: str, among: Sequence[int]) -> list[str]:
        known = list(self.order.get(name, ()))
        values = dict.fromkeys(self.told[each][name] for each in among)
        return sorted(values, key=lambda text: known.index(text) if text in known else len(known))


def variants_by_attributes(products: Sequence[Product], attributes: Sequence[ProductAttribute]) -> Variants:
    """Tell variants apart by their features, or by their names where the features don't.

    Args:
        products: the variants of one product; one at least.
        attributes: what their product says that they differ in, in its order.
    """
    features = [dict(_split(feature) for feature in each.features) for each in products]
    known = [each.name for each in attributes]
    names = list(dict.fromkeys(name for each in features for name in each))
    names.sort(key=lambda name: known.index(name) if name in known else len(known))
    told = [{name: each.get(name, NONE) for name in names} for each in features]
    if len({tuple(each.values()) for each in told}) < len(products) or not names:
        return Variants(products, [""], [{"": each.name} for each in products], {})
    return Variants(products, names, told, {each.name: each.choices for each in attributes})


def _split(feature: str) -> tuple[str, str]:
    name, separator, value = feature.partition(": ")
    return (name, value) if separator else ("", feature)
