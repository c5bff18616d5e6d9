"""How a batch of the journal stands, beside its page."""

from collections.abc import Iterator
from typing import Any

from pelatis.api import Actor, Panel, _, may

from ..models import JournalBatch
from ..records import BATCHES
from ..schemas.batches import BATCH_STATUSES, BATCH_TONES


def panels(slot: str, actor: Actor, record: Any) -> Iterator[Panel]:
    """Give how a batch stands, why it wasn't taken, and let it be handed over again."""
    if slot != "record.sidebar" or not isinstance(record, JournalBatch):
        return
    may_repeat = record.status != "handed_over" and may(actor, JournalBatch, "create")
    yield Panel(
        id="sales.batch",
        title=_("Handing over"),
        template="sales/panels/batch.html",
        context={
            "status": BATCH_STATUSES[record.status],
            "tone": BATCH_TONES[record.status],
            "problem": record.problem if record.status == "failed" else "",
            "reference": record.reference,
            "again_url": f"{BATCHES.url_of(record.id)}/hand-over" if may_repeat else "",
            "icon": "file-export",
        },
        order=10,
    )
