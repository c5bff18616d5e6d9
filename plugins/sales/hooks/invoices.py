"""Invoices beside their customer and their deal, and in a customer's timeline."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from markupsafe import Markup, escape

from pelatis.api import Actor, Panel, TimelineEntry, _, format_amount, format_day, may, ngettext, today
from plugins.catalog.api import Cost

from ..models import Invoice, Opportunity
from ..queries.invoices import invoices_of_deal, posted_of_customer, reminded_of_customer, unsettled_of_customer
from ..queries.overdue import OWED
from ..queries.statements import overdue_days
from ..records import INVOICES
from ..schemas import INVOICE_STATUSES
from ..schemas.invoices import INVOICE_TONES

#: How many open invoices stand beside a customer.
MOST_LISTED = 8


def panels(slot: str, actor: Actor, record: Any) -> Iterator[Panel]:
    """Give what is open of a customer's invoices, and all invoices of a deal, where there are any."""
    if slot not in ("customer.sidebar", "record.sidebar") or not may(actor, Invoice, "view"):
        return
    found: Sequence[Invoice] = ()
    if slot == "customer.sidebar":
        found = unsettled_of_customer(actor, record.id)
    elif isinstance(record, Opportunity):
        found = invoices_of_deal(actor, record.id)
    if slot == "customer.sidebar" and "customer" in record.roles and may(actor, Cost, "view"):
        yield Panel(
            id="sales.margin",
            title=_("Invoiced in 12 months"),
            template="sales/panels/margin.html",
            context={"margin_url": f"/sales/customers/{record.id}/margin"},
            order=18,
        )
    if found:
        yield Panel(
            id="sales.invoices",
            title=_("Invoices"),
            template="sales/panels/invoices.html",
            context={
                "rows": [_row(each) for each in found[:MOST_LISTED]],
                "icon": "file-invoice",
                "statement_url": f"/sales/statements/{record.id}" if slot == "customer.sidebar" else "",
            },
            count=len(found),
            order=17,
        )


def _row(invoice: Invoice) -> dict[str, Any]:
    amount = invoice.gross if invoice.sealed_at is None else invoice.open_amount
    days = overdue_days(invoice, today()) if invoice.status in OWED else 0
    due = _("due %(day)s", day=format_day(invoice.due_on)) if invoice.due_on else ""
    sign = -1 if invoice.kind == "credit_note" else 1
    return {
        "title": invoice.number or invoice.name,
        "url": INVOICES.url_of(invoice.id),
        "figure": format_amount(sign * amount, invoice.currency, whole=False),
        "status": INVOICE_STATUSES[invoice.status],
        "tone": INVOICE_TONES.get(invoice.status, ""),
        "note": ngettext("overdue for %(num)s day", "overdue for %(num)s days", days) if days else due,
    }


def timeline(actor: Actor, customer: UUID, before: datetime | None, limit: int, text: str) -> Iterator[TimelineEntry]:
    """Tell of each invoice and credit note when it was posted, and when the customer was last reminded of it."""
    if not may(actor, Invoice, "view"):
        return
    for invoice in posted_of_customer(actor, customer, before, limit, text):
        if invoice.posted_at is not None:
            is_note = invoice.kind == "credit_note"
            line = _("Credit note %(number)s was posted") if is_note else _("Invoice %(number)s was posted")
            icon = "receipt-refund" if is_note else "file-invoice"
            yield _told(
                invoice, invoice.posted_at, line, icon, format_amount(invoice.gross, invoice.currency, whole=False)
            )
    for invoice in reminded_of_customer(actor, customer, before, limit, text):
        if invoice.reminded_at is not None:
            often = ngettext("%(num)s reminder so far", "%(num)s reminders so far", invoice.reminders)
            yield _told(invoice, invoice.reminded_at, _("Reminded the customer of %(number)s"), "mail", often)


def _told(invoice: Invoice, moment: datetime, line: str, icon: str, text: str) -> TimelineEntry:
    link = Markup('<a href="{}">{}</a>').format(INVOICES.url_of(invoice.id), f"{invoice.number}, {invoice.name}")
    return TimelineEntry(
        id=invoice.id,
        at=moment,
        kind="deal",
        line=escape(line) % {"number": link},
        text=text,
        icon=icon,
        level="plain",
        actor_name="",
        url=INVOICES.url_of(invoice.id),
        record_type="sales.invoice",
        record_id=invoice.id,
    )
