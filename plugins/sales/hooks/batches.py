"""How a batch of the journal stands, beside its page."""

from collections.abc import Iterator
from typing import Any

from pelatis.api import Actor, Panel, _, may

from ..models import JournalBatch
from ..records import BATCHES
from ..schemas.batches import BATCH_STATUSES, BATCH_TONES


def panels(slot: str, actor: Actor, record: Any) -> Iterator[Panel]:
    """Give how a batch stands, why it wasn't taken, its files, and let it be handed over again or booked by hand."""
    if slot != "record.sidebar" or not isinstance(record, JournalBatch):
        return
    may_repeat = record.status != "handed_over" and may(actor, JournalBatch, "create")
    url = BATCHES.url_of(record.id)
    yield Panel(
        id="sales.batch",
        title=_("Handing over"),
        template="sales/panels/batch.html",
        context={
            "status": BATCH_STATUSES[record.status],
            "tone": BATCH_TONES[record.status],
            "problem": record.problem if record.status == "failed" else "",
            "is_by_hand": record.status == "by_hand",
            "files": [(form.upper(), f"{url}/export?format={form}") for form in ("csv", "xlsx", "jsonl")],
            "book_url": f"{url}/booked" if may_repeat and record.status != "waiting" else "",
            "reference": record.reference,
            "again_url": f"{url}/hand-over" if may_repeat else "",
            "icon": "file-export",
        },
        order=10,
    )
