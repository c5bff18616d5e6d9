"""What targets and adjustments consist of."""

from typing import Any, Final

from marshmallow import ValidationError
from marshmallow.validate import Length, Range

from pelatis.api import Problem, RecordSchema, _l, base_currency, currency_names, fields

from ..periods import read_period

#: What a target is compared with.
MEASURES: Final = {"won": _l("Won value"), "invoiced": _l("Invoiced"), "cost": _l("Cost of selling")}


def is_period(text: Any) -> None:
    """Refuse what isn't a month or a quarter."""
    try:
        read_period(text)
    except Problem as problem:
        raise ValidationError(problem.fields["period"]) from problem


class TargetSchema(RecordSchema):
    """A target."""

    period = fields.String(
        required=True,
        label=_l("Period"),
        help=_l("A quarter like 2026-Q4, or a month like 2026-11."),
        validate=is_period,
        import_names=("quarter", "month"),
    )
    measure = fields.Choice(
        MEASURES,
        label=_l("Of what"),
        help=_l("What is invoiced or spent makes a budget; the forecast knows targets of what is won alone."),
        load_default="won",
        allow_none=False,
    )
    person = fields.Related("user", label=_l("Person"), import_names=("user", "salesperson", "sales rep", "agent"))
    team = fields.Related("team", label=_l("Team"), help=_l("Without a person and a team: the whole company."))
    product = fields.Related("catalog.product", label=_l("Product"), help=_l("Left empty: all products."))
    amount = fields.Money(
        required=True, label=_l("Target"), validate=Range(min=0), import_names=("quota", "amount", "goal")
    )
    currency = fields.Choice(currency_names, label=_l("Currency"), load_default=base_currency, allow_none=False)
    amount_base = fields.Money(label=_l("Target in own currency"), currency="base_currency", dump_only=True)


class AdjustmentSchema(RecordSchema):
    """An adjustment."""

    period = fields.String(
        required=True,
        label=_l("Period"),
        help=_l("A quarter like 2026-Q4, or a month like 2026-11."),
        validate=is_period,
    )
    person = fields.Related("user", required=True, label=_l("Person"))
    amount = fields.Money(
        required=True,
        label=_l("More or less than the deals say"),
        currency="base_currency",
        help=_l("Below zero when less is expected."),
    )
    reason = fields.Text(required=True, label=_l("Why"), validate=Length(min=1, max=2_000))
    ended_at = fields.DateTime(label=_l("Held until"), dump_only=True)
