"""Reading prices and taxes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select

from pelatis.api import Actor, Customer, db, format_amount, today, visible

from .amounts import rounded
from .models import Price, PriceList, Product, TaxRule
from .taxes import Rounding, Sale, Taxable, TaxLine, choose_rule, tax_document


def default_price_list() -> PriceList | None:
    """Find the price list that holds where nobody chose another one."""
    statement = select(PriceList).where(PriceList.deleted_at.is_(None), PriceList.is_default)
    return db.session.scalars(statement.order_by(PriceList.created_at).limit(1)).first()


def price_of(product: UUID, price_list: UUID, quantity: Decimal, day: date) -> Price | None:
    """Find what one unit of a product costs.

    Of all prices that hold on the day and whose smallest quantity is reached, the one with the largest such quantity
    wins, and of several of these the one that began last.

    Args:
        product: a product's id.
        price_list: a price list's id.
        quantity: how many units are bought at once.
        day: the day of the sale.

    Returns:
        The price; None when the list has none for this product, quantity and day, or doesn't hold on the day itself.
    """
    statement = _prices(price_list, quantity, day).where(Price.product_id == product)
    return db.session.scalars(statement.limit(1)).first()


def standard_price(product: UUID) -> Price | None:
    """Find today's price of one unit in the default price list."""
    price_list = default_price_list()
    return price_of(product, price_list.id, Decimal(1), today()) if price_list else None


def _prices(price_list: UUID, quantity: Decimal, day: date) -> Select[Price]:
    return (
        select(Price)
        .join(PriceList, PriceList.id == Price.price_list_id)
        .where(
            Price.price_list_id == price_list,
            Price.deleted_at.is_(None),
            PriceList.deleted_at.is_(None),
            Price.min_quantity <= quantity,
            _holds(Price, day),
            _holds(PriceList, day),
        )
        .order_by(Price.min_quantity.desc(), Price.valid_from.desc().nulls_last(), Price.id.desc())
    )


def _holds(model: type[Price] | type[PriceList] | type[TaxRule], day: date) -> ColumnElement[bool]:
    return and_(
        or_(model.valid_from.is_(None), model.valid_from <= day),
        or_(model.valid_until.is_(None), model.valid_until >= day),
    )


def list_prices(actor: Actor, products: Sequence[UUID]) -> Mapping[UUID, str]:
    """Write today's price of one unit in the default price list, for a batch of products, in two statements."""
    price_list = default_price_list()
    if price_list is None:
        return {}
    statement = _prices(price_list.id, Decimal(1), today()).where(Price.product_id.in_(products), visible(actor, Price))
    found: dict[UUID, str] = {}
    for price in db.session.scalars(statement):
        found.setdefault(price.product_id, format_amount(price.amount, price.currency))
    return found


def prices_of(actor: Actor, product: UUID, day: date) -> list[tuple[PriceList, Price]]:
    """List what a product costs on a day in each price list, the default one first, small quantities before large.

    Of several prices of one list from the same quantity on, the one that began last is given, as sales use it.
    """
    statement = (
        select(PriceList, Price)
        .join(Price, Price.price_list_id == PriceList.id)
        .where(
            Price.product_id == product,
            Price.deleted_at.is_(None),
            PriceList.deleted_at.is_(None),
            _holds(Price, day),
            _holds(PriceList, day),
            visible(actor, Price),
            visible(actor, PriceList),
        )
        .order_by(PriceList.is_default.desc(), PriceList.name, PriceList.id, Price.min_quantity)
        .order_by(Price.valid_from.desc().nulls_last(), Price.id.desc())
    )
    found: dict[tuple[UUID, Decimal], tuple[PriceList, Price]] = {}
    for price_list, price in db.session.execute(statement):
        found.setdefault((price_list.id, price.min_quantity), (price_list, price))
    return list(found.values())


def taxes_of(actor: Actor, product: Product, day: date) -> list[TaxRule]:
    """List the tax rules that a product may come under on a day, by country."""
    statement = select(TaxRule).where(
        TaxRule.deleted_at.is_(None),
        or_(TaxRule.tax_class.is_(None), TaxRule.tax_class == product.tax_class),
        _holds(TaxRule, day),
        visible(actor, TaxRule),
    )
    return list(db.session.scalars(statement.order_by(TaxRule.country, TaxRule.rate.desc(), TaxRule.id)))


def tax_rule_of(product: Product, customer: Customer, day: date) -> TaxRule | None:
    """Find the tax that a sale of a product to a customer at their own address bears; None where no rule says.

    Args:
        product: what is sold.
        customer: who buys; one with a tax number is a business.
        day: the day of the supply.
    """
    if not customer.country:
        return None
    sale = Sale(customer.country, customer.postcode or "", bool(customer.tax_number), day)
    statement = select(TaxRule).where(TaxRule.country == sale.country, TaxRule.deleted_at.is_(None))
    return choose_rule(db.session.scalars(statement), sale, product.tax_class)


@dataclass(frozen=True)
class PriceExplained:
    """How a price comes about, step by step.

    Attributes:
        price_list: the list that it stands in.
        price: what one unit costs, and from which quantity on.
        quantity: how many units.
        net: without tax, rounded to the currency's smallest unit.
        tax: the tax that the sale bears; None where no rule says.
        gross: with tax.
    """

    price_list: PriceList
    price: Price
    quantity: Decimal
    net: Decimal
    tax: TaxLine | None
    gross: Decimal


def explain_price(
    product: Product, customer: Customer | None, quantity: Decimal = Decimal(1), day: date | None = None
) -> PriceExplained | None:
    """Explain what a customer pays for a product by the default price list; None where that has no price for it.

    Args:
        product: what is sold.
        customer: who buys, which decides on the tax; None leaves it out.
        quantity: how many units.
        day: the day of the sale; today by default.
    """
    price_list, day = default_price_list(), day or today()
    price = price_of(product.id, price_list.id, quantity, day) if price_list else None
    if price_list is None or price is None:
        return None
    net = rounded(price.amount * quantity, price.currency)
    rule = tax_rule_of(product, customer, day) if customer else None
    taxation = tax_document([Taxable(net, rule)], price.currency, Rounding.line)
    tax = taxation.lines[0] if taxation.lines else None
    return PriceExplained(price_list, price, quantity, net, tax, net + taxation.total)


def is_sku_taken(sku: str, besides: UUID | None) -> bool:
    """Tell whether another product, in the bin or not, has a code already."""
    statement = select(Product.id).where(Product.sku == sku).limit(2)
    return any(product_id != besides for product_id in db.session.scalars(statement))
