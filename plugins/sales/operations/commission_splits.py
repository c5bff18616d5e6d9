"""How a deal is shared: people and percentages that are 100 together, taken over by its order and its invoices."""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, or_, select

from pelatis.api import Actor, Problem, User, _, add, change_record, db, not_found, require, write_unit

from ..commissions import check_percents
from ..models import CommissionSplit, Invoice, Opportunity, Order
from ..queries.commissions import split_of
from .commissions import share_of, write_shares

#: Column of a split to the model of what it shares.
SHARED: Final[Mapping[str, Any]] = {"opportunity_id": Opportunity, "order_id": Order, "invoice_id": Invoice}
_MOST_SHARES: Final = 20


def create_split(actor: Actor, values: Mapping[str, Any]) -> CommissionSplit:
    """Share a deal, an order or the draft of an invoice; whatever shared it before is replaced.

    Args:
        actor: whoever shares it.
        values: one of `opportunity_id`, `order_id` and `invoice_id`, and `shares`.

    Raises:
        Problem: `sales.split_of_what` (422) for none or several of them; what `share` raises.
    """
    named = [name for name in SHARED if values.get(name)]
    if len(named) != 1:
        message = _("Say of which deal, order or invoice.")
        raise Problem("sales.split_of_what", message, fields={"opportunity": [message]})
    with write_unit() as session:
        document = session.get_one(SHARED[named[0]], values[named[0]], with_for_update=True)
        more = {name: values[name] for name in ("id", "owner_id", "custom") if values.get(name)}
        return share(actor, document, read_shares(values.get("shares") or ""), more)


def update_split(actor: Actor, split: CommissionSplit, values: Mapping[str, Any]) -> CommissionSplit:
    """Change shares; what is shared stays.

    Raises:
        Problem: as `share`.
    """
    with write_unit() as session:
        document = _document_of(split)
        rest = {name: values[name] for name in values.keys() & {"custom", "owner_id"}}
        if rest:
            change_record(actor, split, rest)
        if values.get("shares", split.shares) != split.shares:
            share(actor, document, read_shares(values["shares"] or ""))
        session.flush()
        return split


def _document_of(split: CommissionSplit) -> Any:
    for column, model in SHARED.items():
        if getattr(split, column) is not None:
            return db.session.get_one(model, getattr(split, column), with_for_update=True)
    raise not_found()


def share(
    actor: Actor, document: Any, shares: Sequence[tuple[Any, Decimal]], more: Mapping[str, Any] | None = None
) -> CommissionSplit:
    """Share a deal, an order or the draft of an invoice.

    Args:
        actor: whoever shares it; they may edit it.
        document: a deal, an order or an invoice.
        shares: person (id, mail address or name) and percent.
        more: what else a new split says.

    Raises:
        Problem: `sales.bad_split` (422) when they aren't 100 together, for a person twice or one who isn't known;
            `sales.document_sealed` (409) once the invoice was posted; 403 or 404 without the right.
    """
    require(actor, type(document), "edit", document)
    column = next(name for name, model in SHARED.items() if isinstance(document, model))
    people = [_person(who) for who, _percent in shares]
    if len(set(people)) != len(people):
        raise _bad(_("Each person stands in it once."))
    if len(people) > _MOST_SHARES:
        raise _bad(_("These are too many people."))
    check_percents([percent for _who, percent in shares])
    with write_unit() as session:
        session.refresh(document, with_for_update=True)
        split = split_of(getattr(CommissionSplit, column), document.id)
        is_posted = isinstance(document, Invoice) and document.sealed_at is not None
        if is_posted or (split is not None and split.sealed_at is not None):
            message = _("It was posted with its shares, and they don't change any more.")
            raise Problem("sales.document_sealed", message, status=409)
        if split is None:
            split = add(session, actor, CommissionSplit(**{**(more or {}), column: document.id}))
        split.name = document.name[:300]
        write_shares(split, [share_of(each, percent) for each, (_who, percent) in zip(people, shares, strict=True)])
        session.flush()
        return split


def take_over(document: Any, column: str, deal_id: UUID | None) -> None:
    """Let a document that has no shares of its own keep those of its deal, whatever becomes of these later."""
    of_deal = split_of(CommissionSplit.opportunity_id, deal_id)
    if of_deal is None or split_of(getattr(CommissionSplit, column), document.id) is not None:
        return
    with write_unit() as session:
        values = {column: document.id, "name": document.name[:300], "owner_id": document.owner_id}
        split = CommissionSplit(**values)
        write_shares(split, of_deal.parts)
        session.add(split)
        session.flush()


def read_shares(text: str) -> list[tuple[str, Decimal]]:
    """Read shares, one on a line: `eleni@example.org: 60`.

    Raises:
        Problem: `sales.bad_split` (422) for a line that is none.
    """
    found = []
    for line in text.replace(";", "\n").splitlines():
        if line.strip():
            who, colon, percent = line.rpartition(":")
            if not colon or not who.strip():
                raise _bad(_("“%(line)s”: write who and how much, like “eleni@example.org: 60”.", line=line[:80]))
            found.append((who.strip(), read_percent(percent)))
    return found


def read_percent(text: str) -> Decimal:
    """Read a percentage with at most four decimals.

    Raises:
        Problem: `sales.bad_split` (422) for anything else.
    """
    try:
        percent = Decimal(text.replace("%", "").replace(",", ".").strip())
        if not percent.is_finite() or abs(percent) > 1_000 or percent != round(percent, 4):
            raise InvalidOperation
    except InvalidOperation as error:
        raise _bad(_("“%(text)s” is no percentage.", text=text.strip()[:40])) from error
    return percent


def _person(who: Any) -> User:
    """Find somebody by id, mail address or full name."""
    people = select(User).where(User.deleted_at.is_(None))
    if isinstance(who, UUID):
        found = list(db.session.scalars(people.where(User.id == who)))
    else:
        same = or_(func.lower(User.email) == who.lower(), User.name == who)
        found = list(db.session.scalars(people.where(same).limit(2)))
    if len(found) != 1:
        raise _bad(_("“%(who)s” isn't one of ours; write their mail address.", who=str(who)[:80]))
    return found[0]


def _bad(message: str) -> Problem:
    return Problem("sales.bad_split", message, fields={"shares": [message]})
