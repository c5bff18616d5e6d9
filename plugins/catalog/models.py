"""The tables of the catalog: products, price lists, and the prices that tie the two."""

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
        from .queries import standard_price  # queries stand on the models

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
