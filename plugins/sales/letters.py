"""Documents of sales as letters: what is printed, in the language of whoever reads it."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from flask import Response

from pelatis.api import (
    Customer,
    Letter,
    LetterColumn,
    LetterLine,
    LetterNote,
    LetterPart,
    LetterTotal,
    _,
    country_names,
    current_zone,
    db,
    document_name,
    format_amount,
    format_day,
    format_number,
    format_percent,
    format_price,
    format_time,
    in_language,
    pdf_response,
    render_letter,
    today,
)
from plugins.catalog.api import written_quantity

from .models import Delivery, Invoice, Order, OrderLine, Quote, QuoteLine, QuoteSet
from .models.documents import DocumentLine, Totalled
from .queries.invoices import lines_of_invoice
from .queries.orders import gone_with, lines_of_order, quantities_of
from .queries.quotes import lines_of, sets_of, signature_of

#: A signature as a picture; its path is moves and lines alone, as operations/acceptance.py checks.
_SIGNATURE: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 200">'
    '<path d="%s" fill="none" stroke="#1c2430" stroke-width="4" stroke-linecap="round" stroke-linejoin="round"/></svg>'
)


def letter_of_quote(quote: Quote) -> Letter:
    """Write a quote: each alternative as a table of its own with its own sum, or the accepted one alone."""
    sets, lines = sets_of(quote), lines_of(quote)
    accepted = [each for each in sets if each.id == quote.accepted_set_id]
    customer = db.session.get(Customer, quote.customer_id) if quote.customer_id else None
    with in_language(quote.language):
        name = _("Quote %(number)s", number=quote.number) if quote.number else _("Quote")
        return Letter(
            language=quote.language,
            title=f"{name} – {quote.name}",
            recipient=address_of(customer),
            facts=_facts_of_quote(quote, customer),
            intro=quote.introduction or "",
            parts=[
                _part_of_set(each, [line for line in lines if line.set_id == each.id], bool(accepted), len(sets) > 1)
                for each in accepted or sets
            ],
            notes=_notes_of_quote(quote, len(sets) > 1 and not accepted),
            mark="" if quote.sealed_at else _("Draft"),
        )


def quote_answer(quote: Quote, *, inline: bool = False) -> Response:
    """Answer with the PDF of a quote.

    Args:
        quote: any version; the caller has checked that it may be seen.
        inline: whether the browser shows it instead of keeping it.
    """
    return pdf_response(print_quote(quote), name_of_quote(quote), inline=inline)


def print_quote(quote: Quote) -> bytes:
    """Make the PDF of a quote."""
    return render_letter(letter_of_quote(quote))


def name_of_quote(quote: Quote) -> str:
    """Name the file of a quote's PDF."""
    return document_name(quote.number or quote.name, f"v{quote.revision}" if quote.number else "")


def address_of(customer: Customer | None) -> list[str]:
    """Write a customer's name and address, line by line."""
    if customer is None:
        return []
    place = " ".join(filter(None, (customer.postcode, customer.city)))
    country = country_names().get(customer.country or "", "")
    return [line for line in (customer.legal_name or customer.name, customer.street, place, country) if line]


def _facts_of_quote(quote: Quote, customer: Customer | None) -> list[tuple[str, str]]:
    facts = [(_("Date"), format_day(quote.sent_at or today(), "long"))]
    if quote.valid_until is not None:
        facts.append((_("Valid until"), format_day(quote.valid_until, "long")))
    if quote.revision > 1:
        facts.append((_("Version"), format_number(quote.revision)))
    if customer is not None and customer.tax_number:
        facts.append((_("Your tax number"), customer.tax_number))
    return facts


def _part_of_set(quote_set: QuoteSet, lines: Sequence[QuoteLine], accepted: bool, several: bool) -> LetterPart:
    counted = [line for line in lines if not line.optional or (accepted and line.chosen)]
    options = [] if accepted else [line for line in lines if line.optional]
    rows = [line_of(line) for line in counted]
    if options:
        rows.append(LetterLine([_("Optional, not part of the sum")], heading=True))
        rows += [line_of(line) for line in options]
    title = " – ".join(filter(None, (quote_set.name, quote_set.note))) if several else ""
    return LetterPart(
        columns=columns(), rows=rows, title=title, tax_columns=tax_columns(), taxes=tax_rows(quote_set),
        totals=totals(quote_set),
    )  # fmt: skip


def columns() -> list[LetterColumn]:
    """Head the table of a document's lines."""
    return [
        LetterColumn(_("Description"), wide=True),
        LetterColumn(_("Quantity"), numeric=True),
        LetterColumn(_("Unit price"), numeric=True),
        LetterColumn(_("Discount"), numeric=True),
        LetterColumn(_("Tax"), numeric=True),
        LetterColumn(_("Net"), numeric=True),
    ]


def line_of(line: DocumentLine) -> LetterLine:
    """Write one line of a document's table."""
    cells = [
        line.name,
        written_quantity(line.quantity, line.unit),
        format_price(line.unit_price, line.currency),
        format_percent(line.discount) if line.discount else "",
        " + ".join(format_percent(Decimal(tax["rate"])) for tax in line.taxes),
        format_amount(line.net, line.currency, whole=False),
    ]
    told = [" · ".join(line.option_names), *parts_of(line), *dict.fromkeys(tax["note"] for tax in line.taxes)]
    return LetterLine(cells, note="\n".join(filter(None, told)))


def parts_of(line: DocumentLine, quantity: Decimal = Decimal(1)) -> list[str]:
    """List what a quantity of a bundle is made of; nothing for anything else."""
    return [
        f"{written_quantity(Decimal(part['quantity']) * quantity, part['unit'])} · {part['name']}"
        for part in line.parts
    ]


def tax_columns() -> list[str]:
    """Head the summary of a document's taxes."""
    return [_("Tax"), _("Taxable amount"), _("Amount")]


def tax_rows(document: Totalled) -> list[list[str]]:
    """Write the summary of a document's taxes."""
    return [
        [tax["name"], *(format_amount(Decimal(tax[key]), document.currency, whole=False) for key in ("base", "tax"))]
        for tax in document.taxes
    ]


def totals(document: Totalled) -> list[LetterTotal]:
    """Write what a document comes to."""

    def money(amount: Decimal) -> str:
        return format_amount(amount, document.currency, whole=False)

    return [
        LetterTotal(_("Net"), money(document.net)),
        LetterTotal(_("Tax"), money(document.tax)),
        LetterTotal(_("Total"), money(document.gross), strong=True),
    ]


def _notes_of_quote(quote: Quote, is_choice: bool) -> list[LetterNote]:
    notes: list[Any] = []
    if is_choice:
        notes.append(LetterNote(_("The solutions are alternatives: you choose one of them.")))
    if quote.terms:
        notes.append(LetterNote(quote.terms, _("Terms")))
    signature = signature_of(quote)
    if signature is not None:
        words = {"name": signature.name, "moment": _long_moment(signature.signed_at), "address": signature.address}
        told = _("%(name)s accepted on %(moment)s from %(address)s.", **words)
        notes.append(LetterNote(told, _("Accepted"), _SIGNATURE % signature.drawing))
    return notes


def _long_moment(moment: datetime) -> str:
    """Write a moment so that nobody has to guess its year or its zone."""
    zone = moment.astimezone(current_zone()).tzname() or ""
    return f"{format_day(moment, 'long')} {format_time(moment)} {zone}".strip()


# Orders


def letter_of_order(order: Order) -> Letter:
    """Write the confirmation of an order."""
    customer = db.session.get(Customer, order.customer_id) if order.customer_id else None
    with in_language(order.language):
        name = _("Order confirmation %(number)s", number=order.number) if order.number else _("Order")
        facts = [(_("Date"), format_day(order.confirmed_at or today(), "long"))]
        if order.reference:
            facts.append((_("Your order"), order.reference))
        if order.due_on is not None:
            facts.append((_("Due"), format_day(order.due_on, "long")))
        if customer is not None and customer.tax_number:
            facts.append((_("Your tax number"), customer.tax_number))
        return Letter(
            language=order.language,
            title=f"{name} – {order.name}",
            recipient=address_of(customer),
            facts=facts,
            parts=[part_of_document(order, lines_of_order(order))],
            mark=_("Draft") if order.sealed_at is None else _("Cancelled") if order.status == "cancelled" else "",
        )


def part_of_document(document: Totalled, lines: Sequence[DocumentLine]) -> LetterPart:
    """Write the one table of a document without alternatives."""
    return LetterPart(
        columns=columns(), rows=[line_of(line) for line in lines], tax_columns=tax_columns(),
        taxes=tax_rows(document), totals=totals(document),
    )  # fmt: skip


def order_answer(order: Order, *, inline: bool = False) -> Response:
    """Answer with the PDF of an order's confirmation.

    Args:
        order: any; the caller has checked that it may be seen.
        inline: whether the browser shows it instead of keeping it.
    """
    return pdf_response(render_letter(letter_of_order(order)), document_name(order.number or order.name), inline=inline)


def letter_of_delivery(delivery: Delivery) -> Letter:
    """Write the note that goes out with a delivery, or that says what of it came back; and what is still to come."""
    order = db.session.get_one(Order, delivery.order_id)
    customer = db.session.get(Customer, order.customer_id) if order.customer_id else None
    lines = lines_of_order(order)
    going = quantities_of(delivery)
    with in_language(order.language):
        facts = [(_("Date"), format_day(delivery.delivered_on, "long")), (_("Order"), order.number or order.name)]
        if order.reference:
            facts.append((_("Your order"), order.reference))
        return Letter(
            language=order.language,
            title=_("Return note %(number)s", number=delivery.number)
            if delivery.reverses_id
            else _("Delivery note %(number)s", number=delivery.number),
            recipient=address_of(customer),
            facts=facts,
            parts=[
                LetterPart(
                    columns=[LetterColumn(_("Description"), wide=True), LetterColumn(_("Quantity"), numeric=True)],
                    rows=[_delivered(line, abs(going[line.id])) for line in lines if line.id in going],
                )
            ],
            notes=_notes_of_delivery(delivery, lines),
        )


def _delivered(line: OrderLine, quantity: Decimal) -> LetterLine:
    told = filter(None, [" · ".join(line.option_names), *parts_of(line, quantity)])
    return LetterLine([line.name, written_quantity(quantity, line.unit)], note="\n".join(told))


def _notes_of_delivery(delivery: Delivery, lines: Sequence[OrderLine]) -> list[LetterNote]:
    notes = [LetterNote(delivery.note)] if delivery.note else []
    gone = gone_with(delivery)
    left = [(line, line.wanted - gone.get(line.id, Decimal(0))) for line in lines]
    told = "\n".join(
        f"{written_quantity(quantity, line.unit)} · {line.name}" for line, quantity in left if quantity > 0
    )
    if told:
        notes.append(LetterNote(told, _("Still to come")))
    return notes


def delivery_answer(delivery: Delivery) -> Response:
    """Answer with the PDF of a delivery note.

    Args:
        delivery: any; the caller has checked that it may be seen.
    """
    return pdf_response(render_letter(letter_of_delivery(delivery)), document_name(delivery.number), inline=True)


# Invoices


def letter_of_invoice(invoice: Invoice) -> Letter:
    """Write an invoice or a credit note: once it is posted, to whom it was issued then."""
    customer = db.session.get(Customer, invoice.customer_id) if invoice.customer_id else None
    printed = [invoice.printed_name or "", *(invoice.printed_address or "").splitlines()]
    tax_number = invoice.printed_tax_number if invoice.sealed_at else customer.tax_number if customer else None
    with in_language(invoice.language):
        return Letter(
            language=invoice.language,
            title=_title_of_invoice(invoice),
            recipient=printed if invoice.sealed_at else address_of(customer),
            facts=_facts_of_invoice(invoice, tax_number),
            parts=[part_of_document(invoice, lines_of_invoice(invoice))],
            mark="" if invoice.sealed_at else _("Draft"),
        )


def _title_of_invoice(invoice: Invoice) -> str:
    if invoice.number is None:
        return _("Credit note") if invoice.kind == "credit_note" else _("Invoice")
    if invoice.kind == "credit_note":
        return _("Credit note %(number)s", number=invoice.number)
    return _("Invoice %(number)s", number=invoice.number)


def _facts_of_invoice(invoice: Invoice, tax_number: str | None) -> list[tuple[str, str]]:
    corrected = db.session.get(Invoice, invoice.corrects_id) if invoice.corrects_id else None
    facts = [(_("Date"), format_day(invoice.issued_on or today(), "long"))]
    if corrected is not None:
        facts.append((_("Reverses"), corrected.number or ""))
    elif invoice.due_on is not None:
        facts.append((_("To be paid by"), format_day(invoice.due_on, "long")))
    if invoice.reference:
        facts.append((_("Your order"), invoice.reference))
    if tax_number:
        facts.append((_("Your tax number"), tax_number))
    return facts


def invoice_answer(invoice: Invoice, *, inline: bool = False) -> Response:
    """Answer with the PDF of an invoice or a credit note.

    Args:
        invoice: any; the caller has checked that it may be seen.
        inline: whether the browser shows it instead of keeping it.
    """
    name, content = invoice_file(invoice)
    return pdf_response(content, name, inline=inline)


def invoice_file(invoice: Invoice) -> tuple[str, bytes]:
    """Make the PDF of an invoice or a credit note: its file's name, and what is in it."""
    return document_name(invoice.number or invoice.name), render_letter(letter_of_invoice(invoice))
