"""The customer's side of a quote: accepting one set, declining.

Whoever holds the link acts as nobody in particular; what they may do is what stands here.
"""

import re
from collections.abc import Collection
from decimal import Decimal
from typing import Final
from uuid import UUID

from pelatis.api import Problem, _, _l, db, not_found, notify, today, write_unit
from plugins.catalog.api import Rounding

from ..models import Quote, QuoteLine, QuoteSet, QuoteSignature
from ..queries.quotes import lines_of
from ..totals import totals_of
from .mailing import mail_signed
from .quote_lines import add_up_chosen
from .quotes import OPEN, set_status

#: What a signature may be drawn with: moves and lines, at most 4,000 points, in a field of 600 × 200.
_DRAWING: Final = re.compile(r"M\d{1,3} \d{1,3}(?: ?[ML]\d{1,3} \d{1,3}){0,4000}")


def accept_quote(
    quote: Quote, set_id: UUID, options: Collection[UUID], name: str, drawing: str, address: str
) -> QuoteSignature:
    """Accept one set of a quote, with the optional lines that were chosen, by a signature.

    Args:
        quote: a quote that was sent.
        set_id: the set.
        options: ids of optional lines of that set.
        name: of whoever signs.
        drawing: their signature as an SVG path of moves and lines.
        address: the IP address that it came from.

    Raises:
        Problem: `sales.not_open` (409) when it was accepted, declined, superseded or is past its last day;
            `sales.bad_choice`, `sales.not_signed` (422).
    """
    with write_unit() as session:
        _locked_open(quote)
        chosen = session.get(QuoteSet, set_id)
        if chosen is None or chosen.quote_id != quote.id or chosen.deleted_at is not None:
            raise bad_choice()
        _check_signature(name, drawing)
        _choose(quote, chosen, options)
        quote.accepted_set_id = chosen.id
        set_status(quote, "accepted")
        add_up_chosen(quote, chosen)
        signature = QuoteSignature(
            quote_id=quote.id, set_id=chosen.id, name=name.strip()[:200], drawing=drawing, address=address[:45],
            owner_id=quote.owner_id,
        )  # fmt: skip
        session.add(signature)
        session.flush()
        notify([quote.owner_id], _l("%(name)s accepted %(quote)s.", name=signature.name, quote=quote.name), about=quote)
        mail_signed(quote)
        return signature


def bad_choice() -> Problem:
    """Make the problem of a set that the quote doesn't have."""
    message = _("Choose one of the solutions.")
    return Problem("sales.bad_choice", message, fields={"set": [message]})


def is_open(quote: Quote) -> bool:
    """Tell whether a quote can be accepted or declined: it was sent, nobody answered, and its last day isn't over."""
    return quote.status in OPEN and (quote.valid_until is None or quote.valid_until >= today())


def _locked_open(quote: Quote) -> None:
    db.session.refresh(quote, with_for_update=True)
    if not is_open(quote):
        raise Problem("sales.not_open", _("This offer can't be accepted any more. Ask us for a new one."), status=409)


def _check_signature(name: str, drawing: str) -> None:
    wrong = {}
    if not name.strip():
        wrong["name"] = [_("Write your name.")]
    if not _DRAWING.fullmatch(drawing):
        wrong["drawing"] = [_("Sign in the field.")]
    if wrong:
        raise Problem("sales.not_signed", _("Some fields need another look."), fields=wrong)


def _choose(quote: Quote, chosen: QuoteSet, options: Collection[UUID]) -> list[QuoteLine]:
    optional = {line.id: line for line in lines_of(quote, chosen) if line.optional}
    if not optional.keys() >= set(options):
        message = _("Choose from what is offered with this solution.")
        raise Problem("sales.bad_choice", message, fields={"options": [message]})
    taken = [optional[each] for each in options]
    for line in taken:
        line.chosen = True
    db.session.flush()
    return taken


def total_with(quote: Quote, set_id: UUID, options: Collection[UUID]) -> Decimal:
    """Tell what a set comes to with some of its optional lines, tax included.

    Raises:
        Problem: 404 for a set of another quote.
    """
    chosen = db.session.get(QuoteSet, set_id)
    if chosen is None or chosen.quote_id != quote.id:
        raise not_found()
    lines = [line for line in lines_of(quote, chosen) if not line.optional or line.id in options]
    return totals_of(lines, quote.currency, Rounding(quote.rounding)).gross


def decline_quote(quote: Quote, reason: str) -> Quote:
    """Decline a quote.

    Args:
        quote: a quote that was sent.
        reason: in the customer's words; may be empty.

    Raises:
        Problem: `sales.not_open` (409).
    """
    with write_unit() as session:
        _locked_open(quote)
        quote.decline_reason = reason.strip()[:500] or None
        set_status(quote, "declined")
        session.flush()
        notify([quote.owner_id], _l("The customer declined %(quote)s.", quote=quote.name), about=quote)
        return quote
