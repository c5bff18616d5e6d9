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
from ..totals import line_net, margin_percent
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
    margin = margin_percent(quote_set.net, quote_set.cost)
    return _passed(holding, _largest_discount(lines), margin)


def _largest_discount(lines: Iterable[QuoteLine]) -> Decimal:
    return max((line.discount for line in lines), default=Decimal(0))


def _passed(holding: Sequence[ApprovalLimit], discount: Decimal, margin: Decimal | None) -> list[str]:
    """Tell which limits a discount and a margin pass, in the reader's language."""
    discounts = [each.max_discount for each in holding if each.max_discount is not None]
    margins = [each.min_margin for each in holding if each.min_margin is not None]
    reasons = []
    if discounts and discount > min(discounts):
        words = {"discount": format_percent(discount), "limit": format_percent(min(discounts))}
        reasons.append(_("A discount of %(discount)s is over the limit of %(limit)s.", **words))
    if margins and margin is not None and margin < max(margins):
        words = {"margin": format_percent(margin), "limit": format_percent(max(margins))}
        reasons.append(_("The margin of %(margin)s is under the limit of %(limit)s.", **words))
    return reasons


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
        margin = margin_percent(quote_set.net + more, quote_set.cost)
        if not _passed(holding, _largest_discount(each for each in lines if each is not line), margin):
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
