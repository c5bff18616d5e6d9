"""What the records layer is told about recurring orders."""

from pelatis.api import RecordType, _l

from ..models import RecurringOrder
from ..operations.recurring import create_recurring_order, follow_recurring_bin, update_recurring_order
from ..schemas.recurring import RecurringOrderSchema
from .acts import RECURRING_ACTS

RECURRING_ORDERS = RecordType(
    model=RecurringOrder,
    schema=RecurringOrderSchema,
    label=_l("Recurring order"),
    label_plural=_l("Recurring orders"),
    path="recurring-orders",
    icon="repeat",
    subtitle=("customer", "status"),
    columns=("name", "customer", "every", "unit", "next_on", "status", "made", "owner"),
    filters=(
        "name", "customer", "order", "status", "unit", "pricing", "begins_on", "next_on", "ends_on", "customer.city",
        "customer.country",
    ),
    search=("name", "note"),
    sort="next_on",
    match=("name",),
    create=create_recurring_order,
    update=update_recurring_order,
    acts=RECURRING_ACTS,
    settle=follow_recurring_bin,
)  # fmt: skip
