"""What a deal may collide with, at the top beside its page."""

from collections.abc import Iterator
from typing import Any

from pelatis.api import Actor, Panel, _, base_currency, collect, format_amount, matching_name, titles

from ..conflicts import DealConflict
from ..models import Opportunity
from ..queries.deals import open_deals
from ..records import OPPORTUNITIES


def panels(slot: str, actor: Actor, record: Any) -> Iterator[Panel]:
    """Say of an open deal what else is under way, where there is anything."""
    if slot != "record.sidebar" or not isinstance(record, Opportunity) or record.closed_on or record.deleted_at:
        return
    told = collect("crm_collect_deal_conflicts", actor=actor, deal=record)
    if told:
        yield Panel(
            id="sales.conflicts",
            title=_("Also under way"),
            template="sales/panels/conflicts.html",
            context={"conflicts": [_shown(each) for each in told], "icon": "alert-triangle"},
            count=len(told),
            order=5,
        )


def _shown(told: Any) -> DealConflict:
    if isinstance(told, DealConflict):
        return told
    return DealConflict(str(told.title), _("It couldn't be asked."))


def same_deals(actor: Actor, deal: Opportunity) -> Iterator[DealConflict]:
    """Give the other open deals with a deal's customer about the same product, or of the same name."""
    if deal.customer_id is None:
        return
    others = [
        (other, stage)
        for other, stage in open_deals(actor, [deal.customer_id])
        if other.id != deal.id and _is_about_the_same(deal, other)
    ]
    owners = titles(actor, "user", {other.owner_id for other, _stage in others})
    for other, stage in others:
        yield DealConflict(
            title=other.name,
            note=" · ".join(filter(None, (owners.get(other.owner_id) if other.owner_id else None, stage.name))),
            figure=_worth(other),
            url=OPPORTUNITIES.url_of(other.id),
        )


def _is_about_the_same(deal: Opportunity, other: Opportunity) -> bool:
    """Tell whether two deals of one customer are the same: by their name, or of two sellers by their product."""
    if deal.product_id is not None and deal.product_id == other.product_id and deal.owner_id != other.owner_id:
        return True
    return matching_name(deal.name) == matching_name(other.name)


def _worth(deal: Opportunity) -> str:
    return format_amount(deal.amount_base, base_currency(), whole=True) if deal.amount_base is not None else ""
