"""What the lines of a document come to: discounts, taxes, totals and margin. Nothing here reads the database.

Quotes, orders and invoices add up alike.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from plugins.catalog.api import Rounding, Taxable, TaxLine, TaxRule, rounded, shared_out, tax_document

from .models.documents import DocumentLine, Totalled


@dataclass(frozen=True)
class Totals:
    """What the lines of a document come to, in whole units of its currency.

    Attributes:
        net: without tax.
        taxes: one for each rule; their sum is `tax`.
        cost: what the goods cost the company; None while one line's cost isn't known.
    """

    net: Decimal
    taxes: tuple[TaxLine, ...]
    cost: Decimal | None

    @property
    def tax(self) -> Decimal:
        """All taxes."""
        return sum((line.tax for line in self.taxes), Decimal(0))

    @property
    def gross(self) -> Decimal:
        """With tax."""
        return self.net + self.tax


def line_net(quantity: Decimal, unit_price: Decimal, discount: Decimal, currency: str) -> Decimal:
    """Give what a line costs without tax, rounded half up to the currency's smallest unit.

    Args:
        quantity: how many units.
        unit_price: of one, without tax, before the discount.
        discount: percent.
        currency: ISO 4217.
    """
    return rounded(quantity * unit_price * (100 - discount) / 100, currency)


def totals_of(lines: Sequence[DocumentLine], currency: str, rounding: Rounding) -> Totals:
    """Add the lines of a document up.

    Args:
        lines: those that count; optional ones only once they are chosen.
        currency: the document's, ISO 4217.
        rounding: where its tax is rounded, as it is written on the document.
    """
    taxables = [each for line in lines for each in _taxables(line, currency)]
    taxation = tax_document(taxables, currency, rounding)
    net = sum((line.net for line in lines), Decimal(0))
    return Totals(net, taxation.lines, cost_of(lines, currency))


def _taxables(line: DocumentLine, currency: str) -> list[Taxable]:
    """Give what of a line bears which tax, as it was when the line was priced; the rules may have changed since.

    A bundle's price is shared out over the taxes of its parts by what these cost by themselves.
    """
    if not line.parts:
        return [Taxable(line.net, _rule(tax)) for tax in line.taxes] or [Taxable(line.net, None)]
    weights: dict[str | None, Decimal] = {}
    rules: dict[str | None, TaxRule | None] = {}
    for part in line.parts:
        key = part["tax"]["id"] if part["tax"] else None
        rules[key] = _rule(part["tax"]) if part["tax"] else None
        weights[key] = weights.get(key, Decimal(0)) + Decimal(part["weight"])
    shares = shared_out(line.net, list(weights.values()), currency)
    return [Taxable(share, rules[key]) for key, share in zip(weights, shares, strict=True)]


def _rule(tax: Mapping[str, Any]) -> TaxRule:
    return TaxRule(id=UUID(tax["id"]), name=tax["name"] or "", note=tax["note"], rate=Decimal(tax["rate"]))


def cost_of(lines: Iterable[DocumentLine], currency: str) -> Decimal | None:
    """Give what the goods of some lines cost the company; None where the cost of one isn't known."""
    costs = [None if line.cost is None else rounded(line.cost * line.quantity, currency) for line in lines]
    known = [cost for cost in costs if cost is not None]
    return sum(known, Decimal(0)) if len(known) == len(costs) else None


def costs_by_group(lines: Iterable[tuple[str, DocumentLine]], currency: str) -> dict[str, Decimal]:
    """Sum up what the goods of each group of lines cost, each line's cost known; together it is what `cost_of` tells.

    Args:
        lines: each with the name of its group.
        currency: the document's, ISO 4217.
    """
    costs: dict[str, Decimal] = {}
    for group, line in lines:
        costs[group] = costs.get(group, Decimal(0)) + (cost_of([line], currency) or Decimal(0))
    return costs


def margin_percent(net: Decimal, cost: Decimal | None) -> Decimal | None:
    """Give the part of a net amount that isn't cost, in percent to one decimal; None where it can't be told."""
    if cost is None or not net:
        return None
    return ((net - cost) * 100 / net).quantize(Decimal("0.1"), "ROUND_HALF_UP")


def tax_lines_as_json(lines: Iterable[TaxLine]) -> list[dict[str, Any]]:
    """Write tax lines as a document keeps them."""
    return [
        {"name": line.name, "note": line.note, "rate": str(line.rate), "base": str(line.base), "tax": str(line.tax)}
        for line in lines
    ]


def write_totals(document: Totalled, lines: Sequence[DocumentLine], rounding: Rounding) -> None:
    """Write down what a document's lines come to."""
    totals = totals_of(lines, document.currency, rounding)
    document.net, document.tax, document.gross = totals.net, totals.tax, totals.gross
    document.cost, document.taxes = totals.cost, tax_lines_as_json(totals.taxes)
