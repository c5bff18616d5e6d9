"""What the records layer is told about custom fields."""

from core.access import SharedAccess
from core.customfields.models import CustomField
from core.customfields.operations import create_custom_field, update_custom_field
from core.customfields.schemas import CustomFieldSchema
from core.i18n import _l
from core.records.types import RecordType

CUSTOM_FIELDS = RecordType(
    model=CustomField,
    schema=CustomFieldSchema,
    label=_l("Custom field"),
    label_plural=_l("Custom fields"),
    path="admin/fields",
    icon="adjustments-horizontal",
    title="label",
    columns=("label", "record_type", "kind", "required", "name"),
    filters=("record_type", "kind"),
    search=("label", "label_el", "label_pl", "name"),
    sort="label",
    create=create_custom_field,
    update=update_custom_field,
    access=SharedAccess(),
    nav=False,
)
