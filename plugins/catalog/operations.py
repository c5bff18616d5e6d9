"""The rules of the catalog: codes are unique, one list is the default, a price is in its list's currency, tax rules."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from pelatis.api import Actor, Problem, _, base_currency, change_record, db, save, today, write_unit

from . import queries
from .models import Price, PriceList, Product, TaxRule
from .taxes import plain_postcode


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
    if sku and queries.is_sku_taken(sku, product.id if product else None):
        message = _("Another product has the code %(sku)s already.", sku=sku)
        raise Problem("catalog.sku_taken", message, fields={"sku": [message]})


def _set_list_price(actor: Actor, product: Product, amount: Decimal) -> None:
    """Write a price of one unit that holds from today on; the one that held until now ends yesterday."""
    price_list = default_price_list(actor)
    present = queries.price_of(product.id, price_list.id, Decimal(1), today())
    if present is not None and present.amount == amount:
        return
    if present is not None and present.valid_from == today():
        change_record(actor, present, {"amount": amount})
        return
    values = {"product_id": product.id, "price_list_id": price_list.id, "amount": amount}
    if present is not None:
        values["valid_from"] = today()
    create_price(actor, values)


def default_price_list(actor: Actor) -> PriceList:
    """Give the default price list, made at its first use in the company's own currency."""
    found = queries.default_price_list()
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
        _check_period(price_list.valid_from, price_list.valid_until)
        if price_list.is_default:
            _end_default()
        saved: PriceList = save(actor, price_list)
        return saved


def update_price_list(actor: Actor, price_list: PriceList, values: Mapping[str, Any]) -> PriceList:
    """Change a price list.

    Raises:
        Problem: `catalog.currency_in_use` when it has prices and its currency would change;
            `catalog.ends_before_it_begins`.
    """
    with write_unit():
        _check_period(
            values.get("valid_from", price_list.valid_from), values.get("valid_until", price_list.valid_until)
        )
        if values.get("currency", price_list.currency) != price_list.currency and _has_prices(price_list):
            message = _("The list has prices in %(currency)s. Make another list for another currency.",
                        currency=price_list.currency)  # fmt: skip
            raise Problem("catalog.currency_in_use", message, fields={"currency": [message]})
        if values.get("is_default") and not price_list.is_default:
            _end_default()
        changed: PriceList = change_record(actor, price_list, values)
        return changed


def _has_prices(price_list: PriceList) -> bool:
    statement = select(1).where(Price.price_list_id == price_list.id).limit(1)
    return db.session.execute(statement).first() is not None


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
        _check_period(price.valid_from, price.valid_until)
        saved: Price = save(actor, price)
        return saved


def update_price(actor: Actor, price: Price, values: Mapping[str, Any]) -> Price:
    """Change a price; in another list it gets that list's currency.

    Raises:
        Problem: `catalog.ends_before_it_begins`.
    """
    with write_unit() as session:
        _check_period(values.get("valid_from", price.valid_from), values.get("valid_until", price.valid_until))
        columns = {name: value for name, value in values.items() if name != "price_list_id" or value}
        if "price_list_id" in columns:
            columns["currency"] = session.get_one(PriceList, columns["price_list_id"]).currency
        changed: Price = change_record(actor, price, columns)
        return changed


def create_tax_rule(actor: Actor, values: Mapping[str, Any]) -> TaxRule:
    """Make a tax rule.

    Raises:
        Problem: `catalog.ends_before_it_begins`; `catalog.bad_postcodes` for what no postcode begins with.
    """
    with write_unit():
        rule = TaxRule(**_checked_rule(values))
        _check_period(rule.valid_from, rule.valid_until)
        saved: TaxRule = save(actor, rule)
        return saved


def update_tax_rule(actor: Actor, rule: TaxRule, values: Mapping[str, Any]) -> TaxRule:
    """Change a tax rule; documents keep the tax that they were made with.

    Raises:
        Problem: `catalog.ends_before_it_begins`; `catalog.bad_postcodes` for what no postcode begins with.
    """
    with write_unit():
        _check_period(values.get("valid_from", rule.valid_from), values.get("valid_until", rule.valid_until))
        changed: TaxRule = change_record(actor, rule, _checked_rule(values))
        return changed


def _checked_rule(values: Mapping[str, Any]) -> dict[str, Any]:
    columns = dict(values)
    if "postcodes" in columns:
        beginnings = [plain_postcode(each) for each in (columns["postcodes"] or "").replace(",", " ").split()]
        if not all(each.isalnum() for each in beginnings):
            message = _("Write how the postcodes begin, with blanks between them: 811 812.")
            raise Problem("catalog.bad_postcodes", message, fields={"postcodes": [message]})
        columns["postcodes"] = " ".join(beginnings)
    return columns


def _check_period(valid_from: date | None, valid_until: date | None) -> None:
    if valid_from is not None and valid_until is not None and valid_until < valid_from:
        message = _("It ends before it begins.")
        raise Problem("catalog.ends_before_it_begins", message, fields={"valid_until": [message]})
