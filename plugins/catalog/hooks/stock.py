"""What stands beside a product of its stock, and what holds units that are promised."""

from collections.abc import Iterator, Sequence
from typing import Final
from uuid import UUID

from pelatis.api import Actor, Dependents, Panel, _, format_number, may, today

from ..models import ExpectedDelivery, Product, Reservation, StockLevel
from ..queries.stock import availability_of, held_of, holder_of, levels_of
from ..records import EXPECTED, MOVEMENTS, RESERVATIONS, STOCK_LEVELS
from .rows import rows_panel
from .wording import list_of

#: How many of what holds reservations are named where many are chosen.
MOST_HOLDERS: Final = 3


def stock_panel(actor: Actor, product: Product) -> Panel:
    """Give what is on hand of a product and where, what is expected and promised, and what can be promised today."""
    found = availability_of([product.id], today()).get(product.id)
    rows = [
        {
            "title": level.location or _("On hand"),
            "url": STOCK_LEVELS.url_of(level.id),
            "figure": format_number(level.on_hand),
        }
        for level in levels_of(actor, product.id)
    ]
    if found is not None:
        if may(actor, Reservation, "view"):
            row = {"title": _("Reserved"), "figure": format_number(found.reserved)}
            rows.append({**row, "url": list_of(RESERVATIONS.url, "product", product.id)})
        if may(actor, ExpectedDelivery, "view"):
            row = {"title": _("Due by today"), "figure": format_number(found.due)}
            rows.append({**row, "url": list_of(EXPECTED.url, "product", product.id)})
    return rows_panel(
        id="catalog.stock",
        title=_("Stock"),
        rows=rows,
        lacking=_("It isn't kept in stock."),
        new_url=f"{STOCK_LEVELS.url}/new?product={product.id}" if may(actor, StockLevel, "create") else "",
        new_label=_("Another place") if rows else _("Keep it in stock"),
        icon="package",
        figure=_("%(count)s available", count=format_number(found.available)) if found else "",
        url=list_of(MOVEMENTS.url, "product", product.id) if rows else "",
    )


def holders(actor: Actor, reservations: Sequence[UUID]) -> Iterator[Dependents]:
    """Tell what some reservations are promised to; it says itself what it needs, and so they stay."""
    for held in held_of(reservations, MOST_HOLDERS):
        label = holder_of(actor, held)
        yield Dependents(record_type=held.reference_type or "", label=label, count=1, blocks=True)
