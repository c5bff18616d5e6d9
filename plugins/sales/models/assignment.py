"""Who gets which lead, who is away, and how each lead came to whom."""

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from pelatis.api import Id, Record, UtcDateTime, ref, utc_now

from .base import Model
from .leads import Lead


class AssignmentRule(Record, Model):
    """Which leads a team gets, and who of it is next."""

    __table_args__ = (CheckConstraint("most_open IS NULL OR most_open > 0", name="most_open"),)

    name: Mapped[str] = mapped_column(String(200))
    #: Its place among the rules: the first one that fits decides.
    position: Mapped[int] = mapped_column(default=0)
    is_on: Mapped[bool] = mapped_column(default=True)
    #: What a lead must have, each empty for anything: keys of `schemas.SOURCES`, languages, countries, and the
    #: beginnings of postal codes.
    sources: Mapped[list[Any]] = mapped_column(default=list)
    languages: Mapped[list[Any]] = mapped_column(default=list)
    countries: Mapped[list[Any]] = mapped_column(default=list)
    postcodes: Mapped[list[Any]] = mapped_column(default=list)
    product_id: Mapped[Id | None] = ref("catalog_product", on_delete="set null")
    #: Where its country and postcode must place a lead by the territories' rules, or below; empty for anywhere.
    territory_id: Mapped[Id | None] = ref("core_territory", on_delete="cascade", nullable=True)
    team_id: Mapped[Id] = ref("core_team", on_delete="cascade")
    #: A key of `schemas.ASSIGNMENT_METHODS`.
    method: Mapped[str] = mapped_column(String(10), default="turns")
    #: How many open leads somebody may have before they get no more; empty for any number.
    most_open: Mapped[int | None]
    #: Whether a lead goes to the next one when its clock has run out.
    passes_on: Mapped[bool] = mapped_column(default=False)
    #: Who got the last one.
    last_id: Mapped[Id | None] = ref("core_user", on_delete="set null")


class Absence(Record, Model):
    """Days on which its owner is away and gets no leads."""

    __table_args__ = (CheckConstraint("last_day >= first_day", name="days"), Index(None, "owner_id", "last_day"))

    first_day: Mapped[date]
    last_day: Mapped[date]
    note: Mapped[str | None] = mapped_column(String(200))


class LeadAssignment(Record, Model):
    """That a rule gave a lead to somebody, with the reasons of that moment. Nothing can make them up later."""

    __table_args__ = (Index(None, "lead_id", "assigned_at"),)

    lead_id: Mapped[Id] = ref(Lead, on_delete="cascade", index=False)
    rule_id: Mapped[Id | None] = ref(AssignmentRule, on_delete="set null")
    #: The rule's name then.
    rule_name: Mapped[str] = mapped_column(String(200))
    user_id: Mapped[Id | None] = ref("core_user", on_delete="set null")
    assigned_at: Mapped[UtcDateTime] = mapped_column(default=utc_now)
    #: By when whoever had it before should have answered; empty for a new lead.
    missed_at: Mapped[UtcDateTime | None]
    method: Mapped[str] = mapped_column(String(10))
    #: How many open leads they had.
    open_leads: Mapped[int] = mapped_column(default=0)
    #: Who was passed over: id to `away`, `full` or `had_it`.
    skipped: Mapped[dict[str, Any]] = mapped_column(default=dict)
