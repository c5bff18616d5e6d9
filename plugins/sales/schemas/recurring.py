"""What recurring orders consist of."""

from typing import Final

from marshmallow.validate import Length, Range

from pelatis.api import RecordSchema, _l, fields, today

UNITS_OF_TIME: Final = {"weeks": _l("Weeks"), "months": _l("Months")}
RECURRING_STATUSES: Final = {"active": _l("Active"), "paused": _l("Paused"), "ended": _l("Has ended")}
RECURRING_TONES: Final = {"active": "green", "paused": "amber"}
RECURRING_PRICES: Final = {"kept": _l("As in the order"), "anew": _l("By the price lists of the day")}


class RecurringOrderSchema(RecordSchema):
    """An order that is repeated."""

    name = fields.String(label=_l("Name"), help=_l("Left empty: the order's name."), validate=Length(max=200))
    order = fields.Related(
        "sales.order",
        required=True,
        label=_l("Order that is repeated"),
        help=_l("A confirmed one: its lines are copied."),
    )
    customer = fields.Related("customer", label=_l("Customer"), dump_only=True)
    every = fields.Integer(
        label=_l("Every"), load_default=1, allow_none=False, validate=Range(min=1, max=120), import_names=("interval",)
    )
    unit = fields.Choice(UNITS_OF_TIME, label=_l("Weeks or months"), load_default="months", allow_none=False)
    begins_on = fields.Date(
        label=_l("Begins on"), load_default=today, allow_none=False,
        help=_l("Its day of the month is kept, or the last day of a shorter month. What is past already isn't made."),
    )  # fmt: skip
    next_on = fields.Date(label=_l("Next on"), dump_only=True)
    ends_on = fields.Date(label=_l("Ends on"), help=_l("Left empty: until further notice."))
    ends_after = fields.Integer(
        label=_l("Ends after so many orders"), help=_l("Left empty: any number."), validate=Range(min=1, max=10_000)
    )
    made = fields.Integer(label=_l("Orders made"), dump_only=True)
    status = fields.Choice(RECURRING_STATUSES, label=_l("Status"), dump_only=True, tones=RECURRING_TONES)
    pricing = fields.Choice(
        RECURRING_PRICES, label=_l("Prices"), load_default="kept", allow_none=False,
        help=_l("Taxes are always those of the day; a price that a seller wrote stays."),
    )  # fmt: skip
    note = fields.Text(label=_l("Note"), validate=Length(max=20_000))
