"""The journal of a period as a page and as a file, for the company's bookkeeping."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from flask import request
from werkzeug.wrappers import Response

from pelatis.api import (
    Actor,
    Scope,
    _,
    _l,
    audience,
    base_currency,
    current_actor,
    find_record,
    format_amount,
    format_day,
    format_number,
    may,
    redirect_or_refresh,
    render,
    send_table,
    toast,
    today,
)

from ..journal import Line
from ..models import AccountMapping, JournalBatch
from ..operations.batches import book_by_hand, hand_over_again, require_whole_journal
from ..periods import Period, month_of, read_period
from ..queries.batches import count_left, lines_of_batch
from ..queries.journal import COLUMNS, file_rows, own_accounts, read_journal
from ..records import ACCOUNTS, ALLOCATIONS, BATCHES, INVOICES, PAYMENTS
from ..schemas import INVOICE_KINDS, PAYMENT_KINDS, PURPOSES
from . import blueprint

#: More lines than these aren't on the page; the file has all.
MOST_SHOWN: Final = 500
#: Kind of document to what it is called and to its record type.
_KINDS: Final = (
    {kind: (label, INVOICES) for kind, label in INVOICE_KINDS.items()}
    | {kind: (label, PAYMENTS) for kind, label in PAYMENT_KINDS.items()}
    | {"exchange": (_l("Exchange difference"), ALLOCATIONS)}
)


@blueprint.get("/journal")
@audience("staff")
def journal_page() -> Response:
    """Show what was posted and paid in a period, by account and line by line."""
    actor, period = current_actor(), _asked()
    lines = read_journal(actor, period)
    return render(
        "sales/journal.html",
        period=period,
        before_url=_url(period.previous),
        after_url=_url(period.next),
        other_length=_url(period.other_length),
        figures=_figures(lines),
        accounts=_by_account(lines),
        rows=[_row(line) for line in lines[:MOST_SHOWN]],
        count=len(lines),
        currency=base_currency(),
        are_usual=not own_accounts().own,
        accounts_url=_accounts_url(actor),
        batches=_batches(actor),
        files=[(form.upper(), _url(period, "/sales/journal/export", form)) for form in ("csv", "xlsx", "jsonl")],
    )


@blueprint.get("/journal/export")
@audience("staff", "token")
def journal_file() -> Response:
    """Send the journal of `?period=` as a file, `?format=csv|xlsx|jsonl`."""
    period = _asked()
    rows = file_rows(read_journal(current_actor(), period))
    return send_table(f"journal-{period.key}", list(COLUMNS), rows, request.args.get("format", "csv"))


@blueprint.post("/journal-batches/<uuid:record_id>/hand-over")
@audience("staff")
def hand_batch_over(record_id: UUID) -> Response:
    """Hand a batch over again that wasn't taken."""
    actor = current_actor()
    batch: JournalBatch = find_record(actor, BATCHES, record_id)
    hand_over_again(actor, batch)
    toast(_("%(number)s is handed over in the background.", number=batch.number))
    return redirect_or_refresh(BATCHES.url_of(batch.id))


@blueprint.post("/journal-batches/<uuid:record_id>/booked")
@audience("staff")
def note_booked(record_id: UUID) -> Response:
    """Note that a batch was written into the bookkeeping by hand."""
    actor = current_actor()
    batch = book_by_hand(actor, find_record(actor, BATCHES, record_id))
    toast(_("%(number)s is booked.", number=batch.number))
    return redirect_or_refresh(BATCHES.url_of(batch.id))


@blueprint.get("/journal-batches/<uuid:record_id>/export")
@audience("staff", "token")
def batch_file(record_id: UUID) -> Response:
    """Send the lines of a batch as a file, `?format=csv|xlsx|jsonl`."""
    actor = current_actor()
    batch: JournalBatch = find_record(actor, BATCHES, record_id)
    require_whole_journal(actor)
    return send_table(batch.number, list(COLUMNS), file_rows(lines_of_batch(batch)), request.args.get("format", "csv"))


def _asked() -> Period:
    text = request.args.get("period", "")
    return read_period(text) if text else month_of(today())


def _url(period: Period, path: str = "/sales/journal", form: str = "") -> str:
    return f"{path}?{urlencode({'period': period.key} | ({'format': form} if form else {}))}"


def _accounts_url(actor: Actor) -> str:
    """Give where accounts are written down, to those who may."""
    return ACCOUNTS.url if may(actor, AccountMapping, "create") else ""


def _batches(actor: Actor) -> dict[str, Any] | None:
    """Tell those who hand the journal over what wasn't yet, and where that is done."""
    if actor.scope("sales.invoice.journal") is not Scope.all or not may(actor, JournalBatch, "create"):
        return None
    return {"left": count_left(today()), "url": BATCHES.url, "new_url": f"{BATCHES.url}/new"}


def _figures(lines: Sequence[Line]) -> list[dict[str, Any]]:
    return [
        {"label": _("Documents"), "value": format_number(len({line.document.id for line in lines}))},
        {"label": _("Debit"), "value": _money(sum((line.debit for line in lines), Decimal(0)))},
        {"label": _("Credit"), "value": _money(sum((line.credit for line in lines), Decimal(0)))},
    ]


def _by_account(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Add the lines up by account and purpose."""
    sums: dict[tuple[str, str], tuple[Decimal, Decimal]] = {}
    for line in lines:
        debit, credit = sums.get((line.account, line.purpose), (Decimal(0), Decimal(0)))
        sums[line.account, line.purpose] = (debit + line.debit, credit + line.credit)
    return [
        {"account": account, "purpose": PURPOSES[purpose], "debit": _money(debit), "credit": _money(credit)}
        for (account, purpose), (debit, credit) in sorted(sums.items())
    ]


def _row(line: Line) -> dict[str, Any]:
    document = line.document
    kind, record_type = _KINDS[document.kind]
    return {
        "day": format_day(document.day),
        "number": document.number,
        "url": record_type.url_of(document.id),
        "kind": kind,
        "account": line.account,
        "text": line.tax.name if line.tax else document.text,
        "customer": document.customer,
        "debit": _money(line.debit) if line.debit else "",
        "credit": _money(line.credit) if line.credit else "",
        "original": "" if document.currency == base_currency() else _money(line.amount, document.currency),
    }


def _money(amount: Decimal, currency: str = "") -> str:
    return str(format_amount(amount, currency or base_currency(), whole=False))
