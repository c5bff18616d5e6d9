"""The sets and lines of a draft: adding, changing, pricing, and what they come to."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from pelatis.api import (
    Actor,
    Problem,
    _,
    bin_record,
    change_record,
    db,
    new_id,
    require,
    save,
    write_unit,
)
from plugins.catalog.api import Rounding

from ..models import Quote, QuoteLine, QuoteSet
from ..queries.quotes import lines_of, sets_of
from ..totals import write_totals
from .adding_up import when_done
from .approvals import void_approval
from .documents import CHOOSING, next_position, put_in_order
from .pricing import configure_line, price_document_lines

#: Attributes of a line on which the price of price lists depends.
PRICING = frozenset({"quantity"}) | CHOOSING


def draft_of(quote: Quote) -> Quote:
    """Give a quote that may still be changed, locked until the end of the unit.

    Raises:
        Problem: `sales.quote_sent` (409) once it was sent.
    """
    db.session.refresh(quote, with_for_update=True)
    if quote.sealed_at is not None:
        message = _("It was sent as it is. Make a new version to change it.")
        raise Problem("sales.quote_sent", message, status=409)
    return quote


def add_set(actor: Actor, quote: Quote, values: Mapping[str, Any]) -> QuoteSet:
    """Add an alternative to a draft."""
    with write_unit():
        draft_of(quote)
        void_approval(quote)
        made = QuoteSet(**values, quote_id=quote.id, currency=quote.currency)
        made.position = made.position or next_position(QuoteSet, QuoteSet.quote_id == quote.id)
        saved: QuoteSet = save(actor, made)
        return saved


def create_set(actor: Actor, values: Mapping[str, Any]) -> QuoteSet:
    """Add a set to the draft that its values name."""
    columns = dict(values)
    return add_set(actor, _edited_quote(actor, columns.pop("quote_id")), columns)


def _edited_quote(actor: Actor, quote_id: Any) -> Quote:
    quote = db.session.get_one(Quote, quote_id)
    require(actor, Quote, "edit", quote)
    return quote


def update_set(actor: Actor, quote_set: QuoteSet, values: Mapping[str, Any]) -> QuoteSet:
    """Rename or move a set of a draft; it doesn't go over to another quote.

    Raises:
        Problem: `sales.quote_sent` (409) once it was sent; 422 for another quote.
    """
    with write_unit() as session:
        quote = draft_of(session.get_one(Quote, quote_set.quote_id))
        _stays("quote", quote_set.quote_id, values.get("quote_id", quote_set.quote_id))
        change_record(actor, quote_set, values)
        settle_set(actor, quote_set)
        void_approval(quote)
        return quote_set


def _stays(field: str, old: Any, new: Any) -> None:
    if new != old:
        message = _("It stays where it is; make a new one there.")
        raise Problem("sales.stays", message, fields={field: [message]})


def copy_set(actor: Actor, quote_set: QuoteSet) -> QuoteSet:
    """Add a set with the same lines to the same draft, to be changed into another alternative."""
    with write_unit() as session:
        quote = session.get_one(Quote, quote_set.quote_id)
        name = _("%(name)s, copy", name=quote_set.name)[:120]
        made = add_set(actor, quote, {"name": name, "note": quote_set.note})
        for line in lines_of(quote):
            if line.set_id == quote_set.id:
                add_line(actor, made, _told(line))
        return made


def _told(line: QuoteLine) -> dict[str, Any]:
    """Give what a seller said of a line; the rest follows from it."""
    said = ("product_id", "name", "quantity", "unit", "discount", "optional")
    by_hand = ("unit_price",) if line.by_hand else ()
    told = {name: getattr(line, name) for name in (*said, *by_hand)}
    return told | {"options": [option["id"] for option in line.configuration]}


def create_line(actor: Actor, values: Mapping[str, Any]) -> QuoteLine:
    """Add a line to the set that its values name."""
    columns = dict(values)
    quote_set = db.session.get_one(QuoteSet, columns.pop("set_id"))
    require(actor, QuoteSet, "edit", quote_set)
    return add_line(actor, quote_set, columns)


def add_line(actor: Actor, quote_set: QuoteSet, values: Mapping[str, Any]) -> QuoteLine:
    """Add a line to a set of a draft; its price comes from the price lists, unless `unit_price` says it.

    Raises:
        Problem: `sales.quote_sent` (409) once it was sent; `sales.no_price` when neither says a price;
            `sales.no_name` without a product and a name; `catalog.bad_configuration` for options that don't fit.
    """
    with write_unit() as session:
        quote = draft_of(session.get_one(Quote, quote_set.quote_id))
        _edited_quote(actor, quote.id)
        columns = {name: value for name, value in values.items() if value is not None}
        said = columns.pop("options", None)
        line = QuoteLine(**{"id": new_id(), "quantity": Decimal(1), "discount": Decimal(0), **columns})
        line.by_hand = "unit_price" in columns
        line.quote_id, line.set_id, line.currency = quote.id, quote_set.id, quote.currency
        configure_line(line, said)
        line.position = line.position or next_position(QuoteLine, QuoteLine.set_id == quote_set.id)
        price_document_lines(quote.customer_id, quote.currency, [line])
        save(actor, line)
        settle_set(actor, quote_set)
        void_approval(quote)
        return line


def update_line(actor: Actor, line: QuoteLine, values: Mapping[str, Any]) -> QuoteLine:
    """Change a line of a draft; an empty `unit_price` gives it back to the price lists.

    Raises:
        Problem: as `add_line` does; 422 for another set.
    """
    with write_unit() as session:
        quote = draft_of(session.get_one(Quote, line.quote_id))
        _stays("set", line.set_id, values.get("set_id", line.set_id))
        changes = {name: value for name, value in values.items() if getattr(line, name) != value}
        if "unit_price" in changes:
            changes["by_hand"] = changes["unit_price"] is not None
            if changes["unit_price"] is None:
                del changes["unit_price"]
        if "product_id" in changes and "name" not in changes:
            changes["name"] = ""
        with session.no_autoflush:
            for name in changes.keys() - {"options"}:
                setattr(line, name, changes[name])
            if changes.keys() & CHOOSING:
                configure_line(line, changes.get("options"))
            if changes.keys() & {*PRICING, "by_hand", "discount", "unit_price", "name"}:
                price_document_lines(quote.customer_id, quote.currency, [line])
        session.flush()
        settle_set(actor, session.get_one(QuoteSet, line.set_id))
        void_approval(quote)
        return line


def order_set_lines(actor: Actor, quote_set: QuoteSet, ids: Sequence[UUID]) -> None:
    """Put the lines of a set of a draft in order; the optional ones stay behind the others.

    Args:
        actor: whoever does it.
        quote_set: the set.
        ids: of its lines as they are to follow each other; those that aren't named come after them.

    Raises:
        Problem: `sales.quote_sent` (409) once it was sent; 403 or 404 without the right.
    """
    with write_unit() as session:
        quote = draft_of(_edited_quote(actor, quote_set.quote_id))
        put_in_order(lines_of(quote, quote_set), ids)
        session.flush()


def remove_set(actor: Actor, quote_set: QuoteSet) -> None:
    """Put a set of a draft into the bin.

    Raises:
        Problem: `sales.last_set` (409) for the only one.
    """
    from ..records.quotes import QUOTE_SETS  # the records are declared with these operations

    with write_unit() as session:
        quote = draft_of(session.get_one(Quote, quote_set.quote_id))
        if len(sets_of(quote)) == 1:
            raise Problem("sales.last_set", _("A quote has at least one set."), status=409)
        bin_record(actor, QUOTE_SETS, quote_set)


def price_quote(quote: Quote) -> None:
    """Price all lines of a draft anew and add its sets up."""
    lines = lines_of(quote)
    for line in lines:
        line.currency = quote.currency
    price_document_lines(quote.customer_id, quote.currency, lines)
    for each in sets_of(quote):
        each.currency = quote.currency
    add_up_quote(quote)


def settle_set(_actor: Actor, quote_set: QuoteSet) -> None:
    """Add a set up after its lines changed, once behind a block that changes many."""
    db.session.flush()
    when_done(quote_set.id, partial(_settle_set, quote_set))


def _settle_set(quote_set: QuoteSet) -> None:
    quote = db.session.get_one(Quote, quote_set.quote_id)
    _add_up(quote, quote_set, lines_of(quote, quote_set))
    _show_first(quote)
    db.session.flush()


def settle_line(actor: Actor, line: QuoteLine) -> None:
    """Add a line's set up after the line was binned or came back."""
    void_approval(draft_of(db.session.get_one(Quote, line.quote_id)))
    settle_set(actor, db.session.get_one(QuoteSet, line.set_id))


def settle_removed_set(_actor: Actor, quote_set: QuoteSet) -> None:
    """Show another set's sum after one was binned or came back."""
    quote = draft_of(db.session.get_one(Quote, quote_set.quote_id))
    void_approval(quote)
    db.session.flush()
    _show_first(quote)
    db.session.flush()


def follow_undone_set(actor: Actor, quote_set: QuoteSet) -> None:
    """Add a set up and void an approval after a change of the set was undone."""
    settle_removed_set(actor, quote_set)
    settle_set(actor, quote_set)


def follow_undone_quote(_actor: Actor, quote: Quote) -> None:
    """Add a draft up and void an approval after a change of the quote was undone: nobody approved what stands now."""
    draft_of(quote)
    void_approval(quote)
    add_up_quote(quote)


def add_up_quote(quote: Quote) -> None:
    """Add all sets of a draft up from their lines as they are."""
    lines = lines_of(quote)
    for each in sets_of(quote):
        _add_up(quote, each, [line for line in lines if line.set_id == each.id])
    _show_first(quote)
    db.session.flush()


def _add_up(quote: Quote, quote_set: QuoteSet, lines: Sequence[QuoteLine]) -> None:
    counted = [line for line in lines if line.counts]
    write_totals(quote_set, counted, Rounding(quote.rounding))


def add_up_chosen(quote: Quote, quote_set: QuoteSet) -> None:
    """Add an accepted set up with the optional lines that were chosen."""
    _add_up(quote, quote_set, lines_of(quote, quote_set))
    quote.net = quote_set.net


def _show_first(quote: Quote) -> None:
    first = next(iter(sets_of(quote)), None)
    quote.net = first.net if first else Decimal(0)
