"""Batches of the journal that are handed over to a bookkeeping system, and which documents are in them."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from pelatis.api import Amount, Currency, Id, Record, Sealable, UtcDateTime, ref

from .base import Model


class JournalBatch(Sealable, Record, Model):
    """Documents whose lines are handed over together; sealed as soon as it is drawn up.

    What it hands over follows from its documents, which are posted, and from its accounts, which are frozen: however
    often it is handed over, its lines are the same.
    """

    __table_args__ = (CheckConstraint("documents > 0", name="documents"),)
    __open_when_sealed__ = frozenset({"status", "reference", "handed_over_at", "tries", "problem"})

    number: Mapped[str] = mapped_column(String(40), unique=True)
    #: Documents of days up to this one, as far as no earlier batch has them.
    through: Mapped[date]
    #: A key of `operations.batches.BATCH_MOVES`.
    status: Mapped[str] = mapped_column(String(20), default="waiting")
    documents: Mapped[int]
    #: The sum of its lines in debit, and of those in credit.
    amount: Mapped[Amount] = mapped_column(default=Decimal(0))
    #: The company's own when it was drawn up, ISO 4217.
    currency: Mapped[Currency]
    #: Purpose, tax or way to pay, and account, as they were when it was drawn up.
    accounts: Mapped[list[Any]] = mapped_column(default=list)
    #: The bookkeeping system's own name of it.
    reference: Mapped[str | None] = mapped_column(String(200), index=True)
    handed_over_at: Mapped[UtcDateTime | None]
    #: How often it was given to a connector.
    tries: Mapped[int] = mapped_column(default=0)
    #: Why it wasn't taken the last time.
    problem: Mapped[str | None] = mapped_column(Text)


class JournalDocument(Record, Model):
    """That a document is in a batch; no document is ever in two."""

    batch_id: Mapped[Id] = ref(JournalBatch, on_delete="cascade")
    #: The id of an invoice, a credit note, a payment, or of an allocation that leaves an exchange difference.
    document_id: Mapped[UUID] = mapped_column(Uuid, unique=True)
