"""What a bundle costs: the sum of its parts, and the share of each in its price. Nothing here reads the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from .models import BundlePart, Product, TaxRule
from .pricing import PricedPart, PriceStep, exact, summed
from .tariff import Found, HoldingList, Tariff, Wanted


@dataclass(frozen=True)
class Bundle:
    """A bundle, and what its parts cost by themselves.

    Attributes:
        product: the bundle.
        parts: what it is made of.
        found: the price of each part, in their order; None where no list has one.
    """

    product: Product
    parts: Sequence[tuple[BundlePart, Product]]
    found: Sequence[Found | None]

    @classmethod
    def priced(
        cls,
        product: Product,
        parts: Sequence[tuple[BundlePart, Product]],
        tariff: Tariff,
        holding: Sequence[HoldingList],
        quantity: Decimal,
    ) -> "Bundle":
        """Price the parts of so many units of a bundle."""
        found = [tariff.find(holding, Wanted(each, part.quantity * quantity)) for part, each in parts]
        return cls(product, parts, found)

    @property
    def is_sum(self) -> bool:
        """Whether it costs the sum of its parts."""
        return bool(self.parts) and self.product.bundle_price == "parts"

    def steps(self, currency: str) -> list[PriceStep]:
        """Tell what the parts come to, less the bundle's discount."""
        steps = [
            _step(part, product, found, currency) for (part, product), found in zip(self.parts, self.found, strict=True)
        ]
        discount = self.product.bundle_discount or Decimal(0)
        if discount and all(step.amount is not None for step in steps):
            values = {"percent": f"{discount.normalize():f} %"}
            less = exact(-summed(steps) * discount / 100)
            steps.append(PriceStep("bundle_discount", values, less, currency))
        return steps

    def as_found(self, currency: str) -> Found | None:
        """Give the price of a bundle that costs the sum of its parts; None while a part has no price."""
        steps = self.steps(currency)
        priced = [found for found in self.found if found is not None]
        if len(priced) < len(self.parts):
            return None
        return Found(priced[0].price_list, summed(steps), summed(steps), tuple(steps))

    def shares(self, rules: Mapping[UUID, TaxRule | None]) -> tuple[PricedPart, ...]:
        """Tell the share of each part in the bundle's price.

        Args:
            rules: the tax of each part, by its product.
        """
        prices = [
            None if found is None else found.amount * part.quantity
            for (part, _product), found in zip(self.parts, self.found, strict=True)
        ]
        known = [price for price in prices if price is not None]
        if len(known) < len(prices) or not any(known):
            known = [part.quantity for part, _product in self.parts]
        return tuple(
            PricedPart(product, part.quantity, weight, rules[product.id])
            for (part, product), weight in zip(self.parts, known, strict=True)
        )

    def cost(self, costs: Mapping[UUID, Decimal]) -> Decimal | None:
        """Tell what one unit costs the company: its parts, or what was written of the bundle where one isn't known."""
        if not self.parts or any(product.id not in costs for _part, product in self.parts):
            return costs.get(self.product.id)
        return sum((costs[product.id] * part.quantity for part, product in self.parts), Decimal(0))


def _step(part: BundlePart, product: Product, found: Found | None, currency: str) -> PriceStep:
    values = {"part": product.name, "quantity": f"{part.quantity.normalize():f}"}
    if found is None:
        return PriceStep("unpriced_part", values, None, currency)
    return PriceStep("part", values, exact(found.amount * part.quantity), currency)
