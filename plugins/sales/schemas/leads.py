"""What leads consist of, and where business comes from."""

from typing import Final

from marshmallow.validate import Length

from pelatis.api import Country, CustomerPhone, RecordSchema, _l, fields, language_names, lazy_pgettext

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

DISQUALIFIED: Final = {
    "no_need": _l("No need"),
    "no_budget": _l("No budget"),
    "not_reachable": _l("Not reachable"),
    "duplicate": _l("Known already"),
    "spam": _l("Spam"),
    "other": _l("Other"),
}

LEAD_STATUSES: Final = {
    "new": lazy_pgettext("of a lead", "New"),
    "working": _l("Working"),
    "qualified": _l("Qualified"),
    "converted": _l("Converted"),
    "disqualified": _l("Disqualified"),
}

#: Statuses of leads that somebody has to do something about.
OPEN_LEADS: Final = ("new", "working")


class LeadSchema(RecordSchema):
    """A lead."""

    name = fields.String(
        required=True, label=_l("Name"), validate=Length(max=200), import_names=("lead", "full name", "contact name")
    )
    company = fields.String(
        label=_l("Company"), validate=Length(max=200), import_names=("account", "organization", "company name")
    )
    email = fields.Email(label=_l("Mail"), validate=Length(max=254), import_names=("email", "e-mail", "email address"))
    phone = CustomerPhone(label=_l("Phone"), import_names=("telephone", "mobile", "phone number"))
    source = fields.Choice(SOURCES, label=_l("Source"), import_names=("lead source",))
    message = fields.Text(label=_l("What they asked"), validate=Length(max=20_000), import_names=("description",))
    product = fields.Related("catalog.product", label=_l("Product"), import_names=("product", "interested in"))
    language = fields.Choice(language_names, label=_l("Language"))
    country = Country(label=_l("Country"))
    postcode = fields.String(label=_l("Postal code"), validate=Length(max=20), import_names=("zip", "postal code"))
    status = fields.Choice(
        LEAD_STATUSES,
        label=_l("Status"),
        load_default="new",
        allow_none=False,
        tones={"new": "blue", "qualified": "green", "converted": "violet"},
        import_names=("lead status",),
    )
    respond_by = fields.DateTime(label=_l("Answer by"), help=_l("Left empty: one working hour from now."))
    answered_at = fields.DateTime(label=_l("Answered on"), dump_only=True)
    disqualified_reason = fields.Choice(DISQUALIFIED, label=_l("Why not"))
    form = fields.Related("sales.lead_form", label=_l("Form"), dump_only=True)
    consent = fields.Text(label=_l("Agreed to"), dump_only=True)
    consented_at = fields.DateTime(label=_l("Agreed"), dump_only=True)
    customer = fields.Related("customer", label=_l("Customer"), dump_only=True)
    opportunity = fields.Related("sales.opportunity", label=_l("Deal"), dump_only=True)
