"""The tables of the catalog: products, price lists, the prices that tie the two, and which tax a sale bears."""

from datetime import date
from decimal import Decimal

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from pelatis.api import Amount, Currency, Id, Record, base_currency, model_base, ref

Model = model_base("catalog")


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
        from .queries.prices import standard_price  # queries stand on the models

        return standard_price(self.id)


class PriceList(Record, Model):
    """Prices in one currency for one group of buyers, for some time or for good."""

    name: Mapped[str] = mapped_column(String(100))
    currency: Mapped[Currency]
    #: The first and the last day on which it holds; empty for no limit.
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    #: Whether it holds where nobody chose another one; one list at most.
    is_default: Mapped[bool] = mapped_column(default=False)


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


class Cost(Record, Model):
    """What one unit of a product costs the company itself, from a day on until the next cost holds.

    It is a record of its own, so that the right to see it is given apart from the right to see products.
    """

    __table_args__ = (Index(None, "product_id", "valid_from"),)

    product_id: Mapped[Id] = ref(Product, on_delete="cascade", index=False)
    amount: Mapped[Amount]
    #: The company's own on the day that it was written.
    currency: Mapped[Currency]
    #: The first day on which it holds; empty for ever since.
    valid_from: Mapped[date | None]


class TaxRule(Record, Model):
    """Which tax a sale bears: by the place where it is delivered, the buyer, the product's class and the day."""

    __table_args__ = (Index(None, "country", "tax_class", "deleted_at"),)

    #: What documents print: "ΦΠΑ 24 %".
    name: Mapped[str] = mapped_column(String(100))
    #: Percent.
    rate: Mapped[Amount]
    #: ISO 3166-1 alpha-2: where it holds.
    country: Mapped[str] = mapped_column(String(2))
    #: Beginnings of the postcodes for which alone it holds, such as islands with a rate of their own, with blanks
    #: between them; empty for all.
    postcodes: Mapped[str] = mapped_column(String(400), default="")
    #: The class of products; empty for all.
    tax_class: Mapped[str | None] = mapped_column(String(20))
    #: `business`, `private`, or empty for all.
    buyer: Mapped[str | None] = mapped_column(String(20))
    #: What the law wants documents to say beside: "Reverse charge".
    note: Mapped[str | None] = mapped_column(String(300))
    #: The first and the last day on which it holds; empty for no limit.
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
