"""What the records layer is told about invoices, credit notes and their lines."""

from functools import partial

from pelatis.api import ParentAccess, ReadyView, RecordType, _l

from ..models import Invoice, InvoiceLine
from ..operations.documents import settle_line, update_line
from ..operations.invoices import INVOICE_KIND, create_invoice, create_invoice_line, update_invoice
from ..queries.overdue import OVERDUE
from ..schemas import InvoiceLineSchema, InvoiceSchema
from .acts import INVOICE_ACTS

INVOICES = RecordType(
    model=Invoice,
    schema=InvoiceSchema,
    label=_l("Invoice"),
    label_plural=_l("Invoices"),
    path="invoices",
    icon="file-invoice",
    subtitle=("customer", "status"),
    columns=("name", "number", "customer", "status", "gross", "open_amount", "due_on"),
    filters=(
        "name", "number", "kind", "customer", "opportunity", "order", "corrects", "status", "reference", "currency",
        "net", "gross", "open_amount", "issued_on", "due_on", "posted_at", "reminders",
        "reminded_at", "customer.city", "customer.country",
    ),
    search=("name", "number", "reference", "printed_name"),
    match=("number", "name"),
    create=create_invoice,
    update=update_invoice,
    acts=INVOICE_ACTS,
    actions=("post", "approve", "allocate", "journal"),
    views=(ReadyView(label=_l("Overdue"), filter=OVERDUE, sort="due_on"),),
    page="sales/invoice.html",
)  # fmt: skip

INVOICE_LINES = RecordType(
    model=InvoiceLine,
    schema=InvoiceLineSchema,
    label=_l("Line of an invoice"),
    label_plural=_l("Lines of invoices"),
    path="invoice-lines",
    icon="list-details",
    columns=("name", "invoice", "product", "quantity", "unit_price", "discount", "net"),
    filters=("name", "invoice", "product", "quantity", "unit_price", "discount", "net"),
    sort="position",
    create=create_invoice_line,
    update=partial(update_line, INVOICE_KIND),
    settle=partial(settle_line, INVOICE_KIND),
    undone=partial(settle_line, INVOICE_KIND),
    access=ParentAccess("invoice_id", Invoice),
    nav=False,
)
