"""Beside a deal's own page: what it cost so far."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from pelatis.api import Actor, Panel, _, base_currency, format_amount, format_number, may

from ..models import Opportunity, SalesCost
from ..queries.costs import costs_of_deal
from ..records import SALES_COSTS
from ..schemas import COST_KINDS


def panels(slot: str, actor: Actor, record: Any) -> Iterator[Panel]:
    """Give what a deal cost, and where to write down more."""
    if slot == "record.sidebar" and isinstance(record, Opportunity) and may(actor, SalesCost, "view"):
        yield _cost_panel(actor, record)


def _cost_panel(actor: Actor, opportunity: Opportunity) -> Panel:
    costs = costs_of_deal(actor, opportunity.id)
    total = sum((amount for amount, _hours in costs.values()), Decimal(0))
    return Panel(
        id="sales.cost",
        title=_("Cost of selling"),
        template="sales/panels/costs.html",
        context={
            "icon": "coin",
            "rows": [(_kind(kind, hours), _money(amount)) for kind, (amount, hours) in costs.items()],
            "new_url": f"{SALES_COSTS.url}/new?opportunity={opportunity.id}" if may(actor, SalesCost, "create") else "",
        },
        figure=_money(total) if costs else "",
        order=60,
    )


def _kind(kind: str, hours: Decimal) -> str:
    label = COST_KINDS.get(kind, kind)
    return str(_("%(kind)s, %(hours)s h", kind=label, hours=format_number(hours)) if hours else label)


def _money(amount: Decimal) -> str:
    return str(format_amount(amount, base_currency()))
