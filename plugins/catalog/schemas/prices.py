"""What price lists, prices and the rules that reckon them consist of."""

from decimal import Decimal

from marshmallow.validate import Length, Range

from pelatis.api import Country, RecordSchema, Words, _l, currency_names, customer_roles, fields


class PriceListSchema(RecordSchema):
    """A price list."""

    name = fields.String(required=True, label=_l("Price list"), validate=Length(max=100))
    currency = fields.Choice(currency_names, required=True, label=_l("Currency"))
    valid_from = fields.Date(label=_l("Valid from"))
    valid_until = fields.Date(label=_l("Valid until"))
    is_default = fields.Boolean(
        label=_l("Default"), help=_l("Holds where no other list does."), load_default=False, allow_none=False
    )
    roles = Words(
        known=customer_roles(),
        label=_l("For customers with the role"),
        help=_l("One of them is enough. All conditions of a list must fit."),
        load_default=list,
        import_names=("roles", "role"),
    )
    tags = Words(label=_l("For customers with the tag"), load_default=list, import_names=("tags", "tag"))
    country = Country(label=_l("For customers of the country"), import_names=("country",))
    priority = fields.Integer(
        label=_l("Priority"),
        help=_l("Of several lists that hold for a customer, the one with the largest goes first."),
        load_default=0,
        allow_none=False,
    )
    rate = fields.Decimals(
        label=_l("Rate"),
        help=_l("How much of the list's currency one unit of the company's own is, for rules that start from costs."),
        validate=Range(min=0, min_inclusive=False),
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


class ListAssignmentSchema(RecordSchema):
    """A price list that was agreed with a customer."""

    customer = fields.Related("customer", required=True, label=_l("Customer"))
    price_list = fields.Related("catalog.price_list", required=True, label=_l("Price list"))
    reason = fields.String(
        label=_l("Why"), help=_l("As explanations of prices say it: contract of 2026."), validate=Length(max=200)
    )


BASES = {
    "own": _l("This list's own price"),
    "list": _l("The price in another list"),
    "cost": _l("The cost"),
    "fixed": _l("Nothing: the amount is the price"),
}


class PriceRuleSchema(RecordSchema):
    """A rule that reckons prices."""

    name = fields.String(
        required=True, label=_l("Rule"), help=_l("As explanations of prices call it."), validate=Length(max=100)
    )
    price_list = fields.Related("catalog.price_list", label=_l("Price list"), help=_l("Left empty: the default one."))
    product = fields.Related("catalog.product", label=_l("Product"), help=_l("Empty: every product."))
    series = fields.String(label=_l("Series"), help=_l("Every product of the series."), validate=Length(max=100))
    min_quantity = fields.Decimals(
        label=_l("From quantity"), load_default=Decimal(1), allow_none=False, validate=Range(min=0)
    )
    base = fields.Choice(BASES, label=_l("Starts from"), load_default="own", allow_none=False)
    base_list = fields.Related("catalog.price_list", label=_l("Other list"))
    percent = fields.Decimals(
        label=_l("Percent more"),
        help=_l("Below zero: less. A discount of ten percent is -10."),
        load_default=Decimal(0),
        allow_none=False,
        validate=Range(min=-100, max=10_000),
        import_names=("percent",),
    )
    amount = fields.Money(
        label=_l("Amount more"),
        help=_l("Below zero: less. Added after the percent."),
        load_default=Decimal(0),
        allow_none=False,
        import_names=("amount",),
    )
    currency = fields.String(dump_only=True, label=_l("Currency"))
    rounding_step = fields.Decimals(
        label=_l("Rounded to"),
        help=_l("1 for whole units, 0.05 for five cents."),
        validate=Range(min=0, min_inclusive=False),
    )
    ending = fields.Decimals(
        label=_l("Ending"),
        help=_l("Added after rounding: -0.01 makes 4.99 of 5."),
        load_default=Decimal(0),
        allow_none=False,
    )
    min_margin = fields.Decimals(
        label=_l("Least margin in percent"),
        help=_l("The price is raised until so much of it is left above the cost."),
        validate=Range(min=0, max=100, max_inclusive=False),
    )
    valid_from = fields.Date(label=_l("Valid from"))
    valid_until = fields.Date(label=_l("Valid until"))
