"""The page of an invoice or a credit note, and what happens to it: lines while it is a draft, posting, reversing."""

from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import request
from werkzeug.wrappers import Response

from pelatis.api import (
    LANGUAGES,
    Actor,
    Customer,
    _,
    audience,
    can_send_mail,
    current_actor,
    db,
    find_record,
    format_amount,
    fragment,
    mails_about,
    may,
    redirect_or_refresh,
    show_record,
    titles,
    toast,
)
from plugins.catalog.api import typed

from ..hooks.commissions import shown_shares
from ..letters import invoice_answer
from ..models import Invoice, InvoiceLine, Payment
from ..operations.invoices import INVOICE_KIND, credit_invoice, invoice_order, post_invoice
from ..operations.overdue import remind, words_of_reminder
from ..queries.invoices import lines_of_invoice, notes_of, reversed_so_far
from ..queries.overdue import is_late
from ..queries.payments import allocations_to
from ..queries.products import product_words
from ..records import INVOICE_LINES, INVOICES, ORDERS, PAYMENTS
from ..schemas import INVOICE_KINDS, INVOICE_STATUSES
from ..schemas.invoices import INVOICE_TONES
from . import blueprint
from .approvals import approval_context
from .documents import QuantityField, money, quantity_field, row_of, sums_of, tell_refusal, typed_quantities
from .draft_lines import DraftLines
from .lines import options_urls
from .payments import use_of


@blueprint.get("/invoices/<uuid:record_id>")
@audience("staff")
def invoice_page(record_id: UUID) -> Response:
    """Show an invoice or a credit note with its lines."""
    actor = current_actor()
    invoice = find_record(actor, INVOICES, record_id, binned=True)
    return show_record(actor, INVOICES, invoice, **_context(actor, invoice))


def _context(actor: Actor, invoice: Invoice) -> dict[str, Any]:
    customers = titles(actor, "customer", [invoice.customer_id])
    related = titles(actor, "sales.order", [invoice.order_id])
    corrected = db.session.get(Invoice, invoice.corrects_id) if invoice.corrects_id else None
    lines, rights = lines_of_invoice(invoice), _rights(actor, invoice)
    urls = options_urls(lines, INVOICES.url_of(invoice.id)) if rights["is_editable"] else {}
    words = product_words(actor, lines)
    rows = [row_of(line, words[line.id].code, urls.get(line.id, "")) for line in lines]
    is_posted = invoice.sealed_at is not None
    return {
        "invoice": invoice,
        "kind": INVOICE_KINDS[invoice.kind],
        "customer_title": customers.get(invoice.customer_id) if invoice.customer_id else None,
        "order_title": related.get(invoice.order_id) if invoice.order_id else None,
        "corrected": corrected,
        "is_late": is_late(invoice),
        "standing": (INVOICE_STATUSES[invoice.status], INVOICE_TONES.get(invoice.status, "")),
        "rows": rows,
        "sums": sums_of(invoice),
        "total": format_amount(invoice.gross, invoice.currency, whole=False),
        "open": format_amount(invoice.open_amount, invoice.currency, whole=False) if is_posted else "",
        "notes": [
            (each, INVOICE_STATUSES[each.status], format_amount(each.gross, each.currency, whole=False))
            for each in (notes_of(invoice) if invoice.kind == "invoice" else [])
        ],
        "payments": _payments(invoice) if may(actor, Payment, "view") else [],
        "payment_url": _payment_url(actor, invoice),
        **(use_of(actor, invoice) if invoice.kind == "credit_note" else {}),
        "creditable": _creditable(actor, invoice, lines),
        **approval_context(actor, invoice, lines),
        "reminder": _reminder(actor, invoice),
        "split": shown_shares(actor, invoice) if invoice.kind == "invoice" else None,
        "languages": LANGUAGES,
        **rights,
    }


def _reminder(actor: Actor, invoice: Invoice) -> dict[str, Any] | None:
    """Give what is known of reminders of an invoice, and the words of the next one where one may be written."""
    is_due = is_late(invoice) and may(actor, Invoice, "edit")
    if not is_due and not invoice.reminders:
        return None
    customer = db.session.get(Customer, invoice.customer_id) if invoice.customer_id else None
    return {
        "mails": mails_about(invoice.id) if invoice.reminders else (),
        "is_due": is_due,
        "words": words_of_reminder(invoice) if is_due and can_send_mail() else "",
        "to": (customer.email or "") if customer else "",
    }


def _payments(invoice: Invoice) -> list[tuple[Payment, str, Any]]:
    return [(payment, money(each.amount, invoice.currency), each.allocated_on)
            for each, payment in allocations_to(invoice)]  # fmt: skip


def _payment_url(actor: Actor, invoice: Invoice) -> str:
    """Give where what is open is written down as paid; empty where nothing can be."""
    if invoice.kind != "invoice" or invoice.sealed_at is None or not invoice.open_amount:
        return ""
    if not may(actor, Payment, "create"):
        return ""
    given = {"customer": invoice.customer_id, "invoice": invoice.id, "currency": invoice.currency}
    return f"{PAYMENTS.url}/new?{urlencode({**given, 'amount': typed(invoice.open_amount)})}"


def _rights(actor: Actor, invoice: Invoice) -> dict[str, Any]:
    may_edit = may(actor, Invoice, "edit") and invoice.deleted_at is None
    is_draft = invoice.sealed_at is None
    return {
        "is_editable": is_draft and may_edit,
        "may_post": is_draft and may_edit and may(actor, Invoice, "post"),
        "may": {action: may(actor, Invoice, action) for action in ("edit", "delete")},
    }


def _creditable(actor: Actor, invoice: Invoice, lines: list[InvoiceLine]) -> list[QuantityField]:
    """List what of a posted invoice can still be reversed, where the actor may make the credit note."""
    if invoice.kind != "invoice" or invoice.sealed_at is None or not may(actor, Invoice, "create"):
        return []
    so_far = reversed_so_far(invoice.id)
    left = [(line, line.quantity - so_far.get(line.id, (Decimal(0),))[0]) for line in lines]
    return [quantity_field(line, quantity) for line, quantity in left if quantity > 0]


def _changed(invoice: Invoice) -> Response:
    """Answer a change with what the page shows now."""
    db.session.refresh(invoice)
    return fragment("sales/invoices/body.html", record_type=INVOICES, **_context(current_actor(), invoice))


def _edited(record_id: UUID) -> tuple[Actor, Invoice]:
    actor = current_actor()
    return actor, find_record(actor, INVOICES, record_id, "edit")


@blueprint.post("/orders/<uuid:record_id>/invoice")
@audience("staff")
def invoice_an_order(record_id: UUID) -> Response:
    """Make the draft of what an order delivered, or of `everything` that isn't invoiced yet."""
    actor = current_actor()
    order = find_record(actor, ORDERS, record_id)
    invoice = invoice_order(actor, order, everything=request.form.get("everything") == "1")
    return redirect_or_refresh(INVOICES.url_of(invoice.id))


@blueprint.get("/invoices/<uuid:record_id>/pdf")
@audience("staff")
def invoice_pdf(record_id: UUID) -> Response:
    """Give the invoice or credit note as it is printed."""
    return invoice_answer(find_record(current_actor(), INVOICES, record_id, binned=True), inline=True)


DraftLines(INVOICE_KIND, INVOICES, INVOICE_LINES, "#invoice", _changed).mount()


@blueprint.post("/invoices/<uuid:record_id>/post")
@audience("staff")
def post(record_id: UUID) -> Response:
    """Post a draft."""
    actor, invoice = _edited(record_id)
    post_invoice(actor, invoice)
    toast(_("%(number)s is posted.", number=invoice.number))
    return redirect_or_refresh(INVOICES.url_of(invoice.id))


@blueprint.post("/invoices/<uuid:record_id>/remind")
@audience("staff")
def remind_customer(record_id: UUID) -> Response:
    """Remind the customer of an overdue invoice by mail."""
    actor, invoice = _edited(record_id)
    form = request.form
    sent = remind(actor, invoice, form.get("to", ""), form.get("words", "")[:5_000], form.get("seen", 0, type=int))
    toast(_("The mail to %(address)s is in the outbox.", address=sent.to_address))
    return redirect_or_refresh(INVOICES.url_of(invoice.id))


@blueprint.post("/invoices/<uuid:record_id>/credit")
@audience("staff")
def credit(record_id: UUID) -> Response:
    """Make the draft of a credit note that reverses the typed quantities of an invoice, or all that is left of it."""
    actor = current_actor()
    invoice = find_record(actor, INVOICES, record_id)
    notes: list[Invoice] = []

    def write() -> None:
        typed = any(name.startswith("quantity-") for name in request.form)
        notes.append(credit_invoice(actor, invoice, typed_quantities(request.form) if typed else None))

    tell_refusal(write)
    return redirect_or_refresh(INVOICES.url_of(notes[0].id)) if notes else _changed(invoice)
