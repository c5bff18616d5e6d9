"""Who else is after a deal, beside its page; how deals against a competitor went, beside theirs."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from pelatis.api import (
    Actor,
    Dependents,
    Panel,
    _,
    base_currency,
    format_amount,
    format_number,
    format_percent,
    may,
    ngettext,
    pgettext,
)

from ..models import Competitor, DealCompetitor, Opportunity
from ..queries import competitors
from ..records import COMPETITORS


def panels(slot: str, actor: Actor, record: Any) -> Iterator[Panel]:
    """Give a deal's competitors, and a competitor's deals."""
    if slot != "record.sidebar":
        return
    if isinstance(record, Opportunity) and may(actor, DealCompetitor, "view"):
        yield competitors_panel(actor, record)
    elif isinstance(record, Competitor) and may(actor, Opportunity, "view"):
        yield from _encounters_panel(actor, record)


def competitors_panel(actor: Actor, opportunity: Opportunity) -> Panel:
    """Give who else is after a deal, with the form that adds one more."""
    rows = competitors.competitors_of(opportunity.id)
    return Panel(
        id="sales.competitors",
        title=_("Competitors"),
        template="sales/panels/competitors.html",
        context={
            "deal": opportunity,
            "competitors": [
                {
                    "id": met.id,
                    "name": competitor.name,
                    "url": COMPETITORS.url_of(competitor.id),
                    "note": met.note or "",
                    "strengths": competitor.strengths or "",
                    "weaknesses": competitor.weaknesses or "",
                    "has_won": opportunity.lost_to_id == competitor.id,
                }
                for met, competitor in rows
            ],
            "editable": opportunity.deleted_at is None and may(actor, Opportunity, "edit"),
            "may_make": may(actor, Competitor, "create"),
            "icon": "swords",
        },
        count=len(rows) or None,
        order=40,
    )


def _encounters_panel(actor: Actor, competitor: Competitor) -> Iterator[Panel]:
    for each in competitors.records_against(actor, [competitor.id]):
        closed = each.won + each.lost
        rows = [
            (_("Met in"), format_number(each.met), ""),
            (pgettext("deals", "Open"), format_number(each.open), ""),
            (_("We won"), format_number(each.won), format_amount(each.won_amount, base_currency(), whole=True)),
            (
                _("They won"),
                format_number(each.lost_to),
                format_amount(each.lost_to_amount, base_currency(), whole=True),
            ),
            (_("Lost to others, or to nobody"), format_number(each.lost - each.lost_to), ""),
        ]
        yield Panel(
            id="sales.encounters",
            title=_("Deals against them"),
            template="sales/panels/encounters.html",
            context={"rows": rows, "icon": "briefcase"},
            figure=_("%(share)s won", share=format_percent(100 * each.won // closed)) if closed else "",
        )


def dependents(record_type: str, ids: Sequence[UUID]) -> Iterator[Dependents]:
    """Tell how many deals a competitor was met in."""
    count = competitors.count_met(ids) if record_type == "sales.competitor" else 0
    if count:
        label = ngettext("met in %(num)s deal", "met in %(num)s deals", count)
        yield Dependents(record_type="sales.deal_competitor", label=label, count=count)
