"""Commissions follow invoices: earned when they are posted, payable as they are paid, clawed back by credit notes.

An entry says by how much something changed; together the entries of an invoice always come to what its plan says of
how it stands now. So it is all the same in which order payments and credit notes come.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import select

from pelatis.api import User, base_currency, db, today, utc_now, write_unit
from plugins.catalog.api import rounded, shared_out, typed

from ..commissions import Scale, Tier, payable_of, tiers_kept
from ..models import CommissionEntry, CommissionPlan, CommissionSplit, Invoice, InvoiceLine
from ..queries.commissions import Stand, effective_split, paid_of, plans_for, plans_of_invoice, split_of, stands_of
from ..queries.invoices import lines_of_invoice, reversed_so_far


@dataclass(frozen=True)
class _Invoiced:
    """What is left of an invoice, line by line, read when some plan asks for it.

    Attributes:
        invoice: the invoice.
        shares: person to their percent of it.
    """

    invoice: Invoice
    shares: Mapping[UUID, Decimal]

    @cached_property
    def lines(self) -> Sequence[InvoiceLine]:
        """Give its lines."""
        return lines_of_invoice(self.invoice)

    @cached_property
    def credited(self) -> Mapping[UUID, tuple[Decimal, Decimal]]:
        """Give line to the quantity and the net amount that credit notes reversed."""
        return reversed_so_far(self.invoice.id)


def follow_invoice(invoice: Invoice) -> None:
    """Let commissions follow what was posted, credited and paid of an invoice.

    Args:
        invoice: any; of drafts and credit notes nothing is earned.
    """
    if invoice.kind != "invoice" or invoice.sealed_at is None:
        return
    with write_unit() as session:
        session.flush()
        shares = _frozen_shares(invoice)
        invoiced = _Invoiced(invoice, shares)
        earning = _chosen(invoiced)
        plans = _locked({plan for chosen in earning.values() for plan in chosen})
        for plan in plans:
            for person in shares:
                if plan.id in earning.get(person, ()):
                    chosen = [each for each in plans if each.id in earning[person]]
                    _follow_period(invoiced, plan, person, chosen)
        session.flush()


def _frozen_shares(invoice: Invoice) -> dict[UUID, Decimal]:
    """Give person to percent of an invoice; the first time they are written down for good."""
    split = split_of(CommissionSplit.invoice_id, invoice.id)
    if split is not None and split.sealed_at is not None:
        return _by_person(split.parts)
    own = split.parts if split is not None else []
    shares = own or effective_split(invoice.opportunity_id, invoice.order_id, None) or _all_for(invoice.owner_id)
    if not shares:
        return {}
    if split is None:
        split = CommissionSplit(invoice_id=invoice.id, owner_id=invoice.owner_id, name=invoice.name[:300])
        db.session.add(split)
    write_shares(split, shares)
    split.sealed_at = utc_now()
    db.session.flush()
    return _by_person(shares)


def _by_person(shares: Sequence[Mapping[str, Any]]) -> dict[UUID, Decimal]:
    return {UUID(share["person"]): Decimal(share["percent"]) for share in shares}


def _all_for(person_id: UUID | None) -> list[dict[str, str]]:
    person = db.session.get(User, person_id) if person_id else None
    return [share_of(person, Decimal(100))] if person else []


def write_shares(split: CommissionSplit, shares: Sequence[Mapping[str, str]]) -> None:
    """Write shares on a split, also as people write them."""
    split.parts = [dict(share) for share in shares]
    split.shares = "\n".join(f"{share['email']}: {share['percent']}" for share in shares)


def share_of(person: User, percent: Decimal) -> dict[str, str]:
    """Write down somebody's share as splits keep it."""
    written = typed(percent)
    return {"person": str(person.id), "email": person.email or person.name, "name": person.name, "percent": written}


def _chosen(invoiced: _Invoiced) -> dict[UUID, set[UUID]]:
    """Tell by which plans whom an invoice earns; once chosen they stay, whatever plans come later."""
    earning = plans_of_invoice(invoiced.invoice.id)
    missing = [person for person in invoiced.shares if person not in earning]
    if missing:
        for person, plans in plans_for(missing, invoiced.invoice.issued_on or today()).items():
            earning[person] = _closest(plans, {line.product_id for line in invoiced.lines})
    return earning


def _closest(plans: Sequence[CommissionPlan], products: set[UUID | None]) -> set[UUID]:
    """Choose of somebody's plans the closest one of each product, and the closest one of all others."""
    chosen: dict[UUID | None, UUID] = {}
    for plan in plans:
        if plan.product_id is None or plan.product_id in products:
            chosen.setdefault(plan.product_id, plan.id)
    return set(chosen.values())


def _locked(ids: Collection[UUID]) -> list[CommissionPlan]:
    """Read plans so that whoever else writes entries of them waits."""
    statement = select(CommissionPlan).where(CommissionPlan.id.in_(ids)).order_by(CommissionPlan.id).with_for_update()
    return list(db.session.scalars(statement)) if ids else []


def _base_of(invoiced: _Invoiced, plan: CommissionPlan, chosen: Sequence[CommissionPlan]) -> tuple[Decimal, int]:
    """Tell what a plan counts of an invoice less what was credited, in the company's own currency.

    Returns:
        That, and how many lines count for nothing because nobody knows what they cost.
    """
    elsewhere = {each.product_id for each in chosen if each.product_id is not None}
    total, unknown = Decimal(0), 0
    for line in invoiced.lines:
        if line.product_id != plan.product_id if plan.product_id else line.product_id in elsewhere:
            continue
        counts = _counts(line, invoiced.credited.get(line.id, (Decimal(0), Decimal(0))), plan.base == "margin")
        unknown += counts is None
        total += counts or 0
    return rounded(total / (invoiced.invoice.rate or Decimal(1)), base_currency()), unknown


def _counts(line: InvoiceLine, credited: tuple[Decimal, Decimal], of_margin: bool) -> Decimal | None:
    left = line.net - credited[1]
    if not of_margin:
        return left
    return None if line.cost is None else left - line.cost * (line.quantity - credited[0])


def _follow_period(
    invoiced: _Invoiced, plan: CommissionPlan, person_id: UUID, chosen: Sequence[CommissionPlan]
) -> None:
    """Write down by how much an invoice changed what it and the others of its period earn somebody."""
    invoice, period = invoiced.invoice, period_of(plan, invoiced.invoice)
    whole, unknown = _base_of(invoiced, plan, chosen)
    parts = shared_out(whole, list(invoiced.shares.values()), base_currency())
    part = dict(zip(invoiced.shares, parts, strict=True))[person_id]
    before = stands_of(plan.id, person_id, period)
    is_new = all(stand.invoice_id != invoice.id for stand in before)
    if is_new:
        before.append(Stand(invoice.id, invoice.posted_at or utc_now(), invoiced.shares[person_id]))
    before.sort(key=lambda stand: (stand.posted_at, stand.invoice_id))
    after = _standing(scale_of(plan), before, {invoice.id: part})
    for stand, (now, told) in zip(before, after, strict=True):
        is_own = stand.invoice_id == invoice.id
        if now == stand and not (is_own and is_new):
            continue
        entry = CommissionEntry(
            person_id=person_id, plan_id=plan.id, invoice_id=stand.invoice_id, period=period, percent=stand.percent,
            happened_on=today(), owner_id=person_id, base=now.base - stand.base, earned=now.earned - stand.earned,
            payable=now.payable - stand.payable, sealed_at=utc_now(), told=told,
        )  # fmt: skip
        entry.cause = _cause(entry, is_own, is_new)
        if is_own:
            entry.told |= {"whole": str(whole), "unknown": unknown}
        db.session.add(entry)


def _standing(
    scale: Scale, before: Sequence[Stand], bases: Mapping[UUID, Decimal]
) -> list[tuple[Stand, dict[str, Any]]]:
    """Tell how the invoices of a period stand by their plan, and how that comes about.

    Args:
        scale: the plan's.
        before: how they stood, in their order.
        bases: what counts now of those of which that changed.
    """
    amounts = [bases.get(stand.invoice_id, stand.base) for stand in before]
    whole, counted, currency = sum(amounts, Decimal(0)), Decimal(0), scale.currency
    earned = scale.earned(amounts)
    moved = [
        stand.invoice_id
        for stand, now in zip(before, earned, strict=True)
        if stand.earned != now or stand.invoice_id in bases
    ]
    paid = paid_of(moved)
    found = []
    for stand, amount, now in zip(before, amounts, earned, strict=True):
        told: dict[str, Any] = {}
        after = stand
        if stand.invoice_id in paid:
            part, due = paid[stand.invoice_id]
            after = replace(stand, base=amount, earned=now, payable=payable_of(now, part, due, currency))
            told = {
                "base": str(amount), "before": str(counted), "earned": str(now), "payable": str(after.payable),
                "paid": str(part), "due": str(due), "tiers": _tiers_told(scale, counted, amount, whole),
            }  # fmt: skip
        found.append((after, told))
        counted += amount
    return found


def _cause(entry: CommissionEntry, is_own: bool, is_new: bool) -> str:
    if not is_own:
        return "tier"
    if is_new:
        return "posted"
    if entry.base or entry.earned:
        return "credited"
    return "paid" if entry.payable > 0 else "unpaid"


def _tiers_told(scale: Scale, before: Decimal, base: Decimal, whole: Decimal) -> list[dict[str, str]]:
    return [
        {"tier": tier.written, "base": str(part), "earned": str(earned)}
        for tier, part, earned in scale.explained(before, base, whole)
    ]


def scale_of(plan: CommissionPlan) -> Scale:
    """Give the scale of a plan."""
    tiers: tuple[Tier, ...] = tiers_kept(plan.tiers)
    return Scale(tiers, plan.way == "progressive", base_currency())


def period_of(plan: CommissionPlan, invoice: Invoice) -> str:
    """Name the period of a plan that an invoice counts for."""
    day = invoice.issued_on or today()
    names = {
        "invoice": str(invoice.id),
        "month": f"{day.year:04}-{day.month:02}",
        "quarter": f"{day.year:04}-Q{(day.month + 2) // 3}",
        "year": f"{day.year:04}",
    }
    return names[plan.period]
