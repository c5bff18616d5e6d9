"""What stock, its movements, what is expected and what is promised consist of."""

from decimal import Decimal

from marshmallow.validate import Length, Range

from pelatis.api import RecordSchema, _l, fields

MOVEMENT_KINDS = {
    "receipt": _l("Receipt"),
    "issue": _l("Issue"),
    "return": _l("Return"),
    "count": _l("Count"),
    "transfer": _l("Transfer"),
}


def _location() -> fields.String:
    return fields.String(
        label=_l("Location"),
        help=_l("The warehouse or van. Empty where there is one place alone."),
        load_default="",
        allow_none=False,
        validate=Length(max=60),
        import_names=("warehouse", "location", "place"),
    )


class StockLevelSchema(RecordSchema):
    """What is on hand."""

    product = fields.Related("catalog.product", required=True, label=_l("Product"))
    location = _location()
    on_hand = fields.Decimals(
        label=_l("On hand"),
        help=_l("As counted. The difference is booked as a movement."),
        load_default=Decimal(0),
        allow_none=False,
        validate=Range(min=0),
        import_names=("on hand", "stock", "quantity"),
    )


class StockMovementSchema(RecordSchema):
    """A change of what is on hand."""

    product = fields.Related("catalog.product", required=True, label=_l("Product"))
    location = _location()
    quantity = fields.Decimals(required=True, label=_l("Quantity"), help=_l("Below zero: what went out."))
    kind = fields.Choice(MOVEMENT_KINDS, label=_l("Kind"), load_default="receipt", allow_none=False)
    moved_on = fields.Date(label=_l("Day"), help=_l("Left empty: today."))
    reason = fields.String(label=_l("Why"), validate=Length(max=200))


class ExpectedDeliverySchema(RecordSchema):
    """What a supplier is to bring."""

    product = fields.Related("catalog.product", required=True, label=_l("Product"))
    location = _location()
    quantity = fields.Decimals(required=True, label=_l("Quantity"), validate=Range(min=0, min_inclusive=False))
    due_on = fields.Date(required=True, label=_l("Expected on"), import_names=("due",))
    reason = fields.String(label=_l("From whom"), validate=Length(max=200))
    received_on = fields.Date(label=_l("Came on"), help=_l("Books it into stock."))


class ReservationSchema(RecordSchema):
    """What is promised."""

    product = fields.Related("catalog.product", required=True, label=_l("Product"))
    quantity = fields.Decimals(required=True, label=_l("Quantity"), validate=Range(min=0, min_inclusive=False))
    due_on = fields.Date(required=True, label=_l("Wanted by"), import_names=("due",))
    reason = fields.String(label=_l("For what"), validate=Length(max=200))
