"""Receipts of payments and refunds as letters, in the customer's language."""

from collections.abc import Iterator
from decimal import Decimal

from werkzeug.wrappers import Response

from pelatis.api import (
    LANGUAGES,
    Actor,
    Customer,
    Letter,
    LetterColumn,
    LetterLine,
    LetterPart,
    LetterTotal,
    _,
    db,
    document_name,
    format_amount,
    format_day,
    in_language,
    pdf_response,
    render_letter,
)

from .letters import address_of
from .models import Invoice, Payment
from .queries.payments import allocations_of, refunds_of
from .schemas import METHODS


def letter_of_payment(actor: Actor, payment: Payment) -> Letter:
    """Write the receipt of a payment: what it paid, and what is left of it; or what a refund gave back.

    Args:
        actor: whoever prints it; their language holds where the customer's isn't known.
        payment: a payment or a refund.
    """
    customer = db.session.get(Customer, payment.customer_id) if payment.customer_id else None
    language = customer.language if customer is not None and customer.language in LANGUAGES else actor.language
    is_refund = payment.kind == "refund"
    with in_language(language):
        facts = [(_("Date"), format_day(payment.received_on, "long")), (_("Paid by"), str(METHODS[payment.method]))]
        if payment.reference:
            facts.append((_("Words beside it"), payment.reference))
        if is_refund and (given_back := _given_back(payment)):
            facts.append((_("Gives back"), given_back))
        number = payment.number
        return Letter(
            language=language,
            title=_("Refund %(number)s", number=number) if is_refund else _("Receipt %(number)s", number=number),
            recipient=address_of(customer),
            facts=facts,
            parts=[_part(payment)],
        )


def _given_back(payment: Payment) -> str:
    """Give the number of the payment or the credit note whose credit a refund gave back."""
    if payment.refunds_id is not None:
        return db.session.get_one(Payment, payment.refunds_id).number
    note = db.session.get(Invoice, payment.refunds_note_id) if payment.refunds_note_id else None
    return (note.number or "") if note else ""


def _part(payment: Payment) -> LetterPart:
    def said(amount: Decimal) -> str:
        return format_amount(amount, payment.currency, whole=False)

    totals = [LetterTotal(_("Amount"), said(payment.amount), strong=True)]
    if payment.open_amount:
        totals.append(LetterTotal(_("Not used yet"), said(payment.open_amount)))
    rows = [LetterLine([title, said(amount)]) for title, amount in _uses(payment)]
    columns = [LetterColumn(_("Used for"), wide=True), LetterColumn(_("Amount"), numeric=True)]
    return LetterPart(columns=columns if rows else [], rows=rows, totals=totals)


def _uses(payment: Payment) -> Iterator[tuple[str, Decimal]]:
    """Tell what a payment was used for: invoices, what was taken back left out, and what went back to the customer."""
    invoices: dict[str, Decimal] = {}
    for allocation, invoice in allocations_of(payment):
        title = _("Invoice %(number)s", number=invoice.number)
        invoices[title] = invoices.get(title, Decimal(0)) + allocation.amount
    yield from ((title, amount) for title, amount in invoices.items() if amount)
    for refund in refunds_of(payment):
        yield _("Refund %(number)s", number=refund.number), refund.amount


def receipt_answer(actor: Actor, payment: Payment) -> Response:
    """Answer with the PDF of a receipt.

    Args:
        actor: whoever asks.
        payment: any; the caller has checked that it may be seen.
    """
    return pdf_response(render_letter(letter_of_payment(actor, payment)), document_name(payment.number), inline=True)
