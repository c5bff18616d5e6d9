"""A process that is killed while it confirms an order: neither number nor stock is gone, and it can be confirmed."""

from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from core.access import system_actor
from core.customers.operations import create_customer
from core.database import db
from core.i18n import today
from plugins.catalog.api import availability_of
from plugins.catalog.operations.products import create_product
from plugins.catalog.operations.stock import create_level
from plugins.sales.models import Order
from plugins.sales.operations import orders
from plugins.sales.operations.documents import create_line
from plugins.sales.operations.orders import ORDER_KIND, confirm_order, create_order
from tests.conftest import Site
from tests.killing import let_die_after

SYSTEM = system_actor()
UNITS = 2


def confirm(order_id: str) -> None:
    """Confirm an order."""
    from uuid import UUID

    from core.access import system_actor
    from core.database import db
    from plugins.sales.models import Order
    from plugins.sales.operations.orders import confirm_order

    confirm_order(system_actor(), db.session.get_one(Order, UUID(order_id)))


@pytest.mark.parametrize("moment", ["draw_number", "reserve_stock", "take_over"])
def test_who_dies_while_confirming_has_confirmed_nothing(app: Flask, site: Site, moment: str) -> None:
    customer = create_customer(SYSTEM, {"name": "Ελαιώνες", "kind": "organisation"})
    product = create_product(SYSTEM, {"name": "Minibar"})
    create_level(SYSTEM, {"product_id": product.id, "on_hand": Decimal(UNITS)})
    order = create_order(SYSTEM, {"customer_id": customer.id, "currency": "EUR"})
    line: dict[str, Any] = {"product_id": product.id, "quantity": Decimal(UNITS), "unit_price": Decimal(10)}
    create_line(ORDER_KIND, SYSTEM, {"order_id": order.id, **line})
    order_id, product_id = order.id, product.id
    db.session.remove()
    let_die_after(site, orders, moment, confirm, order_id)
    left = db.session.get_one(Order, order_id)
    assert (left.status, left.number, left.sealed_at) == ("draft", None, None)
    assert availability_of([product_id], today())[product_id].available == UNITS
    confirmed = confirm_order(SYSTEM, left)
    assert (confirmed.status, confirmed.number) == ("confirmed", f"O-{today().year}-00001")
    assert availability_of([product_id], today())[product_id].available == 0
