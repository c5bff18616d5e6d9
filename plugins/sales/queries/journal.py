"""The journal of a period: lines of what was posted, paid and given back in it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy import and_, false, func, literal, or_, select, union_all
from sqlalchemy.orm import aliased

from pelatis.api import Actor, Customer, base_currency, db, require, visible

from ..journal import Accounts, Document, Line, Tax, Use, differences, lines_of
from ..models import AccountMapping, Allocation, Invoice, Payment
from ..periods import Period

#: Makes conditions of the column of documents' ids and that of their days.
Which: TypeAlias = Callable[[Any, Any], Sequence[Any]]
#: What the columns of a file are called, and where they come from.
COLUMNS: Final[dict[str, Any]] = {
    "date": lambda line: line.document.day,
    "number": lambda line: line.document.number,
    "kind": lambda line: line.document.kind,
    "account": lambda line: line.account,
    "text": lambda line: line.document.text,
    "customer": lambda line: line.document.customer,
    "debit": lambda line: line.debit,
    "credit": lambda line: line.credit,
    "currency": lambda line: line.document.currency,
    "amount": lambda line: line.amount,
    "rate": lambda line: line.document.rate,
    "tax_name": lambda line: line.tax.name if line.tax else None,
    "tax_rate": lambda line: line.tax.rate if line.tax else None,
}


def read_journal(actor: Actor, period: Period) -> list[Line]:
    """Give the lines of a period by day and number, in four statements however many there are.

    Only documents within the reach of the permissions are in it.

    Args:
        actor: whoever asks.
        period: by the day of issue, payment or allocation.

    Raises:
        Problem: 403 without the permission `sales.invoice.journal` or without that to see payments.
    """
    require(actor, Invoice, "journal")
    require(actor, Payment, "view")
    return write_lines(read_documents(actor, lambda _id, day: _within(period, day)), own_accounts(), base_currency())


def _within(period: Period, day: Any) -> Sequence[Any]:
    return (day >= period.begins_on, day < period.ends_before)


def write_lines(documents: Sequence[Document], accounts: Accounts, currency: str) -> list[Line]:
    """Give the lines of documents, one document after the other."""
    return [line for document in documents for line in lines_of(document, accounts, currency)]


def read_documents(actor: Actor, which: Which) -> list[Document]:
    """Give what was posted, paid and used at another rate, by day and number, in three statements.

    Args:
        actor: who asks; only what is within their reach is given.
        which: makes conditions of the column of the documents' ids and that of their days.
    """
    uses = list(_uses(actor, which))
    given_back = {use.id: difference for use, difference, document in uses if document is None}
    found = [
        *_invoices(actor, which),
        *_payments(actor, which, given_back),
        *(document for _use, _difference, document in uses if document is not None),
    ]
    return sorted(found, key=lambda document: (document.day, document.number, document.id))


def file_rows(lines: list[Line]) -> Iterator[dict[str, Any]]:
    """Give the lines as rows of a file."""
    return ({name: read(line) for name, read in COLUMNS.items()} for line in lines)


def own_accounts() -> Accounts:
    """Read the accounts that the company wrote down."""
    named = func.coalesce(AccountMapping.tax_name, AccountMapping.method, "")
    statement = select(AccountMapping.purpose, named, AccountMapping.code).where(AccountMapping.deleted_at.is_(None))
    return Accounts({(purpose, detail): code for purpose, detail, code in db.session.execute(statement)})


def _invoices(actor: Actor, which: Which) -> Iterator[Document]:
    columns = (
        Invoice.id, Invoice.kind, Invoice.number, Invoice.issued_on, Invoice.name, Invoice.printed_name,
        Invoice.currency, Invoice.rate, Invoice.gross, literal(""), Invoice.taxes,
    )  # fmt: skip
    statement = select(*columns).where(
        Invoice.sealed_at.is_not(None), *which(Invoice.id, Invoice.issued_on), visible(actor, Invoice, "journal")
    )
    for *values, taxes in db.session.execute(statement):
        found = tuple(Tax(tax["name"], Decimal(tax["rate"]), Decimal(tax["tax"])) for tax in taxes)
        yield Document(*[*values, found])


def _payments(actor: Actor, which: Which, given_back: Mapping[UUID, Decimal]) -> Iterator[Document]:
    columns = (
        Payment.id, Payment.kind, Payment.number, Payment.received_on, func.coalesce(Payment.reference, ""),
        func.coalesce(Customer.name, ""), Payment.currency, Payment.rate, Payment.amount, Payment.method,
    )  # fmt: skip
    known = and_(Customer.id == Payment.customer_id, visible(actor, Customer))
    statement = (
        select(*columns)
        .outerjoin(Customer, known)
        .where(*which(Payment.id, Payment.received_on), visible(actor, Payment))
    )
    for row in db.session.execute(statement):
        yield Document(*row, difference=given_back.get(row.id, Decimal(0)))


def _uses(actor: Actor, which: Which) -> Iterator[tuple[Use, Decimal, Document | None]]:
    """Give what different rates left over: at an allocation as a document of its own, at a refund as a part of it."""
    running, note, given_back = _running_sums().subquery(), aliased(Invoice), aliased(Payment)
    source_rate = func.coalesce(Payment.rate, note.rate)
    target_rate = func.coalesce(Invoice.rate, given_back.rate)
    told = (
        running.c.day, func.coalesce(Payment.number, note.number), Invoice.number, Invoice.printed_name,
        func.coalesce(Payment.currency, note.currency), source_rate, running.c.takes_back,
    )  # fmt: skip
    statement = (
        select(
            running.c.id, running.c.amount, running.c.source_sum, source_rate, running.c.target_sum, target_rate, *told
        )
        .outerjoin(Payment, Payment.id == running.c.source_id)
        .outerjoin(note, note.id == running.c.source_id)
        .outerjoin(Invoice, Invoice.id == running.c.target_id)
        .outerjoin(given_back, given_back.id == running.c.target_id)
        .where(
            source_rate != target_rate,
            *which(running.c.id, running.c.day),
            or_(Invoice.id.is_(None), visible(actor, Invoice, "journal")),
            or_(Payment.id.is_(None), visible(actor, Payment)),
        )
    )
    rows = {row[0]: row for row in db.session.execute(statement)}
    for use, difference in differences((Use(*row[:6]) for row in rows.values()), base_currency()):
        day, number, invoice, customer, currency, rate, takes_back = rows[use.id][6:]
        yield use, difference, invoice and Document(
            use.id, "exchange", number, day, invoice, customer, currency, rate, Decimal(0),
            difference=difference, takes_back=takes_back,
        )  # fmt: skip


def count_differences(which: Which) -> Any:
    """Give the statement that counts the allocations of which a document of their own tells."""
    note = aliased(Invoice)
    return (
        select(func.count(Allocation.id))
        .join(Invoice, Invoice.id == Allocation.invoice_id)
        .outerjoin(Payment, Payment.id == Allocation.payment_id)
        .outerjoin(note, note.id == Allocation.credit_note_id)
        .where(
            Invoice.currency != base_currency(),
            func.coalesce(Payment.rate, note.rate) != Invoice.rate,
            *which(Allocation.id, Allocation.allocated_on),
        )
    )


def _running_sums() -> Any:
    """Sum up what was used of each source and for each invoice in another currency than the company's own."""
    source = func.coalesce(Allocation.payment_id, Allocation.credit_note_id)
    allocated = (
        select(
            Allocation.id, source.label("source_id"), Allocation.invoice_id.label("target_id"), Allocation.amount,
            Allocation.allocated_on.label("day"), Allocation.created_at,
            Allocation.reverses_id.is_not(None).label("takes_back"),
        )
        .join(Invoice, Invoice.id == Allocation.invoice_id)
        .where(Invoice.currency != base_currency())
    )  # fmt: skip
    refunded = select(
        Payment.id, func.coalesce(Payment.refunds_id, Payment.refunds_note_id), Payment.id, Payment.amount,
        Payment.received_on, Payment.created_at, false(),
    ).where(Payment.kind == "refund", Payment.currency != base_currency())  # fmt: skip
    used = union_all(allocated, refunded).subquery()

    def so_far(column: Any) -> Any:
        return func.sum(used.c.amount).over(partition_by=column, order_by=(used.c.created_at, used.c.id))

    return select(used, so_far(used.c.source_id).label("source_sum"), so_far(used.c.target_id).label("target_sum"))
