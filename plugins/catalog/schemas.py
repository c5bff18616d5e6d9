"""What products, price lists and prices consist of, for forms, API, import and export."""

from decimal import Decimal

from marshmallow.validate import Length, Range

from pelatis.api import RecordSchema, _l, currency_names, fields

UNITS = {
    "piece": _l("piece"),
    "kg": _l("kilogram"),
    "l": _l("litre"),
    "m": _l("metre"),
    "m2": _l("square metre"),
    "box": _l("box"),
    "pallet": _l("pallet"),
    "hour": _l("hour"),
    "day": _l("day"),
    "month": _l("month"),
}


class ProductSchema(RecordSchema):
    """A product."""

    name = fields.String(
        required=True, label=_l("Product"), validate=Length(max=200), import_names=("product", "product name", "item")
    )
    sku = fields.String(
        label=_l("Code"),
        help=_l("The article number that stock and invoices know it by."),
        validate=Length(max=60),
        import_names=("sku", "product code", "article number", "item number"),
    )
    series = fields.String(
        label=_l("Series"), validate=Length(max=100), import_names=("series", "category", "product family", "group")
    )
    unit = fields.Choice(UNITS, label=_l("Unit"), load_default="piece", allow_none=False, import_names=("unit",))
    active = fields.Boolean(label=_l("Offered"), load_default=True, allow_none=False)
    list_price = fields.Money(
        label=_l("Price"),
        help=_l("What one unit costs in the default price list; written there."),
        load_only=True,
        validate=Range(min=0),
        import_names=("sales_price", "sales price", "list price", "unit price", "price"),
    )
    description = fields.Text(label=_l("Description"), validate=Length(max=20_000))


class PriceListSchema(RecordSchema):
    """A price list."""

    name = fields.String(required=True, label=_l("Price list"), validate=Length(max=100))
    currency = fields.Choice(currency_names, required=True, label=_l("Currency"))
    valid_from = fields.Date(label=_l("Valid from"))
    valid_until = fields.Date(label=_l("Valid until"))
    is_default = fields.Boolean(
        label=_l("Default"), help=_l("Holds where nobody chose another list."), load_default=False, allow_none=False
    )


class PriceSchema(RecordSchema):
    """A price."""

    product = fields.Related("catalog.product", required=True, label=_l("Product"))
    price_list = fields.Related("catalog.price_list", label=_l("Price list"), help=_l("Left empty: the default one."))
    amount = fields.Money(required=True, label=_l("Price"), validate=Range(min=0), import_names=("unit price",))
    currency = fields.String(dump_only=True, label=_l("Currency"))
    min_quantity = fields.Decimals(
        label=_l("From quantity"), load_default=Decimal(1), allow_none=False, validate=Range(min=0)
    )
    valid_from = fields.Date(label=_l("Valid from"))
    valid_until = fields.Date(label=_l("Valid until"))
