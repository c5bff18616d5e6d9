"""What the catalog answers: what stands beside products and price lists."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from pelatis.api import Actor, Dependents, Panel, hookimpl, may, ngettext

from ..models import (
    BundlePart,
    Cost,
    ListAssignment,
    Option,
    OptionGroup,
    OptionRule,
    Price,
    PriceList,
    PriceRule,
    Product,
    ProductAttribute,
    Reservation,
    StockLevel,
    StockMovement,
    TaxRule,
)
from ..queries.taxes import written_tax_rules
from ..taxes import Sale
from .lists import agreements_panel, list_prices_panel, rules_panel
from .products import (
    costs_panel,
    group_panel,
    option_costs_panel,
    option_panel,
    options_panel,
    parts_panel,
    prices_panel,
    taxes_panel,
    variants_panel,
)
from .stock import holders, stock_panel

#: What stands beside a record of a model: for whoever may view records of the first model, the panel that the second
#: makes.
PANELS: Final[Mapping[type, tuple[tuple[Any, Callable[[Actor, Any], Panel]], ...]]] = {
    Product: (
        (Price, prices_panel),
        (Option, options_panel),
        (ProductAttribute, variants_panel),
        (BundlePart, parts_panel),
        (StockLevel, stock_panel),
        (Cost, costs_panel),
        (TaxRule, taxes_panel),
    ),
    OptionGroup: ((Option, group_panel),),
    Option: ((OptionRule, option_panel), (Cost, option_costs_panel)),
    PriceList: ((PriceRule, rules_panel), (ListAssignment, agreements_panel), (Price, list_prices_panel)),
}


@hookimpl(trylast=True)
def crm_compute_tax(sale: Sale, products: Sequence[Product]) -> Sequence[TaxRule | None]:
    """Say what the catalog's tax rules say."""
    return written_tax_rules(products, sale)


@hookimpl
def crm_collect_dependents(actor: Actor, record_type: str, ids: Sequence[UUID]) -> Iterator[Dependents]:
    """Keep from the bin what moved stock, as what is on hand leans on it, and what an order or the like holds."""
    if record_type == Reservation.__record_type__:
        yield from holders(actor, ids)
    if record_type == StockMovement.__record_type__ and ids:
        label = ngettext("%(num)s level of stock", "%(num)s levels of stock", len(ids))
        yield Dependents(record_type=StockLevel.__record_type__, label=label, count=len(ids), blocks=True)


@hookimpl
def crm_render_panels(slot: str, actor: Actor, record: Any) -> Iterator[Panel]:
    """Give the prices, costs and taxes of a product; the prices, rules and customers of a price list."""
    if slot != "record.sidebar":
        return
    for shown, panel in PANELS.get(type(record), ()):
        if may(actor, shown, "view"):
            yield panel(actor, record)
