"""What stands beside a deal's or a lead's own page: its steps, and what one unit costs."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from pelatis.api import (
    Actor,
    Panel,
    _,
    ask,
    format_amount,
    may,
    typed_number,
)
from plugins.catalog.api import Price, PriceExplained, explain_price, rounded

from ..models import Lead, Opportunity
from ..operations.leads import CONVERTIBLE, LEAD_MOVES
from ..operations.pipelines import stages_of
from ..queries import board, deals
from ..records import OPPORTUNITIES
from ..schemas import DISQUALIFIED, LEAD_STATUSES


def panels(slot: str, actor: Actor, record: Any) -> Iterator[Panel]:
    """Give what a deal's or a lead's seller may do with it next."""
    if slot != "record.sidebar":
        return
    if isinstance(record, Opportunity):
        if may(actor, Opportunity, "edit"):
            yield _stage_panel(actor, record)
        yield from _price_panel(actor, record)
    elif isinstance(record, Lead) and may(actor, Lead, "edit"):
        yield _lead_panel(record)


def _stage_panel(actor: Actor, opportunity: Opportunity) -> Panel:
    stages = stages_of(opportunity.pipeline_id)
    present = next((stage for stage in stages if stage.id == opportunity.stage_id), None)
    steps = ask("crm_get_next_steps", actor=actor, ids=[opportunity.id])
    return Panel(
        id="sales.stage",
        title=_("Stage"),
        template="sales/panels/stage.html",
        context={
            "stages": stages,
            "present": present,
            "moves": deals.history_of(opportunity.id),
            "days": board.days_in_stage(opportunity.stage_since),
            "next_step": None if steps is None else steps.get(opportunity.id, ""),
            "icon": "layout-kanban",
        },
        figure=present.name if present else "",
        order=10,
    )


def _price_panel(actor: Actor, opportunity: Opportunity) -> Iterator[Panel]:
    """Explain what one unit of a deal's product costs its customer."""
    if not may(actor, Price, "view"):
        return
    product, customer = deals.product_and_customer(actor, opportunity)
    explained = explain_price(product, customer) if product else None
    if product is None or explained is None:
        return
    currency, tax = explained.line.currency, explained.tax
    steps = [(step.label, step.note, format_amount(step.amount, step.currency)) for step in explained.line.steps]
    steps += [
        (tax.name if tax else _("Tax: no rule says"), "", format_amount(tax.tax, currency) if tax else "–"),
        (_("With tax"), "", format_amount(explained.gross, currency)),
    ]
    yield Panel(
        id="sales.price",
        title=_("Price of one unit"),
        template="sales/panels/price.html",
        context={
            "steps": steps,
            "note": tax.note if tax else "",
            "offer": _offer(actor, opportunity, explained),
            "icon": "coin",
        },
        figure=format_amount(explained.net, currency),
        order=20,
    )


def _offer(actor: Actor, opportunity: Opportunity, explained: PriceExplained) -> dict[str, str] | None:
    """Offer the price of its volume as the amount of a deal that has none."""
    if opportunity.amount is not None:
        return None
    currency = explained.line.currency
    units = Decimal(1) if opportunity.volume is None else opportunity.volume
    return offered_amount(actor, opportunity, rounded(explained.net * units, currency), currency)


def offered_amount(actor: Actor, opportunity: Opportunity, amount: Decimal, currency: str) -> dict[str, str] | None:
    """Offer something as the amount of a deal, to those who may change it; None to others."""
    if opportunity.deleted_at is not None or not may(actor, Opportunity, "edit"):
        return None
    return {
        "url": OPPORTUNITIES.url_of(opportunity.id),
        "amount": typed_number(amount),
        "currency": currency,
        "text": _("Take %(price)s as the amount", price=format_amount(amount, currency)),
    }


def _lead_panel(lead: Lead) -> Panel:
    following = LEAD_MOVES[lead.status]
    return Panel(
        id="sales.lead",
        title=_("What now"),
        template="sales/panels/lead.html",
        context={
            "statuses": [(key, LEAD_STATUSES[key]) for key in ("working", "qualified") if key in following],
            "is_new": lead.status == "new",
            "can_convert": lead.status in CONVERTIBLE,
            "can_disqualify": "disqualified" in following,
            "reasons": DISQUALIFIED,
            "icon": "flame",
        },
        figure=LEAD_STATUSES[lead.status],
        order=10,
    )
