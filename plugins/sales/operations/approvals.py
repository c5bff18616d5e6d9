"""Approvals: a discount or a margin past a limit needs one, whoever asked can't give it, and an edit voids it."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from pelatis.api import (
    Actor,
    Problem,
    _,
    _l,
    db,
    format_percent,
    notify,
    people_who_may,
    require,
    today,
    utc_now,
    write_unit,
)

from ..models import ApprovalLimit, Quote, QuoteApproval, QuoteLine, QuoteSet
from ..queries.quotes import approval_limits, approval_of, lines_of, sets_of
from ..totals import cost_of, line_net, margin_percent
from .pricing import listed_price
from .rates import in_base_currency
from .states import may_decide_own


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


def _worth(quote: Quote, quote_set: QuoteSet) -> Decimal | None:
    """Give what a set is worth in the company's currency; none without an exchange rate, and then every limit holds."""
    try:
        return in_base_currency(quote_set.net, quote.currency, today())
    except Problem as problem:
        if problem.code != "sales.no_rate":
            raise
        return None


def _reasons(
    quote: Quote, quote_set: QuoteSet, lines: Sequence[QuoteLine], limits: Sequence[ApprovalLimit]
) -> list[str]:
    worth = _worth(quote, quote_set)
    holding = [limit for limit in limits if worth is None or worth >= limit.from_amount]
    return _passed(holding, [_offered(line, line.discount) for line in lines])


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


def _offered(line: QuoteLine, discount: Decimal) -> _Offered:
    """Tell what a line gives away with a discount."""
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
    worth, limits, found = _worth(quote, quote_set), approval_limits(), []
    for line in lines:
        if not line.discount:
            continue
        dearer = line_net(line.quantity, line.unit_price, Decimal(0), quote.currency) - line.net
        more = dearer if line.counts else Decimal(0)
        holding = [limit for limit in limits if worth is None or worth + more >= limit.from_amount]
        if not _passed(holding, [_offered(each, Decimal(0) if each is line else each.discount) for each in lines]):
            margin = margin_percent(quote_set.net + more, quote_set.cost)
            found.append((dearer, Undiscounted(line, margin)))
    return min(found, key=lambda each: each[0])[1] if found else None


def ask_for_approval(actor: Actor, quote: Quote) -> QuoteApproval:
    """Ask for the approval of a draft.

    Raises:
        Problem: `sales.quote_status_refused` (409) for what isn't a draft, or needs none; 403 or 404 without the right.
    """
    require(actor, Quote, "edit", quote)
    with write_unit() as session:
        session.refresh(quote, with_for_update=True)
        reasons = reasons_for_approval(quote)
        if quote.status != "draft" or not reasons:
            raise Problem("sales.quote_status_refused", _("It needs no approval now."), status=409)
        told = [f"{each.name}: {reason}" for each, found in reasons.items() for reason in found]
        asked = QuoteApproval(quote_id=quote.id, reasons=told, asked_by_id=actor.user_id, owner_id=quote.owner_id)
        session.add(asked)
        quote.status = "in_approval"
        session.flush()
        deciding = people_who_may("approve", quote, besides=actor.user_id)
        notify(
            deciding,
            _l("%(who)s asks you to approve a quote: %(quote)s", who=actor.name, quote=quote.name),
            about=quote,
        )
        return asked


def decide_approval(actor: Actor, quote: Quote, grant: bool, note: str | None = None) -> QuoteApproval:
    """Grant or refuse an approval; refused, the quote is a draft again.

    Raises:
        Problem: `sales.nothing_to_decide` (409) when nobody asks any more; `sales.own_approval` (403) for whoever asked
            themselves; 403 or 404 without the permission `sales.quote.approve`.
    """
    require(actor, Quote, "approve", quote)
    with write_unit() as session:
        session.refresh(quote, with_for_update=True)
        waiting = approval_of(quote)
        if quote.status != "in_approval" or waiting is None or waiting.outcome is not None:
            raise Problem("sales.nothing_to_decide", _("Nobody waits for this approval any more."), status=409)
        if waiting.asked_by_id == actor.user_id and not may_decide_own(actor, "approve", quote):
            raise Problem("sales.own_approval", _("Somebody else must approve what you asked for."), status=403)
        waiting.outcome = "granted" if grant else "refused"
        waiting.decided_at, waiting.decided_by_id, waiting.note = utc_now(), actor.user_id, note
        if not grant:
            quote.status = "draft"
        session.flush()
        said = {"who": actor.name, "quote": quote.name}
        granted, refused = _l("%(who)s approved %(quote)s.", **said), _l("%(who)s didn't approve %(quote)s.", **said)
        notify({waiting.asked_by_id, quote.owner_id}, granted if grant else refused, about=quote)
        return waiting


def void_approval(quote: Quote) -> None:
    """Take back what was asked or granted, because the quote isn't what it was."""
    if quote.status != "in_approval":
        return
    with write_unit():
        present = approval_of(quote)
        if present is not None:
            present.outcome = "voided"
        quote.status = "draft"
        db.session.flush()
