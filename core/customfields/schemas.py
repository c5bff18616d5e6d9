"""The one description of custom fields, for their own form, API, import and export."""

from collections.abc import Mapping
from typing import Any

from marshmallow.validate import Length, Range

from core.customers.schemas import currency_names
from core.customfields.models import CHOICE, DATE, MONEY, NUMBER, RELATION, TEXT
from core.i18n import _l
from core.records import fields
from core.records.fields import RecordSchema
from core.records.registry import record_types

KINDS: Mapping[str, Any] = {
    TEXT: _l("Text"),
    NUMBER: _l("A number"),
    DATE: _l("Day"),
    CHOICE: _l("One of a list"),
    MONEY: _l("Money"),
    RELATION: _l("Another record"),
}


def record_type_names() -> dict[str, Any]:
    """List the record types that may get custom fields, key to plural name."""
    return {each.key: each.label_plural for each in record_types if each.nav and each.key != "custom_field"}


class CustomFieldSchema(RecordSchema):
    """A field that an administrator adds to a record type."""

    record_type = fields.Choice(record_type_names, required=True, label=_l("Belongs to"))
    label = fields.String(required=True, validate=Length(max=80), label=_l("Label"))
    label_el = fields.String(validate=Length(max=80), label=_l("Label in Greek"))
    label_pl = fields.String(validate=Length(max=80), label=_l("Label in Polish"))
    kind = fields.Choice(KINDS, required=True, label=_l("Kind"), help=_l("It can't be changed later."))
    choices = fields.Tags(label=_l("Values of the list"), load_default=list)
    target = fields.Choice(record_type_names, label=_l("Leads to"), help=_l("Only for another record."))
    currency = fields.Choice(currency_names, label=_l("Currency"), help=_l("Only for money."))
    required = fields.Boolean(label=_l("Must be filled in"), load_default=False, allow_none=False)
    filterable = fields.Boolean(
        label=_l("Filter quickly by it"), help=_l("Keeps an index."), load_default=False, allow_none=False
    )
    help = fields.String(validate=Length(max=200), label=_l("Help under the field"))
    position = fields.Integer(validate=Range(min=0, max=1_000), label=_l("Position"), load_default=0, allow_none=False)
    name = fields.String(dump_only=True, label=_l("Name in the API and in files"))
