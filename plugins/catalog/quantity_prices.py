"""Prices by quantity as text: a row on a line, from which quantity on and what one unit costs then: `100: 12.90`."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from pelatis.api import Problem, _

from .amounts import read_typed, reads_in_two_ways, typed
from .models import Price

#: How many rows a text may have.
MOST_ROWS: Final = 50


def read_quantity_prices(text: str) -> dict[Decimal, Decimal]:
    """Read prices by quantity.

    Args:
        text: a row on a line, quantity and price parted by a colon; decimals after a point or a comma.

    Raises:
        Problem: `catalog.bad_quantity_prices` (422) for a line that is none, and for a quantity that comes twice.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_ROWS:
        raise _bad(_("These are too many rows."))
    found: dict[Decimal, Decimal] = {}
    for line in lines:
        quantity, _colon, price = line.partition(":")
        amounts = (read_typed(quantity), read_typed(price))
        if amounts[0] is None or amounts[1] is None or not amounts[0]:
            raise _bad(_("“%(line)s”: write from which quantity on, and the price: “100: 12.90”.", line=line[:80]))
        if reads_in_two_ways(quantity):
            raise _bad(_("“%(line)s” can be read in two ways. Write thousands without a sign.", line=line[:80]))
        if amounts[0] in found:
            raise _bad(_("“%(line)s”: this quantity has a price already.", line=line[:80]))
        found[amounts[0]] = amounts[1]
    return found


def _bad(message: str) -> Problem:
    return Problem("catalog.bad_quantity_prices", message, fields={"prices": [message]})


def write_quantity_prices(prices: Iterable[Price]) -> str:
    """Write prices by quantity, as `read_quantity_prices` reads them."""
    pairs = sorted((each.min_quantity, each.amount) for each in prices)
    return "\n".join(f"{typed(quantity)}: {typed(amount)}" for quantity, amount in pairs)
