"""What of a set's price its goods cost, series by series, and what is left: the bar beside a quote."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID

from pelatis.api import _, format_amount, format_percent

from ..models import QuoteLine, QuoteSet
from ..queries.products import ProductWords
from ..totals import costs_by_group, margin_percent

#: How many series have a part of their own at most; what all others cost is one part.
MOST_SERIES: Final = 4
#: How wide the bar is, and what is left free between two parts, in its own units.
WIDTH: Final = Decimal(300)
GAP: Final = Decimal(2)


@dataclass(frozen=True)
class Part:
    """One part of the bar.

    Attributes:
        name: a series, or the margin.
        amount: what it comes to, with its currency.
        tone: the class of its colour.
        left: where it begins.
        width: 0 for what isn't above zero.
    """

    name: str
    amount: str
    tone: str
    left: float
    width: float


@dataclass(frozen=True)
class SplitMargin:
    """A set's margin and the parts of its price; the parts add up to the price.

    Attributes:
        left: what is left, with its currency.
        parts: what each series costs, the dearest first, and the margin last.
        words: the same for who doesn't see the bar.
    """

    left: str
    parts: Sequence[Part]
    words: str


def split_margin(shown: QuoteSet, lines: Sequence[QuoteLine], words: Mapping[UUID, ProductWords]) -> SplitMargin | None:
    """Split the price of a set into what each series of its products costs and the margin.

    Args:
        shown: the set.
        lines: all of its lines.
        words: what they say of their products, by their ids.

    Returns:
        None while the cost of a line isn't known, and of what costs nothing.
    """
    percent = margin_percent(shown.net, shown.cost)
    if shown.cost is None or percent is None:
        return None
    costs = _named(costs_by_group([(words[line.id].series, line) for line in lines if line.counts], shown.currency))
    margin = shown.net - shown.cost
    name = _("Margin, %(percent)s", percent=format_percent(percent))
    amounts = [*((series, cost, f"c{place}") for place, (series, cost) in enumerate(costs, 1)), (name, margin, "c0")]
    parts = _laid_out(amounts, shown.currency)
    return SplitMargin(parts[-1].amount, parts, ", ".join(f"{part.name}: {part.amount}" for part in parts))


def _named(costs: Mapping[str, Decimal]) -> list[tuple[str, Decimal]]:
    """Name the dearest series, and add up those that are left with what has none."""
    dearest = sorted(((name, cost) for name, cost in costs.items() if name), key=lambda each: (-each[1], each[0]))
    fits = MOST_SERIES if len(dearest) + ("" in costs) <= MOST_SERIES else MOST_SERIES - 1
    rest = [cost for _name, cost in dearest[fits:]] + ([costs[""]] if "" in costs else [])
    named = dearest[:fits]
    return [*named, (_("Everything else") if named else _("Cost"), sum(rest, Decimal(0)))] if rest else named


def _laid_out(amounts: Sequence[tuple[str, Decimal, str]], currency: str) -> list[Part]:
    whole = sum((max(amount, Decimal(0)) for _name, amount, _tone in amounts), Decimal(0))
    parts, left = [], Decimal(0)
    for name, amount, tone in amounts:
        room = max(amount, Decimal(0)) / whole * WIDTH
        width = max(room - GAP, Decimal(1)) if room else Decimal(0)
        said = format_amount(amount, currency, whole=False)
        parts.append(Part(name, said, tone, round(float(left), 2), round(float(width), 2)))
        left += room
    return parts
