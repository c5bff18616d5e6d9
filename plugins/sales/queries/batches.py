"""What batches of the journal hold, and what is in none of them yet."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from pelatis.api import db, system_actor

from ..journal import Accounts, Document, Line
from ..models import Invoice, JournalBatch, JournalDocument, Payment
from .journal import count_differences, read_documents, write_lines


def documents_left(through: date) -> list[Document]:
    """Give what was posted, paid or used up to a day and isn't in a batch yet, by day and number."""
    return read_documents(system_actor(), _left(through))


def count_left(through: date) -> int:
    """Count what `documents_left` gives, in one statement."""
    which = _left(through)
    invoices = select(func.count(Invoice.id)).where(
        Invoice.sealed_at.is_not(None), *which(Invoice.id, Invoice.issued_on)
    )
    payments = select(func.count(Payment.id)).where(*which(Payment.id, Payment.received_on))
    parts = (invoices, payments, count_differences(which))
    return sum(db.session.execute(select(*(part.scalar_subquery() for part in parts))).one())


def _left(through: date) -> Callable[[Any, Any], Sequence[Any]]:
    def conditions(document_id: Any, day: Any) -> Sequence[Any]:
        known = select(JournalDocument.id).where(JournalDocument.document_id == document_id)
        return (day <= through, ~known.exists())

    return conditions


def lines_of_batch(batch: JournalBatch) -> list[Line]:
    """Give the lines of a batch: the same ones, in the same order, however often they are asked for."""
    inside = select(JournalDocument.document_id).where(JournalDocument.batch_id == batch.id)
    documents = read_documents(system_actor(), lambda document_id, _day: (document_id.in_(inside),))
    return write_lines(documents, accounts_of(batch), batch.currency)


def accounts_of(batch: JournalBatch) -> Accounts:
    """Give the accounts that a batch is written to."""
    return Accounts({(purpose, detail): code for purpose, detail, code in batch.accounts})


def unfinished_batches() -> Sequence[UUID]:
    """List the batches that weren't taken yet, the oldest first."""
    statement = select(JournalBatch.id).where(JournalBatch.status != "handed_over")
    return db.session.scalars(statement.order_by(JournalBatch.number)).all()
