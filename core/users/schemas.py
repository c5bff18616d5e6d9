"""How people and teams are shown and accepted."""

from marshmallow import validate

from core.i18n import LANGUAGES, _l
from core.records import fields
from core.records.fields import RecordSchema


class UserSchema(RecordSchema):
    """A person of the company."""

    owner = None  # type: ignore[assignment]  # a person belongs to themselves
    name = fields.String(
        required=True,
        validate=validate.Length(min=1, max=120),
        label=_l("Name"),
        import_names=("sales agent", "sales_agent", "user", "agent", "full name"),
    )
    email = fields.Email(label=_l("Mail"))
    team = fields.Related(
        "team", label=_l("Team"), import_names=("regional office", "regional_office", "office", "department")
    )
    manager = fields.Related("user", column="manager_id", label=_l("Manager"))
    language = fields.Choice(LANGUAGES, load_default="en", label=_l("Language"))
    active = fields.Boolean(dump_only=True, label=_l("Active"))


class TeamSchema(RecordSchema):
    """A group of people."""

    owner = None  # type: ignore[assignment]
    name = fields.String(required=True, validate=validate.Length(min=1, max=120), label=_l("Name"))
    parent = fields.Related("team", label=_l("Part of"))
    leader = fields.Related("user", label=_l("Led by"))
