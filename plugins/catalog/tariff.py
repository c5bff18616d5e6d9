"""Finding what one unit costs in the price lists that hold for a customer. Nothing here reads the database."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from pelatis.api import Customer

from .models import Option, Price, PriceList, PriceRule, Product
from .pricing import PriceStep, exact, summed
from .rules import in_order, is_for, least_price, reckoned


@dataclass(frozen=True)
class HoldingList:
    """A price list that holds for a customer, and why.

    Attributes:
        price_list: the list.
        why: `agreed`, `segment` or `default`.
        reason: what was written down of an agreement.
    """

    price_list: PriceList
    why: str
    reason: str = ""

    @property
    def values(self) -> dict[str, str]:
        """What a step of the list says."""
        told = {"price_list": self.price_list.name}
        if self.why != "default":
            told |= {"why": self.why}
        return told | {"reason": self.reason} if self.reason else told


def lists_that_hold(
    lists: Iterable[PriceList], customer: Customer | None, agreed: Mapping[UUID, str | None]
) -> list[HoldingList]:
    """List the price lists that hold for a customer, the one that is asked first at the beginning.

    Agreed lists go before those whose conditions fit, and these before the default one; among them goes first what has
    the largest priority, then what has the most conditions, then what began last, then what was made last.

    Args:
        lists: those that hold on the day.
        customer: who buys; None for nobody yet.
        agreed: the lists that were agreed with the customer, list to reason.
    """
    found = []
    for price_list in lists:
        if price_list.id in agreed:
            found.append(HoldingList(price_list, "agreed", agreed[price_list.id] or ""))
        elif customer is not None and _conditions(price_list) and _fits(price_list, customer):
            found.append(HoldingList(price_list, "segment"))
        elif price_list.is_default:
            found.append(HoldingList(price_list, "default"))
    return sorted(found, key=_rank)


def _conditions(price_list: PriceList) -> int:
    return sum(1 for each in (price_list.roles, price_list.tags, price_list.country) if each)


def _fits(price_list: PriceList, customer: Customer) -> bool:
    return (
        (not price_list.roles or bool(set(price_list.roles) & set(customer.roles)))
        and (not price_list.tags or bool(set(price_list.tags) & set(customer.tags)))
        and price_list.country in (None, "", customer.country)
    )


def _rank(holding: HoldingList) -> tuple[int, int, int, int, int]:
    price_list = holding.price_list
    began = price_list.valid_from or date.min
    order = ("agreed", "segment", "default").index(holding.why)
    return order, -price_list.priority, -_conditions(price_list), -began.toordinal(), -price_list.id.int


@dataclass(frozen=True)
class Found:
    """What one unit costs in a list.

    Attributes:
        price_list: the list.
        list_price: without the rules that change the list's own prices.
        amount: with them.
        steps: where it comes from.
    """

    price_list: PriceList
    list_price: Decimal
    amount: Decimal
    steps: tuple[PriceStep, ...]


class Wanted(NamedTuple):
    """What is priced: a product, and how many units of it."""

    product: Product
    quantity: Decimal


@dataclass(frozen=True)
class Tariff:
    """All that prices of some products are made of on one day.

    Attributes:
        company_currency: the currency of costs.
        lists: the price lists that hold on the day, by id.
        rules: their rules that hold on the day, by list.
        prices: their prices that hold on the day, by list and product.
        costs: what products cost the company.
        templates: the products that others are variants of, by id.
        more: what plugins say beside the rules, by list; it holds where the list itself is asked, not where another
            one starts from it.
    """

    company_currency: str
    lists: Mapping[UUID, PriceList]
    rules: Mapping[UUID, Sequence[PriceRule]] = field(default_factory=dict)
    prices: Mapping[tuple[UUID, UUID], Sequence[Price]] = field(default_factory=dict)
    costs: Mapping[UUID, Decimal] = field(default_factory=dict)
    templates: Mapping[UUID, Product] = field(default_factory=dict)
    more: Mapping[UUID, Sequence[PriceRule]] = field(default_factory=dict)

    def with_more(self, rules: Iterable[PriceRule]) -> "Tariff":
        """Give the tariff with what plugins say beside its rules."""
        more: dict[UUID, list[PriceRule]] = {}
        for rule in rules:
            more.setdefault(rule.price_list_id, []).append(rule)
        return replace(self, more=more)

    def find(self, holding: Sequence[HoldingList], wanted: Wanted) -> Found | None:
        """Ask the lists that hold for a customer one after the other; None when none has a price.

        A variant without a price of its own costs what its template does, and what was written of it more.

        Args:
            holding: the lists, the first goes first.
            wanted: what is sold.
        """
        found = (self._in_list(each.price_list, each.values, wanted, frozenset()) for each in holding)
        own = next(filter(None, found), None)
        template_id = wanted.product.template_id
        template = self.templates.get(template_id) if own is None and template_id else None
        if template is None:
            return own
        start = self.find(holding, Wanted(template, wanted.quantity))
        return self._as_variant(start, wanted.product) if start else None

    def _as_variant(self, start: Found, variant: Product) -> Found | None:
        if not variant.surcharge:
            return start
        rate = self._rate_of(start.price_list)
        if rate is None:
            return None
        more, currency = exact(variant.surcharge * rate), start.price_list.currency
        step = PriceStep("variant", {"features": ", ".join(variant.features)}, more, currency)
        return Found(start.price_list, start.list_price + more, start.amount + more, (*start.steps, step))

    def has_price(self, price_list: PriceList, product: Product) -> bool:
        """Tell whether a list has a price for a product, or for what it is a variant of."""
        return any((price_list.id, each) in self.prices for each in (product.id, product.template_id))

    def further(self, holding: Sequence[HoldingList], wanted: Wanted, found: Found) -> PriceStep | None:
        """Tell from which larger quantity on one unit costs less; None where the next one changes nothing.

        Args:
            holding: the lists, the first goes first.
            wanted: what is sold, and how many units.
            found: what it costs.
        """
        product, units = wanted
        ids = {product.id, product.template_id}
        key = found.price_list.id
        sources: list[Price | PriceRule] = [each for one in ids if one for each in self.prices.get((key, one), ())]
        sources += [rule for rule in (*self.rules.get(key, ()), *self.more.get(key, ())) if is_for(rule, product)]
        least = max(units, Decimal(1))
        quantity = min((each.min_quantity for each in sources if each.min_quantity > least), default=None)
        more = None if quantity is None or units <= 0 else self.find(holding, Wanted(product, quantity))
        if quantity is None or more is None or more.amount >= found.amount:
            return None
        told = {"min_quantity": f"{quantity.normalize():f}"}
        return PriceStep("from_quantity", told, more.amount, found.price_list.currency)

    def option_steps(self, found: Found, options: Iterable[Option]) -> list[PriceStep]:
        """Tell what options add to a price; a step without amount where the list has no rate for theirs.

        Args:
            found: the price without options.
            options: those that were chosen.
        """
        return [self._option_step(found, option) for option in options]

    def _option_step(self, found: Found, option: Option) -> PriceStep:
        rate = self._rate_of(found.price_list) if option.currency == self.company_currency else None
        values, currency = {"option": option.name, "price_list": found.price_list.name}, found.price_list.currency
        if option.amount and rate is None:
            return PriceStep("unpriced_option", values, None, currency)
        amount = exact(found.amount * option.percent / 100 + option.amount * (rate or 0))
        return PriceStep("option", values, amount, currency)

    def _in_list(
        self,
        price_list: PriceList,
        told: Mapping[str, str],
        wanted: Wanted,
        asked: frozenset[UUID],
    ) -> Found | None:
        holding = (*self.rules.get(price_list.id, ()), *(() if asked else self.more.get(price_list.id, ())))
        rules = [rule for rule in holding if is_for(rule, wanted.product)]
        sources: list[Price | PriceRule] = [
            *self.prices.get((price_list.id, wanted.product.id), ()),
            *[rule for rule in rules if rule.base != "own"],
        ]
        for source in in_order(sources, wanted.quantity):
            steps = self._steps_of(source, price_list, told, wanted, asked | {price_list.id})
            if steps:
                return self._changed(price_list, steps, [rule for rule in rules if rule.base == "own"], wanted)
        return None

    def _steps_of(
        self,
        source: Price | PriceRule,
        price_list: PriceList,
        told: Mapping[str, str],
        wanted: Wanted,
        asked: frozenset[UUID],
    ) -> list[PriceStep]:
        """Give the steps of a price or of a rule that makes one; none when it can't."""
        values = {**told, **_limits(source)}
        if isinstance(source, Price):
            return [PriceStep("list", values, source.amount, price_list.currency)]
        values["rule"] = source.name
        if source.base == "list":
            start = self._from_other_list(source, price_list, wanted, asked)
            return self._ruled(source, "list_rule", values, start, wanted.product) if start else []
        amount = Decimal(0) if source.base == "fixed" else self._cost_in(price_list, wanted.product)
        if amount is None:
            return []
        step = PriceStep("set_by_rule", values, reckoned(source, amount), price_list.currency)
        return self._raised(source, [step], wanted.product)

    def _from_other_list(
        self, rule: PriceRule, price_list: PriceList, wanted: Wanted, asked: frozenset[UUID]
    ) -> list[PriceStep]:
        other = self.lists.get(rule.base_list_id) if rule.base_list_id else None
        if other is None or other.id in asked:
            return []
        found = self._in_list(other, {"price_list": other.name}, wanted, asked)
        if found is None:
            return []
        if other.currency == price_list.currency:
            return list(found.steps)
        worth, rate = self._rate_of(other), self._rate_of(price_list)
        if worth is None or rate is None:
            return []
        amount = exact(found.amount / worth * rate)
        told = {"currency": price_list.currency, "price_list": price_list.name}
        return [*found.steps, PriceStep("converted", told, amount, price_list.currency)]

    def _changed(
        self,
        price_list: PriceList,
        steps: list[PriceStep],
        rules: Sequence[PriceRule],
        wanted: Wanted,
    ) -> Found:
        """Apply the rule that changes the list's own prices, where there is one."""
        list_price = summed(steps)
        for rule in in_order(rules, wanted.quantity)[:1]:
            steps = self._ruled(rule, "rule", {"rule": rule.name, **_limits(rule)}, steps, wanted.product)
        return Found(price_list, list_price, summed(steps), tuple(steps))

    def _ruled(
        self,
        rule: PriceRule,
        kind: str,
        values: Mapping[str, str],
        steps: list[PriceStep],
        product: Product,
    ) -> list[PriceStep]:
        before = summed(steps)
        step = PriceStep(kind, values, reckoned(rule, before) - before, rule.currency)
        return self._raised(rule, [*steps, step], product)

    def _raised(self, rule: PriceRule, steps: list[PriceStep], product: Product) -> list[PriceStep]:
        price, least = summed(steps), least_price(rule, self._cost_in(self.lists[rule.price_list_id], product))
        if price >= least:
            return steps
        return [*steps, PriceStep("floor", {"rule": rule.name}, least - price, rule.currency)]

    def _rate_of(self, price_list: PriceList) -> Decimal | None:
        return Decimal(1) if price_list.currency == self.company_currency else price_list.rate

    def _cost_in(self, price_list: PriceList, product: Product) -> Decimal | None:
        cost, rate = self.costs.get(product.id), self._rate_of(price_list)
        return None if cost is None or rate is None else cost * rate


def _limits(source: Price | PriceRule) -> dict[str, str]:
    """Say from which quantity and day something holds."""
    told = {}
    if source.min_quantity > 1:
        told["min_quantity"] = f"{source.min_quantity.normalize():f}"
    if source.valid_from is not None:
        told["since"] = source.valid_from.isoformat()
    return told
