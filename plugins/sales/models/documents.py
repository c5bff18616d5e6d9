"""What the documents of a sale share: lines with a price that explains itself, and what they come to."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from pelatis.api import Amount, Currency, Id, Record, Sealable, ref


class DocumentLine(Sealable, Record):
    """So much of something at a price."""

    position: Mapped[int] = mapped_column(default=0)
    product_id: Mapped[Id | None] = ref("catalog_product", on_delete="set null")
    name: Mapped[str] = mapped_column(String(300))
    quantity: Mapped[Amount] = mapped_column(default=Decimal(1))
    #: A key of the catalog's `UNITS`.
    unit: Mapped[str | None] = mapped_column(String(20))
    #: The document's.
    currency: Mapped[Currency]
    #: Of one unit without tax, before the discount.
    unit_price: Mapped[Amount]
    #: Whether the seller wrote the price; price lists leave it alone then.
    by_hand: Mapped[bool] = mapped_column(default=False)
    #: The options that were chosen: {id, code, group, name, amount}, as they were when it was priced; amounts as texts.
    configuration: Mapped[list[Any]] = mapped_column(default=list)
    #: What a bundle is made of: {product_id, sku, name, unit, quantity, weight, tax: {id, name, note, rate} or null} as
    #: it was when it was priced; numbers as texts. Quantities are of one unit; its price and tax are shared by weight.
    parts: Mapped[list[Any]] = mapped_column(default=list)
    #: How the price came about: {kind, values, amount}, amounts as texts.
    steps: Mapped[list[Any]] = mapped_column(default=list)
    #: Percent.
    discount: Mapped[Amount] = mapped_column(default=Decimal(0))
    #: What one unit costs the company, in the document's currency.
    cost: Mapped[Amount | None]
    #: The tax that it bears, as the rule said when it was priced.
    tax_rule_id: Mapped[Id | None]
    tax_name: Mapped[str | None] = mapped_column(String(100))
    tax_note: Mapped[str | None] = mapped_column(String(300))
    tax_rate: Mapped[Amount | None]
    #: Quantity times price less the discount, rounded to the currency's smallest unit.
    net: Mapped[Amount] = mapped_column(default=Decimal(0))

    @property
    def is_agreed(self) -> bool:
        """Whether its price was agreed on in an earlier document, and price lists leave it alone."""
        return False

    @property
    def counts(self) -> bool:
        """Whether it is among what its document comes to."""
        return True

    @property
    def taxes(self) -> list[Mapping[str, Any]]:
        """The taxes that it bears: {id, name, note, rate}, rates as texts; those of its parts where it is a bundle."""
        if self.parts:
            return list({part["tax"]["id"]: part["tax"] for part in self.parts if part["tax"]}.values())
        if self.tax_rule_id is None or self.tax_rate is None:
            return []
        own = {"id": str(self.tax_rule_id), "name": self.tax_name, "note": self.tax_note, "rate": str(self.tax_rate)}
        return [own]

    @property
    def option_names(self) -> list[str]:
        """What its options are called, in the order in which they are offered."""
        return [option["name"] for option in self.configuration or ()]

    @property
    def options(self) -> list[str]:
        """Its options in words that can be written again where commas stand between them."""
        return [_word(option) for option in self.configuration or ()]


def _word(option: Mapping[str, Any]) -> str:
    """Name an option, by its code or id where its name has commas."""
    name = str(option["name"])
    return str(option["code"] or option["id"]) if "," in name or ";" in name else name


class Totalled(Sealable, Record):
    """What lines come to, in whole units of their currency."""

    currency: Mapped[Currency]
    net: Mapped[Amount] = mapped_column(default=Decimal(0))
    tax: Mapped[Amount] = mapped_column(default=Decimal(0))
    gross: Mapped[Amount] = mapped_column(default=Decimal(0))
    #: What the goods cost the company; empty while one line's cost isn't known.
    cost: Mapped[Amount | None]
    #: Tax lines: {name, note, rate, base, tax}, amounts as texts. Their sum is `tax`.
    taxes: Mapped[list[Any]] = mapped_column(default=list)
