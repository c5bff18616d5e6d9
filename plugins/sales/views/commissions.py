"""Commissions as pages: one's statement, settlements, and what plans and splits change in place."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

import marshmallow as ma
from flask import request
from werkzeug.wrappers import Response

from pelatis.api import (
    Actor,
    Panel,
    Problem,
    _,
    audience,
    base_currency,
    bin_record,
    create_record,
    current_actor,
    fields,
    find_record,
    format_amount,
    format_percent,
    fragment,
    last_transaction,
    may,
    not_found,
    redirect_or_refresh,
    render,
    require,
    show_record,
    titles,
    toast,
    today,
)

from ..hooks.commissions import example_of, member_panel, split_panel
from ..models import CommissionEntry, CommissionMember, CommissionPlan, CommissionSettlement
from ..operations.commission_plans import put_in_force
from ..operations.commission_splits import read_percent, share
from ..operations.settlements import SETTLEMENT_MOVES, approve, draw_up, reopen, reverse, settle
from ..operations.states import may_decide_own
from ..periods import Period, name_of_period, quarter_of, read_period
from ..queries.settlements import entries_in, entries_of, names_of, numbers_of, people_with_entries, standing_of
from ..records import COMMISSION_MEMBERS, COMMISSION_PLANS, INVOICES, OPPORTUNITIES, ORDERS, SETTLEMENTS
from ..schemas import COMMISSION_CAUSES, SETTLEMENT_STATUSES
from ..schemas.commissions import CAUSE_TONES, SETTLEMENT_TONES
from ..settlement_letters import settlement_answer
from . import blueprint
from .documents import Step

#: What is shared, by the segment of its address.
SHARED_TYPES = {"opportunities": OPPORTUNITIES, "orders": ORDERS, "invoices": INVOICES}
#: What is done with a settlement: the operation, the status that it leads to, and what is said then.
ACTS = {"approve": (approve, "approved"), "reopen": (reopen, "drawn_up"), "settle": (settle, "settled"),
        "reverse": (reverse, "reversed")}  # fmt: skip


@dataclass(frozen=True)
class EntryRow:
    """An entry as pages draw it; every text is ready to be read."""

    entry: CommissionEntry
    invoice: str
    invoice_name: str
    invoice_url: str
    plan: str
    cause: str
    tone: str
    earned: str
    payable: str
    settlement: str
    steps: Sequence[Step]


@blueprint.get("/commissions")
@audience("staff")
def commissions_page() -> Response:
    """Show how somebody's commissions stand: one's own, or those of somebody whom one leads."""
    actor = current_actor()
    require(actor, CommissionEntry, "view")
    asked = request.args.get("period")
    period = read_period(asked) if asked else quarter_of(today())
    people = dict(people_with_entries(actor))
    person_id = _person_asked(actor, people)
    standing = standing_of(actor, person_id, period) if person_id else None
    return render(
        "sales/commissions.html",
        period=period,
        other_length=period.other_length,
        people=people,
        person_id=person_id,
        name=(people.get(person_id) if person_id else None) or actor.name,
        rows=rows_of(actor, entries_in(actor, person_id, period)) if person_id else [],
        figures=_figures(standing, period) if standing else [],
        may_draw_up=may(actor, CommissionSettlement, "create"),
        may_see_plans=may(actor, CommissionPlan, "view"),
    )


def _person_asked(actor: Actor, people: dict[UUID, str]) -> UUID | None:
    text = request.args.get("person")
    if not text:
        return actor.user_id if actor.user_id in people or not people else next(iter(people))
    try:
        asked = UUID(text)
    except ValueError as error:
        raise not_found() from error
    if asked not in people and asked != actor.user_id:
        raise not_found()
    return asked


def _figures(standing: Any, period: Period) -> list[dict[str, str]]:
    return [
        {"label": _("Earned"), "value": _money(standing.earned), "note": str(period)},
        {"label": _("Waits for customers to pay"), "value": _money(standing.waiting)},
        {"label": _("Payable"), "value": _money(standing.payable), "note": _("not settled yet")},
        {"label": _("Settled"), "value": _money(standing.settled), "note": str(period)},
    ]


def _money(amount: Decimal) -> str:
    return str(format_amount(amount, base_currency(), whole=False))


def rows_of(actor: Actor, entries: Sequence[CommissionEntry]) -> list[EntryRow]:
    """Write entries for a page; invoices and plans that the actor may not see aren't named."""
    invoices = titles(actor, "sales.invoice", {entry.invoice_id for entry in entries})
    numbers = numbers_of({entry.invoice_id for entry in entries})
    plans = titles(actor, "sales.commission_plan", {entry.plan_id for entry in entries})
    settlements = names_of(entry.settlement_id for entry in entries)
    return [
        EntryRow(
            entry=entry,
            invoice=numbers.get(entry.invoice_id) or "–",
            invoice_name=invoices.get(entry.invoice_id, ""),
            invoice_url=INVOICES.url_of(entry.invoice_id) if entry.invoice_id in invoices else "",
            plan=plans.get(entry.plan_id, "–"),
            cause=str(COMMISSION_CAUSES.get(entry.cause, entry.cause)),
            tone=CAUSE_TONES.get(entry.cause, ""),
            earned=_money(entry.earned),
            payable=_money(entry.payable),
            settlement=settlements.get(entry.settlement_id, "") if entry.settlement_id else "",
            steps=steps_of(entry),
        )
        for entry in entries
    ]


def steps_of(entry: CommissionEntry) -> list[Step]:
    """Tell how what an invoice earns came about, as it stood when an entry was written."""
    told = entry.told
    if not told:
        return []
    steps = []
    if "whole" in told:
        steps.append(Step(_("Counts of the invoice"), _money(Decimal(told["whole"]))))
    steps.append(Step(_("Share of %(percent)s", percent=format_percent(entry.percent)), _money(Decimal(told["base"]))))
    if Decimal(told["before"]):
        steps.append(Step(_("Counted before it in the period"), _money(Decimal(told["before"]))))
    for each in told["tiers"]:
        tier, _colon, percent = each["tier"].rpartition(": ")
        begins, _dash, ends = (part.strip() for part in tier.partition("-"))
        words = _(
            "%(percent)s of %(part)s", percent=format_percent(Decimal(percent)), part=_money(Decimal(each["base"]))
        )
        steps.append(Step(words, _money(Decimal(each["earned"])), _tier_words(begins, ends)))
    steps.append(Step(_("Earned by the invoice"), _money(Decimal(told["earned"])), is_sum=True))
    paid, due = Decimal(told["paid"]), Decimal(told["due"])
    part = format_percent(Decimal(100) if paid >= due else (paid * 100 / due).quantize(Decimal("0.1")))
    steps.append(Step(_("Of it payable: the customer paid %(part)s", part=part), _money(Decimal(told["payable"]))))
    if told.get("unknown"):
        steps.append(Step(_("Lines whose cost nobody knows"), str(told["unknown"])))
    return steps


def _tier_words(begins: str, ends: str) -> str:
    words = {"begins": _money(Decimal(begins)), "ends": _money(Decimal(ends or 0))}
    return str(_("from %(begins)s to below %(ends)s", **words) if ends else _("from %(begins)s", **words))


@blueprint.post("/commissions/draw-up")
@audience("staff")
def draw_settlements_up() -> Response:
    """Draw up the settlements of a period for everybody whom one leads."""
    actor = current_actor()
    require(actor, CommissionSettlement, "create")
    drawn = draw_up(actor, read_period(request.form.get("period", "")))
    toast(_("Settlements drawn up: %(number)s", number=len(drawn)) if drawn else _("Nothing is payable."))
    return redirect_or_refresh(f"{SETTLEMENTS.url}")


@blueprint.get("/settlements/<uuid:record_id>")
@audience("staff")
def settlement_page(record_id: UUID) -> Response:
    """Show a settlement with the entries that it is made of."""
    actor = current_actor()
    settlement: CommissionSettlement = find_record(actor, SETTLEMENTS, record_id, binned=True)
    names = titles(actor, "user", [settlement.person_id, settlement.approved_by_id])
    others = names_of([settlement.reverses_id])
    is_own = settlement.person_id == actor.user_id
    return show_record(
        actor,
        SETTLEMENTS,
        settlement,
        settlement=settlement,
        period=name_of_period(settlement.period),
        person=names.get(settlement.person_id, "–"),
        approved_by=names.get(settlement.approved_by_id, "") if settlement.approved_by_id else "",
        reverses=others.get(settlement.reverses_id, "") if settlement.reverses_id else "",
        standing=(SETTLEMENT_STATUSES[settlement.status], SETTLEMENT_TONES.get(settlement.status, "")),
        amount=_money(settlement.amount),
        rows=rows_of(actor, entries_of(settlement)),
        may_do={
            act: _may_do(actor, settlement, act) and (not is_own or may_decide_own(actor, _permission(act), settlement))
            for act in ACTS
        },
    )


def _permission(act: str) -> str:
    return "approve" if act == "reopen" else act


def _may_do(actor: Actor, settlement: CommissionSettlement, act: str) -> bool:
    is_next = ACTS[act][1] in SETTLEMENT_MOVES[settlement.status] and settlement.deleted_at is None
    return is_next and settlement.reverses_id is None and may(actor, CommissionSettlement, _permission(act))


@blueprint.get("/settlements/<uuid:record_id>/pdf")
@audience("staff")
def settlement_pdf(record_id: UUID) -> Response:
    """Give a settlement as it is printed, in the language of whoever is paid."""
    actor = current_actor()
    return settlement_answer(actor, find_record(actor, SETTLEMENTS, record_id, binned=True))


@blueprint.post("/settlements/<uuid:record_id>/<any(approve, reopen, settle, reverse):act>")
@audience("staff")
def change_settlement(record_id: UUID, act: str) -> Response:
    """Approve a settlement, take that back, settle it or reverse it."""
    actor = current_actor()
    settlement: CommissionSettlement = find_record(actor, SETTLEMENTS, record_id)
    operation, _status = ACTS[act]
    changed = operation(actor, settlement)
    toast(_("It is “%(status)s” now.", status=SETTLEMENT_STATUSES[settlement.status]))
    return redirect_or_refresh(SETTLEMENTS.url_of(changed.id))


# Plans


@blueprint.post("/commission-plans/<uuid:record_id>/put-in-force")
@audience("staff")
def put_plan_in_force(record_id: UUID) -> Response:
    """Put a plan in force."""
    actor = current_actor()
    plan: CommissionPlan = find_record(actor, COMMISSION_PLANS, record_id, "edit")
    put_in_force(actor, plan)
    toast(_("%(name)s is in force.", name=plan.name))
    return redirect_or_refresh(COMMISSION_PLANS.url_of(plan.id))


@blueprint.get("/commission-plans/<uuid:record_id>/example")
@audience("staff")
def plan_example(record_id: UUID) -> Response:
    """Work a plan out for an amount that is typed."""
    plan: CommissionPlan = find_record(current_actor(), COMMISSION_PLANS, record_id)
    try:
        amount = fields.Money().deserialize(fields.Typed(request.args.get("amount") or "0"))
    except ma.ValidationError:
        amount = Decimal(0)
    return fragment("sales/commissions/example.html", **example_of(plan, amount))


@blueprint.post("/commission-plans/<uuid:record_id>/members")
@audience("staff")
def add_member(record_id: UUID) -> Response:
    """Say that a plan is for a person or a team."""
    actor = current_actor()
    plan: CommissionPlan = find_record(actor, COMMISSION_PLANS, record_id, "edit")
    given = {name: request.form[name] for name in ("person", "team") if request.form.get(name)}
    try:
        create_record(actor, COMMISSION_MEMBERS, {"plan": str(plan.id), **given})
    except Problem as problem:
        if problem.status != 422:
            raise
        return _panel(member_panel(actor, plan), problem)
    return _panel(member_panel(actor, plan))


@blueprint.post("/commission-plans/<uuid:record_id>/members/<uuid:member_id>/remove")
@audience("staff")
def remove_member(record_id: UUID, member_id: UUID) -> Response:
    """Take a person or a team from a plan."""
    actor = current_actor()
    plan: CommissionPlan = find_record(actor, COMMISSION_PLANS, record_id, "edit")
    member: CommissionMember = find_record(actor, COMMISSION_MEMBERS, member_id, "delete")
    if member.plan_id != plan.id:
        raise not_found()
    bin_record(actor, COMMISSION_MEMBERS, member)
    toast(_("Taken from the plan."), undo=last_transaction())
    return _panel(member_panel(actor, plan))


# Splits


@blueprint.post("/<any(opportunities, orders, invoices):kind>/<uuid:record_id>/shares")
@audience("staff")
def change_shares(kind: str, record_id: UUID) -> Response:
    """Share a deal, an order or the draft of an invoice among people."""
    actor = current_actor()
    document = find_record(actor, SHARED_TYPES[kind], record_id, "edit")
    typed = zip(request.form.getlist("person"), request.form.getlist("percent"), strict=False)
    given = [(person, percent) for person, percent in typed if person.strip() and percent.strip()]
    try:
        share(actor, document, [(_as_id(person), read_percent(percent)) for person, percent in given])
    except Problem as problem:
        if problem.status != 422:
            raise
        return _panel(split_panel(actor, document, given), problem)
    toast(_("Saved."), undo=last_transaction())
    return _panel(split_panel(actor, document))


def _as_id(text: str) -> UUID | str:
    try:
        return UUID(text)
    except ValueError:
        return text


def _panel(panel: Panel, problem: Problem | None = None) -> Response:
    """Give a panel's body anew, with what was wrong where something was."""
    errors = [message for messages in problem.fields.values() for message in messages] if problem else []
    return fragment(panel.template, problem.status if problem else 200, **panel.context, errors=errors)
