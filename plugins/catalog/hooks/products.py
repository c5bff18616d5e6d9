"""What stands beside a product: its prices, its costs and its taxes."""

from decimal import Decimal

from pelatis.api import (
    Actor,
    Panel,
    _,
    country_names,
    format_amount,
    format_day,
    format_percent,
    may,
    today,
)

from ..models import Cost, Price, Product, TaxRule
from ..queries.prices import prices_of, standard_price
from ..queries.products import costs_of
from ..queries.taxes import taxes_of
from ..records import COSTS, PRICE_LISTS, PRICES, TAX_RULES
from ..schemas import BUYERS
from .wording import written_limits

#: How many of a product's costs stand beside it.
MOST_COSTS = 5


def prices_panel(actor: Actor, product: Product) -> Panel:
    """Give what a product is sold for in each price list, to be changed in its place."""
    edits = may(actor, Price, "edit")
    rows = [
        {
            "title": price_list.name,
            "url": PRICE_LISTS.url_of(price_list.id),
            "note": written_limits(price),
            "figure": format_amount(price.amount, price.currency),
            "edit_url": f"{PRICES.url_of(price.id)}/fields/amount?edit=1" if edits else None,
        }
        for price_list, price in prices_of(actor, product.id, today())
    ]
    return Panel(
        id="catalog.prices",
        title=_("Prices"),
        template="catalog/panels/prices.html",
        context={
            "rows": rows,
            "lacking": _("It has no price today."),
            "new_url": f"{PRICES.url}/new?product={product.id}" if may(actor, Price, "create") else "",
            "new_label": _("New price"),
            "icon": "coin",
        },
        count=len(rows) or None,
    )


def costs_panel(actor: Actor, product: Product) -> Panel:
    """Give what a product costs the company, and what is left of its price."""
    costs = costs_of(actor, product.id)
    present = next((cost for cost in costs if cost.valid_from is None or cost.valid_from <= today()), None)
    rows = [
        {
            "title": _("since %(day)s", day=format_day(cost.valid_from)) if cost.valid_from else _("Cost"),
            "url": COSTS.url_of(cost.id),
            "note": _margin(actor, product, cost) if cost is present else "",
            "figure": format_amount(cost.amount, cost.currency),
        }
        for cost in costs[:MOST_COSTS]
    ]
    return Panel(
        id="catalog.costs",
        title=_("Costs"),
        template="catalog/panels/rows.html",
        context={
            "rows": rows,
            "lacking": _("Nobody said what it costs."),
            "new_url": f"{COSTS.url}/new?product={product.id}" if may(actor, Cost, "create") else "",
            "new_label": _("New cost"),
            "icon": "coin",
        },
    )


def _margin(actor: Actor, product: Product, cost: Cost) -> str:
    """Say what share of the standard price is left above the cost."""
    price = standard_price(product.id) if may(actor, Price, "view") else None
    if price is None or not price.amount or price.currency != cost.currency:
        return ""
    share = (100 * (price.amount - cost.amount) / price.amount).quantize(Decimal("0.1"))
    return _("Margin at the standard price: %(share)s", share=format_percent(share))


def taxes_panel(actor: Actor, product: Product) -> Panel:
    """Give the taxes that a product may bear."""
    names = country_names()
    rows = [
        {
            "title": rule.name,
            "url": TAX_RULES.url_of(rule.id),
            "note": " · ".join(filter(None, (names.get(rule.country, rule.country), rule.postcodes, _buyer(rule)))),
            "figure": format_percent(rule.rate),
        }
        for rule in taxes_of(actor, product, today())
    ]
    return Panel(
        id="catalog.taxes",
        title=_("Taxes"),
        template="catalog/panels/rows.html",
        context={"rows": rows, "lacking": _("No tax rule says what its class bears."), "icon": "receipt-tax"},
        count=len(rows) or None,
    )


def _buyer(rule: TaxRule) -> str:
    return str(BUYERS[rule.buyer]) if rule.buyer in BUYERS else ""
