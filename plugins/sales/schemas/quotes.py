"""What quotes, their sets and lines, and the limits of approval consist of."""

from decimal import Decimal
from typing import Final

from marshmallow.validate import Length, Range

from pelatis.api import LANGUAGES, RecordSchema, _l, currency_names, fields, lazy_pgettext
from plugins.catalog.api import UNITS

from .options import ChosenOptions

QUOTE_STATUSES: Final = {
    "draft": lazy_pgettext("of a quote", "Draft"),
    "in_approval": _l("In approval"),
    "sent": _l("Sent"),
    "viewed": _l("Viewed"),
    "accepted": _l("Accepted"),
    "declined": _l("Declined"),
    "expired": _l("Expired"),
    "superseded": _l("Superseded"),
}
QUOTE_TONES: Final = {
    "in_approval": "amber",
    "sent": "blue",
    "viewed": "violet",
    "accepted": "green",
    "declined": "red",
    "expired": "red",
}
ROUNDINGS: Final = {"line": _l("On each line"), "document": _l("Once for the document")}

_PERCENT: Final = Range(min=0, max=100)


class QuoteSchema(RecordSchema):
    """A quote."""

    name = fields.String(label=_l("Quote"), help=_l("Left empty: its deal or customer."), validate=Length(max=200))
    number = fields.String(label=_l("Quote number"), dump_only=True)
    revision = fields.Integer(label=_l("Version"), dump_only=True)
    status = fields.Choice(QUOTE_STATUSES, label=_l("Status"), dump_only=True, tones=QUOTE_TONES)
    customer = fields.Related("customer", label=_l("Customer"))
    opportunity = fields.Related("sales.opportunity", label=_l("Deal"))
    currency = fields.Choice(currency_names, label=_l("Currency"), help=_l("Left empty: the customer's."))
    language = fields.Choice(LANGUAGES, label=_l("Language"), help=_l("Left empty: the customer's."))
    valid_until = fields.Date(label=_l("Valid until"), help=_l("Left empty: 30 days from today."))
    introduction = fields.Text(label=_l("Introduction"), validate=Length(max=5_000))
    terms = fields.Text(label=_l("Terms"), validate=Length(max=20_000))
    rounding = fields.Choice(ROUNDINGS, label=_l("Tax is rounded"), load_default="line", allow_none=False)
    net = fields.Money(label=_l("Net"), dump_only=True)
    sent_at = fields.DateTime(label=_l("Sent"), dump_only=True)
    viewed_at = fields.DateTime(label=_l("First opened"), dump_only=True)
    closed_at = fields.DateTime(label=_l("Ended"), dump_only=True)
    decline_reason = fields.String(label=_l("Declined because"), dump_only=True)


class QuoteSetSchema(RecordSchema):
    """A set of a quote."""

    name = fields.String(required=True, label=_l("Set"), validate=Length(max=120))
    quote = fields.Related("sales.quote", required=True, label=_l("Quote"))
    note = fields.String(label=_l("What sets it apart"), validate=Length(max=300))
    position = fields.Integer(label=_l("Position"), load_default=0, allow_none=False)
    net = fields.Money(label=_l("Net"), dump_only=True)
    tax = fields.Money(label=_l("Tax"), dump_only=True)
    gross = fields.Money(label=_l("With tax"), dump_only=True)


class QuoteLineSchema(RecordSchema):
    """A line of a quote."""

    name = fields.String(label=_l("Line"), help=_l("Left empty: the product."), validate=Length(max=300))
    set = fields.Related("sales.quote_set", required=True, label=_l("Set"))
    product = fields.Related("catalog.product", label=_l("Product"), import_names=("product name", "item"))
    options = ChosenOptions()
    quantity = fields.Decimals(
        label=_l("Quantity"), load_default=Decimal(1), allow_none=False, validate=Range(min=0, min_inclusive=False)
    )
    unit = fields.Choice(UNITS, label=_l("Unit"), help=_l("Left empty: the product's."))
    unit_price = fields.Money(
        label=_l("Unit price"), help=_l("Left empty: what the price lists say."),
        validate=Range(min=0),
    )  # fmt: skip
    discount = fields.Decimals(label=_l("Discount, %"), load_default=Decimal(0), allow_none=False, validate=_PERCENT)
    optional = fields.Boolean(
        label=_l("Optional"), help=_l("Joins when the customer chooses it."), load_default=False, allow_none=False
    )
    chosen = fields.Boolean(label=_l("Chosen"), dump_only=True)
    position = fields.Integer(label=_l("Position"), load_default=0, allow_none=False)
    net = fields.Money(label=_l("Net"), dump_only=True)


class ApprovalLimitSchema(RecordSchema):
    """A limit from which on somebody must approve."""

    name = fields.String(required=True, label=_l("Limit"), validate=Length(max=100))
    max_discount = fields.Decimals(label=_l("Highest discount, %"), help=_l("Left empty: any."), validate=_PERCENT)
    min_margin = fields.Decimals(label=_l("Lowest margin, %"), help=_l("Left empty: any."), validate=_PERCENT)
    from_amount = fields.Money(
        label=_l("From amount"),
        help=_l("Sets of at least so much without tax, in the company's own currency."),
        currency="base_currency",
        load_default=Decimal(0),
        allow_none=False,
        validate=Range(min=0),
    )
