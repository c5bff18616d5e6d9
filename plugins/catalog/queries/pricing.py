"""What lines of a document cost, and why: all of them in a handful of statements."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import select

from pelatis.api import Customer, base_currency, collect, db, today

from ..amounts import rounded
from ..bundles import Bundle
from ..models import BundlePart, ListAssignment, Option, Price, PriceList, PriceRule, Product, TaxRule
from ..pricing import PricedLine, PricedOption, PricedPart, PriceRequest, PriceStep, summed
from ..tariff import Found, HoldingList, Tariff, Wanted, lists_that_hold
from ..taxes import Rounding, Taxable, TaxLine, tax_document
from .bundles import parts_of
from .options import options_by_id
from .prices import holds
from .products import costs_on, products_by_id
from .taxes import sale_to, tax_rules_of
from .variants import templates_of

#: For how long a list that ended is still told of.
LATELY: Final = timedelta(days=60)


def price_lines(
    customer: Customer | None, requests: Sequence[PriceRequest], currency: str, day: date
) -> list[PricedLine]:
    """Tell what lines cost a customer on a day, and why; the number of statements doesn't grow with the lines.

    Args:
        customer: who buys, which decides on price lists and tax; None for nobody yet.
        requests: the lines.
        currency: the document's, ISO 4217; only price lists in it are asked.
        day: the day of the sale.

    Returns:
        One answer for each request, in their order; one without a price has a step that says so.

    Raises:
        Problem: 404 for a product or an option that isn't there.
    """
    products = products_by_id({request.product_id for request in requests})
    parts = parts_of([product.id for product in products.values() if product.bundle_price])
    sold = {**products, **{product.id: product for each in parts.values() for _part, product in each}}
    known = _lists_on(day, since=day - LATELY)
    lists = {key: each for key, each in known.items() if not _has_ended(each, day)}
    told = [each for each in _holding(known, customer) if each.price_list.currency == currency]
    holding = [each for each in told if each.price_list.id in lists]
    ended = [each.price_list for each in told if each.price_list.id not in lists]
    asked = [each.price_list for each in holding]
    tariff, silent = _with_plugins_rules(
        _tariff(lists, [each.price_list.id for each in told], sold, day), customer, list(sold.values()), asked, day
    )
    rules = tax_rules_of(list(sold.values()), sale_to(customer, day) if customer else None)
    options = options_by_id({option for request in requests for option in request.options})
    goods = _Goods(currency, tariff, holding, ended, parts, dict(zip(sold, rules, strict=True)), options, silent)
    return [_line(request, products[request.product_id], goods) for request in requests]


def _with_plugins_rules(
    tariff: Tariff, customer: Customer | None, products: Sequence[Product], lists: Sequence[PriceList], day: date
) -> tuple[Tariff, list[str]]:
    """Give the tariff with what plugins say beside its rules, and which of them couldn't be asked."""
    told = collect("crm_collect_price_rules", customer=customer, products=products, price_lists=lists, day=day)
    rules = [each for each in told if isinstance(each, PriceRule)]
    return tariff.with_more(rules), [str(each.title) for each in told if not isinstance(each, PriceRule)]


class _Goods(NamedTuple):
    """All that the lines of one document are priced by."""

    currency: str
    tariff: Tariff
    holding: Sequence[HoldingList]
    ended: Sequence[PriceList]
    parts: Mapping[UUID, Sequence[tuple[BundlePart, Product]]]
    rules: Mapping[UUID, TaxRule | None]
    options: Mapping[UUID, tuple[Option, str]]
    silent: Sequence[str]


def _line(request: PriceRequest, product: Product, goods: _Goods) -> PricedLine:
    currency, tariff, options = goods.currency, goods.tariff, goods.options
    bundle = Bundle.priced(product, goods.parts.get(product.id, ()), tariff, goods.holding, request.quantity)
    if bundle.is_sum:
        found, steps = bundle.as_found(currency), bundle.steps(currency)
    else:
        found = tariff.find(goods.holding, Wanted(product, request.quantity))
        steps = [PriceStep("unpriced", {"currency": currency}, None, currency)]
    parts, added = bundle.shares(goods.rules), list[PriceStep]()
    if found is not None:
        added = tariff.option_steps(found, [options[option][0] for option in request.options])
        missing = [PriceStep("left_out", {"plugin": name}, Decimal(0), currency) for name in goods.silent]
        steps = [*found.steps, *missing, *added]
    return PricedLine(
        product=product,
        quantity=request.quantity,
        currency=currency,
        price_list=found.price_list if found else None,
        list_price=found.list_price if found else None,
        unit_price=None if any(step.amount is None for step in steps) else summed(steps),
        cost=_with_options(bundle.cost(tariff.costs), request, tariff.costs),
        tax_rule=_common_rule(parts) if parts else goods.rules[product.id],
        steps=tuple(steps),
        options=_priced_options([options[option] for option in request.options], added),
        parts=parts,
        unused=() if bundle.is_sum or found is None else tuple(_unused(request, product, goods, found)),
    )


def _unused(request: PriceRequest, product: Product, goods: _Goods, found: Found) -> Iterator[PriceStep]:
    """Tell what was considered beside a price, and not used."""
    for each in goods.ended:
        if goods.tariff.has_price(each, product):
            day = (each.valid_until or date.max).isoformat()
            yield PriceStep("ended", {"price_list": each.name, "ended_on": day}, Decimal(0), goods.currency)
    further = None if request.options else goods.tariff.further(goods.holding, Wanted(product, request.quantity), found)
    if further is not None:
        yield further


def _common_rule(parts: Sequence[PricedPart]) -> TaxRule | None:
    """Give the one tax that all parts bear; None where they bear different ones, or no rule says."""
    rules = {part.tax_rule.id if part.tax_rule else None: part.tax_rule for part in parts}
    return next(iter(rules.values())) if len(rules) == 1 else None


def _with_options(own: Decimal | None, request: PriceRequest, costs: Mapping[UUID, Decimal]) -> Decimal | None:
    return None if own is None else own + sum((costs.get(option, Decimal(0)) for option in request.options), Decimal(0))


def _priced_options(chosen: Sequence[tuple[Option, str]], steps: Sequence[PriceStep]) -> tuple[PricedOption, ...]:
    amounts = [step.amount for step in steps] or [None] * len(chosen)
    return tuple(
        PricedOption(option.id, option.code or "", group, option.name, amount)
        for (option, group), amount in zip(chosen, amounts, strict=True)
    )


def price_lists_of(customer: Customer | None, day: date) -> list[HoldingList]:
    """List the price lists that hold for a customer on a day, in whatever currency, the first to be asked first.

    Args:
        customer: who buys; None for nobody yet.
        day: the day of the sale.
    """
    return _holding(_lists_on(day), customer)


def _has_ended(price_list: PriceList, day: date) -> bool:
    return price_list.valid_until is not None and price_list.valid_until < day


def _lists_on(day: date, since: date | None = None) -> Mapping[UUID, PriceList]:
    statement = select(PriceList).where(PriceList.deleted_at.is_(None), holds(PriceList, day, since))
    return {price_list.id: price_list for price_list in db.session.scalars(statement)}


def _holding(lists: Mapping[UUID, PriceList], customer: Customer | None) -> list[HoldingList]:
    agreed: Mapping[UUID, str | None] = {}
    if customer is not None:
        statement = select(ListAssignment.price_list_id, ListAssignment.reason).where(
            ListAssignment.customer_id == customer.id, ListAssignment.deleted_at.is_(None)
        )
        agreed = {row.price_list_id: row.reason for row in db.session.execute(statement)}
    return lists_that_hold(lists.values(), customer, agreed)


def _tariff(
    lists: Mapping[UUID, PriceList], asked: Collection[UUID], sold: Mapping[UUID, Product], day: date
) -> Tariff:
    """Read all that the prices of products in some lists are made of, other lists that these start from included."""
    rules = _rules_on(lists, day)
    reached, new = set(asked), set(asked)
    while new:
        new = {rule.base_list_id for each in new for rule in rules.get(each, ()) if rule.base_list_id} - reached
        reached |= new
    templates = templates_of(sold.values())
    products = sold.keys() | templates.keys()
    prices = _prices_on(reached, products, day) if reached else {}
    costs = dict(costs_on(products, day))
    for product in sold.values():
        if product.id not in costs and product.template_id in costs:
            costs[product.id] = costs[product.template_id]
    return Tariff(base_currency(), lists, rules, prices, costs, templates)


def _rules_on(lists: Collection[UUID], day: date) -> Mapping[UUID, list[PriceRule]]:
    statement = select(PriceRule).where(
        PriceRule.price_list_id.in_(lists), PriceRule.deleted_at.is_(None), holds(PriceRule, day)
    )
    found: dict[UUID, list[PriceRule]] = {}
    for rule in db.session.scalars(statement):
        found.setdefault(rule.price_list_id, []).append(rule)
    return found


def _prices_on(
    lists: Collection[UUID], products: Collection[UUID], day: date
) -> Mapping[tuple[UUID, UUID], list[Price]]:
    statement = select(Price).where(
        Price.product_id.in_(products), Price.price_list_id.in_(lists), Price.deleted_at.is_(None), holds(Price, day)
    )
    found: dict[tuple[UUID, UUID], list[Price]] = {}
    for price in db.session.scalars(statement):
        found.setdefault((price.price_list_id, price.product_id), []).append(price)
    return found


@dataclass(frozen=True)
class PriceExplained:
    """What a customer pays for a quantity of one product.

    Attributes:
        line: the price of one unit and its steps.
        net: without tax, rounded to the currency's smallest unit.
        tax: the tax that the sale bears; None where no rule says.
        gross: with tax.
    """

    line: PricedLine
    net: Decimal
    tax: TaxLine | None
    gross: Decimal


def explain_price(
    product: Product,
    customer: Customer | None,
    quantity: Decimal = Decimal(1),
    day: date | None = None,
    currency: str | None = None,
) -> PriceExplained | None:
    """Explain what a customer pays for a product; None where no price list has a price for it.

    Args:
        product: what is sold.
        customer: who buys, which decides on price lists and tax; None for nobody yet.
        quantity: how many units.
        day: the day of the sale; today by default.
        currency: ISO 4217; by default that of the price list that is asked first.
    """
    day = day or today()
    if currency is None:
        holding = price_lists_of(customer, day)
        currency = holding[0].price_list.currency if holding else base_currency()
    line = price_lines(customer, [PriceRequest(product.id, quantity)], currency, day)[0]
    if line.unit_price is None:
        return None
    net = rounded(line.unit_price * quantity, currency)
    taxation = tax_document([Taxable(net, line.tax_rule)], currency, Rounding.line)
    tax = taxation.lines[0] if taxation.lines else None
    return PriceExplained(line, net, tax, net + taxation.total)
