"""Processes that are killed while they deliver, take back, credit or take money in: all of it happened, or nothing."""

from collections.abc import Callable
from decimal import Decimal
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from core.access import system_actor
from core.customers.operations import create_customer
from core.database import db
from plugins.catalog.models import StockLevel, StockMovement
from plugins.catalog.operations.products import create_product
from plugins.catalog.operations.stock import create_level
from plugins.sales.models import Allocation, Delivery, DeliveryLine, Invoice, Order, OrderLine, Payment
from plugins.sales.operations import deliveries, invoices, payments
from plugins.sales.operations.documents import create_line
from plugins.sales.operations.orders import ORDER_KIND, confirm_order, create_order
from tests.conftest import Site
from tests.killing import let_die_after

SYSTEM = system_actor()
UNITS = 5


def deliver_all(order_id: str) -> None:
    """Write down that all of an order went out."""
    from uuid import UUID

    from core.access import system_actor
    from plugins.sales.operations.deliveries import create_delivery

    create_delivery(system_actor(), {"order_id": UUID(order_id)})


def take_all_back(order_id: str) -> None:
    """Write down that all that went out of an order came back."""
    from uuid import UUID

    from sqlalchemy import select

    from core.access import system_actor
    from core.database import db
    from plugins.sales.models import Delivery
    from plugins.sales.operations.deliveries import take_delivery_back

    sent = select(Delivery).where(Delivery.order_id == UUID(order_id), Delivery.reverses_id.is_(None))
    take_delivery_back(system_actor(), db.session.scalars(sent).one())


def credit_all(order_id: str) -> None:
    """Post a credit note of the invoice of an order."""
    from uuid import UUID

    from sqlalchemy import select

    from core.access import system_actor
    from core.database import db, write_unit
    from plugins.sales.models import Invoice
    from plugins.sales.operations.invoices import credit_invoice, post_invoice

    with write_unit():
        invoice = db.session.scalars(select(Invoice).where(Invoice.order_id == UUID(order_id))).one()
        post_invoice(system_actor(), credit_invoice(system_actor(), invoice))


def pay_all(order_id: str) -> None:
    """Take the money for the invoice of an order in, and a little more."""
    from decimal import Decimal
    from uuid import UUID

    from sqlalchemy import select

    from core.access import system_actor
    from core.database import db
    from plugins.sales.models import Invoice
    from plugins.sales.operations.payments import create_payment

    invoice = db.session.scalars(select(Invoice).where(Invoice.order_id == UUID(order_id))).one()
    create_payment(system_actor(), {"invoice_id": invoice.id, "amount": invoice.gross + Decimal(5)})


def confirmed() -> Order:
    """Make a confirmed order of all that there is of a product."""
    customer = create_customer(SYSTEM, {"name": "Ελαιώνες", "kind": "organisation"})
    product = create_product(SYSTEM, {"name": "Minibar"})
    create_level(SYSTEM, {"product_id": product.id, "on_hand": Decimal(UNITS)})
    order = create_order(SYSTEM, {"customer_id": customer.id, "currency": "EUR"})
    line: dict[str, Any] = {"product_id": product.id, "quantity": Decimal(UNITS), "unit_price": Decimal(10)}
    create_line(ORDER_KIND, SYSTEM, {"order_id": order.id, **line})
    return confirm_order(SYSTEM, order)


def invoiced() -> Order:
    """Make an order that went out and was invoiced."""
    order = confirmed()
    deliver_all(str(order.id))
    invoices.post_invoice(SYSTEM, invoices.invoice_order(SYSTEM, order))
    return order


def delivered() -> Order:
    """Make an order that went out."""
    order = confirmed()
    deliver_all(str(order.id))
    return order


def total(column: Any, *criteria: Any) -> Decimal:
    return db.session.scalar(select(func.sum(column)).where(*criteria)) or Decimal(0)


def story() -> list[Any]:
    """Write down all that can be told of orders, deliveries, stock, invoices and money, and check that it agrees."""
    db.session.expire_all()
    for line in db.session.scalars(select(OrderLine)):
        assert line.delivered == total(DeliveryLine.quantity, DeliveryLine.order_line_id == line.id)
    for level in db.session.scalars(select(StockLevel)):
        assert level.on_hand == total(StockMovement.quantity, StockMovement.product_id == level.product_id)
    for invoice in db.session.scalars(select(Invoice).where(Invoice.sealed_at.is_not(None))):
        side = Allocation.invoice_id if invoice.kind == "invoice" else Allocation.credit_note_id
        assert invoice.open_amount == invoice.gross - total(Allocation.amount, side == invoice.id)
    for payment in db.session.scalars(select(Payment)):
        assert payment.open_amount == payment.amount - total(Allocation.amount, Allocation.payment_id == payment.id)
    numbers = [
        sorted(filter(None, db.session.scalars(select(column))))
        for column in (Delivery.number, Invoice.number, Payment.number)
    ]
    statuses = [sorted(db.session.scalars(select(column))) for column in (Order.status, Invoice.status)]
    return [*numbers, *statuses, total(StockLevel.on_hand), total(OrderLine.delivered), total(OrderLine.invoiced)]


@pytest.mark.parametrize(
    ("prepare", "act", "module", "moment", "number"),
    [
        (confirmed, deliver_all, deliveries, "draw_number", "D"),
        (confirmed, deliver_all, deliveries, "hand_over", "D"),
        (confirmed, deliver_all, deliveries, "follow_lines", "D"),
        (delivered, take_all_back, deliveries, "draw_number", "D"),
        (delivered, take_all_back, deliveries, "follow_lines", "D"),
        (delivered, take_all_back, deliveries, "take_in", "D"),
        (invoiced, credit_all, invoices, "draw_number", "C"),
        (invoiced, credit_all, invoices, "_use_for", "C"),
        (invoiced, credit_all, invoices, "follow_lines", "C"),
        (invoiced, pay_all, payments, "draw_number", "P"),
        (invoiced, pay_all, payments, "allocate", "P"),
    ],
)
def test_who_dies_on_the_way_has_done_nothing(
    app: Flask,
    site: Site,
    prepare: Callable[[], Order],
    act: Callable[[str], None],
    module: ModuleType,
    moment: str,
    number: str,
) -> None:
    order_id = str(prepare().id)
    before = story()
    db.session.remove()
    let_die_after(site, module, moment, act, order_id)
    assert story() == before
    act(order_id)
    after = story()
    assert after != before
    drawn = sorted(each for numbers in after[:3] for each in numbers if each.startswith(f"{number}-"))
    assert [each.rpartition("-")[2] for each in drawn] == [f"{place:05}" for place in range(1, len(drawn) + 1)]
