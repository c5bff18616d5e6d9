"""Which tax a sale bears, and the arithmetic of a document's taxes.

A document has one tax line for each rule, and its tax is exactly their sum. Nothing here reads the database.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from .amounts import rounded, shared_out
from .models import TaxRule


class Rounding(StrEnum):
    """Where a document's tax is rounded; it is written on the document, because both are right somewhere."""

    #: Each line's tax is rounded, then they are added up.
    line = "line"
    #: What a rule taxes is added up, then its tax is rounded once.
    document = "document"


@dataclass(frozen=True)
class Taxable:
    """A line as a tax sees it.

    Attributes:
        net: what the line costs without tax, in whole units of the currency; below zero for a credit.
        rule: the tax that it bears; None for none.
    """

    net: Decimal
    rule: TaxRule | None


@dataclass(frozen=True)
class TaxLine:
    """What a document says of one tax.

    Attributes:
        rule_id: the rule's id.
        name, note: what the document prints.
        rate: percent.
        base: the sum of the lines that bear it.
        tax: the tax on them.
    """

    rule_id: UUID
    name: str
    note: str
    rate: Decimal
    base: Decimal
    tax: Decimal


@dataclass(frozen=True)
class Taxation:
    """The taxes of a document.

    Attributes:
        lines: one for each rule, in the order in which the document's lines first bear them.
        shares: the tax of each of the document's lines; together they are the document's tax.
    """

    lines: tuple[TaxLine, ...]
    shares: tuple[Decimal, ...]

    @property
    def total(self) -> Decimal:
        """The document's tax."""
        return sum((line.tax for line in self.lines), Decimal(0))


@dataclass(frozen=True)
class Sale:
    """What a tax depends on beside the product.

    Attributes:
        country: ISO 3166-1 alpha-2, where the goods go or the service is used.
        postcode: of the same place, in any spelling; empty for unknown.
        business: whether the buyer is a business with a tax number.
        day: the day of the supply.
    """

    country: str
    postcode: str
    business: bool
    day: date


def plain_postcode(text: str) -> str:
    """Write a postcode for comparing: `81 100` and `81-100` are the same."""
    return "".join(each for each in text.upper() if each not in " -")


def choose_rule(rules: Iterable[TaxRule], sale: Sale, tax_class: str) -> TaxRule | None:
    """Choose the tax that a sale bears; None where no rule says.

    Of the rules that hold, the one that says most about the place wins, then the one that says whose purchases it is
    for, then the one for the class, then the one that began last.

    Args:
        rules: those of the sale's country.
        sale: where, who and when.
        tax_class: the product's.
    """
    holding = [rule for rule in rules if _holds(rule, sale, tax_class)]
    return max(holding, key=lambda rule: _weight(rule, sale), default=None)


def _holds(rule: TaxRule, sale: Sale, tax_class: str) -> bool:
    return (
        rule.country == sale.country
        and rule.tax_class in (None, tax_class)
        and rule.buyer in (None, "business" if sale.business else "private")
        and (rule.valid_from or date.min) <= sale.day <= (rule.valid_until or date.max)
        and (not rule.postcodes or _nearness(rule, sale) > 0)
    )


def _nearness(rule: TaxRule, sale: Sale) -> int:
    """Tell how many characters of the postcode a rule names."""
    postcode = plain_postcode(sale.postcode)
    return max((len(each) for each in rule.postcodes.split() if postcode.startswith(each)), default=0)


def _weight(rule: TaxRule, sale: Sale) -> tuple[int, bool, bool, date, int]:
    began = rule.valid_from or date.min
    return _nearness(rule, sale), rule.buyer is not None, rule.tax_class is not None, began, rule.id.int


def tax_of(amount: Decimal, rate: Decimal) -> Decimal:
    """Give the tax on an amount, unrounded.

    Args:
        amount: without the tax.
        rate: percent.
    """
    return amount * rate / 100


def tax_document(taxables: Sequence[Taxable], currency: str, rounding: Rounding) -> Taxation:
    """Tax the lines of a document.

    Args:
        taxables: the lines, in their order.
        currency: the document's, ISO 4217.
        rounding: where it is rounded.
    """
    shares = [Decimal(0)] * len(taxables)
    lines = []
    for rule, places in _by_rule(taxables):
        nets = [taxables[place].net for place in places]
        taxes = _taxes(nets, rule.rate, currency, rounding)
        for place, tax in zip(places, taxes, strict=True):
            shares[place] = tax
        base, tax = sum(nets, Decimal(0)), sum(taxes, Decimal(0))
        lines.append(TaxLine(rule.id, rule.name, rule.note or "", rule.rate, base, tax))
    return Taxation(tuple(lines), tuple(shares))


def _by_rule(taxables: Sequence[Taxable]) -> list[tuple[TaxRule, list[int]]]:
    found: dict[UUID, tuple[TaxRule, list[int]]] = {}
    for place, taxable in enumerate(taxables):
        if taxable.rule is not None:
            found.setdefault(taxable.rule.id, (taxable.rule, []))[1].append(place)
    return list(found.values())


def _taxes(nets: Sequence[Decimal], rate: Decimal, currency: str, rounding: Rounding) -> list[Decimal]:
    """Give the tax of each line of one rule."""
    each = [rounded(tax_of(net, rate), currency) for net in nets]
    if rounding is Rounding.line:
        return each
    whole = rounded(tax_of(sum(nets, Decimal(0)), rate), currency)
    difference = whole - sum(each, Decimal(0))
    weights = [abs(net) for net in nets]
    if not difference or not any(weights):
        return each
    # The lines' own roundings stay; only what they are off together is shared out over them.
    parts = shared_out(difference, weights, currency)
    return [tax + part for tax, part in zip(each, parts, strict=True)]
