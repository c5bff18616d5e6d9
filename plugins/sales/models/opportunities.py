"""Opportunities, and the way each one went."""

from datetime import date

from sqlalchemy import CheckConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from pelatis.api import Amount, Currency, Id, Record, UtcDateTime, base_currency, ref, utc_now

from .base import Model
from .pipelines import Pipeline, Stage


class Opportunity(Record, Model):
    """A deal that may be made with a customer."""

    __table_args__ = (
        # The order of the list; the last column lets it leave out the bin.
        Index(None, "created_at", "id", "deleted_at"),
        # The cards of one column, in the board's order.
        Index(None, "stage_id", "deleted_at", "stage_since", "id"),
        # The sums of all columns, from the index alone.
        Index(
            "ix_sales_opportunity_sums",
            "deleted_at",
            "pipeline_id",
            "stage_id",
            "owner_id",
            "probability",
            "amount_base",
        ),
        # What was closed since a day, from the index alone.
        Index("ix_sales_opportunity_closed", "deleted_at", "stage_id", "closed_on", "owner_id", "amount_base"),
        # What may be won in a period, by person and certainty, from the index alone.
        Index(
            "ix_sales_opportunity_forecast",
            "deleted_at",
            "stage_id",
            "expected_close_on",
            "owner_id",
            "forecast_category",
            "probability",
            "amount_base",
        ),
        Index(None, "customer_id", "deleted_at"),
        CheckConstraint("probability IS NULL OR probability BETWEEN 0 AND 100", name="probability"),
    )

    name: Mapped[str] = mapped_column(String(300), index=True)
    #: What another system calls it; an import recognises it by this.
    reference: Mapped[str | None] = mapped_column(String(80), index=True)
    customer_id: Mapped[Id | None] = ref("core_customer", on_delete="set null", index=False)
    pipeline_id: Mapped[Id] = ref(Pipeline, index=False)
    stage_id: Mapped[Id] = ref(Stage, index=False)
    product_id: Mapped[Id | None] = ref("catalog_product", on_delete="set null")
    #: How much of the product the customer may take.
    volume: Mapped[Amount | None]
    #: A key of the catalog's `UNITS`; empty: the product's.
    volume_unit: Mapped[str | None] = mapped_column(String(20))
    amount: Mapped[Amount | None]
    currency: Mapped[Currency]
    #: The amount in the company's own currency, at the rate of the day on which the amount was last set.
    amount_base: Mapped[Amount | None]
    #: The seller's own estimate in percent; empty: the stage's.
    probability: Mapped[int | None]
    #: How certain the forecast takes it to be, a key of `schemas.OPEN_CATEGORIES`; empty: as its stage says.
    forecast_category: Mapped[str | None] = mapped_column(String(10))
    #: Where it came from, a key of `schemas.SOURCES`.
    source: Mapped[str | None] = mapped_column(String(20))
    #: What the customer needs, in their words.
    needs: Mapped[str | None] = mapped_column(Text)
    #: The day on which work on it began.
    engaged_on: Mapped[date | None]
    expected_close_on: Mapped[date | None] = mapped_column(index=True)
    #: The day on which it was won or lost; empty while it is open.
    closed_on: Mapped[date | None]
    #: A key of `schemas.LOST_REASONS`.
    lost_reason: Mapped[str | None] = mapped_column(String(20))
    #: Who won it instead.
    lost_to_id: Mapped[Id | None] = ref("sales_competitor", on_delete="set null")
    #: Since when it has been in its stage.
    stage_since: Mapped[UtcDateTime] = mapped_column(default=utc_now)

    @property
    def base_currency(self) -> str:
        """The currency of `amount_base`: the company's own."""
        return base_currency()


class StageHistory(Record, Model):
    """One move of an opportunity from stage to stage, with what was known then. Nothing can make it up later."""

    __table_args__ = (Index(None, "opportunity_id", "moved_at"), Index(None, "to_stage_id", "moved_at"))

    opportunity_id: Mapped[Id] = ref(Opportunity, on_delete="cascade", index=False)
    #: Empty for the stage in which it was made.
    from_stage_id: Mapped[Id | None] = ref(Stage, on_delete="set null")
    to_stage_id: Mapped[Id] = ref(Stage, index=False)
    moved_at: Mapped[UtcDateTime] = mapped_column(default=utc_now)
    #: Who moved it; empty when the system did, or the person is gone.
    moved_by_id: Mapped[Id | None] = ref("core_user", on_delete="set null")
    amount: Mapped[Amount | None]
    currency: Mapped[Currency]
    expected_close_on: Mapped[date | None]
