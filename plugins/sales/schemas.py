"""What pipelines, stages, leads and opportunities consist of, for forms, API, import and export."""

from typing import Final

from marshmallow.validate import Length, OneOf, Range

from pelatis.api import RecordSchema, _l, base_currency, currency_names, fields

STAGE_KINDS: Final = {"open": _l("Under way"), "won": _l("Won"), "lost": _l("Lost")}

SOURCES: Final = {
    "web": _l("Web form"),
    "phone": _l("Phone"),
    "mail": _l("Mail"),
    "referral": _l("Referral"),
    "fair": _l("Trade fair"),
    "campaign": _l("Campaign"),
    "partner": _l("Partner"),
    "own": _l("Own search"),
    "other": _l("Other"),
}

LOST_REASONS: Final = {
    "price": _l("Price"),
    "competitor": _l("A competitor"),
    "no_budget": _l("No budget"),
    "no_need": _l("No need"),
    "timing": _l("Wrong time"),
    "no_answer": _l("No answer"),
    "other": _l("Other"),
}

DISQUALIFIED: Final = {
    "no_need": _l("No need"),
    "no_budget": _l("No budget"),
    "not_reachable": _l("Not reachable"),
    "duplicate": _l("Known already"),
    "spam": _l("Spam"),
    "other": _l("Other"),
}

LEAD_STATUSES: Final = {
    "new": _l("New"),
    "working": _l("Working"),
    "qualified": _l("Qualified"),
    "converted": _l("Converted"),
    "disqualified": _l("Disqualified"),
}

#: Fields that a stage may ask for.
REQUIRABLE: Final = ("amount", "customer", "product", "expected_close_on", "probability", "needs", "lost_reason")


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
    required = fields.Tags(
        label=_l("Asked on entry"),
        help=_l("Fields that must be filled before a deal enters: %(names)s.", names=", ".join(REQUIRABLE)),
        validate=lambda names: [OneOf(REQUIRABLE)(name) for name in names],
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


class LeadSchema(RecordSchema):
    """A lead."""

    name = fields.String(
        required=True, label=_l("Name"), validate=Length(max=200), import_names=("lead", "full name", "contact name")
    )
    company = fields.String(
        label=_l("Company"), validate=Length(max=200), import_names=("account", "organization", "company name")
    )
    email = fields.Email(label=_l("Mail"), validate=Length(max=254), import_names=("email", "e-mail", "email address"))
    phone = fields.Phone(label=_l("Phone"), import_names=("telephone", "mobile", "phone number"))
    source = fields.Choice(SOURCES, label=_l("Source"), import_names=("lead source",))
    message = fields.Text(label=_l("What they asked"), validate=Length(max=20_000), import_names=("description",))
    status = fields.Choice(
        LEAD_STATUSES,
        label=_l("Status"),
        load_default="new",
        allow_none=False,
        tones={"new": "blue", "qualified": "green", "converted": "violet"},
        import_names=("lead status",),
    )
    respond_by = fields.DateTime(label=_l("Answer by"), help=_l("Left empty: one hour from now."))
    answered_at = fields.DateTime(label=_l("Answered"), dump_only=True)
    disqualified_reason = fields.Choice(DISQUALIFIED, label=_l("Why not"))
    customer = fields.Related("customer", label=_l("Customer"), dump_only=True)
    opportunity = fields.Related("sales.opportunity", label=_l("Deal"), dump_only=True)


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
    probability = fields.Integer(
        label=_l("Probability, %"),
        help=_l("The seller's own estimate; left empty: the stage's."),
        validate=Range(min=0, max=100),
    )
    engaged_on = fields.Date(label=_l("Begun"), import_names=("engage_date", "engage date", "start date"))
    expected_close_on = fields.Date(
        label=_l("Expected close"), import_names=("expected close date", "estimated close date", "close by")
    )
    closed_on = fields.Date(label=_l("Closed"), import_names=("close_date", "close date", "closed date", "won time"))
    lost_reason = fields.Choice(LOST_REASONS, label=_l("Lost because of"), import_names=("loss reason",))
    source = fields.Choice(SOURCES, label=_l("Source"), import_names=("lead source",))
    needs = fields.Text(label=_l("Needs"), validate=Length(max=20_000), import_names=("description", "notes"))
    stage_since = fields.DateTime(label=_l("In this stage since"), dump_only=True)
    reference = fields.String(
        label=_l("Reference"),
        help=_l("What another system calls it."),
        validate=Length(max=80),
        import_names=("opportunity_id", "opportunity id", "deal id", "external id"),
    )
