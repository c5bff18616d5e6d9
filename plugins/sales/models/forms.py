"""Forms on the web in which somebody asks to be answered."""

from typing import Any

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from pelatis.api import Id, Record, ref

from .base import Model


class LeadForm(Record, Model):
    """A form that anybody may fill in; each answer is a lead."""

    name: Mapped[str] = mapped_column(String(200))
    #: What stands above it.
    title: Mapped[str] = mapped_column(String(200))
    #: In which language it speaks, and so do the leads that it makes.
    language: Mapped[str] = mapped_column(String(5), default="en")
    #: The part of its address that nobody guesses.
    token: Mapped[str] = mapped_column(String(43), unique=True)
    #: What it asks: some of `schemas.ASKED`.
    asked: Mapped[list[Any]] = mapped_column(default=list)
    #: What of that must be filled in.
    needed: Mapped[list[Any]] = mapped_column(default=list)
    intro: Mapped[str | None] = mapped_column(Text)
    thanks: Mapped[str | None] = mapped_column(Text)
    #: Where it leads on to instead of saying thanks.
    redirect_url: Mapped[str | None] = mapped_column(String(500))
    #: What people agree to; kept with each lead.
    consent: Mapped[str | None] = mapped_column(Text)
    source: Mapped[str | None] = mapped_column(String(20))
    #: Who gets the leads; empty leaves it to the assignment rules.
    assign_to_id: Mapped[Id | None] = ref("core_user", on_delete="set null")
    #: The sites that may embed it, `https://www.example.com`.
    origins: Mapped[list[Any]] = mapped_column(default=list)
    is_open: Mapped[bool] = mapped_column(default=True)
