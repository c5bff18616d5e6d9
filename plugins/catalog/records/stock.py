"""What the records layer is told about stock, its movements, what is expected and what is promised."""

from pelatis.api import RecordType, SharedAccess, _l

from ..models import ExpectedDelivery, Reservation, StockLevel, StockMovement
from ..operations.stock import (
    create_delivery,
    create_level,
    create_movement,
    create_reservation,
    keep_promises,
    refuse_change,
    settle_level,
    settle_reservation,
    update_delivery,
    update_level,
    update_reservation,
)
from ..schemas import ExpectedDeliverySchema, ReservationSchema, StockLevelSchema, StockMovementSchema

STOCK_LEVELS = RecordType(
    model=StockLevel,
    schema=StockLevelSchema,
    label=_l("Stock level"),
    label_plural=_l("Stock levels"),
    path="stock",
    icon="package",
    title="location",
    subtitle=("product", "on_hand"),
    columns=("location", "product", "on_hand", "updated_at"),
    filters=("product", "location", "on_hand"),
    search=("location",),
    create=create_level,
    update=update_level,
    settle=settle_level,
    undone=keep_promises,
    access=SharedAccess(),
)

MOVEMENTS = RecordType(
    model=StockMovement,
    schema=StockMovementSchema,
    label=_l("Stock movement"),
    label_plural=_l("Stock movements"),
    path="movements",
    icon="package",
    title="quantity",
    subtitle=("product", "location"),
    columns=("quantity", "product", "location", "kind", "moved_on", "reason"),
    filters=("product", "location", "kind", "moved_on"),
    create=create_movement,
    update=refuse_change,
    access=SharedAccess(),
    nav=False,
)

EXPECTED = RecordType(
    model=ExpectedDelivery,
    schema=ExpectedDeliverySchema,
    label=_l("Expected delivery"),
    label_plural=_l("Expected deliveries"),
    path="expected",
    icon="package",
    title="quantity",
    subtitle=("product", "due_on"),
    columns=("quantity", "product", "location", "due_on", "reason", "received_on"),
    filters=("product", "location", "due_on", "received_on"),
    create=create_delivery,
    update=update_delivery,
    access=SharedAccess(),
    nav=False,
)

RESERVATIONS = RecordType(
    model=Reservation,
    schema=ReservationSchema,
    label=_l("Reservation"),
    label_plural=_l("Reservations"),
    path="reservations",
    icon="package",
    title="quantity",
    subtitle=("product", "due_on"),
    columns=("quantity", "product", "due_on", "reason"),
    filters=("product", "due_on", "quantity"),
    create=create_reservation,
    update=update_reservation,
    settle=settle_reservation,
    undone=settle_reservation,
    access=SharedAccess(),
    nav=False,
)
