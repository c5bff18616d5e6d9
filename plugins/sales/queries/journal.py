"""The journal of a period: lines of what was posted, paid and given back in it."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import and_, func, literal, select

from pelatis.api import Actor, Customer, base_currency, db, require, visible

from ..journal import Accounts, Document, Line, Tax, lines_of
from ..models import AccountMapping, Invoice, Payment
from ..periods import Period

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
    """Give the lines of a period by day and number, in three statements however many there are.

    Only documents within the reach of the permissions are in it.

    Args:
        actor: whoever asks.
        period: by the day of issue or payment.

    Raises:
        Problem: 403 without the permission `sales.invoice.journal` or without that to see payments.
    """
    require(actor, Invoice, "journal")
    require(actor, Payment, "view")
    found = [*_invoices(actor, period), *_payments(actor, period)]
    accounts, currency = own_accounts(), base_currency()
    ordered = sorted(found, key=lambda document: (document.day, document.number))
    return [line for document in ordered for line in lines_of(document, accounts, currency)]


def file_rows(lines: list[Line]) -> Iterator[dict[str, Any]]:
    """Give the lines as rows of a file."""
    return ({name: read(line) for name, read in COLUMNS.items()} for line in lines)


def own_accounts() -> Accounts:
    """Read the accounts that the company wrote down."""
    named = func.coalesce(AccountMapping.tax_name, AccountMapping.method, "")
    statement = select(AccountMapping.purpose, named, AccountMapping.code).where(AccountMapping.deleted_at.is_(None))
    return Accounts({(purpose, detail): code for purpose, detail, code in db.session.execute(statement)})


def _invoices(actor: Actor, period: Period) -> Iterator[Document]:
    columns = (
        Invoice.id, Invoice.kind, Invoice.number, Invoice.issued_on, Invoice.name, Invoice.printed_name,
        Invoice.currency, Invoice.rate, Invoice.gross, literal(""), Invoice.taxes,
    )  # fmt: skip
    statement = select(*columns).where(
        Invoice.sealed_at.is_not(None),
        Invoice.issued_on >= period.begins_on,
        Invoice.issued_on < period.ends_before,
        visible(actor, Invoice, "journal"),
    )
    for *values, taxes in db.session.execute(statement):
        found = tuple(Tax(tax["name"], Decimal(tax["rate"]), Decimal(tax["tax"])) for tax in taxes)
        yield Document(*[*values, found])


def _payments(actor: Actor, period: Period) -> Iterator[Document]:
    columns = (
        Payment.id, Payment.kind, Payment.number, Payment.received_on, func.coalesce(Payment.reference, ""),
        func.coalesce(Customer.name, ""), Payment.currency, Payment.rate, Payment.amount, Payment.method,
    )  # fmt: skip
    known = and_(Customer.id == Payment.customer_id, visible(actor, Customer))
    statement = (
        select(*columns)
        .outerjoin(Customer, known)
        .where(
            Payment.received_on >= period.begins_on,
            Payment.received_on < period.ends_before,
            visible(actor, Payment),
        )
    )
    return (Document(*row) for row in db.session.execute(statement))
