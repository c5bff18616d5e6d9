"""What is asked of a price, and how it tells where it comes from. Nothing here reads the database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final
from uuid import UUID

from pelatis.api import _, _l, format_day, format_number

from .models import PriceList, Product, TaxRule

#: How exact the price of one unit is; amounts of documents are rounded to the currency's smallest unit.
PRECISION: Final = Decimal("0.0001")

#: What a step of each kind says; its places are filled from the step's values.
STEP_WORDS: Final[Mapping[str, Any]] = {
    "list": _l("Price list “%(price_list)s”"),
    "unpriced": _l("No price list in %(currency)s has a price for it on this day"),
}


def exact(amount: Decimal) -> Decimal:
    """Round the price of one unit half up to its four decimals."""
    return amount.quantize(PRECISION, ROUND_HALF_UP)


@dataclass(frozen=True)
class PriceRequest:
    """What a line of a document asks.

    Attributes:
        product_id: what is sold.
        quantity: how many units; below zero for what comes back, which is priced like what went.
        options: the ids of the options that were chosen.
    """

    product_id: UUID
    quantity: Decimal
    options: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class PriceStep:
    """One step of how a price comes about.

    A step of the kind `list` sets the price, every other one adds its amount to it.

    Attributes:
        kind: one of `STEP_WORDS`.
        values: what its words are filled with, as plain text, so that a document may keep it: names, and
            `min_quantity` and `since` (ISO) where it holds from a quantity or a day on.
        amount: for one unit; None where there is no price.
        currency: ISO 4217.
    """

    kind: str
    values: Mapping[str, str]
    amount: Decimal | None
    currency: str

    @property
    def label(self) -> str:
        """What it is, in the reader's language."""
        return str(STEP_WORDS[self.kind]) % self.values

    @property
    def note(self) -> str:
        """From when on it holds, in the reader's language; empty for no limit."""
        parts = []
        if "min_quantity" in self.values:
            parts.append(_("from %(quantity)s", quantity=format_number(Decimal(self.values["min_quantity"]))))
        if "since" in self.values:
            parts.append(_("since %(day)s", day=format_day(date.fromisoformat(self.values["since"]))))
        return " · ".join(parts)


@dataclass(frozen=True)
class PricedLine:
    """What a line costs, and why.

    Attributes:
        product: what is sold.
        quantity: how many units.
        currency: ISO 4217, of all amounts but the cost.
        price_list: the list that the price comes from; None for no price.
        list_price: what one unit costs there by itself; None for no price.
        unit_price: what one unit costs, without tax, to four decimals; None for no price.
        cost: what one unit costs the company on that day, in its own currency (`base_currency()`); None for unknown.
            Whoever shows it asks first whether the actor may view `catalog.cost`.
        tax_rule: the tax that it bears; None where no rule says.
        steps: where the price comes from, in their order; at least one.
    """

    product: Product
    quantity: Decimal
    currency: str
    price_list: PriceList | None = None
    list_price: Decimal | None = None
    unit_price: Decimal | None = None
    cost: Decimal | None = None
    tax_rule: TaxRule | None = None
    steps: tuple[PriceStep, ...] = field(default_factory=tuple)
