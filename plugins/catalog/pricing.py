"""What is asked of a price, and how it tells where it comes from. Nothing here reads the database."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final
from uuid import UUID

from pelatis.api import _, _l, format_day, format_number, format_price

from .models import PriceList, Product, TaxRule

#: How exact the price of one unit is; amounts of documents are rounded to the currency's smallest unit.
PRECISION: Final = Decimal("0.0001")

#: What a step of each kind says; its places are filled from the step's values.
STEP_WORDS: Final[Mapping[str, Any]] = {
    "list": _l("Price list “%(price_list)s”"),
    "converted": _l("In %(currency)s, at the rate of “%(price_list)s”"),
    "set_by_rule": _l("Price list “%(price_list)s”, rule “%(rule)s”"),
    "list_rule": _l("Price list “%(price_list)s”, rule “%(rule)s”"),
    "rule": _l("Rule “%(rule)s”"),
    "floor": _l("Raised to the least margin of “%(rule)s”"),
    "variant": _l("Variant %(features)s"),
    "part": _l("%(quantity)s × %(part)s"),
    "unpriced_part": _l("%(part)s: no price list has a price for it"),
    "bundle_discount": _l("Bundle, %(percent)s less than its parts"),
    "option": _l("Option “%(option)s”"),
    "unpriced_option": _l("Option “%(option)s”: “%(price_list)s” has no rate for its price"),
    "left_out": _l("“%(plugin)s” couldn't be asked for its prices"),
    "unpriced": _l("No price list in %(currency)s has a price for it on this day"),
    "ended": _l("“%(price_list)s” ended on %(day)s"),
    "from_quantity": _l("%(price)s from %(quantity)s on"),
}
#: The kinds of steps that were considered and not used; they are no part of the price.
UNUSED: Final = frozenset({"ended", "from_quantity"})
#: The kinds of steps that set the price; all others add to it.
SETTING: Final = frozenset({"list", "converted", "set_by_rule"})
#: Why a list holds for a customer, by what a step's values say.
_REASONS: Final[Mapping[str, Any]] = {
    "agreed": _l("agreed with the customer"),
    "segment": _l("for customers of its kind"),
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

    A step of a kind in `SETTING` sets the price, every other one adds its amount to it.

    Attributes:
        kind: one of `STEP_WORDS`.
        values: what its words are filled with, as plain text, so that a document may keep it: names, `min_quantity` and
            `since` (ISO) where it holds from a quantity or a day on, `ended_on` (ISO), and of a list `why` it holds:
            `agreed` with the customer (with the `reason` that was given), or by `segment`.
        amount: for one unit; None where there is no price, 0 where none was asked for.
        currency: ISO 4217.
    """

    kind: str
    values: Mapping[str, str]
    amount: Decimal | None
    currency: str

    @property
    def label(self) -> str:
        """What it is, in the reader's language."""
        words = dict(self.values)
        if self.kind == "ended":
            words["day"] = format_day(date.fromisoformat(self.values["ended_on"]))
        elif self.kind == "from_quantity":
            words["price"] = format_price(self.amount, self.currency)
            words["quantity"] = format_number(Decimal(self.values["min_quantity"]))
        return str(STEP_WORDS[self.kind]) % words

    @property
    def note(self) -> str:
        """Why and from when on it holds, in the reader's language; empty for nothing to say."""
        parts = []
        if "why" in self.values:
            parts.append(self.values.get("reason") or str(_REASONS[self.values["why"]]))
        if "min_quantity" in self.values:
            parts.append(_("from %(quantity)s", quantity=format_number(Decimal(self.values["min_quantity"]))))
        if "since" in self.values:
            parts.append(_("since %(day)s", day=format_day(date.fromisoformat(self.values["since"]))))
        return " · ".join(parts)


@dataclass(frozen=True)
class PricedOption:
    """An option that was chosen, as a document keeps it.

    Attributes:
        id: the option's id.
        code: what workshops and files know it by; may be empty.
        group: the name of its group.
        name: its name.
        amount: what it adds to the price of one unit; None where the price list has no rate for it.
    """

    id: UUID
    code: str
    group: str
    name: str
    amount: Decimal | None


@dataclass(frozen=True)
class PricedPart:
    """A part of a bundle, as a document keeps it.

    Attributes:
        product: what it is.
        quantity: how many units of it are in one unit of the bundle.
        weight: its share of the bundle's price, beside those of the others: what it costs by itself, or its quantity
            where one of them has no price.
        tax_rule: the tax that it bears; None where no rule says.
    """

    product: Product
    quantity: Decimal
    weight: Decimal
    tax_rule: TaxRule | None


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
        cost: what one unit costs the company on that day with its options, in its own currency (`base_currency()`);
            None for unknown. An option without a cost of its own costs nothing more. Whoever
            shows it asks first whether the actor may view `catalog.cost`.
        tax_rule: the tax that it bears; None where no rule says.
        steps: where the price comes from, in their order; at least one.
        options: those that were chosen, in the order of the request.
        parts: what a bundle is made of; the tax of each is that of its share of the price.
        unused: what was considered and not used, of kinds in `UNUSED`: a list that ended lately, and the price from the
            next quantity on where it is lower.
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
    options: tuple[PricedOption, ...] = ()
    parts: tuple[PricedPart, ...] = ()
    unused: tuple[PriceStep, ...] = ()


def summed(steps: Iterable[PriceStep]) -> Decimal:
    """Add the steps of a price up, as `PriceStep` says."""
    price = Decimal(0)
    for step in steps:
        amount = step.amount or Decimal(0)
        price = amount if step.kind in SETTING else price + amount
    return price
