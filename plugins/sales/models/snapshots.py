"""What the forecast knew of deals on each day. Nothing can make it up later."""

from datetime import date

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from pelatis.api import Amount, Id, Record, UtcDateTime, ref

from .base import Model
from .opportunities import Opportunity
from .pipelines import Stage


class OpportunitySnapshot(Record, Model):
    """What was known of an open deal from one day on, its owner and territory too, until some of it was different.

    A deal that stays as it is for a month has one row, not thirty; `queries.snapshots.known_on` finds what held on a
    day.
    """

    __table_args__ = (
        # The row that holds now, for the next snapshot to compare with.
        Index(None, "opportunity_id", "until_on"),
        # The forecast for a period as a day knew it, from the index alone.
        Index(
            "ix_sales_opportunity_snapshot_forecast",
            "expected_close_on",
            "from_on",
            "until_on",
            "owner_id",
            "forecast_category",
            "probability",
            "amount_base",
        ),
    )

    opportunity_id: Mapped[Id] = ref(Opportunity, on_delete="cascade", index=False)
    #: The first day on which this was so.
    from_on: Mapped[date]
    #: The first day on which it wasn't any more; empty while it is.
    until_on: Mapped[date | None]
    stage_id: Mapped[Id | None] = ref(Stage, on_delete="set null")
    #: Its own or else its stage's, a key of `schemas.FORECAST_CATEGORIES`.
    forecast_category: Mapped[str] = mapped_column(String(10))
    #: Its seller's or else its stage's, in percent.
    probability: Mapped[int]
    #: In the company's own currency.
    amount_base: Mapped[Amount | None]
    expected_close_on: Mapped[date | None]
    #: Its customer's; whoever looks after a territory sees what was known of it.
    territory_id: Mapped[Id | None] = ref("core_territory", on_delete="set null")


class SnapshotDay(Record, Model):
    """That a day's snapshot was taken, or was missed."""

    day: Mapped[date] = mapped_column(unique=True)
    #: When it was taken; empty for a day on which nothing ran.
    taken_at: Mapped[UtcDateTime | None]
