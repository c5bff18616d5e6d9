"""What the numbers of documents consist of."""

from typing import Final

from marshmallow.validate import Length, Range

from pelatis.api import RecordSchema, _l, fields

#: Every kind of document that is numbered.
NUMBERED: Final = {
    "quote": _l("Quote"),
    "order": _l("Order"),
    "delivery": _l("Delivery"),
    "invoice": _l("Invoice"),
    "credit_note": _l("Credit note"),
    "payment": _l("Payment"),
    "refund": _l("Refund"),
    "settlement": _l("Settlement"),
    "journal": _l("Batch of the journal"),
}


class NumberFormatSchema(RecordSchema):
    """How the numbers of one kind of document are written."""

    kind = fields.Choice(NUMBERED, required=True, allow_none=False, label=_l("Document"))
    pattern = fields.String(
        required=True,
        label=_l("Written as"),
        help=_l("I-YYYY-#####: the year, and the number with five digits. Without YYYY or YY it goes on year by year."),
        validate=Length(max=30),
    )
    first = fields.Integer(
        label=_l("First number"),
        help=_l("Where a series begins. Once a number was drawn, the next one follows it."),
        load_default=1,
        allow_none=False,
        validate=Range(min=1, max=999_999_999),
    )
