"""What stands beside a price list: its prices, its rules and the customers whom it was agreed with."""

from pelatis.api import Actor, Panel, _, may

from ..models import ListAssignment, PriceList, PriceRule
from ..queries.prices import agreements_on, prices_in, rules_in
from ..records import ASSIGNMENTS, PRICE_RULES, PRICES, PRODUCTS
from ..schemas import BASES
from .amounts import prices_panel_of
from .rows import rows_panel
from .wording import list_of, written_change, written_limits

#: How many prices, rules and customers stand beside a list; the rest are behind the heading.
MOST_LISTED = 40


def list_prices_panel(actor: Actor, price_list: PriceList) -> Panel:
    """Give the prices that stand in a list, to be changed in their place."""
    rows = [
        (product.name, PRODUCTS.url_of(product.id), price)
        for product, price in prices_in(actor, price_list.id, MOST_LISTED)
    ]
    url = list_of(PRICES.url, "price_list", price_list.id)
    lacking = _("No price stands in it.")
    return prices_panel_of(actor, "catalog.list_prices", rows, lacking, f"price_list={price_list.id}", url)


def rules_panel(actor: Actor, price_list: PriceList) -> Panel:
    """Give the rules that reckon a list's prices."""
    rows = [
        {
            "title": rule.name,
            "url": PRICE_RULES.url_of(rule.id),
            "note": " · ".join(filter(None, (rule.series, _base(rule), written_limits(rule)))),
            "figure": written_change(rule),
        }
        for rule in rules_in(actor, price_list.id, MOST_LISTED)
    ]
    return rows_panel(
        id="catalog.rules",
        title=_("Rules"),
        rows=rows,
        lacking=_("No rule reckons its prices."),
        new_url=f"{PRICE_RULES.url}/new?price_list={price_list.id}" if may(actor, PriceRule, "create") else "",
        new_label=_("New rule"),
        icon="adjustments-horizontal",
        url=list_of(PRICE_RULES.url, "price_list", price_list.id),
    )


def _base(rule: PriceRule) -> str:
    return "" if rule.base == "own" else str(BASES[rule.base])


def agreements_panel(actor: Actor, price_list: PriceList) -> Panel:
    """Give the customers whom a list was agreed with."""
    rows = [
        {
            "title": customer.name,
            "url": ASSIGNMENTS.url_of(agreed.id),
            "note": agreed.reason or "",
            "figure": "",
        }
        for customer, agreed in agreements_on(actor, price_list.id, MOST_LISTED)
    ]
    may_add = may(actor, ListAssignment, "create")
    return rows_panel(
        id="catalog.agreements",
        title=_("Agreed with"),
        rows=rows,
        lacking=_("It was agreed with nobody in particular."),
        new_url=f"{ASSIGNMENTS.url}/new?price_list={price_list.id}" if may_add else "",
        new_label=_("New agreement"),
        icon="users",
        count=len(rows) or None,
        url=list_of(ASSIGNMENTS.url, "price_list", price_list.id),
    )
