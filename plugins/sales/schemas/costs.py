"""What the costs of selling consist of."""

from typing import Final

from marshmallow.validate import Length, Range

from pelatis.api import RecordSchema, _l, base_currency, currency_names, fields, today

COST_KINDS: Final = {
    "visit": _l("Visit"),
    "travel": _l("Travel"),
    "hours": _l("Hours"),
    "samples": _l("Samples"),
    "other": _l("Other"),
}


class SalesCostSchema(RecordSchema):
    """A cost of selling."""

    name = fields.String(
        required=True,
        label=_l("What it was for"),
        validate=Length(max=300),
        import_names=("description", "note", "title", "what for"),
    )
    kind = fields.Choice(COST_KINDS, required=True, label=_l("Kind"), import_names=("type", "category"))
    spent_on = fields.Date(label=_l("Spent on"), load_default=today, allow_none=False, import_names=("date", "day"))
    amount = fields.Money(required=True, label=_l("Cost"), validate=Range(min=0), import_names=("amount", "value"))
    currency = fields.Choice(currency_names, label=_l("Currency"), load_default=base_currency, allow_none=False)
    amount_base = fields.Money(label=_l("Cost in own currency"), currency="base_currency", dump_only=True)
    hours = fields.Decimals(label=_l("Hours it took"), validate=Range(min=0, max=10_000))
    opportunity = fields.Related("sales.opportunity", label=_l("Deal"), import_names=("opportunity", "deal name"))
    customer = fields.Related(
        "customer", label=_l("Customer"), help=_l("Left empty: the deal's."), import_names=("account", "company")
    )
