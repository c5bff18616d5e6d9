"""What selling costs."""

from datetime import date

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from pelatis.api import Amount, Currency, Id, Record, base_currency, ref

from .base import Model
from .opportunities import Opportunity


class SalesCost(Record, Model):
    """Something that was spent to sell: a visit, the way there, hours, samples. The owner is who spent it."""

    __table_args__ = (
        Index(None, "opportunity_id", "deleted_at"),
        Index(None, "customer_id", "deleted_at"),
        # What a period cost, by person, from the index alone.
        Index("ix_sales_sales_cost_spent", "spent_on", "deleted_at", "owner_id", "kind", "amount_base"),
    )

    name: Mapped[str] = mapped_column(String(300))
    #: A key of `schemas.COST_KINDS`.
    kind: Mapped[str] = mapped_column(String(20))
    spent_on: Mapped[date]
    amount: Mapped[Amount]
    currency: Mapped[Currency]
    #: The amount in the company's own currency, at the rate of the day on which it was spent.
    amount_base: Mapped[Amount]
    #: How long it took, where that is known.
    hours: Mapped[Amount | None]
    opportunity_id: Mapped[Id | None] = ref(Opportunity, on_delete="set null", index=False)
    customer_id: Mapped[Id | None] = ref("core_customer", on_delete="set null", index=False)

    @property
    def base_currency(self) -> str:
        """The currency of `amount_base`: the company's own."""
        return base_currency()
