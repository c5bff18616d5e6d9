"""What the catalog answers: what a product costs and how it is taxed, beside its own page."""

from collections.abc import Iterator
from typing import Any

from pelatis.api import (
    Actor,
    Panel,
    _,
    country_names,
    format_amount,
    format_number,
    format_percent,
    hookimpl,
    may,
    today,
)

from .models import Price, Product, TaxRule
from .queries import prices_of, taxes_of
from .records import PRICE_LISTS, PRICES, TAX_RULES
from .schemas import BUYERS


@hookimpl
def crm_render_panels(slot: str, actor: Actor, record: Any) -> Iterator[Panel]:
    """Give the prices and taxes of a product."""
    if slot != "record.sidebar" or not isinstance(record, Product):
        return
    if may(actor, Price, "view"):
        yield _prices_panel(actor, record)
    if may(actor, TaxRule, "view"):
        yield _taxes_panel(actor, record)


def _prices_panel(actor: Actor, product: Product) -> Panel:
    rows = [
        {
            "title": price_list.name,
            "url": PRICE_LISTS.url_of(price_list.id),
            "note": _("from %(quantity)s", quantity=format_number(price.min_quantity))
            if price.min_quantity != 1
            else "",
            "figure": format_amount(price.amount, price.currency),
        }
        for price_list, price in prices_of(actor, product.id, today())
    ]
    new_url = f"{PRICES.url}/new?product={product.id}" if may(actor, Price, "create") else ""
    return Panel(
        id="catalog.prices",
        title=_("Prices"),
        template="catalog/panels/rows.html",
        context={"rows": rows, "lacking": _("It has no price today."), "new_url": new_url, "icon": "coin"},
        count=len(rows) or None,
    )


def _taxes_panel(actor: Actor, product: Product) -> Panel:
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
