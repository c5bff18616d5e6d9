"""What options, their groups and their rules consist of."""

from decimal import Decimal

from marshmallow.validate import Length, Range

from pelatis.api import RecordSchema, _l, fields

RULE_KINDS = {"requires": _l("needs"), "excludes": _l("can't be together with")}


class OptionGroupSchema(RecordSchema):
    """A group of options."""

    product = fields.Related("catalog.product", required=True, label=_l("Product"))
    name = fields.String(required=True, label=_l("Option group"), validate=Length(max=100))
    position = fields.Integer(label=_l("Position"), help=_l("Smaller comes first."), load_default=0, allow_none=False)
    min_choices = fields.Integer(
        label=_l("At least"), load_default=0, allow_none=False, validate=Range(min=0, max=1000)
    )
    max_choices = fields.Integer(
        label=_l("At most"), help=_l("Empty: any number."), load_default=1, validate=Range(min=1, max=1000)
    )


class OptionSchema(RecordSchema):
    """An option."""

    group = fields.Related("catalog.option_group", required=True, label=_l("Option group"))
    name = fields.String(required=True, label=_l("Option"), validate=Length(max=100))
    code = fields.String(label=_l("Code"), help=_l("What workshops and files know it by."), validate=Length(max=60))
    position = fields.Integer(label=_l("Position"), help=_l("Smaller comes first."), load_default=0, allow_none=False)
    percent = fields.Decimals(
        label=_l("Percent more"),
        help=_l("Of the price without options. Below zero: less."),
        load_default=Decimal(0),
        allow_none=False,
        validate=Range(min=-100, max=10_000),
    )
    amount = fields.Money(
        label=_l("Amount more"),
        help=_l("In the company's own currency. Below zero: less."),
        load_default=Decimal(0),
        allow_none=False,
    )
    currency = fields.String(dump_only=True, label=_l("Currency"))
    active = fields.Boolean(label=_l("Offered"), load_default=True, allow_none=False)


class OptionRuleSchema(RecordSchema):
    """What an option needs or rules out."""

    option = fields.Related("catalog.option", required=True, label=_l("Option"))
    kind = fields.Choice(RULE_KINDS, required=True, label=_l("Rule"))
    other = fields.Related("catalog.option", required=True, label=_l("Other option"))
    reason = fields.String(label=_l("Why"), help=_l("Shown to whoever can't choose it."), validate=Length(max=200))
