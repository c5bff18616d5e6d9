"""The arithmetic of price rules, and which of them is the one that applies. Nothing here reads the database."""

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, ROUND_UP, Decimal
from typing import Any, Final, TypeVar

from pelatis.api import new_id

from .models import Price, PriceList, PriceRule, Product
from .pricing import PRECISION, exact

_WHOLE: Final = Decimal(1)

#: Where a price comes from.
Source = TypeVar("Source", bound=Price | PriceRule)


def price_rule(price_list: PriceList, name: str, **values: Any) -> PriceRule:
    """Make a rule that is kept nowhere, as an answer to `crm_collect_price_rules`.

    Args:
        price_list: the list that it stands in.
        name: what explanations of prices call it.
        **values: any of `product_id`, `series`, `min_quantity`, `base` (`own`, `cost` or `fixed`), `percent`, `amount`,
            `rounding_step`, `ending`, `min_margin`, as `PriceRule` says; what is left out says nothing.
    """
    nothing = {"base": "own", "min_quantity": _WHOLE, "percent": Decimal(0), "amount": Decimal(0), "ending": Decimal(0)}
    own = {"id": new_id(), "name": name, "price_list_id": price_list.id, "currency": price_list.currency}
    return PriceRule(**{**nothing, **values, **own})


def reckoned(rule: PriceRule, start: Decimal) -> Decimal:
    """Reckon a rule's price from what it starts from: percent, amount, rounding, ending; never below zero.

    Args:
        rule: the rule.
        start: the price or cost that it starts from, in the rule's currency; 0 for a fixed amount.
    """
    price = start * (1 + rule.percent / 100) + rule.amount
    if rule.rounding_step:
        steps = (price / rule.rounding_step).quantize(_WHOLE, ROUND_HALF_UP)
        price = steps * rule.rounding_step + rule.ending
    return exact(max(price, Decimal(0)))


def least_price(rule: PriceRule, cost: Decimal | None) -> Decimal:
    """Give the lowest price that leaves a rule's least margin above the cost, rounded up; 0 where there is none.

    Args:
        rule: the rule.
        cost: what one unit costs, in the rule's currency; None for unknown.
    """
    if rule.min_margin is None or cost is None:
        return Decimal(0)
    return (cost / (1 - rule.min_margin / 100)).quantize(PRECISION, ROUND_UP)


def is_for(rule: PriceRule, product: Product) -> bool:
    """Tell whether a rule is for a product."""
    if rule.product_id is not None:
        return rule.product_id == product.id
    return rule.series is None or rule.series.casefold() == (product.series or "").casefold()


def in_order(sources: Iterable[Source], quantity: Decimal) -> list[Source]:
    """List the prices and rules whose quantity is reached, the one that applies first.

    What is for the product goes before what is for its series, and that before what is for everything; then the largest
    quantity, then what began last, then what was made last. Less than one unit counts as one.

    Args:
        sources: prices and rules for one product.
        quantity: how many units are bought at once; below zero for what comes back.
    """
    amount = max(abs(quantity), Decimal(1))
    reached = [source for source in sources if source.min_quantity <= amount]
    return sorted(reached, key=_weight, reverse=True)


def _weight(source: Price | PriceRule) -> tuple[int, Decimal, date, int]:
    return _nearness(source), source.min_quantity, source.valid_from or date.min, source.id.int


def _nearness(source: Price | PriceRule) -> int:
    if isinstance(source, Price) or source.product_id is not None:
        return 2
    return 0 if source.series is None else 1
