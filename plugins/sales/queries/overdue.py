"""Invoices that are overdue: which nobody was told of, a person's own, and those of customers."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Date, Integer, and_, bindparam, func, select

from pelatis.api import Actor, Customer, db, kept, today, visible

from ..models import Invoice
from .papers import papers_of
from .statements import overdue_days

#: Statuses of an invoice of which something is to be paid.
OWED: Final = ("posted", "part_paid")
#: The filter of the list that shows them.
OVERDUE: Final = {
    "and": [
        {"field": "status", "op": "is", "value": list(OWED)},
        {"field": "due_on", "op": "before", "value": ["today"]},
    ]
}


def is_overdue(day: Any) -> Any:
    """Give the criterion of what is overdue on a day."""
    return and_(Invoice.kind == "invoice", Invoice.status.in_(OWED), Invoice.deleted_at.is_(None), Invoice.due_on < day)


def is_late(invoice: Invoice) -> bool:
    """Tell whether an invoice is overdue today."""
    return (
        invoice.kind == "invoice"
        and invoice.status in OWED
        and invoice.deleted_at is None
        and invoice.due_on is not None
        and invoice.due_on < today()
    )


def untold_overdue(day: date, after: UUID | None, size: int) -> Sequence[UUID]:
    """List some overdue invoices whose owner wasn't told, in the order of their ids."""
    statement = select(Invoice.id).where(is_overdue(day), Invoice.told_overdue_at.is_(None))
    if after is not None:
        statement = statement.where(Invoice.id > after)
    return db.session.scalars(statement.order_by(Invoice.id).limit(size)).all()


def own_overdue(actor: Actor, limit: int = 6) -> list[tuple[Invoice, str]]:
    """List a person's own overdue invoices, the oldest first, each with the name of its customer if they may see it."""
    rows = _own_overdue(actor, person=actor.user_id, day=today(), most=limit)
    return [(invoice, customer or "") for invoice, customer in rows]


@kept
def _own_overdue(actor: Actor) -> Any:
    return (
        select(Invoice, Customer.name)
        .outerjoin(Customer, and_(Customer.id == Invoice.customer_id, visible(actor, Customer)))
        .where(
            Invoice.owner_id == bindparam("person"), is_overdue(bindparam("day", type_=Date)), visible(actor, Invoice)
        )
        .order_by(Invoice.due_on, Invoice.id)
        .limit(bindparam("most", type_=Integer))
    )


def overdue_of_customers(actor: Actor, customers: Sequence[UUID]) -> Sequence[Any]:
    """Tell what is overdue of customers: id, currency, how many invoices, what is open of them, and since when."""
    if len(customers) == 1:
        return _overdue_of_one(actor, customers[0])
    statement = (
        select(
            Invoice.customer_id, Invoice.currency, func.count(Invoice.id), func.sum(Invoice.open_amount),
            func.min(Invoice.due_on),
        )
        .where(Invoice.customer_id.in_(customers), is_overdue(today()), visible(actor, Invoice))
        .group_by(Invoice.customer_id, Invoice.currency)
        .order_by(Invoice.customer_id, Invoice.currency)
    )  # fmt: skip
    return db.session.execute(statement).all()


def _overdue_of_one(actor: Actor, customer: UUID) -> Sequence[Any]:
    """Tell the same from what the customer's page has read anyway."""
    by_currency: dict[str, list[Invoice]] = {}
    for invoice in papers_of(actor, customer).invoices:
        owed = invoice.kind == "invoice" and invoice.status in OWED and invoice.deleted_at is None
        if owed and overdue_days(invoice, today()):
            by_currency.setdefault(invoice.currency, []).append(invoice)
    return [
        (
            customer, currency, len(listed), sum(each.open_amount for each in listed),
            min(each.due_on for each in listed if each.due_on is not None),
        )
        for currency, listed in sorted(by_currency.items())
    ]  # fmt: skip
