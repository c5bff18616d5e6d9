"""What goes well with what is on a document, from the orders that there were."""

from collections.abc import Iterator, Sequence
from typing import Final
from uuid import UUID

from pelatis.api import Actor, ngettext

from ..offers import Offer
from ..queries.offers import sold_together

#: How many products sales suggest by themselves.
MOST_SUGGESTED: Final = 5


def sold_with(actor: Actor, products: Sequence[UUID]) -> Iterator[Offer]:
    """Give what stood most often in the same orders."""
    for product, count in sold_together(actor, products, MOST_SUGGESTED):
        yield Offer(product, ngettext("in %(num)s order with these", "in %(num)s orders with these", count), count)
