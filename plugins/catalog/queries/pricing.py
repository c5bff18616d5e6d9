"""What lines of a document cost, and why: all of them in a handful of statements."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from pelatis.api import Customer, base_currency, db, today

from ..amounts import rounded
from ..models import Price, PriceList, Product
from ..pricing import PricedLine, PriceRequest, PriceStep
from ..taxes import Rounding, Taxable, TaxLine, tax_document
from .prices import default_price_list, holds
from .products import costs_on, products_by_id
from .taxes import sale_to, tax_rules_of


def price_lines(
    customer: Customer | None, requests: Sequence[PriceRequest], currency: str, day: date
) -> list[PricedLine]:
    """Tell what lines cost a customer on a day, and why; the number of statements doesn't grow with the lines.

    Args:
        customer: who buys, who decides on the tax; None for nobody yet.
        requests: the lines.
        currency: the document's, ISO 4217; only price lists in it are asked.
        day: the day of the sale.

    Returns:
        One answer for each request, in their order; one without a price has a step that says so.

    Raises:
        Problem: 404 for a product that isn't there.
    """
    products = products_by_id({request.product_id for request in requests})
    price_list = _list_in(currency, day)
    prices = _prices_by_product(price_list, products, day) if price_list else {}
    costs = costs_on(products, day)
    sale = sale_to(customer, day) if customer else None
    sold = list(products.values())
    rules = dict(zip(products, tax_rules_of(sold, sale), strict=True))
    lines = []
    for request in requests:
        product, quantity = products[request.product_id], request.quantity
        price = _chosen(prices.get(product.id, ()), quantity)
        amount = price.amount if price else None
        lines.append(
            PricedLine(
                product=product,
                quantity=quantity,
                currency=currency,
                price_list=price_list if price else None,
                list_price=amount,
                unit_price=amount,
                cost=costs.get(product.id),
                tax_rule=rules[product.id],
                steps=(_list_step(price_list, price, currency),),
            )
        )
    return lines


def _list_in(currency: str, day: date) -> PriceList | None:
    found = default_price_list()
    if found is None or found.currency != currency:
        return None
    begun = (found.valid_from or date.min) <= day <= (found.valid_until or date.max)
    return found if begun else None


def _prices_by_product(price_list: PriceList, products: Collection[UUID], day: date) -> Mapping[UUID, list[Price]]:
    """Read the prices that hold on a day, those from large quantities first, then those that began last."""
    statement = (
        select(Price)
        .where(
            Price.product_id.in_(products),
            Price.price_list_id == price_list.id,
            Price.deleted_at.is_(None),
            holds(Price, day),
        )
        .order_by(Price.min_quantity.desc(), Price.valid_from.desc().nulls_last(), Price.id.desc())
    )
    found: dict[UUID, list[Price]] = {}
    for price in db.session.scalars(statement):
        found.setdefault(price.product_id, []).append(price)
    return found


def _chosen(prices: Sequence[Price], quantity: Decimal) -> Price | None:
    """Choose the price whose quantity is reached; less than one unit is priced like one."""
    reached = max(abs(quantity), Decimal(1))
    return next((price for price in prices if price.min_quantity <= reached), None)


def _list_step(price_list: PriceList | None, price: Price | None, currency: str) -> PriceStep:
    if price_list is None or price is None:
        return PriceStep("unpriced", {"currency": currency}, None, currency)
    values = {"price_list": price_list.name}
    if price.min_quantity > 1:
        values["min_quantity"] = str(price.min_quantity)
    if price.valid_from is not None:
        values["since"] = price.valid_from.isoformat()
    return PriceStep("list", values, price.amount, currency)


@dataclass(frozen=True)
class PriceExplained:
    """What a customer pays for a quantity of one product.

    Attributes:
        line: the price of one unit and its steps.
        net: without tax, rounded to the currency's smallest unit.
        tax: the tax that the sale bears; None where no rule says.
        gross: with tax.
    """

    line: PricedLine
    net: Decimal
    tax: TaxLine | None
    gross: Decimal


def explain_price(
    product: Product,
    customer: Customer | None,
    quantity: Decimal = Decimal(1),
    day: date | None = None,
    currency: str | None = None,
) -> PriceExplained | None:
    """Explain what a customer pays for a product; None where no price list has a price for it.

    Args:
        product: what is sold.
        customer: who buys, which decides on the tax; None leaves it out.
        quantity: how many units.
        day: the day of the sale; today by default.
        currency: ISO 4217; the default price list's by default.
    """
    price_list = default_price_list()
    currency = currency or (price_list.currency if price_list else base_currency())
    line = price_lines(customer, [PriceRequest(product.id, quantity)], currency, day or today())[0]
    if line.unit_price is None:
        return None
    net = rounded(line.unit_price * quantity, currency)
    taxation = tax_document([Taxable(net, line.tax_rule)], currency, Rounding.line)
    tax = taxation.lines[0] if taxation.lines else None
    return PriceExplained(line, net, tax, net + taxation.total)
