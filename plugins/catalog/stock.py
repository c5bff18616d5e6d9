"""What can be promised of what is on hand, expected and promised already. Nothing here reads the database."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True)
class StockRequest:
    """What somebody wants to have by a day.

    Attributes:
        product_id: what.
        quantity: how many units; not above zero for what comes back.
    """

    product_id: UUID
    quantity: Decimal


@dataclass(frozen=True)
class Availability:
    """What there is of a product for a day.

    Attributes:
        on_hand: units on hand now.
        reserved: units that are promised, for whatever day.
        due: units that are expected by the day.
        available: units that can be promised for the day without breaking any promise: of what is on hand and due by
            the day or any later one, what isn't promised by then.
    """

    on_hand: Decimal
    reserved: Decimal
    due: Decimal
    available: Decimal


def availability_on(
    day: date,
    on_hand: Decimal,
    expected: Sequence[tuple[date, Decimal]],
    promised: Sequence[tuple[date, Decimal]],
) -> Availability:
    """Tell what can be promised for a day.

    Args:
        day: the day.
        on_hand: units on hand now.
        expected: what is to come: day and units; what is late counts as coming on its day.
        promised: what is promised: day and units.
    """
    days = {day, *(each for each, _units in promised if each > day)}
    left = min(on_hand + _by(each, expected) - _by(each, promised) for each in days)
    return Availability(on_hand, sum((units for _day, units in promised), Decimal(0)), _by(day, expected), left)


def _by(day: date, units: Iterable[tuple[date, Decimal]]) -> Decimal:
    return sum((each for due, each in units if due <= day), Decimal(0))
