"""Quotes and their versions: what may follow what, sending, and the next version of what was sent.

The state machine is the table `QUOTE_MOVES`; what it doesn't list is refused.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import select

from pelatis.api import (
    Actor,
    Problem,
    Sealable,
    _,
    change_record,
    db,
    in_language,
    new_id,
    require,
    save,
    today,
    utc_now,
    write_unit,
)

from ..models import Quote, QuoteLine, QuoteSet
from ..queries.quotes import approval_of, lines_of, sets_of
from ..schemas import QUOTE_STATUSES
from .approvals import void_approval
from .documents import PRICING, complete_document, no_customer
from .limits import reasons_for_approval
from .numbers import draw_number
from .quote_lines import add_set, add_up_quote, draft_of, price_quote
from .states import check_move

#: How long a quote holds unless its seller says otherwise.
VALIDITY: Final = timedelta(days=30)

#: Quote status to the statuses that may follow it.
QUOTE_MOVES: Final[Mapping[str, frozenset[str]]] = {
    "draft": frozenset({"in_approval", "sent"}),
    "in_approval": frozenset({"draft", "sent"}),
    "sent": frozenset({"viewed", "accepted", "declined", "expired", "superseded"}),
    "viewed": frozenset({"accepted", "declined", "expired", "superseded"}),
    "declined": frozenset({"superseded"}),
    "expired": frozenset({"superseded"}),
    "accepted": frozenset(),
    "superseded": frozenset(),
}
#: What a customer may still accept.
OPEN: Final = frozenset({"sent", "viewed"})
#: What the next version doesn't take from the one before.
_OWN: Final = frozenset(
    {"id", "version", "created_at", "updated_at", "deleted_at", "sealed_at", "owner_id", "custom", "revision"}
) | {"status", "sent_at", "viewed_at", "closed_at", "accepted_set_id", "decline_reason", "chosen"}


def create_quote(actor: Actor, values: Mapping[str, Any]) -> Quote:
    """Make a quote with one empty set; what isn't said comes from its deal and its customer.

    Raises:
        Problem: 403 without the permission; 422 without a customer or a deal.
    """
    with write_unit():
        quote = Quote(id=values.get("id") or new_id(), **{name: each for name, each in values.items() if name != "id"})
        quote.root_id = quote.id
        complete_document(actor, quote)
        quote.valid_until = quote.valid_until or today() + VALIDITY
        save(actor, quote)
        with in_language(quote.language):
            name = _("Offer")
        add_set(actor, quote, {"name": name})
        return quote


def update_quote(actor: Actor, quote: Quote, values: Mapping[str, Any]) -> Quote:
    """Change a draft; another customer or currency prices its lines anew, and an approval is void.

    Raises:
        Problem: `sales.quote_sent` (409) once it was sent.
    """
    with write_unit():
        draft_of(quote)
        changes = {name: value for name, value in values.items() if getattr(quote, name) != value}
        if not changes.get("customer_id", True):
            raise no_customer()
        change_record(actor, quote, changes)
        if changes.keys() & PRICING:
            price_quote(quote)
        elif "rounding" in changes:
            add_up_quote(quote)
        if changes:
            void_approval(quote)
        return quote


def set_status(quote: Quote, status: str) -> None:
    """Let one status follow another.

    Raises:
        Problem: `sales.quote_status_refused` (409) where it may not.
    """
    check_move(QUOTE_MOVES, QUOTE_STATUSES, quote.status, status, "sales.quote_status_refused")
    quote.status = status
    if status in ("accepted", "declined", "expired", "superseded"):
        quote.closed_at = utc_now()


def send_quote(actor: Actor, quote: Quote) -> Quote:
    """Send a draft: it gets its number, it and all of its sets and lines are sealed, and older versions are superseded.

    Raises:
        Problem: `sales.nothing_to_send`, `sales.needs_approval`, `sales.quote_status_refused`; 403 or 404 without the
            right.
    """
    require(actor, Quote, "edit", quote)
    with write_unit() as session:
        session.refresh(quote, with_for_update=True)
        sets, lines = sets_of(quote), lines_of(quote)
        _check_sendable(quote, sets, lines)
        earlier = _earlier(quote)
        for version in earlier:
            if "superseded" in QUOTE_MOVES[version.status]:
                set_status(version, "superseded")
        session.flush()
        quote.number = next((each.number for each in earlier if each.number), None) or draw_number("quote", today())
        set_status(quote, "sent")
        now = quote.sent_at = utc_now()
        documents: list[Sealable] = [quote, *sets, *lines]
        for sealed in documents:
            sealed.sealed_at = now
        session.flush()
        return quote


def _check_sendable(quote: Quote, sets: Sequence[QuoteSet], lines: Sequence[QuoteLine]) -> None:
    if quote.valid_until is not None and quote.valid_until < today():
        message = _("The day until which it holds is past.")
        raise Problem("sales.nothing_to_send", message, fields={"valid_until": [message]})
    filled = {line.set_id for line in lines if not line.optional}
    empty = [each.name for each in sets if each.id not in filled]
    if not sets or empty:
        message = _("A set has no line that counts: %(names)s.", names=", ".join(empty) or "–")
        raise Problem("sales.nothing_to_send", message)
    approval = approval_of(quote)
    if reasons_for_approval(quote) and (approval is None or approval.outcome != "granted"):
        raise Problem("sales.needs_approval", _("It needs an approval first."), status=409)


def _earlier(quote: Quote) -> list[Quote]:
    statement = select(Quote).where(Quote.root_id == quote.root_id, Quote.id != quote.id, Quote.deleted_at.is_(None))
    return list(db.session.scalars(statement.order_by(Quote.revision.desc()).with_for_update()))


def revise_quote(actor: Actor, quote: Quote) -> Quote:
    """Make the next version of a quote that was sent: a draft with the same sets and lines.

    What was sent stays as it is, and can be accepted until the new version is sent. A draft that is there already is
    given back instead of making another one.

    Raises:
        Problem: `sales.quote_status_refused` (409) for one that was accepted; 403 or 404 without the right.
    """
    require(actor, Quote, "edit", quote)
    with write_unit() as session:
        versions = [quote, *_earlier(quote)]
        session.refresh(quote, with_for_update=True)
        open_draft = next((each for each in versions if each.sealed_at is None), None)
        if open_draft is not None:
            return open_draft
        if any(each.status == "accepted" for each in versions):
            message = _("The customer accepted it; make a new quote for what comes next.")
            raise Problem("sales.quote_status_refused", message, status=409)
        latest = max(each.revision for each in versions)
        made = Quote(**_copied(quote), id=new_id(), revision=latest + 1, owner_id=quote.owner_id)
        if made.valid_until is not None and made.valid_until < today():
            made.valid_until = today() + VALIDITY
        save(actor, made)
        _copy_sets(actor, quote, made)
        return made


def _copy_sets(actor: Actor, quote: Quote, made: Quote) -> None:
    lines = lines_of(quote)
    for each in sets_of(quote):
        copy = QuoteSet(**_copied(each) | {"quote_id": made.id}, id=new_id())
        save(actor, copy)
        for line in lines:
            if line.set_id == each.id:
                save(actor, QuoteLine(**_copied(line) | {"quote_id": made.id, "set_id": copy.id}, id=new_id()))
    price_quote(made)


def _copied(record: Any) -> dict[str, Any]:
    """Give what a copy of a record takes from it."""
    columns = record.__mapper__.column_attrs.keys()
    return {name: getattr(record, name) for name in columns if name not in _OWN}


def expire_quotes() -> int:
    """Let every quote expire whose last day is past.

    Returns:
        How many did.
    """
    with write_unit() as session:
        statement = select(Quote).where(Quote.status.in_(OPEN), Quote.valid_until < today(), Quote.deleted_at.is_(None))
        found = list(session.scalars(statement.limit(1_000).with_for_update()))
        for quote in found:
            set_status(quote, "expired")
        return len(found)
