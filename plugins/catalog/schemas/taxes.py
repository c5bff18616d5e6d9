"""What tax rules consist of."""

from marshmallow.validate import Length, Range

from pelatis.api import Country, RecordSchema, _l, fields

from .products import TAX_CLASSES

BUYERS = {"business": _l("Businesses with a tax number"), "private": _l("Everybody else")}


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
