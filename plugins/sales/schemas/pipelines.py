"""What pipelines, stages and exchange rates consist of."""

from collections.abc import Mapping
from typing import Any, Final

from marshmallow.validate import Length, Range

from pelatis.api import RecordSchema, _l, currency_names, custom_fields_of, fields

from .forecast import CATEGORY_TONES, FORECAST_CATEGORIES
from .opportunities import OpportunitySchema

STAGE_KINDS: Final = {"open": _l("Under way"), "won": _l("Won"), "lost": _l("Lost")}

#: Fields that a stage may ask for.
REQUIRABLE: Final = (
    "amount", "volume", "customer", "product", "expected_close_on", "probability", "forecast_category", "source",
    "needs", "lost_reason",
)  # fmt: skip


def requirable() -> Mapping[str, Any]:
    """Give what a stage may ask for, the company's own fields of deals among it, and what people call it."""
    declared: Mapping[str, Any] = OpportunitySchema().fields
    own = custom_fields_of("sales.opportunity")
    return {name: declared[name].label for name in REQUIRABLE} | {
        f"custom.{name}": each.label for name, each in own.items()
    }


class PipelineSchema(RecordSchema):
    """A pipeline."""

    name = fields.String(required=True, label=_l("Pipeline"), validate=Length(max=100))
    position = fields.Integer(label=_l("Position"), load_default=0, allow_none=False)


class StageSchema(RecordSchema):
    """A stage."""

    name = fields.String(required=True, label=_l("Stage"), validate=Length(max=100))
    pipeline = fields.Related("sales.pipeline", label=_l("Pipeline"), help=_l("Left empty: the first one."))
    position = fields.Integer(label=_l("Position"), help=_l("Left empty: after the other open stages."))
    kind = fields.Choice(
        STAGE_KINDS, label=_l("Kind"), load_default="open", allow_none=False, tones={"won": "green", "lost": "red"}
    )
    probability = fields.Integer(
        label=_l("Probability, %"), validate=Range(min=0, max=100), help=_l("How likely a deal in this stage is won.")
    )
    forecast_category = fields.Choice(
        FORECAST_CATEGORIES,
        label=_l("In the forecast"),
        help=_l("Left empty: as likely as it is. What is won counts as closed, what is lost is left out."),
        tones=CATEGORY_TONES,
        import_names=("forecast category",),
    )
    required = fields.Choices(
        requirable,
        label=_l("Asked on entry"),
        help=_l("What must be filled in before a deal enters."),
        load_default=list,
        allow_none=False,
    )
    rot_days = fields.Integer(
        label=_l("Stands still after, days"), validate=Range(min=1, max=3_650), help=_l("Left empty: never.")
    )


class ExchangeRateSchema(RecordSchema):
    """An exchange rate."""

    currency = fields.Choice(currency_names, required=True, label=_l("Currency"))
    rate = fields.Decimals(
        required=True,
        label=_l("Rate"),
        help=_l("How much of it one unit of the company's own currency buys, as central banks publish it."),
        validate=Range(min=0, min_inclusive=False),
    )
    valid_from = fields.Date(required=True, label=_l("Valid from"))
