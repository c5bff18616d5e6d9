"""Invoices and credit notes."""

from datetime import date
from decimal import Decimal

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from pelatis.api import Amount, Id, UtcDateTime, ref

from .base import Model
from .documents import DocumentLine, Totalled
from .opportunities import Opportunity
from .orders import Order, OrderLine


class Invoice(Totalled, Model):
    """An invoice, or the credit note that reverses one wholly or partly. Amounts of both are positive.

    Posting seals it with its lines: it is reversed by a credit note, never edited or deleted.
    """

    __table_args__ = (
        Index(None, "customer_id", "deleted_at"),
        Index(None, "status", "deleted_at", "due_on"),
        Index(None, "issued_on"),
        CheckConstraint("open_amount >= 0", name="open_amount"),
    )
    __open_when_sealed__ = frozenset(
        {"status", "opportunity_id", "open_amount", "told_overdue_at", "reminders", "reminded_at"}
    )

    #: `invoice` or `credit_note`.
    kind: Mapped[str] = mapped_column(String(20), default="invoice")
    name: Mapped[str] = mapped_column(String(200))
    #: Drawn when it is posted; each kind has a series of its own.
    number: Mapped[str | None] = mapped_column(String(40), unique=True)
    #: A key of `operations.invoices.INVOICE_MOVES`.
    status: Mapped[str] = mapped_column(String(20), default="draft")
    customer_id: Mapped[Id | None] = ref("core_customer", on_delete="set null", index=False)
    opportunity_id: Mapped[Id | None] = ref(Opportunity, on_delete="set null")
    order_id: Mapped[Id | None] = ref(Order, on_delete="set null")
    #: The invoice that a credit note reverses.
    corrects_id: Mapped[Id | None] = ref("sales_invoice", nullable=True)
    #: The customer's own number of the order.
    reference: Mapped[str | None] = mapped_column(String(100), index=True)
    #: ISO 639-1: in which language the customer reads it.
    language: Mapped[str] = mapped_column(String(5))
    #: Where its tax is rounded: `line` or `document`.
    rounding: Mapped[str] = mapped_column(String(10), default="line")
    issued_on: Mapped[date | None]
    due_on: Mapped[date | None]
    posted_at: Mapped[UtcDateTime | None]
    #: The customer as it is printed, frozen when it is posted.
    printed_name: Mapped[str | None] = mapped_column(String(300))
    #: Lines of an address, one under the other.
    printed_address: Mapped[str | None] = mapped_column(String(1_000))
    printed_tax_number: Mapped[str | None] = mapped_column(String(50))
    #: How much of its currency one unit of the company's own bought on the day of issue, frozen when it is posted.
    rate: Mapped[Amount | None]
    #: `net` in the company's own currency at that rate.
    net_base: Mapped[Amount | None]
    #: What of an invoice is still to be paid; what of a credit note can still be used.
    open_amount: Mapped[Amount] = mapped_column(default=Decimal(0))
    #: When its owner was told that it is overdue.
    told_overdue_at: Mapped[UtcDateTime | None]
    #: How often its customer was reminded of it, and when last.
    reminders: Mapped[int] = mapped_column(default=0, server_default="0")
    reminded_at: Mapped[UtcDateTime | None]


class InvoiceLine(DocumentLine, Model):
    """One line of an invoice or a credit note."""

    __table_args__ = (
        Index(None, "invoice_id", "position"),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("discount BETWEEN 0 AND 1000000", name="discount"),
    )

    invoice_id: Mapped[Id] = ref(Invoice, on_delete="cascade", index=False)
    order_line_id: Mapped[Id | None] = ref(OrderLine, on_delete="set null")
    #: The line of the invoice that a line of a credit note reverses.
    corrects_line_id: Mapped[Id | None] = ref("sales_invoice_line", nullable=True)

    @property
    def is_agreed(self) -> bool:
        """Whether its price was agreed on before: by an order, or by the invoice that it reverses."""
        return self.order_line_id is not None or self.corrects_line_id is not None
