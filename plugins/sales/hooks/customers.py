"""Deals on a customer's page: beside it, in its timeline and among what is open."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from markupsafe import Markup, escape

from pelatis.api import (
    Actor,
    Panel,
    TimelineEntry,
    _,
    base_currency,
    format_amount,
    format_day,
    format_percent,
    may,
)

from ..models import Opportunity, Stage
from ..queries import deals
from ..records import OPPORTUNITIES
from ..schemas import LOST_REASONS

#: How many open deals stand beside a customer.
MOST_LISTED = 20


def panels(slot: str, actor: Actor, customer: Any) -> Iterator[Panel]:
    """Give a customer's open deals, beside their page and among what is open with them."""
    if slot == "customer.sidebar" and may(actor, Opportunity, "view"):
        yield _deals_panel(actor, customer)
    elif slot == "customer.open":
        yield from _open_items(actor, customer)


def _deals_panel(actor: Actor, customer: Any) -> Panel:
    rows = deals.open_deals(actor, [customer.id])
    total = sum((opportunity.amount_base or Decimal(0) for opportunity, _stage in rows), Decimal(0))
    listed = [
        {
            "title": opportunity.name,
            "url": OPPORTUNITIES.url_of(opportunity.id),
            "figure": format_amount(opportunity.amount, opportunity.currency),
            "stage": stage.name,
            "note": _closing(opportunity, stage),
        }
        for opportunity, stage in rows[:MOST_LISTED]
    ]
    return Panel(
        id="sales.deals",
        title=_("Deals"),
        template="sales/panels/deals.html",
        context={
            "rows": listed,
            "icon": "layout-kanban",
            "new_url": f"{OPPORTUNITIES.url}/new?customer={customer.id}" if may(actor, Opportunity, "create") else "",
        },
        count=len(rows) or None,
        figure=format_amount(total, base_currency(), whole=True) if rows else "",
    )


def _closing(opportunity: Opportunity, stage: Stage) -> str:
    """Say when a deal is expected to close, and how likely it is won."""
    likely = stage.probability if opportunity.probability is None else opportunity.probability
    day = opportunity.expected_close_on
    chance = format_percent(likely)
    return _("closes %(day)s · %(chance)s", day=format_day(day), chance=chance) if day else chance


def _open_items(actor: Actor, customer: Any) -> Iterator[Panel]:
    for opportunity, stage in deals.open_deals(actor, [customer.id])[:5]:
        yield Panel(
            id=f"sales.deal.{opportunity.id}",
            title=opportunity.name,
            template="",
            url=OPPORTUNITIES.url_of(opportunity.id),
            figure=format_amount(opportunity.amount, opportunity.currency),
            context={"icon": "briefcase", "pill": (stage.name, "blue")},
        )


def moved(row: Any) -> TimelineEntry:
    """Say in a timeline how a deal moved."""
    link = Markup('<a href="{}">{}</a>').format(OPPORTUNITIES.url_of(row.opportunity_id), row.name)
    names = {"deal": link, "left": row.left or "", "entered": Markup("<b>{}</b>").format(row.entered)}
    amount = format_amount(row.amount, row.currency) if row.amount is not None else ""
    if row.kind == "won":
        line, icon, level, said = escape(_("won %(deal)s")) % names, "circle-check", "success", amount
    elif row.kind == "lost":
        reason = str(LOST_REASONS[row.lost_reason]) if row.lost_reason in LOST_REASONS else ""
        line, icon, level, said = escape(_("lost %(deal)s")) % names, "circle-x", "danger", reason
    elif row.left is None:
        line, icon, level, said = escape(_("began %(deal)s in %(entered)s")) % names, "briefcase", "plain", amount
    else:
        line = escape(_("moved %(deal)s from %(left)s to %(entered)s")) % names
        icon, level, said = "arrow-right", "notice", ""
    return TimelineEntry(
        id=row.id,
        at=row.moved_at,
        kind="deal",
        line=line,
        text=said,
        icon=icon,
        level=level,  # type: ignore[arg-type]
        actor_name=row.moved_by or "",
        url=OPPORTUNITIES.url_of(row.opportunity_id),
        record_type="sales.opportunity",
        record_id=row.opportunity_id,
    )
