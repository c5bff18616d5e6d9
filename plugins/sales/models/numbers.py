"""Number series of documents, and how their numbers are written."""

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pelatis.api import Record

from .base import Model


class NumberSeries(Record, Model):
    """The last number that one kind of document drew, in a year where each year has a series of its own."""

    __table_args__ = (UniqueConstraint("kind", "year"),)

    #: A key of `schemas.numbers.NUMBERED`.
    kind: Mapped[str] = mapped_column(String(20))
    #: The year; 0 for a series that goes on from year to year.
    year: Mapped[int]
    last: Mapped[int] = mapped_column(default=0)


class NumberFormat(Record, Model):
    """How the company writes the numbers of one kind of document, where it isn't the usual way."""

    __table_args__ = (CheckConstraint("first > 0", name="first"),)

    #: A key of `schemas.numbers.NUMBERED`.
    kind: Mapped[str] = mapped_column(String(20), index=True)
    #: With `YYYY` or `YY` for the year and `#####` for the number: `I-YYYY-#####`.
    pattern: Mapped[str] = mapped_column(String(30))
    #: The number with which a series begins.
    first: Mapped[int] = mapped_column(default=1)
