"""Pipelines, their stages, and exchange rates."""

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from pelatis.api import Amount, Currency, Id, Record, ref

from .base import Model


class Pipeline(Record, Model):
    """A way of selling, as a row of stages."""

    name: Mapped[str] = mapped_column(String(100))
    #: Its place among the pipelines; the first is where new opportunities begin.
    position: Mapped[int] = mapped_column(default=0)


class Stage(Record, Model):
    """One step of a pipeline."""

    __table_args__ = (
        CheckConstraint("probability BETWEEN 0 AND 100", name="probability"),
        CheckConstraint("rot_days IS NULL OR rot_days > 0", name="rot_days"),
    )

    pipeline_id: Mapped[Id] = ref(Pipeline, on_delete="cascade")
    name: Mapped[str] = mapped_column(String(100))
    #: Its place in the pipeline.
    position: Mapped[int] = mapped_column(default=0)
    #: How likely a deal in it is won, in percent, unless its seller says otherwise.
    probability: Mapped[int] = mapped_column(default=0)
    #: `open`, `won` or `lost`.
    kind: Mapped[str] = mapped_column(String(4), default="open")
    #: How certain the forecast takes a deal in it to be, unless its seller says otherwise; a key of
    #: `schemas.FORECAST_CATEGORIES`.
    forecast_category: Mapped[str] = mapped_column(String(10), default="pipeline")
    #: Fields of an opportunity that must be filled before it enters.
    required: Mapped[list[Any]] = mapped_column(default=list)
    #: After how many days in it a deal counts as standing still; empty for never.
    rot_days: Mapped[int | None]


class ExchangeRate(Record, Model):
    """How much of a currency one unit of the company's own buys, from a day on, as central banks publish it."""

    __table_args__ = (Index(None, "currency", "valid_from"), CheckConstraint("rate > 0", name="rate"))

    currency: Mapped[Currency]
    rate: Mapped[Amount]
    valid_from: Mapped[date]
