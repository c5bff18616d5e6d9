"""What competitors consist of, and their part in deals."""

from marshmallow.validate import Length

from pelatis.api import RecordSchema, _l, fields


class CompetitorSchema(RecordSchema):
    """A competitor."""

    name = fields.String(
        required=True, label=_l("Name"), validate=Length(max=200), import_names=("competitor", "competitor name")
    )
    website = fields.Url(label=_l("Website"), validate=Length(max=300), import_names=("web", "url"))
    strengths = fields.Text(label=_l("Strengths"), validate=Length(max=20_000))
    weaknesses = fields.Text(label=_l("Weaknesses"), validate=Length(max=20_000))


class DealCompetitorSchema(RecordSchema):
    """That a competitor is after the same deal."""

    opportunity = fields.Related("sales.opportunity", label=_l("Deal"), required=True, import_names=("opportunity",))
    competitor = fields.Related("sales.competitor", label=_l("Competitor"), required=True)
    note = fields.String(label=_l("Note"), help=_l("What is known of their offer."), validate=Length(max=300))
