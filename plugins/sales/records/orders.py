"""What the records layer is told about orders, their lines and deliveries."""

from functools import partial

from pelatis.api import ParentAccess, RecordType, _l

from ..models import Delivery, DeliveryLine, Order, OrderLine
from ..operations.deliveries import create_delivery, create_delivery_line
from ..operations.documents import create_line, settle_line, update_line
from ..operations.orders import ORDER_KIND, create_order, update_order
from ..schemas import DeliveryLineSchema, DeliverySchema, OrderLineSchema, OrderSchema
from .acts import DELIVERY_ACTS, ORDER_ACTS

#: Whoever may see an order may see its parts.
OF_ORDER = ParentAccess("order_id", Order)
#: Whoever may see a delivery may see what went out with it.
OF_DELIVERY = ParentAccess("delivery_id", Delivery)

ORDERS = RecordType(
    model=Order,
    schema=OrderSchema,
    label=_l("Order"),
    label_plural=_l("Orders"),
    path="orders",
    icon="shopping-cart",
    subtitle=("customer", "status"),
    columns=("name", "number", "customer", "status", "net", "due_on", "owner"),
    filters=(
        "name", "number", "customer", "opportunity", "quote", "status", "reference", "currency", "net", "gross",
        "due_on", "confirmed_at", "closed_at", "customer.city", "customer.country",
    ),
    search=("name", "number", "reference"),
    match=("number", "reference", "name"),
    create=create_order,
    update=update_order,
    acts=ORDER_ACTS,
    actions=("approve",),
    open_when_sealed=("due_on", "reference"),
    page="sales/order.html",
)  # fmt: skip

ORDER_LINES = RecordType(
    model=OrderLine,
    schema=OrderLineSchema,
    label=_l("Line of an order"),
    label_plural=_l("Lines of orders"),
    path="order-lines",
    icon="list-details",
    columns=("name", "order", "product", "quantity", "delivered", "invoiced", "unit_price", "discount", "net"),
    filters=(
        "name", "order", "product", "quantity", "delivered", "invoiced", "cancelled", "unit_price", "discount", "net",
    ),
    sort="position",
    create=partial(create_line, ORDER_KIND),
    update=partial(update_line, ORDER_KIND),
    settle=partial(settle_line, ORDER_KIND),
    undone=partial(settle_line, ORDER_KIND),
    access=OF_ORDER,
    nav=False,
)  # fmt: skip

DELIVERIES = RecordType(
    model=Delivery,
    schema=DeliverySchema,
    label=_l("Delivery"),
    label_plural=_l("Deliveries"),
    path="deliveries",
    icon="truck-delivery",
    title="number",
    columns=("number", "order", "delivered_on", "reverses", "note"),
    filters=("number", "order", "delivered_on", "reverses", "note"),
    search=("number", "note"),
    create=create_delivery,
    acts=DELIVERY_ACTS,
    access=OF_ORDER,
    nav=False,
)

DELIVERY_LINES = RecordType(
    model=DeliveryLine,
    schema=DeliveryLineSchema,
    label=_l("Line of a delivery"),
    label_plural=_l("Lines of deliveries"),
    path="delivery-lines",
    icon="list-details",
    title="quantity",
    subtitle=("order_line", "delivery"),
    columns=("quantity", "order_line", "delivery", "created_at"),
    filters=("quantity", "order_line", "delivery"),
    create=create_delivery_line,
    access=OF_DELIVERY,
    nav=False,
)
