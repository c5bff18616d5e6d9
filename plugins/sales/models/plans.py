"""Account plans: a strategy for a customer."""

from datetime import date

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from pelatis.api import Id, Record, ref

from .base import Model


class AccountPlan(Record, Model):
    """What the company wants of a customer, and how it means to get there."""

    __table_args__ = (Index(None, "customer_id", "deleted_at"), Index(None, "owner_id", "review_on"))

    name: Mapped[str] = mapped_column(String(200))
    customer_id: Mapped[Id] = ref("core_customer", on_delete="cascade", index=False)
    goals: Mapped[str | None] = mapped_column(Text)
    strategy: Mapped[str | None] = mapped_column(Text)
    risks: Mapped[str | None] = mapped_column(Text)
    review_on: Mapped[date | None]
