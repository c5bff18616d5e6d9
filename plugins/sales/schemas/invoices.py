"""What invoices, credit notes and their lines consist of."""

from typing import Final

from marshmallow.validate import Length

from pelatis.api import LANGUAGES, RecordSchema, _l, currency_names, fields

from .orders import DocumentLineSchema
from .quotes import ROUNDINGS

INVOICE_KINDS: Final = {"invoice": _l("Invoice"), "credit_note": _l("Credit note")}
INVOICE_STATUSES: Final = {
    "draft": _l("Draft"),
    "posted": _l("Posted"),
    "part_paid": _l("Partly paid"),
    "paid": _l("Paid"),
    "credited": _l("Credited"),
    "part_used": _l("Partly used"),
    "used_up": _l("Used up"),
}
INVOICE_TONES: Final = {
    "posted": "blue", "part_paid": "amber", "paid": "green", "credited": "violet", "part_used": "amber",
    "used_up": "green",
}  # fmt: skip


class InvoiceSchema(RecordSchema):
    """An invoice or a credit note."""

    name = fields.String(label=_l("Invoice"), help=_l("Left empty: its deal or customer."), validate=Length(max=200))
    number = fields.String(label=_l("Number"), dump_only=True)
    kind = fields.Choice(INVOICE_KINDS, label=_l("Kind"), dump_only=True)
    status = fields.Choice(INVOICE_STATUSES, label=_l("Status"), dump_only=True, tones=INVOICE_TONES)
    customer = fields.Related("customer", label=_l("Customer"))
    opportunity = fields.Related("sales.opportunity", label=_l("Deal"))
    order = fields.Related(
        "sales.order", label=_l("Order"), help=_l("It begins with what was delivered of it and isn't invoiced yet.")
    )
    corrects = fields.Related(
        "sales.invoice", label=_l("Reverses"), help=_l("The invoice that this one, a credit note, reverses.")
    )
    reference = fields.String(label=_l("Customer's own number"), validate=Length(max=100))
    issued_on = fields.Date(label=_l("Issued"), help=_l("Left empty: the day on which it is posted."))
    due_on = fields.Date(label=_l("Due"), help=_l("Left empty: 30 days after it is issued."))
    currency = fields.Choice(currency_names, label=_l("Currency"), help=_l("Left empty: the customer's."))
    language = fields.Choice(LANGUAGES, label=_l("Language"), help=_l("Left empty: the customer's."))
    rounding = fields.Choice(ROUNDINGS, label=_l("Tax is rounded"), load_default="line", allow_none=False)
    net = fields.Money(label=_l("Net"), dump_only=True)
    tax = fields.Money(label=_l("Tax"), dump_only=True)
    gross = fields.Money(label=_l("With tax"), dump_only=True)
    open_amount = fields.Money(label=_l("Open amount"), dump_only=True)
    reminders = fields.Integer(label=_l("Reminders"), dump_only=True)
    reminded_at = fields.DateTime(label=_l("Last reminded"), dump_only=True)
    printed_name = fields.String(label=_l("Printed name"), dump_only=True)
    printed_tax_number = fields.String(label=_l("Printed tax number"), dump_only=True)
    rate = fields.Decimals(label=_l("Exchange rate"), dump_only=True)
    posted_at = fields.DateTime(label=_l("Posted on"), dump_only=True)


class InvoiceLineSchema(DocumentLineSchema):
    """A line of an invoice or a credit note."""

    invoice = fields.Related("sales.invoice", required=True, label=_l("Invoice"))
