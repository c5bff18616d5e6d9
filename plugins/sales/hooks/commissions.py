"""Commissions beside a plan, a deal and a person's day."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from pelatis.api import (
    Actor,
    NavItem,
    Panel,
    _,
    base_currency,
    format_amount,
    format_percent,
    may,
    titles,
    typed_number,
)

from ..commissions import Tier, tiers_kept
from ..models import CommissionEntry, CommissionMember, CommissionPlan, CommissionSplit, Invoice, Opportunity, Order
from ..operations.commissions import scale_of
from ..queries.commissions import effective_split, members_of
from ..queries.people import active_people, read_staff

#: How many people a split offers room for beside those who are in it.
ROOM = 2


def nav_items(actor: Actor) -> Iterator[NavItem]:
    """Lead to one's commissions."""
    if may(actor, CommissionEntry, "view"):
        yield NavItem(title=_("Commissions"), url="/sales/commissions", icon="coins", order=195)


def panels(slot: str, actor: Actor, record: Any) -> Iterator[Panel]:
    """Give how a plan is worked out and whom it is for, and how a deal is shared."""
    if slot != "record.sidebar":
        return
    if isinstance(record, CommissionPlan):
        yield _scale_panel(actor, record)
        yield member_panel(actor, record)
    elif isinstance(record, Opportunity) and may(actor, CommissionSplit, "view"):
        yield split_panel(actor, record)


def _scale_panel(actor: Actor, plan: CommissionPlan) -> Panel:
    tiers = tiers_kept(plan.tiers)
    is_draft = plan.sealed_at is None and plan.deleted_at is None
    return Panel(
        id="sales.scale",
        title=_("How it is worked out"),
        template="sales/commissions/scale.html",
        context={
            "plan": plan,
            "tiers": [(_span(tier), format_percent(tier.percent)) for tier in tiers],
            "may_put_in_force": is_draft and may(actor, CommissionPlan, "edit"),
            "example": example_of(plan, _example_amount(tiers)),
            "currency": base_currency(),
            "icon": "coins",
        },
        order=5,
    )


def _span(tier: Tier) -> str:
    begins = format_amount(tier.begins, base_currency())
    if tier.ends is None:
        return str(_("from %(begins)s", begins=begins))
    return str(_("from %(begins)s to below %(ends)s", begins=begins, ends=format_amount(tier.ends, base_currency())))


def _example_amount(tiers: Sequence[Tier]) -> Decimal:
    """Choose an amount that shows what tiers do: one and a half times where the last one begins."""
    return tiers[-1].begins * Decimal("1.5") if tiers and tiers[-1].begins else Decimal(1_000)


def example_of(plan: CommissionPlan, amount: Decimal) -> dict[str, Any]:
    """Work a plan out for one invoice of an amount, in words that say how its tiers hold."""
    scale = scale_of(plan)
    parts = scale.explained(Decimal(0), amount, amount)
    if plan.way == "whole":
        words = _("Whole amount: the tier that the whole amount reaches holds for all of it.")
    else:
        words = _("Progressive: each part of the amount earns the percentage of its own tier.")
    return {
        "amount": typed_number(amount),
        "words": words,
        "parts": [
            (
                _("%(percent)s of %(part)s", percent=format_percent(tier.percent), part=_money(part)),
                _money(earned),
            )
            for tier, part, earned in parts
        ],
        "total": _money(scale.earned_up_to(amount, amount)),
    }


def _money(amount: Decimal) -> str:
    return str(format_amount(amount, base_currency(), whole=False))


def member_panel(actor: Actor, plan: CommissionPlan) -> Panel:
    """Give whom a plan is for, with the form that adds one more."""
    members = members_of(plan)
    people = titles(actor, "user", {member.person_id for member in members})
    teams = titles(actor, "team", {member.team_id for member in members})
    staff = read_staff()
    return Panel(
        id="sales.members",
        title=_("Whom it is for"),
        template="sales/commissions/members.html",
        context={
            "plan": plan,
            "members": [(member, _name(member, people, teams)) for member in members],
            "people": active_people(),
            "teams": sorted(((team, name) for team, (name, _above) in staff.teams.items()), key=lambda each: each[1]),
            "editable": plan.deleted_at is None and may(actor, CommissionPlan, "edit"),
            "icon": "users",
        },
        count=len(members) or None,
        order=10,
    )


def _name(member: CommissionMember, people: Any, teams: Any) -> str:
    return str(people.get(member.person_id) or teams.get(member.team_id) or "–")


def split_panel(actor: Actor, document: Any, given: Sequence[tuple[str, str]] | None = None) -> Panel:
    """Give how a deal, an order or an invoice is shared, with the form that shares it anew.

    Args:
        actor: whoever looks.
        document: the deal, order or invoice.
        given: person and percent as they were typed, where they couldn't be taken.
    """
    kind, ids = _kind(document)
    shares = effective_split(*ids)
    own = [] if shares else [name for person, name in active_people() if person == document.owner_id]
    is_posted = isinstance(document, Invoice) and document.sealed_at is not None
    rows = given if given is not None else [(share["person"], share["percent"]) for share in shares]
    if given is None and not shares and document.owner_id:
        rows = [(str(document.owner_id), "100")]
    return Panel(
        id="sales.shares",
        title=_("Commission"),
        template="sales/commissions/shares.html",
        context={
            "url": f"/sales/{kind}/{document.id}/shares",
            "shares": [(share["name"], format_percent(Decimal(share["percent"]))) for share in shares]
            or [(name, format_percent(Decimal(100))) for name in own],
            "rows": [*rows, *[("", "")] * ROOM],
            "people": [(str(person), name) for person, name in active_people()],
            "editable": not is_posted
            and document.deleted_at is None
            and may(actor, type(document), "edit")
            and may(actor, CommissionSplit, "edit"),
            "icon": "coins",
        },
        count=len(shares) if len(shares) > 1 else None,
        order=40,
    )


def shown_shares(actor: Actor, document: Any) -> Any:
    """Give what the page of an order or an invoice shows of its shares; None for whoever may not see them."""
    return split_panel(actor, document).context if may(actor, CommissionSplit, "view") else None


def _kind(document: Any) -> tuple[str, tuple[Any, Any, Any]]:
    """Name what is shared as addresses do, and give the deal, the order and the invoice that its shares come from."""
    if isinstance(document, Opportunity):
        return "opportunities", (document.id, None, None)
    if isinstance(document, Order):
        return "orders", (document.opportunity_id, document.id, None)
    return "invoices", (document.opportunity_id, document.order_id, document.id)
