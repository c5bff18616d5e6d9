"""What passes a limit: a discount or a margin on a quote, an order or an invoice, and why it needs an approval."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from pelatis.api import Problem, _, format_percent, today

from ..models import ApprovalLimit, Invoice, Order, Quote, QuoteLine, QuoteSet
from ..models.documents import DocumentLine
from ..queries.orders import lines_of_order, order_lines_by_id
from ..queries.quotes import approval_limits, lines_of, sets_of
from ..queries.recurring import order_that_is_repeated
from ..totals import cost_of, line_net, margin_percent
from .pricing import listed_price
from .rates import in_base_currency


def reasons_for_approval(quote: Quote) -> dict[QuoteSet, list[str]]:
    """Tell which sets of a quote need an approval, and why, in the reader's language."""
    limits = approval_limits()
    if not limits:
        return {}
    lines = lines_of(quote)
    found = {
        each: _reasons(quote, each, [line for line in lines if line.set_id == each.id], limits)
        for each in sets_of(quote)
    }
    return {each: reasons for each, reasons in found.items() if reasons}


def reasons_against(document: Order | Invoice, lines: Sequence[DocumentLine]) -> list[str]:
    """Tell why a draft of an order or an invoice needs an approval, in the reader's language.

    What was agreed on before doesn't count: what a quote's customer accepted, and the lines of an order that are
    invoiced or repeated, unless they are cheaper now. A credit note needs none.

    Args:
        document: the draft.
        lines: all of its lines.
    """
    limits = approval_limits() if _may_need_approval(document) else []
    if not limits:
        return []
    before = _agreed_before(document, lines)
    own = [line for line in lines if line.id not in before or _price(line) < _price(before[line.id])]
    return _passed(_holding(limits, _worth(document.net, document.currency)), [_offered(each) for each in own])


def _may_need_approval(document: Order | Invoice) -> bool:
    if isinstance(document, Order):
        return document.quote_id is None
    return document.kind == "invoice"


def _agreed_before(document: Order | Invoice, lines: Sequence[Any]) -> Mapping[UUID, DocumentLine]:
    """Give the lines on which a document's lines were agreed before, by the ids of the latter."""
    if isinstance(document, Invoice):
        found = order_lines_by_id([line.order_line_id for line in lines if line.order_line_id])
        return {line.id: found[line.order_line_id] for line in lines if line.order_line_id in found}
    repeated = order_that_is_repeated(document)
    known = {(line.product_id, line.name): line for line in lines_of_order(repeated)} if repeated else {}
    pairs = ((line.id, known.get((line.product_id, line.name))) for line in lines)
    return {line_id: line for line_id, line in pairs if line is not None}


def _price(line: DocumentLine) -> Decimal:
    return line.unit_price * (100 - line.discount) / 100


def _worth(net: Decimal, currency: str) -> Decimal | None:
    """Give an amount in the company's currency; none without an exchange rate, and then every limit holds."""
    try:
        return in_base_currency(net, currency, today())
    except Problem as problem:
        if problem.code != "sales.no_rate":
            raise
        return None


def _reasons(
    quote: Quote, quote_set: QuoteSet, lines: Sequence[QuoteLine], limits: Sequence[ApprovalLimit]
) -> list[str]:
    return _passed(_holding(limits, _worth(quote_set.net, quote.currency)), [_offered(line) for line in lines])


def _holding(limits: Sequence[ApprovalLimit], worth: Decimal | None) -> list[ApprovalLimit]:
    """List the limits that hold for what is worth so much."""
    return [limit for limit in limits if worth is None or worth >= limit.from_amount]


class _Offered(NamedTuple):
    """What a line gives away.

    Attributes:
        discount: what it takes off the price of the lists, in percent: a lower price by hand is a discount too.
        net: what it comes to.
        cost: what its goods cost; None for unknown.
        counts: whether it counts without being chosen.
    """

    discount: Decimal
    net: Decimal
    cost: Decimal | None
    counts: bool


def _offered(line: DocumentLine, discount: Decimal | None = None) -> _Offered:
    """Tell what a line gives away; with another discount than its own where one is given."""
    discount = line.discount if discount is None else discount
    net = line_net(line.quantity, line.unit_price, discount, line.currency)
    listed, price = listed_price(line), line.unit_price * (100 - discount) / 100
    if line.by_hand and listed:
        discount = max(discount, ((listed - price) * 100 / listed).quantize(Decimal("0.1"), "ROUND_HALF_UP"))
    return _Offered(discount, net, cost_of([line], line.currency), line.counts)


def _passed(holding: Sequence[ApprovalLimit], lines: Sequence[_Offered]) -> list[str]:
    """Tell which limits the lines of a set pass, in the reader's language."""
    discounts = [each.max_discount for each in holding if each.max_discount is not None]
    margins = [each.min_margin for each in holding if each.min_margin is not None]
    discount = max((each.discount for each in lines), default=Decimal(0))
    reasons = []
    if discounts and discount > min(discounts):
        words = {"discount": format_percent(discount), "limit": format_percent(min(discounts))}
        reasons.append(_("A discount of %(discount)s is over the limit of %(limit)s.", **words))
    margin = _least_margin(lines, max(margins)) if margins else None
    if margin is not None and margin < max(margins):
        words = {"margin": format_percent(margin), "limit": format_percent(max(margins))}
        reasons.append(_("The margin of %(margin)s is under the limit of %(limit)s.", **words))
    return reasons


def _least_margin(lines: Iterable[_Offered], limit: Decimal) -> Decimal | None:
    """Give the margin that is left when the customer adds every option whose own margin is under a limit.

    Lines of unknown cost are left out, so that one of them doesn't hide what the others give away.
    """
    known = [(each, margin_percent(each.net, each.cost)) for each in lines if each.cost is not None]
    counted = [each for each, own in known if each.counts or (own is not None and own < limit)]
    net = sum((each.net for each in counted), Decimal(0))
    return margin_percent(net, sum((each.cost or Decimal(0) for each in counted), Decimal(0)))


class Undiscounted(NamedTuple):
    """What a set would be without the discount of one line.

    Attributes:
        line: the line.
        margin: of the set, in percent; None where the cost of a line isn't known.
    """

    line: QuoteLine
    margin: Decimal | None


def discount_to_drop(quote: Quote, quote_set: QuoteSet, lines: Sequence[QuoteLine]) -> Undiscounted | None:
    """Find the line whose discount alone is why a set needs an approval; the one that costs the customer least.

    Args:
        quote: a draft.
        quote_set: a set of it that needs an approval.
        lines: all of the set's lines.

    Returns:
        None where the set would still need one whichever discount was dropped.
    """
    worth, limits, found = _worth(quote_set.net, quote.currency), approval_limits(), []
    for line in lines:
        if not line.discount:
            continue
        dearer = line_net(line.quantity, line.unit_price, Decimal(0), quote.currency) - line.net
        more = dearer if line.counts else Decimal(0)
        holding = _holding(limits, None if worth is None else worth + more)
        if not _passed(holding, [_offered(each, Decimal(0) if each is line else None) for each in lines]):
            margin = margin_percent(quote_set.net + more, quote_set.cost)
            found.append((dearer, Undiscounted(line, margin)))
    return min(found, key=lambda each: each[0])[1] if found else None
