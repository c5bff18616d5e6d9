"""Orders: what a customer bought, what of it went out or came back, and what of it was invoiced."""

from datetime import date
from decimal import Decimal

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from pelatis.api import Amount, Id, Record, Sealable, UtcDateTime, ref

from .base import Model
from .documents import DocumentLine, Totalled
from .opportunities import Opportunity
from .quotes import Quote


class Order(Totalled, Model):
    """What a customer ordered. Confirming seals it with its lines; from then on only what happens to it changes."""

    __table_args__ = (
        Index(None, "customer_id", "deleted_at"),
        Index(None, "status", "deleted_at", "due_on"),
        UniqueConstraint("quote_id"),
    )
    __open_when_sealed__ = frozenset({"status", "opportunity_id", "quote_id", "due_on", "reference", "closed_at"})

    name: Mapped[str] = mapped_column(String(200))
    #: Drawn when it is confirmed; a draft that is thrown away takes none.
    number: Mapped[str | None] = mapped_column(String(40), unique=True)
    #: A key of `operations.orders.ORDER_MOVES`.
    status: Mapped[str] = mapped_column(String(20), default="draft")
    customer_id: Mapped[Id | None] = ref("core_customer", on_delete="set null", index=False)
    opportunity_id: Mapped[Id | None] = ref(Opportunity, on_delete="set null")
    #: The accepted quote that it was made of; a quote becomes one order.
    quote_id: Mapped[Id | None] = ref(Quote, on_delete="set null", index=False)
    #: The customer's own number of the order.
    reference: Mapped[str | None] = mapped_column(String(100), index=True)
    #: ISO 639-1: in which language the customer reads it.
    language: Mapped[str] = mapped_column(String(5))
    #: Where its tax is rounded: `line` or `document`.
    rounding: Mapped[str] = mapped_column(String(10), default="line")
    #: When the customer wants the goods.
    due_on: Mapped[date | None]
    confirmed_at: Mapped[UtcDateTime | None]
    #: When it was closed or cancelled.
    closed_at: Mapped[UtcDateTime | None]


class OrderLine(DocumentLine, Model):
    """One line of an order, with how much of it went out and was invoiced."""

    __table_args__ = (
        Index(None, "order_id", "position"),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("discount BETWEEN 0 AND 1000000", name="discount"),
        CheckConstraint("cancelled >= 0", name="cancelled"),
        CheckConstraint("delivered BETWEEN 0 AND quantity - cancelled", name="delivered"),
        CheckConstraint("invoiced BETWEEN 0 AND quantity - cancelled", name="invoiced"),
    )
    __open_when_sealed__ = frozenset({"delivered", "invoiced", "cancelled"})

    order_id: Mapped[Id] = ref(Order, on_delete="cascade", index=False)
    delivered: Mapped[Amount] = mapped_column(default=Decimal(0))
    invoiced: Mapped[Amount] = mapped_column(default=Decimal(0))
    #: How much of it will never go out, after the rest of the order was cancelled.
    cancelled: Mapped[Amount] = mapped_column(default=Decimal(0))

    @hybrid_property
    def wanted(self) -> Decimal:
        """How much of it the customer gets in the end."""
        return self.quantity - self.cancelled

    @hybrid_property
    def undelivered(self) -> Decimal:
        """How much of it is still to go out."""
        return self.quantity - self.cancelled - self.delivered

    @hybrid_property
    def uninvoiced(self) -> Decimal:
        """How much of it nobody invoiced yet."""
        return self.quantity - self.cancelled - self.invoiced


class Delivery(Sealable, Record, Model):
    """What of an order went out on one day, or came back; sealed as soon as it is written down."""

    __table_args__ = (Index(None, "order_id", "delivered_on"),)

    order_id: Mapped[Id] = ref(Order, on_delete="cascade", index=False)
    #: The delivery that it takes back, in whole or in part.
    reverses_id: Mapped[Id | None] = ref("sales_delivery", on_delete="cascade", nullable=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    delivered_on: Mapped[date]
    #: The carrier's number, who received it.
    note: Mapped[str | None] = mapped_column(Text)


class DeliveryLine(Sealable, Record, Model):
    """How much of one line of the order went out with a delivery; below zero: came back."""

    __table_args__ = (CheckConstraint("quantity <> 0", name="quantity"),)

    delivery_id: Mapped[Id] = ref(Delivery, on_delete="cascade")
    order_line_id: Mapped[Id] = ref(OrderLine, on_delete="cascade")
    quantity: Mapped[Amount]
