"""Number series of documents."""

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pelatis.api import Record

from .base import Model


class NumberSeries(Record, Model):
    """The last number that one kind of document drew in a year."""

    __table_args__ = (UniqueConstraint("kind", "year"),)

    #: A key of `operations.numbers.FORMATS`.
    kind: Mapped[str] = mapped_column(String(20))
    year: Mapped[int]
    last: Mapped[int] = mapped_column(default=0)
