"""What stands beside a product: its prices, its costs and its taxes."""

from collections.abc import Mapping, Sequence
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

from ..models import BundlePart, Cost, Option, OptionGroup, OptionRule, Price, Product, ProductAttribute, TaxRule
from ..queries.bundles import visible_parts
from ..queries.options import choices_of, options_in, products_of_options, rules_of_option
from ..queries.prices import prices_of, standard_price
from ..queries.products import costs_of
from ..queries.taxes import taxes_of
from ..queries.variants import attributes_of, variants_of
from ..records import (
    ATTRIBUTES,
    BUNDLE_PARTS,
    COSTS,
    OPTION_GROUPS,
    OPTION_RULES,
    OPTIONS,
    PRICE_LISTS,
    PRODUCTS,
    TAX_RULES,
)
from ..schemas import BUNDLE_PRICES, BUYERS, RULE_KINDS
from ..units import written_quantity
from .amounts import prices_panel_of
from .rows import rows_panel
from .wording import list_of, written_change

#: How many variants stand beside their product; the rest are behind the heading.
MOST_VARIANTS_LISTED = 12
#: How many of a product's costs stand beside it.
MOST_COSTS = 5


def prices_panel(actor: Actor, product: Product) -> Panel:
    """Give what a product is sold for in each price list, to be changed in its place."""
    rows = [
        (price_list.name, PRICE_LISTS.url_of(price_list.id), price)
        for price_list, price in prices_of(actor, product.id, today())
    ]
    table_url = f"{PRODUCTS.url_of(product.id)}/prices"
    is_sum = product.bundle_price == "parts"
    lacking = _("It costs what its parts cost together.") if is_sum else _("It has no price today.")
    return prices_panel_of(actor, "catalog.prices", rows, lacking, f"product={product.id}", table_url=table_url)


def options_panel(actor: Actor, product: Product) -> Panel:
    """Give the groups of options that a product may be ordered with, and the way to try them out."""
    choices = choices_of([product.id])[product.id]
    rows = [
        {
            "title": group.name,
            "url": OPTION_GROUPS.url_of(group.id),
            "note": ", ".join(option.name for option in choices.options[group.id]),
            "figure": _range(group),
        }
        for group in choices.groups
    ]
    may_add = may(actor, OptionGroup, "create")
    return rows_panel(
        id="catalog.options",
        title=_("Options"),
        rows=rows,
        lacking=_("It comes as it is."),
        new_url=f"{OPTION_GROUPS.url}/new?product={product.id}" if may_add else "",
        new_label=_("New option group"),
        icon="adjustments-horizontal",
        more_url=f"{PRODUCTS.url_of(product.id)}/configure" if rows else "",
        more_label=_("Choose options"),
        count=len(rows) or None,
    )


def group_panel(actor: Actor, group: OptionGroup) -> Panel:
    """Give the options of a group."""
    rows = [
        {
            "title": option.name,
            "url": OPTIONS.url_of(option.id),
            "note": "" if option.active else _("not offered"),
            "figure": written_change(option),
        }
        for option in options_in(actor, group.id)
    ]
    return rows_panel(
        id="catalog.group",
        title=_("Options"),
        rows=rows,
        lacking=_("No option is in it."),
        new_url=f"{OPTIONS.url}/new?group={group.id}" if may(actor, Option, "create") else "",
        new_label=_("New option"),
        icon="adjustments-horizontal",
        count=len(rows) or None,
    )


def option_panel(actor: Actor, option: Option) -> Panel:
    """Give what an option needs and rules out."""
    rows = [
        {
            "title": f"{RULE_KINDS[rule.kind]} {other.name}",
            "url": OPTION_RULES.url_of(rule.id),
            "note": rule.reason or "",
        }
        for rule, other in rules_of_option(actor, option.id)
    ]
    return rows_panel(
        id="catalog.option_rules",
        title=_("Together with others"),
        rows=rows,
        lacking=_("It fits with every other."),
        new_url=f"{OPTION_RULES.url}/new?option={option.id}" if may(actor, OptionRule, "create") else "",
        new_label=_("New option rule"),
        icon="adjustments-horizontal",
        count=len(rows) or None,
    )


def _range(group: OptionGroup) -> str:
    least, most = group.min_choices, group.max_choices
    if most is None:
        return f"{least}+"
    return str(least) if least == most else f"{least}–{most}"


def variants_panel(actor: Actor, product: Product) -> Panel:
    """Give the variants of a product, and in what they differ."""
    attributes = attributes_of(product.id)
    found = variants_of(product.id, actor)
    rows = [
        {"title": each.name, "url": ATTRIBUTES.url_of(each.id), "note": ", ".join(each.choices)} for each in attributes
    ]
    rows += [
        {"title": _values(each), "url": PRODUCTS.url_of(each.id), "note": each.sku or ""}
        for each in found[:MOST_VARIANTS_LISTED]
    ]
    may_add = may(actor, ProductAttribute, "create") and product.template_id is None
    return rows_panel(
        id="catalog.variants",
        title=_("Variants"),
        rows=rows,
        lacking=_("It has no variants."),
        new_url=f"{ATTRIBUTES.url}/new?product={product.id}" if may_add else "",
        new_label=_("New attribute"),
        icon="adjustments-horizontal",
        make_url=f"{PRODUCTS.url_of(product.id)}/variants" if may_add and attributes else "",
        count=len(found) or None,
        url=list_of(PRODUCTS.url, "template", product.id) if found else "",
    )


def _values(variant: Product) -> str:
    """Write in what a variant differs, without the names of the attributes: `M, red`."""
    return ", ".join(each.partition(": ")[2] or each for each in variant.features) or variant.name


def parts_panel(actor: Actor, product: Product) -> Panel:
    """Give what a bundle is made of."""
    rows = [
        {
            "title": part.name,
            "url": BUNDLE_PARTS.url_of(row.id),
            "figure": written_quantity(row.quantity, part.unit),
        }
        for row, part in visible_parts(actor, product.id)
    ]
    priced = product.bundle_price if rows else None
    return rows_panel(
        id="catalog.parts",
        title=_("Parts"),
        rows=rows,
        lacking=_("It isn't made of parts."),
        new_url=f"{BUNDLE_PARTS.url}/new?bundle={product.id}" if may(actor, BundlePart, "create") else "",
        new_label=_("New part"),
        icon="package",
        count=len(rows) or None,
        figure=str(BUNDLE_PRICES[priced]) if priced in BUNDLE_PRICES else "",
    )


def costs_panel(actor: Actor, product: Product) -> Panel:
    """Give what a product costs the company, and what is left of its price."""
    costs = costs_of(actor, product.id)
    present = next((cost for cost in costs if cost.valid_from is None or cost.valid_from <= today()), None)
    note = _margin(actor, product, present) if present else ""
    lacking = _("Its parts say what it costs.") if product.bundle_price else _("Nobody said what it costs.")
    return _costs_panel(actor, costs, {present: note}, f"product={product.id}", lacking)


def option_costs_panel(actor: Actor, option: Option) -> Panel:
    """Give what an option costs the company beside its product."""
    product = products_of_options([option.id])[option.id]
    filled_in, lacking = f"product={product}&option={option.id}", _("Nobody said what it costs.")
    return _costs_panel(actor, costs_of(actor, product, option.id), {}, filled_in, lacking)


def _costs_panel(
    actor: Actor, costs: Sequence[Cost], notes: Mapping[Cost | None, str], filled_in: str, lacking: str
) -> Panel:
    rows = [
        {
            "title": _("since %(day)s", day=format_day(cost.valid_from)) if cost.valid_from else _("Cost"),
            "url": COSTS.url_of(cost.id),
            "note": notes.get(cost, ""),
            "figure": format_amount(cost.amount, cost.currency),
        }
        for cost in costs[:MOST_COSTS]
    ]
    return rows_panel(
        id="catalog.costs",
        title=_("Costs"),
        rows=rows,
        lacking=lacking,
        new_url=f"{COSTS.url}/new?{filled_in}" if may(actor, Cost, "create") else "",
        new_label=_("New cost"),
        icon="coin",
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
    return rows_panel(
        id="catalog.taxes",
        title=_("Taxes"),
        rows=rows,
        lacking=_("No tax rule says what its class bears."),
        icon="receipt-tax",
        count=len(rows) or None,
    )


def _buyer(rule: TaxRule) -> str:
    return str(BUYERS[rule.buyer]) if rule.buyer in BUYERS else ""
