"""The customer's side of a quote: the link, opening it, accepting one set, declining.

Whoever holds the link acts as nobody in particular; what they may do is what stands here.
"""

import re
from collections.abc import Collection
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import select

from pelatis.api import Actor, Problem, _, db, not_found, require, today, utc_now, write_unit
from plugins.catalog.api import Rounding

from ..models import Quote, QuoteLine, QuoteLink, QuoteSet, QuoteSignature
from ..queries.quotes import lines_of, link_of
from ..totals import totals_of
from .quote_lines import add_up_chosen
from .quotes import OPEN, set_status

#: How long a link lives when its quote says no last day.
LIFETIME: Final = timedelta(days=90)
#: How long after the quote's last day the link still shows what was agreed on.
AFTERWARDS: Final = timedelta(days=30)
#: What a signature may be drawn with: moves and lines, at most 4,000 points, in a field of 600 × 200.
_DRAWING: Final = re.compile(r"M\d{1,3} \d{1,3}(?: ?[ML]\d{1,3} \d{1,3}){0,4000}")


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="sales.quote-link")


def link_for(actor: Actor, quote: Quote) -> QuoteLink:
    """Give the link of a quote that was sent, made at its first use.

    Raises:
        Problem: `sales.not_sent` (409) for a draft; 403 or 404 without the right.
    """
    require(actor, Quote, "edit", quote)
    found = link_of(quote)
    if found is not None and found.expires_at > utc_now():
        return found
    if quote.status not in OPEN | {"accepted"}:
        raise Problem("sales.not_sent", _("Send it first; then there is something to open."), status=409)
    with write_unit() as session:
        last = quote.valid_until
        ends = datetime.combine(last, time.max, UTC) + AFTERWARDS if last else utc_now() + LIFETIME
        made = QuoteLink(quote_id=quote.id, expires_at=ends, owner_id=quote.owner_id)
        session.add(made)
        session.flush()
        return made


def token_of(link: QuoteLink) -> str:
    """Give what stands in a link's address: it can't be made without the installation's secret."""
    return str(_serializer().dumps(link.id.hex))


def revoke_link(actor: Actor, quote: Quote) -> None:
    """Let a quote's link lead nowhere from now on; asking for the link again makes a new one.

    Raises:
        Problem: 403 or 404 without the right.
    """
    require(actor, Quote, "edit", quote)
    with write_unit():
        found = link_of(quote)
        if found is not None:
            found.revoked_at = utc_now()
            db.session.flush()


def find_by_token(token: str) -> tuple[QuoteLink, Quote]:
    """Find the quote that an address leads to.

    Raises:
        Problem: 404 for an address that nobody was given, that was revoked or that has expired: nobody learns which.
    """
    try:
        link_id = UUID(hex=_serializer().loads(token))
    except (BadSignature, ValueError, TypeError) as error:
        raise not_found() from error
    statement = (
        select(QuoteLink, Quote)
        .join(Quote, Quote.id == QuoteLink.quote_id)
        .where(QuoteLink.id == link_id, QuoteLink.revoked_at.is_(None), Quote.deleted_at.is_(None))
    )
    row = db.session.execute(statement).first()
    if row is None or row[0].expires_at <= utc_now():
        raise not_found()
    return row[0], row[1]


def note_opening(link: QuoteLink, quote: Quote) -> None:
    """Write down that the customer opened their quote."""
    with write_unit() as session:
        session.refresh(quote, with_for_update=True)
        link.opened += 1
        link.last_opened_at = utc_now()
        if quote.status == "sent":
            set_status(quote, "viewed")
            quote.viewed_at = utc_now()
        session.flush()


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
            message = _("Choose one of the solutions.")
            raise Problem("sales.bad_choice", message, fields={"set": [message]})
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
        return signature


def _locked_open(quote: Quote) -> None:
    db.session.refresh(quote, with_for_update=True)
    if quote.status not in OPEN or (quote.valid_until is not None and quote.valid_until < today()):
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
        return quote
