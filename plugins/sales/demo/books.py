"""The demo's books: invoices that are overdue, paid and paid too much, settlements, and what is ordered again."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from pelatis.api import DemoCompany, _, db, system_actor
from plugins.catalog.api import Product, rounded

from ..models import RecurringOrder
from ..operations.documents import create_line
from ..operations.invoices import create_invoice, create_invoice_line, post_invoice
from ..operations.orders import ORDER_KIND, confirm_order, create_order
from ..operations.payments import create_payment
from ..operations.recurring import create_recurring_order
from ..operations.settlements import approve, draw_up
from ..periods import quarter_of

#: Deals (customer, product): what was invoiced (code, quantity, price), how many days ago, and what was paid of 100.
INVOICED: Final[Mapping[tuple[str, str], tuple[str, str, str, int, int]]] = {
    ("supermarket", "LBL-R"): ("LBL-R", "60", "46.00", 52, 0),
    ("metaforiki", "PAL-T"): ("PAL-T", "10", "118.00", 41, 30),
    ("kowalski", "BOX-6"): ("BOX-6", "900", "2.10", 33, 100),
    ("mediolea", "OIL-5"): ("OIL-5", "120", "42.00", 28, 110),
}
#: Deals: what is ordered again (code, quantity), every so many weeks or months, and in how many days the next time.
REPEATED: Final[Mapping[tuple[str, str], tuple[str, str, int, str, int]]] = {
    ("elaiones", "OIL-B"): ("SRV-Y", "2", 1, "months", 9),
    ("metaforiki", "PAL-T"): ("PAL-T", "6", 2, "weeks", 4),
}


def make_invoices(company: DemoCompany, deals: Mapping[tuple[str, str], Mapping[str, Any]]) -> None:
    """Post the invoices of the deals that the demo has, the oldest first; commission plans are in force already.

    Args:
        company: the demo's company.
        deals: customer's key and product's code to the deal's row.
    """
    products = _products(told[0] for told in INVOICED.values())
    for key, (code, quantity, price, days, percent) in INVOICED.items():
        if key in deals:
            line = {"product_id": products[code], "quantity": Decimal(quantity), "unit_price": Decimal(price)}
            _invoice(company, deals[key], line, days, percent)


def make(company: DemoCompany, deals: Mapping[tuple[str, str], Mapping[str, Any]]) -> None:
    """Draw settlements up, approve one of them, and let orders be repeated.

    Args:
        company: the demo's company.
        deals: customer's key and product's code to the deal's row.
    """
    first = next(iter(REPEATED))
    if first not in deals or db.session.get(RecurringOrder, company.stable_id("repeated", *first)) is not None:
        return
    settlements = draw_up(system_actor(), quarter_of(company.today))
    if settlements:
        approve(system_actor(), settlements[0])
    products = _products(told[0] for told in REPEATED.values())
    for key, (code, quantity, every, unit, days) in REPEATED.items():
        if key in deals:
            line = {"product_id": products[code], "quantity": Decimal(quantity)}
            rhythm = {"every": every, "unit": unit, "begins_on": company.today + timedelta(days=days)}
            _repeat(company.stable_id("repeated", *key), deals[key], line, rhythm)


def _products(codes: Iterable[str]) -> dict[str | None, UUID]:
    """Give the ids of products by their codes."""
    rows = db.session.execute(select(Product.sku, Product.id).where(Product.sku.in_(set(codes))))
    return dict(rows.all())


def _invoice(company: DemoCompany, deal: Mapping[str, Any], line: Mapping[str, Any], days: int, percent: int) -> None:
    """Post an invoice of some days ago; what was paid beyond all of it is the customer's credit."""
    actor, issued_on = system_actor(), company.today - timedelta(days=days)
    told = {"opportunity_id": deal["id"], "owner_id": deal["owner_id"], "currency": "EUR", "issued_on": issued_on}
    invoice = create_invoice(actor, told)
    create_invoice_line(actor, {"invoice_id": invoice.id, **line})
    post_invoice(actor, invoice)
    if percent:
        paid = {
            "invoice_id": invoice.id,
            "amount": rounded(invoice.gross * percent / 100, invoice.currency),
            "owner_id": deal["owner_id"],
        }
        create_payment(actor, {**paid, "received_on": issued_on + timedelta(days=min(days, 9))})


def _repeat(repeated_id: UUID, deal: Mapping[str, Any], line: Mapping[str, Any], rhythm: Mapping[str, Any]) -> None:
    """Confirm an order, and let it be ordered again."""
    actor = system_actor()
    names = {"months": _("Service every month"), "weeks": _("Pallets every two weeks")}
    told = {"customer_id": deal["customer_id"], "owner_id": deal["owner_id"], "currency": "EUR"}
    order = create_order(actor, {**told, "name": names[rhythm["unit"]]})
    create_line(ORDER_KIND, actor, {"order_id": order.id, **line})
    confirmed = confirm_order(actor, order, short=True)
    owner = {"owner_id": deal["owner_id"]}
    create_recurring_order(actor, {"id": repeated_id, "order_id": confirmed.id, **rhythm, **owner})
