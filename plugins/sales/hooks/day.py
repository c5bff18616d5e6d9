"""Deals and leads in a person's day, and the figures above it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from pelatis.api import (
    Actor,
    CalendarItem,
    Panel,
    _,
    base_currency,
    format_amount,
    format_number,
    format_percent,
    local_now,
    may,
    ngettext,
    today,
    utc_now,
)

from ..models import Lead, Opportunity, Stage
from ..queries import board, deals
from ..records import LEADS, OPPORTUNITIES
from ..schemas import SOURCES

#: From which share of leads answered in time on, in percent, the meter is green.
GOOD_SHARE = 90
#: How much working time a person's day looks ahead for leads whose clock runs out.
CLOCK_AHEAD = timedelta(hours=4)


def running_lead(lead: Lead) -> CalendarItem:
    """Put a lead whose clock runs into a person's day."""
    who = f"{lead.name}, {lead.company}" if lead.company else lead.name
    source = str(SOURCES[lead.source]) if lead.source in SOURCES else ""
    asked = f"“{lead.message.strip().partition(chr(10))[0][:120]}”" if lead.message else ""
    return CalendarItem(
        id=lead.id,
        title=_("Lead: %(who)s", who=who),
        kind="lead",
        url=LEADS.url_of(lead.id),
        due_at=lead.respond_by,
        done_url=f"{LEADS.url_of(lead.id)}/take",
        detail=" · ".join(part for part in (source, asked) if part),
        level="danger" if lead.respond_by and lead.respond_by < utc_now() else "warning",
        group="clock",
    )


def still(opportunity: Opportunity, stage: Stage) -> str:
    """Say for how long a deal has stood still."""
    days = board.days_in_stage(opportunity.stage_since)
    words = {"stage": stage.name, "days": days, "most": stage.rot_days}
    return str(_("%(stage)s for %(days)s days, usual is %(most)s", **words))


def still_item(opportunity: Opportunity, stage: Stage, customer: str) -> CalendarItem:
    """Put a deal that stands still into a person's day."""
    return CalendarItem(
        id=opportunity.id,
        title=opportunity.name,
        kind="deal",
        url=OPPORTUNITIES.url_of(opportunity.id),
        detail=still(opportunity, stage),
        figure=format_amount(opportunity.amount, opportunity.currency) if opportunity.amount is not None else "",
        level="warning",
        customer_id=opportunity.customer_id,
        customer_name=customer,
        group="still",
    )


def panels(slot: str, actor: Actor, _record: Any) -> Iterator[Panel]:
    """Give the figures above a person's day."""
    if slot == "dashboard.figures" and actor.user_id is not None and may(actor, Opportunity, "view"):
        yield from _figures(actor)


def _figures(actor: Actor) -> Iterator[Panel]:
    """Give what a person won this month, what they may yet win, and how quickly they answer."""
    first = today().replace(day=1)
    own = deals.own_figures(actor, first, local_now().replace(day=1, hour=0, minute=0, second=0, microsecond=0))
    if not own.won and not own.open:
        return
    yield _figure(
        "won",
        _("Won this month"),
        format_amount(own.won_amount, base_currency(), whole=True),
        ngettext("%(num)s deal", "%(num)s deals", own.won),
    )
    yield _figure(
        "weighted",
        _("Open, weighted"),
        format_amount(own.weighted, base_currency(), whole=True),
        ngettext("%(num)s deal", "%(num)s deals", own.open),
    )
    if own.answered:
        share = 100 * own.timely // own.answered
        note = f"{format_number(own.timely)} / {format_number(own.answered)}"
        yield _figure("timely", _("Leads answered in time"), format_percent(share), note, share)


def _figure(name: str, title: str, figure: str, note: str, percent: int | None = None) -> Panel:
    context = {"note": note, "percent": percent, "tone": "green" if (percent or 0) >= GOOD_SHARE else ""}
    return Panel(id=f"sales.figure.{name}", title=title, template="", figure=figure, context=context)
