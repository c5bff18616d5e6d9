"""What payments and their allocations consist of."""

from typing import Final

from marshmallow.validate import Length, Range

from pelatis.api import RecordSchema, _l, currency_names, fields

PAYMENT_KINDS: Final = {"receipt": _l("Payment"), "refund": _l("Refund")}
METHODS: Final = {
    "transfer": _l("Bank transfer"),
    "card": _l("Card"),
    "cash": _l("Cash"),
    "cheque": _l("Cheque"),
    "other": _l("Other"),
}


class PaymentSchema(RecordSchema):
    """Money that came from a customer or went back to one."""

    number = fields.String(label=_l("Number"), dump_only=True)
    kind = fields.Choice(PAYMENT_KINDS, label=_l("Kind"), dump_only=True)
    customer = fields.Related("customer", label=_l("Customer"), help=_l("Left empty: the customer of the invoice."))
    invoice = fields.Related(
        "sales.invoice", label=_l("For the invoice"), help=_l("It is used for that as far as that is open.")
    )
    amount = fields.Money(
        label=_l("Amount"), required=True, allow_none=False, validate=Range(min=0, min_inclusive=False)
    )
    currency = fields.Choice(
        currency_names, label=_l("Currency"), help=_l("Left empty: the invoice's or the customer's.")
    )
    received_on = fields.Date(label=_l("Day of payment"), help=_l("Left empty: today."))
    method = fields.Choice(METHODS, label=_l("Paid by"), load_default="transfer", allow_none=False)
    reference = fields.String(label=_l("Words beside it"), validate=Length(max=200))
    note = fields.Text(label=_l("Note"), validate=Length(max=2_000))
    refunds = fields.Related(
        "sales.payment", label=_l("Gives back"), help=_l("The payment whose credit this refund gives back.")
    )
    refunds_note = fields.Related(
        "sales.invoice", label=_l("Gives back the credit of"), help=_l("The credit note that this refund pays out.")
    )
    open_amount = fields.Money(label=_l("Not used yet"), dump_only=True)
    rate = fields.Decimals(label=_l("Exchange rate"), dump_only=True)


class AllocationSchema(RecordSchema):
    """How much of a payment or a credit note was used for an invoice."""

    payment = fields.Related("sales.payment", label=_l("Payment"))
    credit_note = fields.Related("sales.invoice", label=_l("Credit note"))
    invoice = fields.Related("sales.invoice", label=_l("Invoice"), required=True)
    amount = fields.Decimals(
        label=_l("Amount"), required=True, allow_none=False, validate=Range(min=0, min_inclusive=False)
    )
    allocated_on = fields.Date(label=_l("Day"), help=_l("Left empty: today."))
    reverses = fields.Related("sales.allocation", label=_l("Takes back"), dump_only=True)
