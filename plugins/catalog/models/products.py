"""The tables of products and what they cost the company."""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from pelatis.api import Amount, Currency, Id, Record, base_currency, ref

from .base import Model

if TYPE_CHECKING:
    from .prices import Price


class Product(Record, Model):
    """Something that is sold, by the piece or by another unit."""

    #: The stock-keeping unit: the code that stock, orders and invoices know it by.
    sku: Mapped[str | None] = mapped_column(String(60), index=True)
    name: Mapped[str] = mapped_column(String(200), index=True)
    #: The series or category that it belongs to.
    series: Mapped[str | None] = mapped_column(String(100), index=True)
    #: What a quantity of one means: piece, kg, hour, …
    unit: Mapped[str] = mapped_column(String(20), default="piece")
    #: Which of a country's tax rates it bears; `TAX_CLASSES` has them all.
    tax_class: Mapped[str] = mapped_column(String(20), default="standard")
    #: Whether it is still offered; old records keep pointing at one that isn't.
    active: Mapped[bool] = mapped_column(default=True)
    description: Mapped[str | None] = mapped_column(Text)
    #: The product that it is a variant of, and in what it differs: words like "Size: M".
    template_id: Mapped[Id | None] = ref("catalog_product", on_delete="set null")
    features: Mapped[list[Any]] = mapped_column(default=list)
    #: What a variant without a price of its own costs more than its template, in the company's own currency.
    surcharge: Mapped[Amount | None]
    #: Of a bundle, a product made of parts: `own` for a price of its own, `parts` for the sum of its parts.
    bundle_price: Mapped[str | None] = mapped_column(String(10))
    #: Percent that a bundle costs less than its parts together.
    bundle_discount: Mapped[Amount | None]

    @property
    def list_price(self) -> Decimal | None:
        """Today's price of one unit in the default price list, read from the database."""
        price = self._standard_price()
        return price.amount if price else None

    @property
    def currency(self) -> str:
        """The currency of `list_price`: the default price list's, or the company's own."""
        price = self._standard_price()
        return price.currency if price else base_currency()

    def _standard_price(self) -> "Price | None":
        from ..queries.prices import standard_price  # queries stand on the models

        return standard_price(self.id)


class ProductAttribute(Record, Model):
    """In what the variants of a product differ: its size, its colour."""

    __table_args__ = (Index(None, "product_id", "position"),)

    product_id: Mapped[Id] = ref(Product, on_delete="cascade", index=False)
    name: Mapped[str] = mapped_column(String(50))
    #: The values that it can have, in their order.
    choices: Mapped[list[Any]] = mapped_column(default=list)
    #: Its place among the attributes; smaller comes first.
    position: Mapped[int] = mapped_column(default=0)


class BundlePart(Record, Model):
    """So much of a product in one unit of a bundle."""

    __table_args__ = (Index(None, "bundle_id", "position"), CheckConstraint("quantity > 0", name="quantity"))

    bundle_id: Mapped[Id] = ref(Product, on_delete="cascade", index=False)
    part_id: Mapped[Id] = ref(Product, on_delete="restrict")
    quantity: Mapped[Amount] = mapped_column(default=Decimal(1))
    #: Its place among the parts; smaller comes first.
    position: Mapped[int] = mapped_column(default=0)


class Cost(Record, Model):
    """What one unit of a product, or one of its options, costs the company itself, until the next cost holds.

    It is a record of its own, so that the right to see it is given apart from the right to see products.
    """

    __table_args__ = (Index(None, "product_id", "valid_from"),)

    product_id: Mapped[Id] = ref(Product, on_delete="cascade", index=False)
    #: The option of the product whose cost it is, beside the product's own; empty for the product itself.
    option_id: Mapped[Id | None] = ref("catalog_option", on_delete="cascade", nullable=True)
    amount: Mapped[Amount]
    #: The company's own on the day that it was written.
    currency: Mapped[Currency]
    #: The first day on which it holds; empty for ever since.
    valid_from: Mapped[date | None]
