"""The tables of options: what a product may be ordered with, in groups, and which options need or rule out others."""

from decimal import Decimal

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from pelatis.api import Amount, Currency, Id, Record, ref

from .base import Model
from .products import Product


class OptionGroup(Record, Model):
    """Options of a product of which some number may be chosen: its colour, its motor, its accessories."""

    product_id: Mapped[Id] = ref(Product, on_delete="cascade")
    name: Mapped[str] = mapped_column(String(100))
    #: Its place among the product's groups; smaller comes first.
    position: Mapped[int] = mapped_column(default=0)
    #: How many options must and may be chosen; no most for any number.
    min_choices: Mapped[int] = mapped_column(default=0)
    max_choices: Mapped[int | None] = mapped_column(default=1)


class Option(Record, Model):
    """One thing that may be chosen, and what it adds to the price of a unit: percent of it, and an amount."""

    group_id: Mapped[Id] = ref(OptionGroup, on_delete="cascade")
    name: Mapped[str] = mapped_column(String(100))
    #: What workshops and files know it by.
    code: Mapped[str | None] = mapped_column(String(60))
    #: Its place in the group; smaller comes first.
    position: Mapped[int] = mapped_column(default=0)
    #: Of the price without options; below zero for less.
    percent: Mapped[Amount] = mapped_column(default=Decimal(0))
    amount: Mapped[Amount] = mapped_column(default=Decimal(0))
    #: The company's own on the day that the amount was written.
    currency: Mapped[Currency]
    #: Whether it is still offered.
    active: Mapped[bool] = mapped_column(default=True)


class OptionRule(Record, Model):
    """That an option needs another one, or can't be together with it."""

    option_id: Mapped[Id] = ref(Option, on_delete="cascade")
    #: `requires` or `excludes`; the latter holds in both directions.
    kind: Mapped[str] = mapped_column(String(10))
    other_id: Mapped[Id] = ref(Option, on_delete="cascade")
    #: Why, for people: "the motor is too heavy for it".
    reason: Mapped[str | None] = mapped_column(String(200))
