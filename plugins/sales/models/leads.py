"""Leads."""

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from pelatis.api import Id, Record, UtcDateTime, ref

from .base import Model


class Lead(Record, Model):
    """Somebody who may want to buy, before anybody knows whether they do."""

    __table_args__ = (
        # The order of the list; the last column lets it leave out the bin.
        Index(None, "created_at", "id", "deleted_at"),
        Index(None, "status", "deleted_at", "respond_by"),
        Index(None, "status", "deleted_at", "id"),
    )

    name: Mapped[str] = mapped_column(String(200))
    company: Mapped[str | None] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(254), index=True)
    phone: Mapped[str | None] = mapped_column(String(20))
    #: Where it came from, a key of `schemas.SOURCES`.
    source: Mapped[str | None] = mapped_column(String(20))
    #: What they asked.
    message: Mapped[str | None] = mapped_column(Text)
    #: A key of `operations.LEAD_STATUSES`.
    status: Mapped[str] = mapped_column(String(20), default="new")
    #: The response clock: by when somebody must have answered.
    respond_by: Mapped[UtcDateTime | None]
    #: When somebody did.
    answered_at: Mapped[UtcDateTime | None]
    #: Why it came to nothing, a key of `schemas.DISQUALIFIED`.
    disqualified_reason: Mapped[str | None] = mapped_column(String(20))
    #: The form that it was written in.
    form_id: Mapped[Id | None] = ref("sales_lead_form", on_delete="set null")
    #: Tells the same answer to a form, sent twice, from another one.
    submission: Mapped[str | None] = mapped_column(String(64), unique=True)
    #: What they agreed to in the form, in its words, and when.
    consent: Mapped[str | None] = mapped_column(Text)
    consented_at: Mapped[UtcDateTime | None]
    #: ISO 639-1: in which language they asked.
    language: Mapped[str | None] = mapped_column(String(5))
    #: ISO 3166-1 alpha-2.
    country: Mapped[str | None] = mapped_column(String(2))
    postcode: Mapped[str | None] = mapped_column(String(20))
    #: What they asked about.
    product_id: Mapped[Id | None] = ref("catalog_product", on_delete="set null")
    #: What it became.
    customer_id: Mapped[Id | None] = ref("core_customer", on_delete="set null")
    opportunity_id: Mapped[Id | None] = ref("sales_opportunity", on_delete="set null")
