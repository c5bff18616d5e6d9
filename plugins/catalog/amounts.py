"""Money to the smallest unit of its currency: rounding half up, and shares that add up to the whole.

Everything is `Decimal`; currencies with 0, 2 and 3 decimals are the same to all of it.
"""

from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Final

from babel.numbers import get_currency_precision

#: What may be typed: less than this, with as many decimals.
_LARGEST: Final = Decimal(10) ** 12
_MOST_DECIMALS: Final = 4
_THOUSAND: Final = 3


def smallest_unit(currency: str) -> Decimal:
    """Give the smallest amount that a currency has: 0.01 for euros, 1 for yen, 0.001 for Kuwaiti dinars.

    Args:
        currency: ISO 4217.
    """
    return Decimal(1).scaleb(-get_currency_precision(currency))


def rounded(amount: Decimal, currency: str) -> Decimal:
    """Round an amount half up, away from zero: what tax offices and invoices do.

    Args:
        amount: of any precision.
        currency: ISO 4217.
    """
    return amount.quantize(smallest_unit(currency), ROUND_HALF_UP)


def typed(number: Decimal) -> str:
    """Write a number as it is typed into a field: no grouping, a point, no zeros at its end."""
    return format(number.normalize(), "f")


def read_typed(text: str) -> Decimal | None:
    """Read a number as it is typed: a point or a comma before its decimals, spaces anywhere.

    Returns:
        The number; None for what is none, for one below zero, and for one of more than 12 digits and 4 decimals.
    """
    try:
        number = Decimal("".join(text.split()).replace(",", "."))
    except InvalidOperation:
        return None
    fits = number.is_finite() and 0 <= number < _LARGEST and number == round(number, _MOST_DECIMALS)
    return number if fits else None


def reads_in_two_ways(text: str) -> bool:
    """Tell whether a typed number is ten thousand to one reader and ten to another: `10.000`."""
    return len("".join(text.split()).replace(",", ".").partition(".")[2]) == _THOUSAND


def shared_out(total: Decimal, weights: Sequence[Decimal], currency: str) -> list[Decimal]:
    """Share an amount out in proportion to weights, so that the shares add up to it.

    Each share is what its weight says, rounded towards zero; what is left goes by single units to the shares that lost
    most (the largest remainder), earlier ones first.

    Args:
        total: an amount in whole units of the currency; below zero for a credit.
        weights: not below zero and not all zero.
        currency: ISO 4217.

    Raises:
        ValueError: for weights that nothing can be shared by, or a total of parts of a unit.
    """
    unit, whole = smallest_unit(currency), sum(weights, Decimal(0))
    if any(weight < 0 for weight in weights) or whole <= 0:
        raise ValueError("weights are not below zero, and one is above it")
    if total != rounded(total, currency):
        raise ValueError(f"{total} isn't a whole number of units of {currency}")
    exact = [total * weight / whole for weight in weights]
    shares = [share.quantize(unit, ROUND_DOWN) for share in exact]
    step = unit if total >= 0 else -unit
    left = int((total - sum(shares, Decimal(0))) / step)
    order = sorted(range(len(weights)), key=lambda place: (-abs(exact[place] - shares[place]), place))
    for place in order[:left]:
        shares[place] += step
    return shares
