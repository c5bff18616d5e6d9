"""Reading what stands in price lists."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select

from pelatis.api import Actor, Customer, db, format_amount, today, visible

from ..models import ListAssignment, Price, PriceList, PriceRule, Product, TaxRule


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
            holds(Price, day),
            holds(PriceList, day),
        )
        .order_by(Price.min_quantity.desc(), Price.valid_from.desc().nulls_last(), Price.id.desc())
    )


def holds(
    model: type[Price | PriceList | PriceRule | TaxRule], day: date, since: date | None = None
) -> ColumnElement[bool]:
    """Give the criterion of what holds on a day, or where `since` says so on any day from then to this one."""
    return and_(
        or_(model.valid_from.is_(None), model.valid_from <= day),
        or_(model.valid_until.is_(None), model.valid_until >= (since or day)),
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
            holds(Price, day),
            holds(PriceList, day),
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


def undated_prices(product: UUID, price_list: UUID) -> list[Price]:
    """List a product's prices in a list that hold for good, small quantities before large."""
    statement = select(Price).where(
        Price.product_id == product,
        Price.price_list_id == price_list,
        Price.deleted_at.is_(None),
        Price.valid_from.is_(None),
        Price.valid_until.is_(None),
    )
    return list(db.session.scalars(statement.order_by(Price.min_quantity, Price.id)))


def visible_lists(actor: Actor) -> list[PriceList]:
    """List the price lists that an actor may see, the default one first."""
    statement = select(PriceList).where(PriceList.deleted_at.is_(None), visible(actor, PriceList))
    return list(db.session.scalars(statement.order_by(PriceList.is_default.desc(), PriceList.name, PriceList.id)))


def lists_started_from(price_list: UUID) -> set[UUID]:
    """Find the price lists that the rules of a list start from, directly or by way of others."""
    statement = select(PriceRule.price_list_id, PriceRule.base_list_id).where(
        PriceRule.base == "list", PriceRule.base_list_id.is_not(None), PriceRule.deleted_at.is_(None)
    )
    pairs = db.session.execute(statement).all()
    found: set[UUID] = set()
    new = {price_list}
    while new:
        new = {row.base_list_id for row in pairs if row.price_list_id in new} - found
        found |= new
    return found


def prices_in(actor: Actor, price_list: UUID, limit: int) -> list[tuple[Product, Price]]:
    """List the prices in a price list that haven't ended, by product and quantity, with the products' names."""
    statement = (
        select(Product, Price)
        .join(Price, Price.product_id == Product.id)
        .where(
            Price.price_list_id == price_list,
            Price.deleted_at.is_(None),
            or_(Price.valid_until.is_(None), Price.valid_until >= today()),
            visible(actor, Price),
            visible(actor, Product),
        )
        .order_by(Product.name, Price.min_quantity, Price.valid_from.asc().nulls_first(), Price.id)
    )
    return [(product, price) for product, price in db.session.execute(statement.limit(limit))]


def rules_in(actor: Actor, price_list: UUID, limit: int) -> list[PriceRule]:
    """List the rules of a price list that haven't ended, by name."""
    statement = (
        select(PriceRule)
        .where(
            PriceRule.price_list_id == price_list,
            PriceRule.deleted_at.is_(None),
            or_(PriceRule.valid_until.is_(None), PriceRule.valid_until >= today()),
            visible(actor, PriceRule),
        )
        .order_by(PriceRule.name, PriceRule.id)
    )
    return list(db.session.scalars(statement.limit(limit)))


def agreements_on(actor: Actor, price_list: UUID, limit: int) -> list[tuple[Customer, ListAssignment]]:
    """List the customers that an actor may see and whom a price list was agreed with, by name."""
    statement = (
        select(Customer, ListAssignment)
        .join(ListAssignment, ListAssignment.customer_id == Customer.id)
        .where(
            ListAssignment.price_list_id == price_list,
            ListAssignment.deleted_at.is_(None),
            Customer.deleted_at.is_(None),
            visible(actor, Customer),
            visible(actor, ListAssignment),
        )
        .order_by(Customer.name_key, Customer.id)
    )
    return [(customer, assignment) for customer, assignment in db.session.execute(statement.limit(limit))]
