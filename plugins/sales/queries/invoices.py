"""What invoices consist of: their lines, their credit notes, and what was used for them."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select

from pelatis.api import Actor, db, visible

from ..models import Allocation, Invoice, InvoiceLine, Order, Payment
from .papers import MOST_RECENT, UNSETTLED, papers_of


def lines_of_invoice(invoice: Invoice) -> list[InvoiceLine]:
    """List the lines of an invoice or a credit note in their order."""
    statement = select(InvoiceLine).where(InvoiceLine.invoice_id == invoice.id, InvoiceLine.deleted_at.is_(None))
    return list(db.session.scalars(statement.order_by(InvoiceLine.position, InvoiceLine.id)))


def invoices_of_order(actor: Actor, order: Order) -> list[Invoice]:
    """List the invoices and credit notes of an order that an actor may see, the newest first."""
    statement = select(Invoice).where(
        Invoice.order_id == order.id, Invoice.deleted_at.is_(None), visible(actor, Invoice)
    )
    return list(db.session.scalars(statement.order_by(Invoice.created_at.desc(), Invoice.id.desc())))


def invoices_of_deal(actor: Actor, deal: UUID) -> list[Invoice]:
    """List the invoices and credit notes of a deal that an actor may see, the newest first."""
    statement = select(Invoice).where(
        Invoice.opportunity_id == deal, Invoice.deleted_at.is_(None), visible(actor, Invoice)
    )
    return list(db.session.scalars(statement.order_by(Invoice.created_at.desc(), Invoice.id.desc()).limit(30)))


def unsettled_of_customer(actor: Actor, customer: UUID) -> list[Invoice]:
    """List the drafts and open documents of a customer that an actor may see, what is due first."""
    invoices = papers_of(actor, customer).invoices
    found = [each for each in invoices if each.status in UNSETTLED and each.deleted_at is None]
    return sorted(found, key=lambda each: (each.due_on or date.min, each.id))


def posted_of_customer(
    actor: Actor, customer: UUID, before: datetime | None, limit: int, text: str = ""
) -> list[Invoice]:
    """List what was posted to a customer, the newest first.

    Args:
        actor: who looks.
        customer: whose.
        before: only what was posted before.
        limit: at most so many.
        text: only where number or name holds it.
    """
    return _by_moment("posted_at", actor, customer, before, limit, text)


def reminded_of_customer(
    actor: Actor, customer: UUID, before: datetime | None, limit: int, text: str = ""
) -> list[Invoice]:
    """List the invoices of which a customer was reminded, the last reminder first; see `posted_of_customer`."""
    return _by_moment("reminded_at", actor, customer, before, limit, text)


def _by_moment(
    name: str, actor: Actor, customer: UUID, before: datetime | None, limit: int, text: str
) -> list[Invoice]:
    if before is None and not text and limit <= MOST_RECENT:
        invoices = papers_of(actor, customer).invoices
        known = [(moment, each.id, each) for each in invoices if (moment := getattr(each, name)) is not None]
        return [each for _at, _id, each in sorted(known, reverse=True)[:limit]]
    moment = getattr(Invoice, name)
    statement = select(Invoice).where(
        Invoice.customer_id == customer, Invoice.sealed_at.is_not(None), moment.is_not(None), visible(actor, Invoice)
    )
    if before is not None:
        statement = statement.where(moment < before)
    if text:
        statement = statement.where(
            Invoice.name.icontains(text, autoescape=True) | Invoice.number.icontains(text, autoescape=True)
        )
    return list(db.session.scalars(statement.order_by(moment.desc(), Invoice.id.desc()).limit(limit)))


def notes_of(invoice: Invoice) -> list[Invoice]:
    """List the credit notes of an invoice, the newest first."""
    statement = select(Invoice).where(Invoice.corrects_id == invoice.id, Invoice.deleted_at.is_(None))
    return list(db.session.scalars(statement.order_by(Invoice.created_at.desc(), Invoice.id.desc())))


def posted_notes_of(invoice_id: UUID) -> list[Invoice]:
    """List the posted credit notes of an invoice."""
    statement = select(Invoice).where(Invoice.corrects_id == invoice_id, Invoice.sealed_at.is_not(None))
    return list(db.session.scalars(statement.order_by(Invoice.posted_at, Invoice.id)))


def reversed_so_far(invoice_id: UUID) -> dict[UUID, tuple[Decimal, Decimal]]:
    """Tell how much of each line of an invoice posted credit notes reversed: quantity and net."""
    statement = (
        select(InvoiceLine.corrects_line_id, InvoiceLine.quantity, InvoiceLine.net)
        .join(Invoice, Invoice.id == InvoiceLine.invoice_id)
        .where(Invoice.corrects_id == invoice_id, Invoice.sealed_at.is_not(None), InvoiceLine.deleted_at.is_(None))
    )
    found: dict[UUID, tuple[Decimal, Decimal]] = {}
    for line_id, quantity, net in db.session.execute(statement):
        if line_id is not None:
            before = found.get(line_id, (Decimal(0), Decimal(0)))
            found[line_id] = (before[0] + quantity, before[1] + net)
    return found


def used_of(invoice: Invoice) -> Decimal:
    """Tell how much was allocated to an invoice, or used and given back of a credit note."""
    column = Allocation.credit_note_id if invoice.kind == "credit_note" else Allocation.invoice_id
    used = db.session.scalar(select(func.sum(Allocation.amount)).where(column == invoice.id)) or Decimal(0)
    given_back = select(func.sum(Payment.amount)).where(Payment.refunds_note_id == invoice.id)
    return used + (db.session.scalar(given_back) or Decimal(0))
