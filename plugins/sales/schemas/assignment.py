"""What assignment rules and absences consist of."""

from typing import Final

from marshmallow.validate import Length, Range

from pelatis.api import Countries, RecordSchema, _l, fields, language_names

from .leads import SOURCES

#: What rules give to people.
ASSIGNED: Final = {"lead": _l("Leads"), "deal": _l("Deals"), "customer": _l("Customers")}
#: To whom.
RECEIVERS: Final = {
    "team": _l("A team"),
    "territory": _l("Whoever looks after the territory"),
    "manager": _l("The territory’s manager"),
}
ASSIGNMENT_METHODS: Final = {"turns": _l("In turns"), "load": _l("Whoever has the fewest open")}


class AssignmentRuleSchema(RecordSchema):
    """Which leads, deals or customers some people get."""

    name = fields.String(required=True, label=_l("Rule"), validate=Length(max=200))
    about = fields.Choice(ASSIGNED, label=_l("Gives to people"), load_default="lead", allow_none=False)
    position = fields.Integer(
        label=_l("Position"), help=_l("The first rule that fits decides."), load_default=0, allow_none=False
    )
    is_on = fields.Boolean(label=_l("In force"), load_default=True, allow_none=False)
    sources = fields.Choices(
        SOURCES, label=_l("Sources"), help=_l("Left empty: any."), load_default=list, allow_none=False
    )
    languages = fields.Choices(
        language_names, label=_l("Languages"), help=_l("Left empty: any."), load_default=list, allow_none=False
    )
    countries = Countries(label=_l("Countries"), help=_l("Left empty: any."), load_default=list, allow_none=False)
    postcodes = fields.Tags(
        label=_l("Postal codes"), help=_l("Their beginnings: 26 is all of Achaea."), load_default=list, allow_none=False
    )
    product = fields.Related("catalog.product", label=_l("Product"))
    territory = fields.Related(
        "territory",
        label=_l("Territory"),
        help=_l("What lies in it or below it, by the customer or by the postal code."),
    )
    goes_to = fields.Choice(RECEIVERS, label=_l("Goes to"), load_default="team", allow_none=False)
    team = fields.Related("team", label=_l("Team that gets them"))
    method = fields.Choice(ASSIGNMENT_METHODS, label=_l("Who of them"), load_default="turns", allow_none=False)
    most_open = fields.Integer(
        label=_l("Open ones at most"),
        help=_l("Whoever has so many gets no more; left empty: any number."),
        validate=Range(min=1, max=10_000),
    )
    answer_within = fields.Integer(
        label=_l("To be answered within, minutes"),
        help=_l("Of working time; left empty: an hour."),
        validate=Range(min=1, max=10_000),
    )
    passes_on = fields.Boolean(
        label=_l("Passed on when late"),
        help=_l("When nobody has answered a lead in time, the next one gets it."),
        load_default=False,
        allow_none=False,
    )


class AbsenceSchema(RecordSchema):
    """Days on which somebody is away; its owner is who."""

    first_day = fields.Date(required=True, label=_l("First day"))
    last_day = fields.Date(required=True, label=_l("Last day"))
    note = fields.String(label=_l("Note"), validate=Length(max=200))
