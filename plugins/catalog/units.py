"""What quantities are counted in, as it stands behind a figure."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from pelatis.api import format_number, ngettext

#: Keys of `schemas.UNITS` to their word for a number of them.
_WORDS: Final[Mapping[str, Callable[[int], str]]] = {
    "piece": lambda number: ngettext("piece", "pieces", number),
    "kg": lambda number: ngettext("kilogram", "kilograms", number),
    "l": lambda number: ngettext("litre", "litres", number),
    "m": lambda number: ngettext("metre", "metres", number),
    "m2": lambda number: ngettext("square metre", "square metres", number),
    "box": lambda number: ngettext("box", "boxes", number),
    "pallet": lambda number: ngettext("pallet", "pallets", number),
    "hour": lambda number: ngettext("hour", "hours", number),
    "day": lambda number: ngettext("day", "days", number),
    "month": lambda number: ngettext("month", "months", number),
}
#: What stands behind a part of a unit: 1.5 hours.
_PART: Final = 2


def unit_word(unit: str | None, quantity: Decimal) -> str:
    """Name a unit behind a quantity, in the reader's language; empty for none.

    Args:
        unit: a key of `schemas.UNITS`.
        quantity: how many units, whole or not, below zero for what comes back.
    """
    word = _WORDS.get(unit or "")
    if word is None:
        return ""
    whole = abs(quantity) == int(abs(quantity))
    return word(int(abs(quantity)) if whole else _PART)


def written_quantity(quantity: Decimal, unit: str | None) -> str:
    """Write a quantity with its unit: `500 pieces`."""
    return f"{format_number(quantity)} {unit_word(unit, quantity)}".strip()
