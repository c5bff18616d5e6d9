"""The description of territories."""

from marshmallow.validate import Length

from core.customers.fields import Countries, Words
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
    countries = Countries(
        label=_l("Countries"),
        help=_l("By rule, customers of these countries belong to it."),
        load_default=list,
    )
    postcodes = Words(label=_l("Postcodes"), help=_l("Their beginnings: 26 is all of Achaea."), load_default=list)
    tags = Words(label=_l("Tags"), help=_l("One of these is enough."), load_default=list)
    position = fields.Integer(
        label=_l("Position"),
        help=_l("Where several territories fit, the one deepest in the tree decides, then the lowest position."),
        load_default=0,
        allow_none=False,
    )
