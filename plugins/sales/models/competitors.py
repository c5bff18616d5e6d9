"""Competitors, and the deals in which they are met."""

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from pelatis.api import Id, Record, ref

from .base import Model
from .opportunities import Opportunity


class Competitor(Record, Model):
    """Somebody who sells to the same customers."""

    name: Mapped[str] = mapped_column(String(200), index=True)
    website: Mapped[str | None] = mapped_column(String(300))
    #: What they are better at.
    strengths: Mapped[str | None] = mapped_column(Text)
    #: What they are worse at.
    weaknesses: Mapped[str | None] = mapped_column(Text)


class DealCompetitor(Record, Model):
    """That a competitor is after the same deal."""

    __table_args__ = (Index(None, "opportunity_id", "deleted_at"), Index(None, "competitor_id", "deleted_at"))

    opportunity_id: Mapped[Id] = ref(Opportunity, on_delete="cascade", index=False)
    competitor_id: Mapped[Id] = ref(Competitor, on_delete="cascade", index=False)
    #: What is known of their offer.
    note: Mapped[str | None] = mapped_column(String(300))
