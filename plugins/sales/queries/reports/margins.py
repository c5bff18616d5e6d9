"""What was invoiced and what of it remains, by customer and by product: posted invoices less posted credit notes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, and_, case, func, literal_column, select, type_coerce

from pelatis.api import Actor, Customer, _, _l, db, visible
from plugins.catalog.api import Product

from ...models import Invoice, InvoiceLine
from .names import names_of
from .tables import ZERO, Asked, Column, Table, money_of, percent_of, read_span

#: How many customers or products a report names, those of which most was invoiced.
MOST_NAMED: Final = 50
#: A credit note takes away what its invoice gave.
_SIGN: Final = case((Invoice.kind == "credit_note", -1), else_=1)
#: Amounts are kept in ten-thousandths; a decimal point makes either database divide without cutting off.
_SCALE: Final[Any] = literal_column("10000.0")


@dataclass(frozen=True)
class Margin:
    """What was invoiced, in the company's own currency at the rates of the days of issue.

    Attributes:
        revenue: without tax.
        known: the part of it of which the cost is known.
        cost: of that part.
    """

    revenue: Decimal
    known: Decimal
    cost: Decimal

    @property
    def margin(self) -> Decimal | None:
        """What remains of the part whose cost is known; None where nothing is."""
        return self.known - self.cost if self.known or self.cost else None

    @property
    def percent(self) -> Decimal | None:
        """The margin in percent of that part."""
        return percent_of(self.known - self.cost, self.known)


def margins_by_customer(asked: Asked) -> Table:
    """Tell what was invoiced to each customer, and what of it remains."""
    found = _margins(Invoice.customer_id, Invoice.net_base, in_base(Invoice.cost), issued(asked))
    return _table(_l("Customer"), names_of(asked.actor, Customer, found), found)


def margins_by_product(asked: Asked) -> Table:
    """Tell what was invoiced of each product, and what of it remains; what stands in no catalog is one line."""
    cost = in_base(_raw(InvoiceLine.cost) * _raw(InvoiceLine.quantity) / _SCALE)
    of_lines = and_(issued(asked), InvoiceLine.invoice_id == Invoice.id, InvoiceLine.deleted_at.is_(None))
    found = _margins(InvoiceLine.product_id, in_base(InvoiceLine.net), cost, of_lines)
    return _table(_l("Product"), names_of(asked.actor, Product, found), found)


def margin_of_customer(actor: Actor, customer: UUID) -> Margin | None:
    """Sum up what was invoiced to a customer in the last twelve months; None where nothing was."""
    span = read_span("")
    criterion = and_(_posted(actor), Invoice.customer_id == customer, Invoice.issued_on >= span.first)
    found = _margins(Invoice.customer_id, Invoice.net_base, in_base(Invoice.cost), criterion)
    return found.get(customer)


def _raw(amount: Any) -> Any:
    """Reckon with an amount as it is kept, in ten-thousandths."""
    return type_coerce(amount, BigInteger)


def signed(amount: Any) -> Any:
    """Give what a document adds: a credit note takes away."""
    return type_coerce(_raw(amount) * _SIGN, Invoice.net_base.type)


def in_base(amount: Any) -> Any:
    """Give an amount of an invoice in the company's own currency, at the rate that was frozen on it."""
    return type_coerce(_raw(amount) * _SCALE / _raw(Invoice.rate), Invoice.net_base.type)


def _posted(actor: Actor) -> ColumnElement[bool]:
    return and_(Invoice.sealed_at.is_not(None), Invoice.deleted_at.is_(None), visible(actor, Invoice))


def issued(asked: Asked) -> ColumnElement[bool]:
    """Give the criterion of what was posted and issued in the span."""
    return and_(
        _posted(asked.actor),
        Invoice.issued_on >= asked.span.first,
        Invoice.issued_on < asked.span.before,
        asked.of(Invoice.owner_id),
    )


def _margins(key: Any, net: Any, cost: Any, criterion: ColumnElement[bool]) -> dict[UUID | None, Margin]:
    """Sum up by something, those of which most was invoiced."""
    revenue = func.sum(signed(net))
    known = func.sum(signed(case((cost.is_not(None), net))))
    statement = (
        select(key, revenue, known, func.sum(signed(cost)))
        .where(criterion)
        .group_by(key)
        .order_by(revenue.desc())
        .limit(MOST_NAMED)
    )
    return {each: Margin(*map(money_of, amounts)) for each, *amounts in db.session.execute(statement)}


def _table(label: Any, names: Mapping[UUID | None, str], found: Mapping[UUID | None, Margin]) -> Table:
    rows: Sequence[tuple[Any, ...]] = [
        (names[each], one.revenue, one.known, one.cost, one.margin, one.percent) for each, one in found.items()
    ]
    columns = [
        Column("name", label, "text"),
        Column("revenue", _l("Invoiced"), "money", is_drawn=True),
        Column("known", _l("Of it with known cost"), "money"),
        Column("cost", _l("Cost of goods"), "money"),
        Column("margin", _l("Margin"), "money"),
        Column("percent", _l("Margin, %"), "percent"),
    ]
    whole = Margin(*(sum((row[place] for row in rows), ZERO) for place in (1, 2, 3)))
    figures = [
        (str(_("Invoiced")), whole.revenue, "money"),
        (str(_("Margin")), whole.margin, "money"),
        (str(_("Margin, %")), whole.percent, "percent"),
    ]
    return Table(columns, rows, figures=figures if rows else ())
