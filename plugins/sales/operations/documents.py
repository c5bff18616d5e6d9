"""What documents of a sale share while they are drafts: how they begin, and how their lines are written and priced.

Orders and invoices have one list of lines; a quote's sets have rules of their own, in `quote_lines`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from pelatis.api import (
    LANGUAGES,
    Actor,
    Customer,
    Problem,
    _,
    base_currency,
    change_record,
    db,
    new_id,
    require,
    save,
    write_unit,
)
from plugins.catalog.api import Rounding

from ..models import Opportunity
from ..totals import line_net, write_totals
from .adding_up import when_done
from .pricing import configure_line, price_document_lines

#: Attributes of a document on which every price depends.
PRICING = frozenset({"customer_id", "currency"})
#: What of a line can't be said without choosing its options anew.
CHOOSING = frozenset({"product_id", "options"})
#: What a line takes over when it is copied into another document: what was agreed on.
AGREED = (
    "position", "product_id", "name", "unit", "currency", "unit_price", "by_hand", "configuration", "parts", "steps",
    "discount", "cost", "tax_rule_id", "tax_name", "tax_note", "tax_rate",
)  # fmt: skip


@dataclass(frozen=True)
class DocumentKind:
    """A kind of document with one list of lines.

    Attributes:
        document: its model.
        line: the model of its lines.
        column: the attribute of a line that names its document.
        lines: lists a document's lines in their order.
        total: adds a document up; the sum of its lines by default.
    """

    document: Any
    line: Any
    column: str
    lines: Callable[[Any], list[Any]]
    total: Callable[[Any], None] | None = None

    def of(self, line: Any) -> Any:
        """Give the document that a line belongs to."""
        return db.session.get_one(self.document, getattr(line, self.column))


def complete_document(actor: Actor, document: Any) -> None:
    """Fill in what isn't said from the document's deal and its customer.

    Args:
        actor: whoever makes it.
        document: a new one with `customer_id`, `opportunity_id`, `name`, `currency` and `language`.

    Raises:
        Problem: `sales.no_customer` (422) when neither it nor its deal names a customer.
    """
    session = db.session
    deal = session.get(Opportunity, document.opportunity_id) if document.opportunity_id else None
    document.customer_id = document.customer_id or (deal.customer_id if deal else None)
    customer = session.get(Customer, document.customer_id) if document.customer_id else None
    if customer is None:
        raise no_customer()
    document.name = document.name or (deal.name[:200] if deal else customer.name[:200])
    document.currency = document.currency or (deal.currency if deal else customer.currency) or base_currency()
    document.language = document.language or (customer.language if customer.language in LANGUAGES else actor.language)


def no_customer() -> Problem:
    """Say that a document is for nobody."""
    message = _("Say for which customer it is.")
    return Problem("sales.no_customer", message, fields={"customer": [message]})


def draft_document(document: Any) -> Any:
    """Give a document that may still be changed, locked until the end of the unit.

    Raises:
        Problem: `sales.document_sealed` (409) once it was confirmed or posted.
    """
    db.session.refresh(document, with_for_update=True)
    if document.sealed_at is not None:
        message = _("It was confirmed or posted as it is, and doesn't change any more.")
        raise Problem("sales.document_sealed", message, status=409)
    return document


def create_line(kind: DocumentKind, actor: Actor, values: Mapping[str, Any]) -> Any:
    """Add a line to the draft that its values name; its price comes from the price lists unless they say one.

    Raises:
        Problem: `sales.document_sealed` (409); `sales.no_price`, `sales.no_name`, `catalog.bad_configuration` (422);
            403 or 404 without the right.
    """
    columns = {name: value for name, value in values.items() if value is not None}
    with write_unit() as session:
        document = draft_document(session.get_one(kind.document, columns.pop(kind.column)))
        require(actor, kind.document, "edit", document)
        said = columns.pop("options", None)
        line = kind.line(**{"id": new_id(), "quantity": Decimal(1), "discount": Decimal(0), **columns})
        setattr(line, kind.column, document.id)
        configure_line(line, said)
        line.by_hand, line.currency = "unit_price" in columns, document.currency
        line.position = line.position or next_position(kind.line, getattr(kind.line, kind.column) == document.id)
        price_document_lines(document.customer_id, document.currency, [line])
        save(actor, line)
        add_up(kind, document)
        return line


def next_position(model: Any, criterion: ColumnElement[bool]) -> int:
    """Give the place behind all lines or sets that a criterion finds."""
    return (db.session.scalar(select(func.max(model.position)).where(criterion)) or 0) + 1


def update_line(kind: DocumentKind, actor: Actor, line: Any, values: Mapping[str, Any]) -> Any:
    """Change a line of a draft, and price it anew.

    Raises:
        Problem: `sales.document_sealed` (409); `sales.no_price`, `sales.stays`, `catalog.bad_configuration` (422).
    """
    with write_unit():
        document = draft_document(kind.of(line))
        if values.get(kind.column, document.id) != document.id:
            message = _("It stays where it is; make a new one there.")
            raise Problem("sales.stays", message, fields={kind.column.removesuffix("_id"): [message]})
        changes = dict(values)
        if "unit_price" in changes:
            line.by_hand = changes["unit_price"] is not None
            if not line.by_hand:
                del changes["unit_price"]
        if changes.get("product_id", line.product_id) != line.product_id and "name" not in changes:
            changes["name"] = ""
        with db.session.no_autoflush:
            for name in changes.keys() - {"custom", "options"}:
                setattr(line, name, changes[name])
            if changes.keys() & CHOOSING and not line.is_agreed:
                configure_line(line, changes.get("options"))
            _price(document, [line])
        change_record(actor, line, {name: changes[name] for name in changes.keys() & {"custom"}})
        db.session.flush()
        add_up(kind, document)
        return line


def settle_line(kind: DocumentKind, _actor: Actor, line: Any) -> None:
    """Add a draft up after one of its lines was binned or came back."""
    document = draft_document(kind.of(line))
    db.session.flush()
    add_up(kind, document)


def order_lines(kind: DocumentKind, actor: Actor, document: Any, ids: Sequence[UUID]) -> None:
    """Put the lines of a draft in order.

    Args:
        kind: what it is.
        actor: whoever does it.
        document: the draft.
        ids: of its lines as they are to follow each other; those that aren't named come after them.

    Raises:
        Problem: `sales.document_sealed` (409); 403 or 404 without the right.
    """
    with write_unit() as session:
        draft_document(document)
        require(actor, kind.document, "edit", document)
        put_in_order(kind.lines(document), ids)
        session.flush()


def put_in_order(lines: Sequence[Any], ids: Sequence[UUID]) -> None:
    """Number lines as their ids follow each other; those that aren't named keep their order after them."""
    places = {line_id: place for place, line_id in enumerate(ids)}
    for position, line in enumerate(sorted(lines, key=lambda line: places.get(line.id, len(places))), 1):
        line.position = position


def price_draft(kind: DocumentKind, document: Any) -> None:
    """Price all lines of a draft anew and add it up: another customer or another currency."""
    lines = kind.lines(document)
    for line in lines:
        line.currency = document.currency
    _price(document, lines)
    add_up(kind, document)


def _price(document: Any, lines: Sequence[Any]) -> None:
    """Price lines anew; where the price was agreed on before, only what it comes to changes."""
    price_document_lines(document.customer_id, document.currency, [line for line in lines if not line.is_agreed])
    for line in lines:
        if line.is_agreed:
            line.net = line_net(line.quantity, line.unit_price, line.discount, document.currency)


def add_up(kind: DocumentKind, document: Any) -> None:
    """Write down what a document's lines come to, once behind a block that changes many."""
    when_done(document.id, partial(_add_up, kind, document))


def _add_up(kind: DocumentKind, document: Any) -> None:
    if kind.total is not None:
        kind.total(document)
        return
    write_totals(document, kind.lines(document), Rounding(document.rounding))
    db.session.flush()


def agreed_of(line: Any) -> dict[str, Any]:
    """Give what a copy of a line in another document takes over."""
    return {name: getattr(line, name) for name in AGREED}
