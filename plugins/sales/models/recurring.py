"""Recurring orders: what a customer orders again and again, and what was made of it."""

from datetime import date

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pelatis.api import Id, Record, ref

from .base import Model
from .orders import Order


class RecurringOrder(Record, Model):
    """An order whose lines are ordered again every so many weeks or months."""

    __table_args__ = (
        CheckConstraint("every BETWEEN 1 AND 120", name="every"),
        CheckConstraint("ends_after IS NULL OR ends_after > 0", name="ends_after"),
        Index(None, "status", "next_on"),
        Index(None, "customer_id", "deleted_at"),
    )

    name: Mapped[str] = mapped_column(String(200))
    #: The customer of the order that is repeated.
    customer_id: Mapped[Id | None] = ref("core_customer", on_delete="set null", index=False)
    #: The confirmed order whose lines are copied.
    order_id: Mapped[Id] = ref(Order, on_delete="cascade")
    every: Mapped[int] = mapped_column(default=1)
    #: A key of `schemas.recurring.UNITS_OF_TIME`.
    unit: Mapped[str] = mapped_column(String(10), default="months")
    begins_on: Mapped[date]
    #: When the next order is made; empty once it has ended.
    next_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    #: How many orders are made in all; empty for any number.
    ends_after: Mapped[int | None]
    #: How many were made so far.
    made: Mapped[int] = mapped_column(default=0)
    #: A key of `operations.recurring.RECURRING_MOVES`.
    status: Mapped[str] = mapped_column(String(10), default="active")
    #: A key of `schemas.recurring.RECURRING_PRICES`.
    pricing: Mapped[str] = mapped_column(String(10), default="kept")
    note: Mapped[str | None] = mapped_column(Text)


class RepeatedOrder(Record, Model):
    """That a recurring order made its order of a day; no day is made twice, even where the order was thrown away."""

    __table_args__ = (UniqueConstraint("recurring_order_id", "due_on"),)

    recurring_order_id: Mapped[Id] = ref(RecurringOrder, on_delete="cascade", index=False)
    due_on: Mapped[date]
    order_id: Mapped[Id | None] = ref(Order, on_delete="set null")
