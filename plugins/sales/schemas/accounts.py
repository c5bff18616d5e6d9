"""What the accounts of the journal consist of."""

from typing import Final

from marshmallow.validate import Length

from pelatis.api import RecordSchema, _l, fields

from .payments import METHODS

PURPOSES: Final = {
    "receivables": _l("Receivables"),
    "revenue": _l("Revenue"),
    "tax": _l("Tax to be paid"),
    "money": _l("Bank and cash"),
    "exchange_gain": _l("Gain by exchange rates"),
    "exchange_loss": _l("Loss by exchange rates"),
}


class AccountMappingSchema(RecordSchema):
    """An account of the journal."""

    code = fields.String(required=True, label=_l("Account"), validate=Length(max=40))
    purpose = fields.Choice(PURPOSES, required=True, allow_none=False, label=_l("Purpose"))
    tax_name = fields.String(
        label=_l("For the tax"),
        validate=Length(max=100),
        help=_l("As documents name it. Left empty: for every other tax."),
    )
    method = fields.Choice(METHODS, label=_l("Paid by"), help=_l("Left empty: for every other way to pay."))
