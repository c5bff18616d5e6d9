"""What the records layer is told about payments and what they were used for."""

from pelatis.api import ParentAccess, RecordType, _l

from ..models import Allocation, Invoice, Payment
from ..operations.payments import create_allocation, create_payment
from ..schemas import AllocationSchema, PaymentSchema
from .acts import ALLOCATION_ACTS

PAYMENTS = RecordType(
    model=Payment,
    schema=PaymentSchema,
    label=_l("Payment"),
    label_plural=_l("Payments"),
    path="payments",
    icon="cash",
    title="number",
    subtitle=("customer", "received_on"),
    columns=("number", "customer", "amount", "open_amount", "received_on", "method", "reference"),
    filters=(
        "number", "kind", "customer", "invoice", "amount", "open_amount", "currency", "received_on", "method",
        "reference",
    ),
    search=("number", "reference", "note"),
    match=("number",),
    sort="-received_on",
    create=create_payment,
    actions=("allocate",),
    page="sales/payment.html",
)  # fmt: skip

ALLOCATIONS = RecordType(
    model=Allocation,
    schema=AllocationSchema,
    label=_l("Allocation"),
    label_plural=_l("Allocations"),
    path="allocations",
    icon="arrows-split",
    title="allocated_on",
    columns=("allocated_on", "payment", "credit_note", "invoice", "amount", "reverses"),
    filters=("allocated_on", "payment", "credit_note", "invoice", "amount"),
    sort="-allocated_on",
    create=create_allocation,
    acts=ALLOCATION_ACTS,
    access=ParentAccess("invoice_id", Invoice),
    nav=False,
)
