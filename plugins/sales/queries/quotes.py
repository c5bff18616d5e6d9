"""What quotes consist of: their versions, sets, lines, approvals, links and signatures."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from pelatis.api import Actor, db, visible

from ..models import ApprovalLimit, Quote, QuoteApproval, QuoteLine, QuoteLink, QuoteSet, QuoteSignature
from .papers import MOST_RECENT, last_change, papers_of


def sets_of(quote: Quote) -> list[QuoteSet]:
    """List a quote's sets in their order."""
    statement = select(QuoteSet).where(QuoteSet.quote_id == quote.id, QuoteSet.deleted_at.is_(None))
    return list(db.session.scalars(statement.order_by(QuoteSet.position, QuoteSet.id)))


def lines_of(quote: Quote, quote_set: QuoteSet | None = None) -> list[QuoteLine]:
    """List the lines of a quote, or of one of its sets, in their order; the optional ones of a set come last."""
    statement = select(QuoteLine).where(QuoteLine.quote_id == quote.id, QuoteLine.deleted_at.is_(None))
    if quote_set is not None:
        statement = statement.where(QuoteLine.set_id == quote_set.id)
    return list(db.session.scalars(statement.order_by(QuoteLine.optional, QuoteLine.position, QuoteLine.id)))


def versions_of(quote: Quote) -> list[Quote]:
    """List all versions of a quote, the newest first."""
    statement = select(Quote).where(Quote.root_id == quote.root_id, Quote.deleted_at.is_(None))
    return list(db.session.scalars(statement.order_by(Quote.revision.desc())))


def approval_of(quote: Quote) -> QuoteApproval | None:
    """Give the approval that a quote waits for or has; None where none was asked or an edit voided it."""
    statement = select(QuoteApproval).where(QuoteApproval.quote_id == quote.id)
    newest = db.session.scalars(statement.order_by(QuoteApproval.asked_at.desc(), QuoteApproval.id.desc())).first()
    return None if newest is None or newest.outcome == "voided" else newest


def approval_limits() -> list[ApprovalLimit]:
    """List the limits from which on somebody must approve."""
    return list(db.session.scalars(select(ApprovalLimit).where(ApprovalLimit.deleted_at.is_(None))))


def link_of(quote: Quote) -> QuoteLink | None:
    """Give the link by which a quote's customer opens it; None where there is none that holds."""
    statement = select(QuoteLink).where(QuoteLink.quote_id == quote.id, QuoteLink.revoked_at.is_(None))
    return db.session.scalars(statement.order_by(QuoteLink.created_at.desc())).first()


def signature_of(quote: Quote) -> QuoteSignature | None:
    """Give the signature with which a quote was accepted."""
    return db.session.scalars(select(QuoteSignature).where(QuoteSignature.quote_id == quote.id)).first()


def quotes_of_customer(actor: Actor, customer: UUID, before: datetime | None = None, text: str = "") -> list[Quote]:
    """List the quotes of a customer that an actor may see, the last to change first; `MOST_RECENT` at most.

    Args:
        actor: whoever looks.
        customer: the customer's id.
        before: only what ended, was sent or was made before this moment.
        text: lower-case words that the name or the number must contain; empty for all.
    """
    if before is None and not text:
        return papers_of(actor, customer).quotes
    criteria = [Quote.customer_id == customer, Quote.deleted_at.is_(None), visible(actor, Quote)]
    if before is not None:
        criteria.append(last_change() < before)
    if text:
        words = func.lower(Quote.name + " " + func.coalesce(Quote.number, ""))
        criteria.append(words.contains(text, autoescape=True))
    statement = select(Quote).where(*criteria).order_by(last_change().desc(), Quote.id.desc())
    return list(db.session.scalars(statement.limit(MOST_RECENT)))


def quotes_of_deal(actor: Actor, deal: UUID) -> list[Quote]:
    """List the quotes of a deal that an actor may see, without superseded versions, the newest first."""
    statement = select(Quote).where(
        Quote.opportunity_id == deal, Quote.deleted_at.is_(None), Quote.status != "superseded", visible(actor, Quote)
    )
    return list(db.session.scalars(statement.order_by(Quote.created_at.desc(), Quote.id.desc()).limit(MOST_RECENT)))
