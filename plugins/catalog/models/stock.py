"""The tables of stock: what is on hand where, how that came about, what is expected, and what is promised."""

from datetime import date
from decimal import Decimal

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pelatis.api import Amount, Id, Record, ref

from .base import Model
from .products import Product


class StockLevel(Record, Model):
    """How many units of a product are at a place. A product without any level isn't kept in stock, like a service."""

    __table_args__ = (UniqueConstraint("product_id", "location"),)

    product_id: Mapped[Id] = ref(Product, on_delete="cascade", index=False)
    #: The warehouse or van, as people call it; empty where there is one place alone.
    location: Mapped[str] = mapped_column(String(60), default="")
    on_hand: Mapped[Amount] = mapped_column(default=Decimal(0))


class StockMovement(Record, Model):
    """A change of what is on hand. It stays as it is; a wrong one is put right by another."""

    __table_args__ = (Index(None, "product_id", "moved_on"),)

    product_id: Mapped[Id] = ref(Product, on_delete="cascade", index=False)
    location: Mapped[str] = mapped_column(String(60), default="")
    #: What came in; below zero what went out.
    quantity: Mapped[Amount]
    moved_on: Mapped[date]
    #: `receipt`, `issue`, `return`, `count` or `transfer`.
    kind: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str | None] = mapped_column(String(200))


class ExpectedDelivery(Record, Model):
    """Units that a supplier is to bring; on their arrival they become stock."""

    __table_args__ = (Index(None, "product_id", "due_on"),)

    product_id: Mapped[Id] = ref(Product, on_delete="cascade", index=False)
    location: Mapped[str] = mapped_column(String(60), default="")
    quantity: Mapped[Amount]
    due_on: Mapped[date]
    reason: Mapped[str | None] = mapped_column(String(200))
    #: The day on which it came; it counts as expected until then.
    received_on: Mapped[date | None]


class Reservation(Record, Model):
    """Units that are promised to something by a day, and that nobody else gets."""

    __table_args__ = (Index(None, "product_id", "due_on"), Index(None, "reference_id", "reference_type"))

    product_id: Mapped[Id] = ref(Product, on_delete="cascade", index=False)
    #: How many are still promised: what was handed over or given up is taken off.
    quantity: Mapped[Amount]
    due_on: Mapped[date]
    #: What they are promised to: the key of its record type and its id; both empty for what a person holds back.
    reference_type: Mapped[str | None] = mapped_column(String(80))
    reference_id: Mapped[Id | None]
    reason: Mapped[str | None] = mapped_column(String(200))
