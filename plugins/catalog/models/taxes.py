"""The table of tax rules."""

from datetime import date

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from pelatis.api import Amount, Record

from .base import Model


class TaxRule(Record, Model):
    """Which tax a sale bears: by the place where it is delivered, the buyer, the product's class and the day."""

    __table_args__ = (Index(None, "country", "tax_class", "deleted_at"),)

    #: What documents print: "ΦΠΑ 24 %".
    name: Mapped[str] = mapped_column(String(100))
    #: Percent.
    rate: Mapped[Amount]
    #: ISO 3166-1 alpha-2: where it holds.
    country: Mapped[str] = mapped_column(String(2))
    #: Beginnings of the postcodes for which alone it holds, such as islands with a rate of their own, with blanks
    #: between them; empty for all.
    postcodes: Mapped[str] = mapped_column(String(400), default="")
    #: The class of products; empty for all.
    tax_class: Mapped[str | None] = mapped_column(String(20))
    #: `business`, `private`, or empty for all.
    buyer: Mapped[str | None] = mapped_column(String(20))
    #: What the law wants documents to say beside: "Reverse charge".
    note: Mapped[str | None] = mapped_column(String(300))
    #: The first and the last day on which it holds; empty for no limit.
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
