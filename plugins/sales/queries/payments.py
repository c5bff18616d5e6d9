"""What payments were used for, and what of a customer is open."""

from decimal import Decimal
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import func, select

from pelatis.api import Actor, db, visible

from ..models import Allocation, Invoice, Payment

#: A payment, or a credit note: what can be used for invoices.
Source: TypeAlias = Payment | Invoice


def used_of_payment(payment: Payment) -> Decimal:
    """Tell how much of a payment was used for invoices or given back."""
    used = select(func.sum(Allocation.amount)).where(Allocation.payment_id == payment.id)
    given_back = select(func.sum(Payment.amount)).where(Payment.refunds_id == payment.id)
    return (db.session.scalar(used) or Decimal(0)) + (db.session.scalar(given_back) or Decimal(0))


def allocations_of(source: Source) -> list[tuple[Allocation, Invoice]]:
    """List for which invoices a payment or a credit note was used, the oldest first; what was taken back included."""
    column = Allocation.payment_id if isinstance(source, Payment) else Allocation.credit_note_id
    statement = (
        select(Allocation, Invoice).join(Invoice, Invoice.id == Allocation.invoice_id).where(column == source.id)
    )
    rows = db.session.execute(statement.order_by(Allocation.created_at, Allocation.id))
    return [(allocation, invoice) for allocation, invoice in rows]


def allocations_to(invoice: Invoice) -> list[tuple[Allocation, Payment]]:
    """List which payments were used for an invoice, the oldest first; what was taken back included."""
    statement = (
        select(Allocation, Payment)
        .join(Payment, Payment.id == Allocation.payment_id)
        .where(Allocation.invoice_id == invoice.id)
    )
    rows = db.session.execute(statement.order_by(Allocation.created_at, Allocation.id))
    return [(allocation, payment) for allocation, payment in rows]


def refunds_of(source: Source) -> list[Payment]:
    """List what of a payment or a credit note was given back."""
    column = Payment.refunds_id if isinstance(source, Payment) else Payment.refunds_note_id
    return list(db.session.scalars(select(Payment).where(column == source.id).order_by(Payment.created_at)))


def is_taken_back(allocation: Allocation) -> bool:
    """Tell whether an allocation was reversed."""
    statement = select(Allocation.id).where(Allocation.reverses_id == allocation.id)
    return db.session.scalars(statement).first() is not None


def open_invoices(actor: Actor, customer: UUID | None, currency: str | None = None) -> list[Invoice]:
    """List a customer's invoices that an actor may see and that aren't paid, what is due first.

    Args:
        actor: who looks.
        customer: whose; nobody has none.
        currency: of this one alone.
    """
    return _open(actor, Invoice.kind == "invoice", customer, currency)


def open_notes(actor: Actor, customer: UUID | None, currency: str | None = None) -> list[Invoice]:
    """List a customer's credit notes that an actor may see and that aren't used up, the oldest first."""
    return _open(actor, Invoice.kind == "credit_note", customer, currency)


def _open(actor: Actor, kind: object, customer: UUID | None, currency: str | None) -> list[Invoice]:
    statement = select(Invoice).where(
        kind,  # type: ignore[arg-type]
        Invoice.customer_id == customer,
        Invoice.sealed_at.is_not(None),
        Invoice.open_amount > 0,
        visible(actor, Invoice),
    )
    if currency is not None:
        statement = statement.where(Invoice.currency == currency)
    return list(db.session.scalars(statement.order_by(Invoice.due_on, Invoice.issued_on, Invoice.number)))


def open_payments(actor: Actor, customer: UUID | None) -> list[Payment]:
    """List a customer's payments that an actor may see and that aren't used up, the oldest first."""
    statement = select(Payment).where(Payment.customer_id == customer, Payment.open_amount > 0, visible(actor, Payment))
    return list(db.session.scalars(statement.order_by(Payment.received_on, Payment.number)))
