"""What opportunities consist of."""

from typing import Final

from marshmallow.validate import Length, Range

from pelatis.api import RecordSchema, _l, base_currency, currency_names, fields
from plugins.catalog.api import UNITS

from .forecast import CATEGORY_TONES, OPEN_CATEGORIES
from .leads import SOURCES

LOST_REASONS: Final = {
    "price": _l("Price"),
    "competitor": _l("A competitor"),
    "no_budget": _l("No budget"),
    "no_need": _l("No need"),
    "timing": _l("Wrong time"),
    "no_answer": _l("No answer"),
    "other": _l("Other"),
}


class OpportunitySchema(RecordSchema):
    """An opportunity."""

    name = fields.String(
        label=_l("Deal"),
        help=_l("Left empty: product – customer."),
        validate=Length(max=300),
        import_names=("opportunity", "opportunity name", "deal name", "title"),
    )
    customer = fields.Related("customer", label=_l("Customer"), import_names=("account", "account name", "company"))
    stage = fields.Related(
        "sales.stage",
        label=_l("Stage"),
        help=_l("Left empty: the first one."),
        import_names=("deal_stage", "deal stage", "sales stage"),
    )
    pipeline = fields.Related("sales.pipeline", label=_l("Pipeline"), dump_only=True)
    amount = fields.Money(
        label=_l("Amount"),
        validate=Range(min=0),
        import_names=("close_value", "close value", "deal value", "value", "estimated value"),
    )
    currency = fields.Choice(
        currency_names,
        label=_l("Currency"),
        load_default=base_currency,
        allow_none=False,
        import_names=("deal currency",),
    )
    amount_base = fields.Money(label=_l("Amount in own currency"), currency="base_currency", dump_only=True)
    product = fields.Related("catalog.product", label=_l("Product"), import_names=("product name", "item"))
    volume = fields.Decimals(
        label=_l("Volume"),
        help=_l("How much of the product they may take."),
        validate=Range(min=0),
        import_names=("quantity", "qty", "units", "expected volume"),
    )
    volume_unit = fields.Choice(
        UNITS, label=_l("Unit of the volume"), help=_l("Left empty: the product's."), import_names=("unit", "uom")
    )
    probability = fields.Integer(
        label=_l("Probability, %"),
        help=_l("The seller's own estimate; left empty: the stage's."),
        validate=Range(min=0, max=100),
    )
    forecast_category = fields.Choice(
        OPEN_CATEGORIES,
        label=_l("In the forecast"),
        help=_l("Left empty: as its stage says."),
        tones=CATEGORY_TONES,
        import_names=("forecast category",),
    )
    engaged_on = fields.Date(label=_l("Begun"), import_names=("engage_date", "engage date", "start date"))
    expected_close_on = fields.Date(
        label=_l("Expected close"), import_names=("expected close date", "estimated close date", "close by")
    )
    closed_on = fields.Date(
        label=_l("Closed on"), import_names=("closed", "close_date", "close date", "closed date", "won time")
    )
    lost_reason = fields.Choice(LOST_REASONS, label=_l("Lost because of"), import_names=("loss reason",))
    lost_to = fields.Related(
        "sales.competitor",
        label=_l("Lost to"),
        help=_l("Who won it instead."),
        import_names=("lost to competitor", "winning competitor", "competitor"),
    )
    source = fields.Choice(SOURCES, label=_l("Source"), import_names=("lead source",))
    needs = fields.Text(label=_l("Needs"), validate=Length(max=20_000), import_names=("description", "notes"))
    stage_since = fields.DateTime(label=_l("In this stage since"), dump_only=True)
    reference = fields.String(
        label=_l("Reference"),
        help=_l("What another system calls it."),
        validate=Length(max=80),
        import_names=("opportunity_id", "opportunity id", "deal id", "external id"),
    )
