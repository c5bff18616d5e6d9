"""What products, price lists, prices, costs and tax rules consist of, for forms, API, import and export."""

from decimal import Decimal

from marshmallow.validate import Length, Range

from pelatis.api import Country, RecordSchema, _l, currency_names, fields

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
BUYERS = {"business": _l("Businesses with a tax number"), "private": _l("Everybody else")}


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


class CostSchema(RecordSchema):
    """What a product costs the company."""

    product = fields.Related("catalog.product", required=True, label=_l("Product"))
    amount = fields.Money(
        required=True,
        label=_l("Cost"),
        help=_l("What one unit costs the company, in its own currency."),
        validate=Range(min=0),
        import_names=("cost", "unit cost", "cost price", "purchase price"),
    )
    currency = fields.String(dump_only=True, label=_l("Currency"))
    valid_from = fields.Date(label=_l("Valid from"), help=_l("Holds until the next cost does."))


class TaxRuleSchema(RecordSchema):
    """A tax rule."""

    name = fields.String(
        required=True, label=_l("Tax"), help=_l("As documents print it: VAT 24 %."), validate=Length(max=100)
    )
    rate = fields.Decimals(
        required=True,
        label=_l("Rate in percent"),
        validate=Range(min=0, max=100),
        import_names=("rate", "percent", "vat rate"),
    )
    country = Country(required=True, label=_l("Country"), help=_l("Where the goods go or the service is used."))
    postcodes = fields.String(
        label=_l("Postcodes"),
        help=_l("How the postcodes begin for which alone it holds: “811 812” for Lesvos. Empty: everywhere."),
        load_default="",
        allow_none=False,
        validate=Length(max=400),
    )
    tax_class = fields.Choice(TAX_CLASSES, label=_l("Tax class"), help=_l("Empty: every class."))
    buyer = fields.Choice(BUYERS, label=_l("Buyers"), help=_l("Empty: everybody."))
    note = fields.String(
        label=_l("Note on documents"), help=_l("What the law wants beside: reverse charge."), validate=Length(max=300)
    )
    valid_from = fields.Date(label=_l("Valid from"))
    valid_until = fields.Date(label=_l("Valid until"))
