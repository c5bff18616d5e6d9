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
        later: what is expected after the day: days and units, the earliest first.
        enough_on: the first day from this one on for which as many as are wanted can be promised; None where what is
            expected isn't enough either.
    """

    on_hand: Decimal
    reserved: Decimal
    due: Decimal
    available: Decimal
    later: Sequence[tuple[date, Decimal]] = ()
    enough_on: date | None = None


def availability_on(
    day: date,
    on_hand: Decimal,
    expected: Sequence[tuple[date, Decimal]],
    promised: Sequence[tuple[date, Decimal]],
    wanted: Decimal = Decimal(1),
) -> Availability:
    """Tell what can be promised for a day.

    Args:
        day: the day.
        wanted: how many units somebody wants.
        on_hand: units on hand now.
        expected: what is to come: day and units; what is late counts as coming on its day.
        promised: what is promised: day and units.
    """
    later = sorted(each for each in expected if each[0] > day)
    reserved = sum((units for _day, units in promised), Decimal(0))
    left = _left(day, on_hand, expected, promised)
    days = (day, *(due for due, _units in later))
    enough = (each for each in days if _left(each, on_hand, expected, promised) >= wanted)
    return Availability(on_hand, reserved, _by(day, expected), left, later, next(enough, None))


def _left(
    day: date,
    on_hand: Decimal,
    expected: Sequence[tuple[date, Decimal]],
    promised: Sequence[tuple[date, Decimal]],
) -> Decimal:
    days = {day, *(each for each, _units in promised if each > day)}
    return min(on_hand + _by(each, expected) - _by(each, promised) for each in days)


def _by(day: date, units: Iterable[tuple[date, Decimal]]) -> Decimal:
    return sum((each for due, each in units if due <= day), Decimal(0))
