"""The link on which a customer opens their quote: unguessable, expiring, replaceable."""

from datetime import UTC, datetime, time, timedelta
from typing import Final
from uuid import UUID

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import select

from pelatis.api import Actor, Problem, _, db, require, utc_now, write_unit

from ..models import Quote, QuoteLink
from ..queries.quotes import link_of
from .quotes import OPEN, set_status

#: How long a link lives when its quote says no last day.
LIFETIME: Final = timedelta(days=90)
#: How long after the quote's last day the link still shows what was agreed on.
AFTERWARDS: Final = timedelta(days=30)


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


def revoke_link(actor: Actor, quote: Quote) -> bool:
    """Let a quote's link lead nowhere from now on; asking for the link again makes a new one.

    Returns:
        Whether there was one.

    Raises:
        Problem: 403 or 404 without the right.
    """
    require(actor, Quote, "edit", quote)
    with write_unit():
        found = link_of(quote)
        if found is not None:
            found.revoked_at = utc_now()
            db.session.flush()
    return found is not None


def find_by_token(token: str) -> tuple[QuoteLink, Quote]:
    """Find the quote that an address leads to.

    Raises:
        Problem: 404 for an address that nobody was given, that was revoked or that has expired: nobody learns which.
    """
    try:
        link_id = UUID(hex=_serializer().loads(token))
    except (BadSignature, ValueError, TypeError) as error:
        raise _dead_link() from error
    statement = (
        select(QuoteLink, Quote)
        .join(Quote, Quote.id == QuoteLink.quote_id)
        .where(QuoteLink.id == link_id, QuoteLink.revoked_at.is_(None), Quote.deleted_at.is_(None))
    )
    row = db.session.execute(statement).first()
    if row is None or row[0].expires_at <= utc_now():
        raise _dead_link()
    return row[0], row[1]


def _dead_link() -> Problem:
    message = _("This link doesn’t lead to an offer, or not any more. Ask whoever sent it to you for a new one.")
    return Problem("not_found", message, status=404)


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
