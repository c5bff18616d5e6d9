"""The rules of products: their codes are unique, and the price that comes with one is the default list's."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pelatis.api import Actor, Problem, _, change_record, save, today, write_unit

from ..models import Product
from ..queries import prices, products
from .prices import create_price, default_price_list


def create_product(actor: Actor, values: Mapping[str, Any]) -> Product:
    """Make a product; a `list_price` among the values becomes its price in the default price list.

    Raises:
        Problem: `catalog.sku_taken` when another product has its code.
    """
    columns = dict(values)
    amount = columns.pop("list_price", None)
    with write_unit():
        _check_sku(columns.get("sku"), None)
        product: Product = save(actor, Product(**columns))
        if amount is not None:
            _set_list_price(actor, product, amount)
        return product


def update_product(actor: Actor, product: Product, values: Mapping[str, Any]) -> Product:
    """Change a product; a `list_price` among the values replaces its price in the default price list from today on.

    Raises:
        Problem: `catalog.sku_taken` when another product has its new code.
    """
    columns = dict(values)
    amount = columns.pop("list_price", None)
    with write_unit():
        _check_sku(columns.get("sku"), product)
        change_record(actor, product, columns)
        if amount is not None:
            _set_list_price(actor, product, amount)
        return product


def _check_sku(sku: str | None, product: Product | None) -> None:
    if sku and products.is_sku_taken(sku, product.id if product else None):
        message = _("Another product has the code %(sku)s already.", sku=sku)
        raise Problem("catalog.sku_taken", message, fields={"sku": [message]})


def _set_list_price(actor: Actor, product: Product, amount: Decimal) -> None:
    """Write a price of one unit that holds from today on; the one that held until now ends yesterday."""
    price_list = default_price_list(actor)
    present = prices.price_of(product.id, price_list.id, Decimal(1), today())
    if present is not None and present.amount == amount:
        return
    if present is not None and present.valid_from == today():
        change_record(actor, present, {"amount": amount})
        return
    values = {"product_id": product.id, "price_list_id": price_list.id, "amount": amount}
    if present is not None:
        values["valid_from"] = today()
    create_price(actor, values)
