"""Settlements of commissions as letters, in the language of whoever is paid."""

from collections.abc import Mapping
from uuid import UUID

from werkzeug.wrappers import Response

from pelatis.api import (
    Actor,
    Letter,
    LetterColumn,
    LetterLine,
    LetterPart,
    LetterTotal,
    User,
    _,
    base_currency,
    db,
    document_name,
    format_amount,
    format_day,
    in_language,
    pdf_response,
    render_letter,
    titles,
    today,
)

from .models import CommissionEntry, CommissionSettlement
from .periods import name_of_period
from .queries.settlements import entries_of, names_of, numbers_of
from .schemas import COMMISSION_CAUSES, SETTLEMENT_STATUSES


def letter_of_settlement(actor: Actor, settlement: CommissionSettlement) -> Letter:
    """Write what somebody is paid for a period, and the entries that it is made of.

    Args:
        actor: who looks; invoices and plans that they may not see aren't named.
        settlement: any; the caller has checked that it may be seen.
    """
    person = db.session.get_one(User, settlement.person_id)
    with in_language(person.language):
        title = _("Settlement of commissions")
        return Letter(
            language=person.language,
            title=f"{title} {settlement.number}" if settlement.number else title,
            recipient=[person.name],
            facts=_facts(settlement),
            parts=[_part(actor, settlement)],
            mark="" if settlement.status == "settled" else str(SETTLEMENT_STATUSES[settlement.status]),
        )


def _facts(settlement: CommissionSettlement) -> list[tuple[str, str]]:
    facts = [
        (_("Date"), format_day(settlement.settled_at or today(), "long")),
        (_("Period"), name_of_period(settlement.period)),
    ]
    reversed_one = names_of([settlement.reverses_id]).get(settlement.reverses_id) if settlement.reverses_id else None
    if reversed_one:
        facts.append((_("Takes back"), reversed_one))
    if settlement.approved_by_id is not None:
        approved_by = db.session.get(User, settlement.approved_by_id)
        facts.append((_("Approved by"), approved_by.name if approved_by is not None else "–"))
    return facts


def _part(actor: Actor, settlement: CommissionSettlement) -> LetterPart:
    entries = entries_of(settlement)
    numbers = numbers_of({entry.invoice_id for entry in entries})
    names = titles(actor, "sales.invoice", {entry.invoice_id for entry in entries})
    plans = titles(actor, "sales.commission_plan", {entry.plan_id for entry in entries})
    columns = [
        LetterColumn(_("Invoice"), wide=True),
        LetterColumn(_("Date")),
        LetterColumn(_("Why")),
        LetterColumn(_("Earned"), numeric=True),
        LetterColumn(_("Payable"), numeric=True),
    ]
    total = format_amount(settlement.amount, base_currency(), whole=False)
    return LetterPart(
        columns=columns,
        rows=[_line(entry, numbers, names, plans) for entry in entries],
        totals=[LetterTotal(_("Total"), total, strong=True)],
    )


def _line(
    entry: CommissionEntry, numbers: Mapping[UUID, str | None], names: Mapping[UUID, str], plans: Mapping[UUID, str]
) -> LetterLine:
    told = filter(None, (names.get(entry.invoice_id), plans.get(entry.plan_id)))
    cells = [
        numbers.get(entry.invoice_id) or "–",
        format_day(entry.happened_on, "long"),
        str(COMMISSION_CAUSES.get(entry.cause, entry.cause)),
        format_amount(entry.earned, base_currency(), whole=False),
        format_amount(entry.payable, base_currency(), whole=False),
    ]
    return LetterLine(cells, note=" · ".join(told))


def settlement_answer(actor: Actor, settlement: CommissionSettlement) -> Response:
    """Answer with the PDF of a settlement; for the arguments see `letter_of_settlement`."""
    letter = letter_of_settlement(actor, settlement)
    name = document_name(settlement.number or letter.title, *letter.recipient)
    return pdf_response(render_letter(letter), name, inline=True)
