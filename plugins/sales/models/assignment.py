"""Who gets which lead, deal or customer, who is away, and how each came to whom."""

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from pelatis.api import Id, Record, UtcDateTime, ref, utc_now

from .base import Model
from .leads import Lead
from .opportunities import Opportunity


class AssignmentRule(Record, Model):
    """Which leads, deals or customers some people get, and who of them is next."""

    __table_args__ = (
        CheckConstraint("most_open IS NULL OR most_open > 0", name="most_open"),
        CheckConstraint("answer_within IS NULL OR answer_within > 0", name="answer_within"),
    )

    name: Mapped[str] = mapped_column(String(200))
    #: Its place among the rules: the first one that fits decides.
    position: Mapped[int] = mapped_column(default=0)
    is_on: Mapped[bool] = mapped_column(default=True)
    #: What it gives to people, a key of `schemas.ASSIGNED`.
    about: Mapped[str] = mapped_column(String(10), default="lead", server_default="lead")
    #: What it must have, each empty for anything: keys of `schemas.SOURCES`, languages, countries, and the beginnings
    #: of postal codes. A deal's language and place are its customer's.
    sources: Mapped[list[Any]] = mapped_column(default=list)
    languages: Mapped[list[Any]] = mapped_column(default=list)
    countries: Mapped[list[Any]] = mapped_column(default=list)
    postcodes: Mapped[list[Any]] = mapped_column(default=list)
    product_id: Mapped[Id | None] = ref("catalog_product", on_delete="set null")
    #: The customer's territory, or where its country and postcode would place a lead, or below; empty for anywhere.
    territory_id: Mapped[Id | None] = ref("core_territory", on_delete="cascade", nullable=True)
    #: To whom, a key of `schemas.RECEIVERS`.
    goes_to: Mapped[str] = mapped_column(String(10), default="team", server_default="team")
    #: The team, where it goes to one.
    team_id: Mapped[Id | None] = ref("core_team", on_delete="cascade", nullable=True)
    #: A key of `schemas.ASSIGNMENT_METHODS`.
    method: Mapped[str] = mapped_column(String(10), default="turns")
    #: How many open ones somebody may have before they get no more; empty for any number.
    most_open: Mapped[int | None]
    #: How much working time a lead that it gives may wait for its first answer, in minutes; empty: the usual one.
    answer_within: Mapped[int | None]
    #: Whether a lead goes to the next one when its clock has run out.
    passes_on: Mapped[bool] = mapped_column(default=False)
    #: Who got the last one, by the id of the team or territory.
    last_ones: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")


class Absence(Record, Model):
    """Days on which its owner is away and gets no leads."""

    __table_args__ = (CheckConstraint("last_day >= first_day", name="days"), Index(None, "owner_id", "last_day"))

    first_day: Mapped[date]
    last_day: Mapped[date]
    note: Mapped[str | None] = mapped_column(String(200))


class Assignment(Record, Model):
    """That a rule gave something to somebody, with the reasons of that moment. Nothing can make them up later."""

    __table_args__ = (Index(None, "lead_id", "assigned_at"),)

    #: What was given, one of the three.
    lead_id: Mapped[Id | None] = ref(Lead, on_delete="cascade", nullable=True, index=False)
    opportunity_id: Mapped[Id | None] = ref(Opportunity, on_delete="cascade", nullable=True)
    customer_id: Mapped[Id | None] = ref("core_customer", on_delete="cascade", nullable=True)
    rule_id: Mapped[Id | None] = ref(AssignmentRule, on_delete="set null")
    #: The rule's name then.
    rule_name: Mapped[str] = mapped_column(String(200))
    user_id: Mapped[Id | None] = ref("core_user", on_delete="set null")
    assigned_at: Mapped[UtcDateTime] = mapped_column(default=utc_now)
    #: By when whoever had it before should have answered; empty for a new lead.
    missed_at: Mapped[UtcDateTime | None]
    method: Mapped[str] = mapped_column(String(10))
    #: How many open ones they had.
    had: Mapped[int] = mapped_column(default=0)
    #: Who was passed over: id to `away`, `full` or `had_it`.
    skipped: Mapped[dict[str, Any]] = mapped_column(default=dict)
