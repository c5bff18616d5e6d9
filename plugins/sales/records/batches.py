"""What the records layer is told about batches of the journal."""

from pelatis.api import RecordType, _l

from ..models import JournalBatch
from ..operations.batches import create_batch
from ..schemas.batches import JournalBatchSchema

BATCHES = RecordType(
    model=JournalBatch,
    schema=JournalBatchSchema,
    label=_l("Batch of the journal"),
    label_plural=_l("Batches of the journal"),
    path="journal-batches",
    icon="file-export",
    title="number",
    subtitle=("through", "status"),
    columns=("number", "through", "status", "documents", "amount", "reference", "handed_over_at"),
    filters=("number", "through", "status", "documents", "amount", "reference", "handed_over_at", "tries"),
    search=("number", "reference"),
    sort="-number",
    create=create_batch,
    nav=False,
)
