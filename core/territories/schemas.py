"""The description of territories."""

from marshmallow.validate import Length

from core.i18n import _l
from core.records import fields
from core.records.fields import RecordSchema


class TerritorySchema(RecordSchema):
    """A part of the market in the tree of territories."""

    class Meta(RecordSchema.Meta):
        """A territory has a manager and members instead of an owner."""

        exclude = ("owner",)

    name = fields.String(
        required=True, label=_l("Name"), validate=Length(max=120), import_names=("territory", "region")
    )
    code = fields.String(label=_l("Code"), validate=Length(max=20), help=_l("Short and unique: GR-N."))
    parent = fields.Related("territory", label=_l("Part of"))
    manager = fields.Related("user", label=_l("Manager"))
