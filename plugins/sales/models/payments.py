"""Payments, and for which invoices they and credit notes were used."""

from datetime import date
from decimal import Decimal

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pelatis.api import Amount, Currency, Id, Record, Sealable, ref

from .base import Model
from .invoices import Invoice


class Payment(Sealable, Record, Model):
    """Money that came from a customer, or a refund that went back to one; sealed as soon as it is written down."""

    __table_args__ = (
        Index(None, "customer_id", "deleted_at"),
        Index(None, "received_on"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("open_amount >= 0", name="open_amount"),
    )
    __open_when_sealed__ = frozenset({"open_amount"})

    #: `receipt` or `refund`; each has a series of numbers of its own.
    kind: Mapped[str] = mapped_column(String(20), default="receipt")
    number: Mapped[str] = mapped_column(String(40), unique=True)
    customer_id: Mapped[Id | None] = ref("core_customer", on_delete="set null", index=False)
    currency: Mapped[Currency]
    amount: Mapped[Amount]
    #: The day on which the money came or went.
    received_on: Mapped[date]
    #: A key of `schemas.payments.METHODS`.
    method: Mapped[str] = mapped_column(String(20), default="transfer")
    #: What the bank or the customer wrote beside it.
    reference: Mapped[str | None] = mapped_column(String(200), index=True)
    note: Mapped[str | None] = mapped_column(Text)
    #: The invoice that the customer named; it is used for that first.
    invoice_id: Mapped[Id | None] = ref(Invoice, nullable=True)
    #: How much of its currency one unit of the company's own bought on that day, frozen when it is written down.
    rate: Mapped[Amount]
    #: `amount` in the company's own currency at that rate.
    amount_base: Mapped[Amount]
    #: What of it isn't used yet: the customer's credit.
    open_amount: Mapped[Amount] = mapped_column(default=Decimal(0))
    #: The payment whose credit a refund gave back.
    refunds_id: Mapped[Id | None] = ref("sales_payment", nullable=True)
    #: The credit note whose credit a refund gave back.
    refunds_note_id: Mapped[Id | None] = ref(Invoice, nullable=True)


class Allocation(Sealable, Record, Model):
    """How much of a payment or a credit note was used for an invoice. It is taken back by one that reverses it."""

    __table_args__ = (
        CheckConstraint("amount <> 0", name="amount"),
        UniqueConstraint("reverses_id"),
    )

    payment_id: Mapped[Id | None] = ref(Payment, nullable=True)
    credit_note_id: Mapped[Id | None] = ref(Invoice, nullable=True)
    invoice_id: Mapped[Id] = ref(Invoice)
    #: In the currency of both; negative where it takes one back.
    amount: Mapped[Amount]
    allocated_on: Mapped[date]
    #: The allocation that it takes back.
    reverses_id: Mapped[Id | None] = ref("sales_allocation", nullable=True, index=False)
