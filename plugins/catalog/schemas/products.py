"""What products and costs consist of."""

from decimal import Decimal

from marshmallow.validate import Length, Range

from pelatis.api import RecordSchema, _l, fields

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
TAX_CLASSES = {
    "standard": _l("Standard rate"),
    "reduced": _l("Reduced rate"),
    "super_reduced": _l("Second reduced rate"),
    "zero": _l("Zero rate"),
    "exempt": _l("Exempt"),
}
#: How a bundle is priced.
BUNDLE_PRICES = {"own": _l("A price of its own"), "parts": _l("The sum of its parts")}


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
    tax_class = fields.Choice(
        TAX_CLASSES,
        label=_l("Tax class"),
        help=_l("Tax rules say what each class costs in each country."),
        load_default="standard",
        allow_none=False,
        import_names=("tax class", "vat class"),
    )
    active = fields.Boolean(label=_l("Offered"), load_default=True, allow_none=False)
    list_price = fields.Money(
        label=_l("Price"),
        help=_l("What one unit costs in the default price list; written there."),
        load_only=True,
        validate=Range(min=0),
        import_names=("sales_price", "sales price", "list price", "unit price", "price"),
    )
    template = fields.Related("catalog.product", label=_l("Variant of"), import_names=("variant of", "parent product"))
    features = fields.Tags(
        label=_l("Features"), help=_l("Of a variant, like “Size: M”."), import_names=("features", "attributes")
    )
    surcharge = fields.Decimals(
        label=_l("Costs more than its template"),
        help=_l("Of a variant without a price of its own, in the company's own currency. Below zero: less."),
    )
    bundle_price = fields.Choice(
        BUNDLE_PRICES, label=_l("Price of the bundle"), help=_l("Of a product made of parts; else left empty.")
    )
    bundle_discount = fields.Decimals(
        label=_l("Less than its parts, %"),
        help=_l("Where it costs the sum of its parts."),
        validate=Range(min=0, max=100),
    )
    description = fields.Text(label=_l("Description"), validate=Length(max=20_000))


class ProductAttributeSchema(RecordSchema):
    """In what the variants of a product differ."""

    name = fields.String(required=True, label=_l("Attribute"), validate=Length(max=50))
    product = fields.Related("catalog.product", required=True, label=_l("Product"))
    choices = fields.Tags(required=True, label=_l("Its values"), help=_l("S, M, L"))
    position = fields.Integer(label=_l("Position"), help=_l("Smaller comes first."), load_default=0, allow_none=False)


class BundlePartSchema(RecordSchema):
    """A part of a bundle."""

    bundle = fields.Related("catalog.product", required=True, label=_l("Bundle"))
    part = fields.Related("catalog.product", required=True, label=_l("Part"))
    quantity = fields.Decimals(
        label=_l("Quantity"),
        help=_l("In one unit of the bundle."),
        load_default=Decimal(1),
        allow_none=False,
        validate=Range(min=0, min_inclusive=False),
    )
    position = fields.Integer(label=_l("Position"), help=_l("Smaller comes first."), load_default=0, allow_none=False)


class CostSchema(RecordSchema):
    """What a product or one of its options costs the company."""

    product = fields.Related("catalog.product", required=True, label=_l("Product"))
    option = fields.Related("catalog.option", label=_l("Option"), help=_l("Left empty: the product itself."))
    amount = fields.Money(
        required=True,
        label=_l("Cost"),
        help=_l("What one unit costs the company, in its own currency."),
        validate=Range(min=0),
        import_names=("cost", "unit cost", "cost price", "purchase price"),
    )
    currency = fields.String(dump_only=True, label=_l("Currency"))
    valid_from = fields.Date(label=_l("Valid from"), help=_l("Holds until the next cost does."))
