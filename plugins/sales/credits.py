"""What a customer has to their credit, as plugins say it to each other."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class Credit:
    """Something that a customer can have deducted or paid out.

    Attributes:
        title: what it is, in the language of the request: the number of a credit note, "Bonus of 2026".
        amount: how much of it isn't used yet, above nothing, in its currency.
        currency: ISO 4217.
        day: since when they have it.
        url: the page where it is used; empty where there is none.
    """

    title: str
    amount: Decimal
    currency: str
    day: date
    url: str = ""
