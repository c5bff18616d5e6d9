"""What the tests of orders, their stock and their deliveries share."""

from datetime import date
from decimal import Decimal
from typing import Any

from core.access import system_actor
from core.i18n import today
from core.records.operations import create_record
from plugins.catalog.api import Availability, availability_of
from plugins.catalog.models import Product
from plugins.sales.models import Order
from plugins.sales.queries.orders import lines_of_order
from plugins.sales.records import ORDER_LINES, ORDERS

SYSTEM = system_actor()


def order_of(customer: Any, product: Product, quantity: int, **values: Any) -> Order:
    order: Order = create_record(SYSTEM, ORDERS, {"customer": str(customer.id), "currency": "EUR", **values})
    create_record(SYSTEM, ORDER_LINES, {"order": str(order.id), "product": str(product.id), "quantity": str(quantity)})
    return order


def there_is(product: Product, day: date | None = None) -> Availability:
    return availability_of([product.id], day or today())[product.id]


def figures(product: Product) -> list[int]:
    found = there_is(product)
    return [int(each) for each in (found.on_hand, found.reserved, found.available)]


def all_of(order: Order, quantity: int) -> dict[Any, Decimal]:
    return {line.id: Decimal(quantity) for line in lines_of_order(order)}
