"""What else a customer may want, as plugins say it to each other."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Offer:
    """A product that goes well with others.

    Attributes:
        product_id: which one.
        reason: why, in a few words and the language of the request: "in 12 orders with these".
        weight: how much speaks for it; the largest of all plugins' offers are shown.
    """

    product_id: UUID
    reason: str
    weight: float = 0
