"""Quotes beside their customer and their deal, and in a customer's timeline."""

from collections.abc import Iterator, Sequence
from typing import Any

from markupsafe import Markup, escape

from pelatis.api import Actor, Panel, TimelineEntry, _, format_amount, format_day, may

from ..models import Opportunity, Quote
from ..queries.quotes import quotes_of_customer, quotes_of_deal
from ..records import QUOTES
from ..schemas import QUOTE_STATUSES
from ..schemas.quotes import QUOTE_TONES
from .steps import offered_amount

#: How many quotes stand beside a customer.
MOST_LISTED = 5


def panels(slot: str, actor: Actor, record: Any) -> Iterator[Panel]:
    """Give the quotes of a customer or a deal."""
    if not may(actor, Quote, "view"):
        return
    if slot == "customer.sidebar":
        present = [each for each in quotes_of_customer(actor, record.id) if each.status != "superseded"]
        if present:
            yield _panel(actor, present[:MOST_LISTED], f"customer={record.id}")
    elif slot == "record.sidebar" and isinstance(record, Opportunity):
        quotes = quotes_of_deal(actor, record.id)
        yield _panel(actor, quotes, f"opportunity={record.id}", _offer(actor, record, quotes))


def _offer(actor: Actor, deal: Opportunity, quotes: Sequence[Quote]) -> dict[str, str] | None:
    """Offer what the customer has accepted as the amount of the deal, where it is another one."""
    accepted = next((quote for quote in quotes if quote.status == "accepted"), None)
    if accepted is None or (deal.amount, deal.currency) == (accepted.net, accepted.currency):
        return None
    return offered_amount(actor, deal, accepted.net, accepted.currency)


def _panel(actor: Actor, quotes: Sequence[Quote], filled_in: str, offer: dict[str, str] | None = None) -> Panel:
    rows = [
        {
            "title": quote.number or quote.name,
            "url": QUOTES.url_of(quote.id),
            "figure": format_amount(quote.net, quote.currency),
            "status": QUOTE_STATUSES[quote.status],
            "tone": QUOTE_TONES.get(quote.status, ""),
            "note": _("valid until %(day)s", day=format_day(quote.valid_until)) if quote.valid_until else "",
        }
        for quote in quotes
    ]
    new_url = f"{QUOTES.url}/new?{filled_in}" if may(actor, Quote, "create") else ""
    return Panel(
        id="sales.quotes",
        title=_("Quotes"),
        template="sales/panels/quotes.html",
        context={"rows": rows, "icon": "file-text", "new_url": new_url, "offer": offer},
        count=len(rows) or None,
        order=15,
    )


def timeline(actor: Actor, customer: Any, before: Any, text: str) -> Iterator[TimelineEntry]:
    """Tell of each version that was sent how it stands now."""
    for quote in quotes_of_customer(actor, customer, before, text):
        moment = quote.closed_at or quote.sent_at
        if moment is not None:
            yield _told(quote, moment)


def _told(quote: Quote, moment: Any) -> TimelineEntry:
    lines = {
        "accepted": (_("accepted %(quote)s"), "circle-check", "success"),
        "declined": (_("declined %(quote)s"), "circle-x", "danger"),
        "expired": (_("%(quote)s expired"), "clock", "warning"),
        "superseded": (_("%(quote)s was superseded"), "versions", "plain"),
    }
    line, icon, level = lines.get(quote.status, (_("%(quote)s was sent"), "send", "notice"))
    link = Markup('<a href="{}">{}</a>').format(QUOTES.url_of(quote.id), f"{quote.number}, {quote.name}")
    return TimelineEntry(
        id=quote.id,
        at=moment,
        kind="deal",
        line=escape(line) % {"quote": link},
        text=quote.decline_reason or format_amount(quote.net, quote.currency),
        icon=icon,
        level=level,  # type: ignore[arg-type]
        actor_name="",
        url=QUOTES.url_of(quote.id),
        record_type="sales.quote",
        record_id=quote.id,
    )
