"""Which accounts of the company's books the journal is written to."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from pelatis.api import Record

from .base import Model


class AccountMapping(Record, Model):
    """The account for one purpose; for one tax or one way to pay alone where it names it."""

    #: A key of `schemas.accounts.PURPOSES`.
    purpose: Mapped[str] = mapped_column(String(20))
    #: The tax as documents name it; empty for every other one.
    tax_name: Mapped[str | None] = mapped_column(String(100))
    #: A key of `schemas.payments.METHODS`; empty for every other one.
    method: Mapped[str | None] = mapped_column(String(20))
    #: The account as the bookkeeping writes it.
    code: Mapped[str] = mapped_column(String(40))
