"""What is to be sold, and what managers expect beside what the deals say."""

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from pelatis.api import Amount, Currency, Id, Record, UtcDateTime, base_currency, ref

from .base import Model


class Target(Record, Model):
    """What somebody is to sell, to invoice or to spend in a period: a person, a team, or the whole company.

    It is of one product, or of all.
    """

    __table_args__ = (Index(None, "period", "deleted_at"),)

    #: A month or a quarter as `periods.Period.key` writes it.
    period: Mapped[str] = mapped_column(String(7))
    #: A key of `schemas.targets.MEASURES`.
    measure: Mapped[str] = mapped_column(String(10), default="won", server_default="won")
    person_id: Mapped[Id | None] = ref("core_user", on_delete="cascade", nullable=True)
    team_id: Mapped[Id | None] = ref("core_team", on_delete="cascade", nullable=True)
    product_id: Mapped[Id | None] = ref("catalog_product", on_delete="cascade", nullable=True)
    amount: Mapped[Amount]
    currency: Mapped[Currency]
    #: The amount in the company's own currency, at the rate of the day on which it was set.
    amount_base: Mapped[Amount]

    @property
    def base_currency(self) -> str:
        """The currency of `amount_base`: the company's own."""
        return base_currency()


class Adjustment(Record, Model):
    """By how much a manager expects more or less of somebody than their deals say. It never changes a deal.

    One that no longer holds stays as it was, because a forecast is judged by what was said then.
    """

    __table_args__ = (Index(None, "period", "person_id", "ended_at"),)

    #: A month or a quarter as `periods.Period.key` writes it.
    period: Mapped[str] = mapped_column(String(7))
    #: Whose forecast it changes; the owner is whoever made it.
    person_id: Mapped[Id] = ref("core_user", on_delete="cascade")
    #: In the company's own currency; below zero when less is expected.
    amount: Mapped[Amount]
    reason: Mapped[str] = mapped_column(Text)
    #: When another one took its place; empty while it holds.
    ended_at: Mapped[UtcDateTime | None]

    @property
    def base_currency(self) -> str:
        """The currency of the amount: the company's own."""
        return base_currency()
