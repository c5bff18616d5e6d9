"""The rules of products: their codes are unique, and the price that comes with one is the default list's."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from pelatis.api import Actor, Problem, _, change_record, db, save, today, write_unit

from ..models import Product
from ..queries import prices, products
from ..queries.variants import variants_of
from .prices import create_price, default_price_list


def create_product(actor: Actor, values: Mapping[str, Any]) -> Product:
    """Make a product; a `list_price` among the values becomes its price in the default price list.

    Raises:
        Problem: `catalog.sku_taken` when another product has its code; `catalog.bad_variant` of a variant.
    """
    columns = dict(values)
    amount = columns.pop("list_price", None)
    with write_unit():
        _check_template(columns.get("template_id"), None)
        _check_sku(columns.get("sku"), None)
        product: Product = save(actor, Product(**columns))
        if amount is not None:
            _set_list_price(actor, product, amount)
        return product


def update_product(actor: Actor, product: Product, values: Mapping[str, Any]) -> Product:
    """Change a product; a `list_price` among the values replaces its price in the default price list from today on.

    Raises:
        Problem: `catalog.sku_taken` when another product has its new code; `catalog.bad_variant` of a variant.
    """
    columns = dict(values)
    amount = columns.pop("list_price", None)
    with write_unit():
        _check_template(columns.get("template_id"), product)
        _check_sku(columns.get("sku"), product)
        change_record(actor, product, columns)
        if amount is not None:
            _set_list_price(actor, product, amount)
        return product


def _check_template(template_id: UUID | None, product: Product | None) -> None:
    """Refuse a variant of a variant, and one of itself."""
    if template_id is None:
        return
    template = db.session.get_one(Product, template_id)
    if template.template_id is not None or (product is not None and (template is product or variants_of(product.id))):
        message = _("A variant is of a product that is no variant itself.")
        raise Problem("catalog.bad_variant", message, fields={"template": [message]})


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
