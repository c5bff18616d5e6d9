"""What the records layer is told about how numbers of documents are written."""

from pelatis.api import RecordType, SharedAccess, _l

from ..models import NumberFormat
from ..operations.numbers import create_number_format, settle_number_format, update_number_format
from ..schemas import NumberFormatSchema

NUMBER_FORMATS = RecordType(
    model=NumberFormat,
    schema=NumberFormatSchema,
    label=_l("Number series"),
    label_plural=_l("Document numbers"),
    path="number-series",
    icon="numbers",
    title="pattern",
    columns=("kind", "pattern", "first"),
    filters=("kind", "pattern", "first"),
    search=("pattern",),
    sort="kind",
    match=("kind",),
    create=create_number_format,
    update=update_number_format,
    settle=settle_number_format,
    undone=settle_number_format,
    access=SharedAccess(),
    setup=True,
)
