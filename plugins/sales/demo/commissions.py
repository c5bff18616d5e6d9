"""The demo's commissions: a plan that is in force, one being written, a shared deal and what was invoiced of it."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import select

from pelatis.api import DemoCompany, User, _, db, system_actor
from plugins.catalog.api import Product, rounded

from ..models import CommissionPlan, Opportunity
from ..operations.commission_plans import create_plan, put_in_force
from ..operations.commission_splits import share
from ..operations.invoices import create_invoice, create_invoice_line, credit_invoice, post_invoice
from ..operations.payments import create_payment
from ..queries.invoices import lines_of_invoice
from . import books

#: Deals (customer, product) to what was invoiced of them, and how long ago; one is paid in part, one reversed in part.
INVOICED: Final[Mapping[tuple[str, str], tuple[str, int, str, int]]] = {
    ("elaiones", "OIL-B"): ("OIL-B", 2_000, "7.60", 24),
    ("pharma", "OIL-5"): ("OIL-5", 300, "41.50", 9),
}
REVERSED: Final = ("pharma", "OIL-5")
PAID_IN_PART: Final = ("elaiones", "OIL-B")


def make(company: DemoCompany, deals: Mapping[tuple[str, str], Mapping[str, Any]]) -> None:
    """Write the plans, and the invoices of the deals that the demo has.

    Args:
        company: the demo's company.
        deals: customer's key and product's code to the deal's row.
    """
    plan_id = company.stable_id("commission plan", "sales")
    if db.session.get(CommissionPlan, plan_id) is not None:
        return
    begins_on = company.today.replace(month=1, day=1)
    terms = {"base": "revenue", "way": "progressive", "period": "quarter", "tiers": "0 - 15000: 2\n15000 - : 3.5"}
    plan = create_plan(system_actor(), {"id": plan_id, "name": _("Sales team"), "begins_on": begins_on, **terms})
    put_in_force(system_actor(), plan)
    margin = {"base": "margin", "way": "whole", "period": "month", "tiers": "0 - 5000: 8\n5000 - : 12"}
    create_plan(system_actor(), {"name": _("By margin, next year"), "begins_on": begins_on, **margin})
    books.make_invoices(company, deals)
    for key, (code, quantity, price, days) in INVOICED.items():
        if key in deals:
            _invoice(company, key, deals[key], (code, quantity, price, days))


def _invoice(
    company: DemoCompany, key: tuple[str, str], deal: Mapping[str, Any], told: tuple[str, int, str, int]
) -> None:
    actor, (code, quantity, price, days) = system_actor(), told
    document = db.session.get_one(Opportunity, deal["id"])
    others = db.session.scalars(select(User.id).where(User.id.in_(company.staff.values()), User.id != deal["owner_id"]))
    helper = min(others, default=None)
    if helper is not None and key == REVERSED:
        share(actor, document, [(deal["owner_id"], Decimal(70)), (helper, Decimal(30))])
    product = db.session.scalars(select(Product.id).where(Product.sku == code)).one()
    issued = {"issued_on": company.today - timedelta(days=days), "owner_id": deal["owner_id"], "currency": "EUR"}
    invoice = create_invoice(actor, {"opportunity_id": deal["id"], **issued})
    said = {"product_id": product, "quantity": Decimal(quantity), "unit_price": Decimal(price)}
    create_invoice_line(actor, {"invoice_id": invoice.id, **said})
    post_invoice(actor, invoice)
    if key == PAID_IN_PART:
        create_payment(actor, {"invoice_id": invoice.id, "amount": rounded(invoice.gross * 3 / 5, invoice.currency)})
    if key == REVERSED:
        (posted,) = lines_of_invoice(invoice)
        post_invoice(actor, credit_invoice(actor, invoice, {posted.id: Decimal(50)}))
