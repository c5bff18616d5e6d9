"""What account plans consist of."""

from marshmallow.validate import Length

from pelatis.api import RecordSchema, _l, fields


class AccountPlanSchema(RecordSchema):
    """What the company wants of a customer."""

    name = fields.String(label=_l("Plan"), help=_l("Left empty: the customer's name."), validate=Length(max=200))
    customer = fields.Related("customer", required=True, label=_l("Customer"), import_names=("account",))
    goals = fields.Text(label=_l("Goals"), validate=Length(max=20_000))
    strategy = fields.Text(label=_l("Strategy"), validate=Length(max=20_000))
    risks = fields.Text(label=_l("Risks"), validate=Length(max=20_000))
    review_on = fields.Date(label=_l("Look at it again on"), import_names=("review date",))
