"""The tables of price lists, of the prices that stand in them, and of the rules that reckon prices."""

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from pelatis.api import Amount, Currency, Id, Record, ref

from .base import Model
from .products import Product


class PriceList(Record, Model):
    """Prices in one currency, for some customers or for all, for some time or for good.

    A list holds for the customers that are named in its assignments, and for those whom all of its conditions fit; one
    without either holds for nobody by itself, but other lists may start from it.
    """

    name: Mapped[str] = mapped_column(String(100))
    currency: Mapped[Currency]
    #: The first and the last day on which it holds; empty for no limit.
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    #: Whether it holds where nobody chose another one; one list at most.
    is_default: Mapped[bool] = mapped_column(default=False)
    #: Condition: customers with one of these roles.
    roles: Mapped[list[Any]] = mapped_column(default=list)
    #: Condition: customers with one of these tags.
    tags: Mapped[list[Any]] = mapped_column(default=list)
    #: Condition: customers of this country, ISO 3166-1 alpha-2.
    country: Mapped[str | None] = mapped_column(String(2))
    #: Of several lists that hold, the one with the largest goes first.
    priority: Mapped[int] = mapped_column(default=0)
    #: How many units of the list's currency one unit of the company's is, for rules that start from costs or from a
    #: list in another currency.
    rate: Mapped[Amount | None]


class ListAssignment(Record, Model):
    """A price list that was agreed with one customer."""

    price_list_id: Mapped[Id] = ref(PriceList, on_delete="cascade")
    customer_id: Mapped[Id] = ref("core_customer", on_delete="cascade")
    #: Why: "contract of 2026"; explanations of prices say it.
    reason: Mapped[str | None] = mapped_column(String(200))


class Price(Record, Model):
    """What one unit of a product costs in a price list, from a quantity on and for some time."""

    __table_args__ = (Index(None, "product_id", "price_list_id", "min_quantity"),)

    product_id: Mapped[Id] = ref(Product, on_delete="cascade", index=False)
    price_list_id: Mapped[Id] = ref(PriceList, on_delete="cascade")
    amount: Mapped[Amount]
    #: The price list's currency; it doesn't change once the list has prices.
    currency: Mapped[Currency]
    #: The smallest quantity that gets this price.
    min_quantity: Mapped[Amount] = mapped_column(default=Decimal(1))
    #: The first and the last day on which it holds; empty for no limit.
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]


class PriceRule(Record, Model):
    """How a price list's price of some products is reckoned: from something, more or less, rounded.

    What it starts from (`base`): `own`, the price that the list itself gives; `list`, the price in another list;
    `cost`, what the product costs the company; `fixed`, nothing. To that it adds `percent` of it and `amount`.
    """

    __table_args__ = (Index(None, "price_list_id", "deleted_at"),)

    #: What explanations of prices call it.
    name: Mapped[str] = mapped_column(String(100))
    price_list_id: Mapped[Id] = ref(PriceList, on_delete="cascade", index=False)
    #: The one product that it is for; with neither product nor series it is for everything.
    product_id: Mapped[Id | None] = ref(Product, on_delete="cascade", nullable=True)
    series: Mapped[str | None] = mapped_column(String(100))
    #: The price list's currency.
    currency: Mapped[Currency]
    #: The smallest quantity that it is for.
    min_quantity: Mapped[Amount] = mapped_column(default=Decimal(1))
    base: Mapped[str] = mapped_column(String(10), default="own")
    base_list_id: Mapped[Id | None] = ref(PriceList, on_delete="cascade", nullable=True)
    percent: Mapped[Amount] = mapped_column(default=Decimal(0))
    amount: Mapped[Amount] = mapped_column(default=Decimal(0))
    #: The result is rounded to a multiple of this, and `ending` is added: 1 and -0.01 make 4.99 of 5.20.
    rounding_step: Mapped[Amount | None]
    ending: Mapped[Amount] = mapped_column(default=Decimal(0))
    #: Percent of the price that must be left above the cost; the price is raised to it.
    min_margin: Mapped[Amount | None]
    #: The first and the last day on which it holds; empty for no limit.
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
