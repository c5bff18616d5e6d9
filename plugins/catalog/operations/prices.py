"""The rules of price lists and prices: one list is the default, a price is in its list's currency."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from pelatis.api import Actor, Problem, _, base_currency, change_record, db, require, save, utc_now, write_unit

from ..models import Price, PriceList, PriceRule, Product
from ..queries import prices
from .periods import check_period


def default_price_list(actor: Actor) -> PriceList:
    """Give the default price list, made at its first use in the company's own currency."""
    found = prices.default_price_list()
    if found is not None:
        return found
    return create_price_list(actor, {"name": _("Standard prices"), "currency": base_currency(), "is_default": True})


def create_price_list(actor: Actor, values: Mapping[str, Any]) -> PriceList:
    """Make a price list; as the new default it takes that from the list that was it.

    Raises:
        Problem: `catalog.ends_before_it_begins`.
    """
    with write_unit():
        price_list = PriceList(**values)
        check_period(price_list.valid_from, price_list.valid_until)
        if price_list.is_default:
            _end_default()
        saved: PriceList = save(actor, price_list)
        return saved


def update_price_list(actor: Actor, price_list: PriceList, values: Mapping[str, Any]) -> PriceList:
    """Change a price list.

    Raises:
        Problem: `catalog.currency_in_use` when it has prices or rules and its currency would change;
            `catalog.ends_before_it_begins`.
    """
    with write_unit():
        check_period(values.get("valid_from", price_list.valid_from), values.get("valid_until", price_list.valid_until))
        if values.get("currency", price_list.currency) != price_list.currency and _has_prices(price_list):
            message = _("The list has prices in %(currency)s. Make another list for another currency.",
                        currency=price_list.currency)  # fmt: skip
            raise Problem("catalog.currency_in_use", message, fields={"currency": [message]})
        if values.get("is_default") and not price_list.is_default:
            _end_default()
        changed: PriceList = change_record(actor, price_list, values)
        return changed


def _has_prices(price_list: PriceList) -> bool:
    statements = (select(1).where(model.price_list_id == price_list.id).limit(1) for model in (Price, PriceRule))
    return any(db.session.execute(statement).first() is not None for statement in statements)


def _end_default() -> None:
    for price_list in db.session.scalars(select(PriceList).where(PriceList.is_default)):
        price_list.is_default = False


def create_price(actor: Actor, values: Mapping[str, Any]) -> Price:
    """Make a price, in the default price list unless one is named, and in that list's currency.

    Raises:
        Problem: `catalog.ends_before_it_begins`.
    """
    with write_unit() as session:
        columns = dict(values)
        list_id = columns.get("price_list_id")
        price_list = session.get_one(PriceList, list_id) if list_id else default_price_list(actor)
        price = Price(**columns | {"price_list_id": price_list.id, "currency": price_list.currency})
        check_period(price.valid_from, price.valid_until)
        saved: Price = save(actor, price)
        return saved


def update_price(actor: Actor, price: Price, values: Mapping[str, Any]) -> Price:
    """Change a price; in another list it gets that list's currency.

    Raises:
        Problem: `catalog.ends_before_it_begins`.
    """
    with write_unit() as session:
        check_period(values.get("valid_from", price.valid_from), values.get("valid_until", price.valid_until))
        columns = {name: value for name, value in values.items() if name != "price_list_id" or value}
        if "price_list_id" in columns:
            columns["currency"] = session.get_one(PriceList, columns["price_list_id"]).currency
        changed: Price = change_record(actor, price, columns)
        return changed


def set_quantity_prices(
    actor: Actor, product: Product, price_list: PriceList, wanted: Mapping[Decimal, Decimal]
) -> None:
    """Let a product have exactly these prices in a list for good; those with days of their own stay as they are.

    Args:
        actor: whoever says so.
        product: what is sold.
        price_list: where the prices stand.
        wanted: the smallest quantity of each to what one unit costs then; none for no price.

    Raises:
        Problem: 403 or 404 without the right to make, change or bin prices.
    """
    with write_unit() as session:
        session.refresh(price_list, with_for_update=True)  # whoever else changes them waits
        present = prices.undated_prices(product.id, price_list.id)
        held = {price.min_quantity: price for price in present}
        for price in present:
            if price.min_quantity not in wanted or held[price.min_quantity] is not price:
                require(actor, Price, "delete", price)
                price.deleted_at = utc_now()
        for quantity, amount in wanted.items():
            if quantity in held:
                require(actor, Price, "edit", held[quantity])
                change_record(actor, held[quantity], {"amount": amount})
            else:
                values = {"product_id": product.id, "price_list_id": price_list.id, "min_quantity": quantity}
                create_price(actor, {**values, "amount": amount})
        session.flush()
