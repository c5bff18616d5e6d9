"""Prices that are changed in their place, beside the product or the price list that they are of."""

from collections.abc import Iterable

from pelatis.api import Actor, Panel, _, format_amount, may

from ..models import Price
from ..records import PRICES
from .wording import written_limits


def prices_panel_of(
    actor: Actor,
    panel_id: str,
    rows: Iterable[tuple[str, str, Price]],
    lacking: str,
    filled_in: str,
    url: str = "",
    table_url: str = "",
) -> Panel:
    """Give prices with what they are of.

    Args:
        actor: whoever looks.
        panel_id: the panel's id.
        rows: of each price the name and the address of what it is of, and the price.
        lacking: what is said where there are none.
        filled_in: what a new price begins with: `product=…`.
        url: where all of them are.
        table_url: where they are typed into a table by quantity.
    """
    edits = may(actor, Price, "edit")
    listed = [
        {
            "title": name,
            "url": address,
            "note": written_limits(price),
            "figure": format_amount(price.amount, price.currency),
            "edit_url": f"{PRICES.url_of(price.id)}/fields/amount?edit=1" if edits else None,
        }
        for name, address, price in rows
    ]
    return Panel(
        id=panel_id,
        title=_("Prices"),
        template="catalog/panels/prices.html",
        context={
            "rows": listed,
            "lacking": lacking,
            "new_url": f"{PRICES.url}/new?{filled_in}" if may(actor, Price, "create") else "",
            "new_label": _("New price"),
            "table_url": table_url if edits and may(actor, Price, "create") else "",
            "icon": "coin",
        },
        count=None if url else len(listed) or None,
        url=url,
    )
