"""What sales do by themselves: daily snapshots, expired quotes, late leads, recurring orders, earlier commissions."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row

from pelatis.api import Progress, _l, company, db, in_language, job, today

from .models import Invoice, Lead
from .operations.assignment import pass_on
from .operations.batches import hand_over
from .operations.commissions import follow_invoice
from .operations.overdue import tell_overdue
from .operations.quotes import expire_quotes
from .operations.recurring import make_due_orders
from .operations.snapshots import close_day, write_changed, write_ended
from .queries.assignment import late_leads
from .queries.commissions import posted_since
from .queries.overdue import untold_overdue
from .queries.recurring import due_recurring
from .queries.snapshots import changed_deals, ended_deals, last_day

#: How many deals are written at once.
BATCH: Final = 2_000


@job(every="6 hours", title=_l("Snapshot of open deals"))
def record_snapshots(progress: Progress) -> None:
    """Write down once a day how every open deal stands.

    It asks more often than once a day, so that a machine that slept at midnight misses nothing. When it is ended on the
    way it goes on where it was; the next day it begins anew, and the day before counts as missed.
    """
    day = today()
    before = last_day()
    if before is not None and before >= day:
        return
    for deals in _batches(progress, f"changed {day}", changed_deals):
        write_changed(day, deals)
    for rows in _batches(progress, f"ended {day}", ended_deals):
        write_ended(day, rows)
    close_day(day)


@job(every="1 hour", title=_l("Quotes past their last day"))
def expire_old_quotes(_progress: Progress) -> None:
    """Let quotes expire whose last day is past."""
    while expire_quotes():
        continue


@job(title=_l("Commissions of what was posted before their plan"))
def earn_of_earlier_invoices(progress: Progress, begins_on: str) -> None:
    """Let plans earn of the invoices that were posted since a day; those that earn already stay as they are."""
    for invoices in _batches(progress, f"since {begins_on}", partial(posted_since, date.fromisoformat(begins_on))):
        for row in invoices:
            follow_invoice(db.session.get_one(Invoice, row.id))


@job(every="10 minutes", title=_l("Passing on leads that nobody answered"))
def pass_on_late_leads(_progress: Progress) -> None:
    """Give each lead whose clock has run out to the next one, where a rule says so."""
    last: UUID | None = None
    while leads := late_leads(last, BATCH):
        for lead_id in leads:
            lead = db.session.get(Lead, lead_id)
            if lead is not None:
                pass_on(lead)
        last = leads[-1]


@job(every="1 hour", title=_l("Recurring orders that are due"))
def make_recurring_orders(_progress: Progress) -> None:
    """Make the orders that are due of recurring ones, each day's once; what was missed is made now."""
    last: UUID | None = None
    while due := due_recurring(today(), last, BATCH):
        for recurring_id in due:
            make_due_orders(recurring_id)
        last = due[-1]


@job(every="day", at="06:00", title=_l("Overdue invoices"))
def tell_of_overdue_invoices(_progress: Progress) -> None:
    """Tell the owners of invoices that got overdue, of each once."""
    last: UUID | None = None
    while late := untold_overdue(today(), last, BATCH):
        for invoice_id in late:
            tell_overdue(invoice_id)
        last = late[-1]


@job(title=_l("Journal for the bookkeeping"))
def hand_over_journal(_progress: Progress, batch_id: str) -> None:
    """Hand a batch of the journal over to a bookkeeping system."""
    with in_language(company().language):  # why it wasn't taken stands on its page, for everybody
        hand_over(UUID(batch_id))


def _batches(progress: Progress, name: str, read: Callable[[UUID | None, int], Sequence[Row[Any]]]) -> Any:
    def fetch(after: int | str | None, size: int) -> Sequence[Row[Any]]:
        return read(UUID(str(after)) if after else None, size)

    return progress.batches(fetch, name=name, size=BATCH)
