"""What orders, their lines and deliveries consist of."""

from decimal import Decimal
from typing import Final

from marshmallow.validate import Length, Range

from pelatis.api import LANGUAGES, RecordSchema, _l, currency_names, fields, lazy_pgettext
from plugins.catalog.api import UNITS

from .options import ChosenOptions
from .quotes import ROUNDINGS

ORDER_STATUSES: Final = {
    "draft": lazy_pgettext("of an order", "Draft"),
    "confirmed": _l("Confirmed"),
    "part_delivered": _l("Partly delivered"),
    "delivered": _l("Delivered"),
    "invoiced": _l("Invoiced"),
    "closed": _l("Closed"),
    "cancelled": _l("Cancelled"),
}
ORDER_TONES: Final = {
    "confirmed": "blue",
    "part_delivered": "amber",
    "delivered": "violet",
    "invoiced": "green",
    "closed": "green",
    "cancelled": "red",
}


class OrderSchema(RecordSchema):
    """An order."""

    name = fields.String(label=_l("Order"), help=_l("Left empty: its deal or customer."), validate=Length(max=200))
    number = fields.String(label=_l("Number"), dump_only=True)
    status = fields.Choice(ORDER_STATUSES, label=_l("Status"), dump_only=True, tones=ORDER_TONES)
    customer = fields.Related("customer", label=_l("Customer"))
    opportunity = fields.Related("sales.opportunity", label=_l("Deal"))
    quote = fields.Related("sales.quote", label=_l("Quote"), help=_l("An accepted one: the order takes all from it."))
    reference = fields.String(label=_l("Customer's own number"), validate=Length(max=100))
    due_on = fields.Date(label=_l("Due"))
    currency = fields.Choice(currency_names, label=_l("Currency"), help=_l("Left empty: the customer's."))
    language = fields.Choice(LANGUAGES, label=_l("Language"), help=_l("Left empty: the customer's."))
    rounding = fields.Choice(ROUNDINGS, label=_l("Tax is rounded"), load_default="line", allow_none=False)
    net = fields.Money(label=_l("Net"), dump_only=True)
    tax = fields.Money(label=_l("Tax"), dump_only=True)
    gross = fields.Money(label=_l("With tax"), dump_only=True)
    confirmed_at = fields.DateTime(label=lazy_pgettext("on a day", "Confirmed"), dump_only=True)
    closed_at = fields.DateTime(label=_l("Ended"), dump_only=True)


class DocumentLineSchema(RecordSchema):
    """What a line of an order or an invoice says."""

    name = fields.String(label=_l("Line"), help=_l("Left empty: the product."), validate=Length(max=300))
    product = fields.Related("catalog.product", label=_l("Product"), import_names=("product name", "item"))
    options = ChosenOptions()
    quantity = fields.Decimals(
        label=_l("Quantity"), load_default=Decimal(1), allow_none=False, validate=Range(min=0, min_inclusive=False)
    )
    unit = fields.Choice(UNITS, label=_l("Unit"), help=_l("Left empty: the product's."))
    unit_price = fields.Money(
        label=_l("Unit price"), help=_l("Left empty: what the price lists say."), validate=Range(min=0)
    )
    discount = fields.Decimals(
        label=_l("Discount, %"), load_default=Decimal(0), allow_none=False, validate=Range(min=0, max=100)
    )
    position = fields.Integer(label=_l("Position"), load_default=0, allow_none=False)
    net = fields.Money(label=_l("Net"), dump_only=True)


class OrderLineSchema(DocumentLineSchema):
    """A line of an order."""

    order = fields.Related("sales.order", required=True, label=_l("Order"))
    delivered = fields.Decimals(label=_l("Delivered"), dump_only=True)
    invoiced = fields.Decimals(label=_l("Invoiced"), dump_only=True)
    cancelled = fields.Decimals(label=_l("Cancelled"), dump_only=True)


class DeliverySchema(RecordSchema):
    """A delivery, or what came back of one."""

    number = fields.String(label=_l("Number"), dump_only=True)
    order = fields.Related("sales.order", required=True, label=_l("Order"))
    delivered_on = fields.Date(label=_l("Went out"), help=_l("Left empty: today."))
    reverses = fields.Related("sales.delivery", label=_l("Takes back"), dump_only=True)
    note = fields.Text(label=_l("Note"), validate=Length(max=2_000))


class DeliveryLineSchema(RecordSchema):
    """How much of a line of an order went out with a delivery; below zero: came back."""

    order_line = fields.Related("sales.order_line", required=True, label=_l("Line of an order"))
    quantity = fields.Decimals(required=True, label=_l("Quantity"), validate=Range(min=0, min_inclusive=False))
    delivery = fields.Related("sales.delivery", dump_only=True, label=_l("Delivery"))
