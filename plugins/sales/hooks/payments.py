"""What customers have to their credit, for the statement of what they owe."""

from collections.abc import Iterator
from uuid import UUID

from pelatis.api import Actor, _

from ..credits import Credit
from ..models import Payment
from ..queries.statements import credits_of
from ..records import INVOICES, PAYMENTS


def open_credits(actor: Actor, customer: UUID) -> Iterator[Credit]:
    """Give the payments and credit notes of a customer that aren't used up."""
    for source, day in credits_of(actor, customer):
        is_payment = isinstance(source, Payment)
        words = _("Payment %(number)s") if is_payment else _("Credit note %(number)s")
        yield Credit(
            title=words % {"number": source.number},
            amount=source.open_amount,
            currency=source.currency,
            day=day,
            url=(PAYMENTS if is_payment else INVOICES).url_of(source.id),
        )
