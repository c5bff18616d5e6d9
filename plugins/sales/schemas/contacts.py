"""What the parts of people in deals consist of."""

from typing import Final

from marshmallow.validate import Length

from pelatis.api import RecordSchema, _l, fields

CONTACT_ROLES: Final = {
    "decides": _l("Decides"),
    "influences": _l("Influences"),
    "uses": _l("Will use it"),
    "buys": _l("Buys"),
    "advises": _l("Advises"),
    "supports": _l("On our side"),
    "blocks": _l("Against it"),
    "other": _l("Other"),
}


class ContactRoleSchema(RecordSchema):
    """The part that a person has in a deal."""

    opportunity = fields.Related("sales.opportunity", label=_l("Deal"), required=True, import_names=("opportunity",))
    customer = fields.Related(
        "customer", label=_l("Person"), required=True, import_names=("person", "contact", "contact name")
    )
    role = fields.Choice(
        CONTACT_ROLES,
        label=_l("Role"),
        load_default="other",
        allow_none=False,
        tones={"decides": "violet", "supports": "green", "blocks": "red"},
        import_names=("contact role",),
    )
    is_primary = fields.Boolean(
        label=_l("Main contact"), load_default=False, allow_none=False, import_names=("primary", "is primary")
    )
    note = fields.String(label=_l("Note"), validate=Length(max=300))
