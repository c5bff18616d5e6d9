"""The daily snapshot of open deals: only what changed is written, and a day that was missed is said to be missing."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row

from pelatis.api import bulk_insert, bulk_update, utc_now, write_unit

from ..models import OpportunitySnapshot, SnapshotDay
from ..queries.snapshots import last_day


def write_changed(day: date, deals: Sequence[Row[Any]]) -> None:
    """Write how deals are from a day on, and end what was known of them before.

    Args:
        day: the day of the snapshot.
        deals: rows as `queries.snapshots.changed_deals` gives them.
    """
    with write_unit():
        _end(day, [deal.known_id for deal in deals if deal.known_id is not None])
        bulk_insert(OpportunitySnapshot, [_row(day, deal) for deal in deals])


def _row(day: date, deal: Row[Any]) -> dict[str, Any]:
    facts = {name: value for name, value in deal._mapping.items() if name not in ("id", "known_id")}
    return {**facts, "opportunity_id": deal.id, "from_on": day}


def write_ended(day: date, rows: Sequence[Row[Any]]) -> None:
    """End what was known of deals that aren't open any more.

    Args:
        day: the day of the snapshot.
        rows: as `queries.snapshots.ended_deals` gives them.
    """
    with write_unit():
        _end(day, [row.id for row in rows])


def _end(day: date, snapshots: Sequence[Any]) -> None:
    bulk_update(OpportunitySnapshot, [({"id": each, "until_on": None}, {"until_on": day}) for each in snapshots])


def close_day(day: date) -> None:
    """Write down that a day's snapshot was taken, and which days before it were missed.

    What changed on a missed day shows in the next snapshot; nobody can tell any more on which day it was.
    """
    with write_unit():
        before = last_day()
        missed = (day - before).days - 1 if before else 0
        days = [{"day": day - timedelta(days=back)} for back in range(missed, 0, -1)]
        bulk_insert(SnapshotDay, [*days, {"day": day, "taken_at": utc_now()}])
