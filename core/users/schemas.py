"""The descriptions of people and teams."""

import marshmallow as ma
from marshmallow import validate

from core.i18n import LANGUAGES, _, _l, lazy_pgettext, time_zones
from core.records import fields
from core.records.fields import RecordSchema


def check_zone(value: str | None) -> None:
    """Refuse a time zone that nobody knows."""
    if value is not None and value not in time_zones():
        raise ma.ValidationError(_("“%(text)s” isn't a time zone such as Europe/Athens.", text=value))


class UserSchema(RecordSchema):
    """A person. Passwords, roles and tokens are given on pages of their own."""

    class Meta(RecordSchema.Meta):
        """A person belongs to nobody."""

        exclude = ("owner",)

    name = fields.String(
        required=True,
        label=lazy_pgettext("of a person", "Name"),
        validate=validate.Length(max=120),
        import_names=("sales_agent", "sales agent", "agent", "full name", "user"),
    )
    email = fields.Email(
        label=_l("Mail"), validate=validate.Length(max=254), help=_l("They sign in with it."), import_names=("e-mail",)
    )
    team = fields.Related("team", label=_l("Team"), import_names=("manager",))
    active = fields.Boolean(label=_l("May sign in"), allow_none=False)
    language = fields.Choice(LANGUAGES, label=_l("Language"))
    zone = fields.String(label=_l("Time zone"), validate=check_zone)


class TeamSchema(RecordSchema):
    """A group of people in the tree of teams."""

    class Meta(RecordSchema.Meta):
        """A team has a leader instead of an owner."""

        exclude = ("owner",)

    name = fields.String(
        required=True, label=_l("Name"), validate=validate.Length(max=120), import_names=("team", "manager")
    )
    parent = fields.Related("team", label=_l("Part of"), import_names=("regional_office", "regional office", "office"))
    leader = fields.Related("user", label=_l("Leader"))
