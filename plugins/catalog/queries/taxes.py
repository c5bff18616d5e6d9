"""Reading tax rules."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import or_, select

from pelatis.api import Actor, Customer, ask, db, visible

from ..models import Product, TaxRule
from ..taxes import Sale, choose_rule
from .prices import holds


def taxes_of(actor: Actor, product: Product, day: date) -> list[TaxRule]:
    """List the tax rules that a product may come under on a day, by country."""
    statement = select(TaxRule).where(
        TaxRule.deleted_at.is_(None),
        or_(TaxRule.tax_class.is_(None), TaxRule.tax_class == product.tax_class),
        holds(TaxRule, day),
        visible(actor, TaxRule),
    )
    return list(db.session.scalars(statement.order_by(TaxRule.country, TaxRule.rate.desc(), TaxRule.id)))


def sale_to(customer: Customer, day: date) -> Sale | None:
    """Say what a tax depends on when a customer buys at their own address; None where that names no country.

    Args:
        customer: who buys; one with a tax number is a business.
        day: the day of the supply.
    """
    if not customer.country:
        return None
    return Sale(customer.country, customer.postcode or "", bool(customer.tax_number), day)


def tax_rules_of(products: Sequence[Product], sale: Sale | None) -> list[TaxRule | None]:
    """Find the tax that each product bears in a sale, as plugins and at last the catalog say; None where no rule says.

    Args:
        products: what is sold.
        sale: where, to whom and when; None when that isn't known, and then no rule says anything.
    """
    answer = ask("crm_compute_tax", sale=sale, products=products) if sale is not None and products else None
    return [None] * len(products) if answer is None else list(answer)


def written_tax_rules(products: Sequence[Product], sale: Sale) -> list[TaxRule | None]:
    """Find what the catalog's own rules say, in one statement; for arguments and answer see `tax_rules_of`."""
    statement = select(TaxRule).where(TaxRule.country == sale.country, TaxRule.deleted_at.is_(None))
    rules = list(db.session.scalars(statement))
    chosen = {each: choose_rule(rules, sale, each) for each in {product.tax_class for product in products}}
    return [chosen[product.tax_class] for product in products]
