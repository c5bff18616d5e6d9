"""What the records layer does in the background: emptying bins, and forgetting changes of long ago."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, select

from core.access import Actor, current_actor, require_administrator
from core.database import JournalEntry, db
from core.i18n import _l, format_number, ngettext
from core.jobs.events import read_by_all
from core.jobs.progress import Key, Progress
from core.jobs.registry import job
from core.problems import not_found
from core.records import emptying
from core.records.history import kept_since
from core.records.registry import record_types
from core.records.types import RecordType

#: How many records go at once, with their parts; the database's one writer waits meanwhile.
EMPTIED_AT_ONCE: Final = 50
#: How many changes are forgotten at once.
FORGOTTEN_AT_ONCE: Final = 2_000
#: How many reasons are told for which records stay.
MOST_REASONS: Final = 4


@job(name="core.empty_bin", title=_l("Emptying of a bin"))
def empty_bin(progress: Progress, record_type: str) -> None:
    """Delete for good what lies in the bin of a record type; killed, it goes on with what is left.

    What held a record back may have gone meanwhile, so it looks again until nothing more goes.

    Args:
        progress: how far the job is.
        record_type: the key of the record type.
    """
    actor, declared = current_actor(), record_types.get(record_type)
    require_administrator(actor)
    if declared is None:
        raise not_found()
    unknown = emptying.pointing_from_unknown_tables()
    db.session.rollback()
    while True:
        before = progress.cursor.get("gone_before", 0)
        _empty_once(progress, actor, declared, unknown)
        gone = progress.cursor.get("gone", 0)
        if gone == before:
            return
        progress.advance(cursor={"round": progress.cursor.get("round", 1) + 1, "gone_before": gone, "kept": {}})


def _empty_once(progress: Progress, actor: Actor, record_type: RecordType, unknown: Sequence[emptying.Unknown]) -> None:
    """Go through all of the bin once."""

    def fetch(after: Key | None, size: int) -> Sequence[Any]:
        return emptying.in_bin(actor, record_type, UUID(str(after)) if after else None, size)

    total = progress.done + emptying.count_in_bin(actor, record_type)
    db.session.rollback()
    name = f"round {progress.cursor.get('round', 1)}"
    for records in progress.batches(fetch, name=name, size=EMPTIED_AT_ONCE, total=total):
        emptied = emptying.delete_for_good(records, unknown)
        gone = progress.cursor.get("gone", 0) + emptied.gone
        kept = Counter(progress.cursor.get("kept", {})) + emptied.kept
        progress.advance(
            cursor={"gone": gone, "kept": dict(kept)}, message=f"{record_type.label_plural}: {_told(gone, kept)}"
        )


def _told(gone: int, kept: Mapping[str, int]) -> str:
    """Say what came of it so far."""
    text = ngettext("%(num)s record is deleted for good.", "%(num)s records are deleted for good.", gone)
    if not kept:
        return text
    reasons = ", ".join(f"{why} ({format_number(number)})" for why, number in Counter(kept).most_common(MOST_REASONS))
    number = sum(kept.values())
    stay = ngettext("%(num)s stays, held by: %(what)s.", "%(num)s stay, held by: %(what)s.", number, what=reasons)
    return f"{text} {stay}"


@job(name="core.forget_old_changes", title=_l("Old changes of records"), every="day", at="03:50")
def forget_old_changes(progress: Progress) -> None:
    """Delete what the journal tells of changes that are older than it is kept, unless a plugin still has to hear of it.

    Args:
        progress: how far the job is.
    """
    since = kept_since()
    if since is None:
        return
    heard = read_by_all()
    db.session.rollback()

    def fetch(_after: Key | None, size: int) -> Sequence[int]:
        oldest = select(JournalEntry.sequence, JournalEntry.at).where(JournalEntry.sequence <= heard)
        rows = db.session.execute(oldest.order_by(JournalEntry.sequence).limit(size)).all()
        over = [index for index, row in enumerate(rows) if row.at >= since]
        return [row.sequence for row in rows[: over[0] if over else None]]

    for sequences in progress.batches(fetch, lambda each: each, size=FORGOTTEN_AT_ONCE):
        db.session.connection().execute(delete(JournalEntry).where(JournalEntry.sequence <= sequences[-1]))
