"""Invoices and credit notes: what may follow what, making them of orders and of each other, posting.

The state machine is the table `INVOICE_MOVES`; what it doesn't list is refused.
"""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from pelatis.api import (
    Actor,
    Customer,
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
from plugins.catalog.api import Rounding, rounded

from ..letters import address_of
from ..models import Allocation, Invoice, InvoiceLine, Order, OrderLine
from ..queries.invoices import lines_of_invoice, posted_notes_of, reversed_so_far, used_of
from ..schemas import INVOICE_STATUSES
from ..totals import cost_of, line_net, tax_lines_as_json, totals_of, write_totals
from .approvals import let_pass
from .commissions import follow_invoice
from .documents import (
    PRICING,
    DocumentKind,
    agreed_of,
    complete_document,
    create_line,
    draft_document,
    no_customer,
    price_draft,
)
from .numbers import draw_number
from .orders import follow_lines, locked_lines
from .rates import four_decimals, rate_of
from .states import check_move

#: How long a customer has unless the invoice says otherwise.
TERM: Final = timedelta(days=30)

#: Invoice status to the statuses that may follow it. An invoice is paid, or credited; a credit note is used up.
INVOICE_MOVES: Final[Mapping[str, frozenset[str]]] = {
    "draft": frozenset({"posted"}),
    "posted": frozenset({"part_paid", "paid", "credited", "part_used", "used_up"}),
    "part_paid": frozenset({"posted", "paid", "credited"}),
    "paid": frozenset({"posted", "part_paid", "credited"}),
    "credited": frozenset(),
    "part_used": frozenset({"posted", "used_up"}),
    "used_up": frozenset({"posted", "part_used"}),
}


def total_invoice(invoice: Invoice) -> None:
    """Write down what the lines of an invoice or a credit note come to."""
    _write_sums(invoice, lines_of_invoice(invoice))
    db.session.flush()


def _write_sums(invoice: Invoice, lines: list[InvoiceLine]) -> None:
    if invoice.kind == "credit_note":
        _total_credit_note(invoice, lines)
    else:
        write_totals(invoice, lines, Rounding(invoice.rounding))


INVOICE_KIND: Final = DocumentKind(Invoice, InvoiceLine, "invoice_id", lines_of_invoice, total_invoice)


# Drafts


def create_invoice(actor: Actor, values: Mapping[str, Any]) -> Invoice:
    """Make a draft: without lines, of what an order delivered, or, with `corrects_id`, the credit note of an invoice.

    Raises:
        Problem: 403 without the permission; 422 without a customer; what `invoice_order` and `credit_invoice` raise.
    """
    with write_unit() as session:
        said = {name: each for name, each in values.items() if each is not None}
        if values.get("corrects_id"):
            return credit_invoice(actor, session.get_one(Invoice, values["corrects_id"]), more=said)
        if values.get("order_id"):
            return invoice_order(actor, session.get_one(Order, values["order_id"]), more=said)
        invoice = Invoice(**{**values, "id": values.get("id") or new_id()})
        complete_document(actor, invoice)
        saved: Invoice = save(actor, invoice)
        return saved


def invoice_order(
    actor: Actor, order: Order, *, everything: bool = False, more: Mapping[str, Any] | None = None
) -> Invoice:
    """Make a draft of what an order delivered and nobody invoiced yet, at the prices that were agreed on.

    Args:
        actor: whoever makes it.
        order: a confirmed order that the actor may see.
        everything: also what is still to go out.
        more: what else the draft says: reference, days, language.

    Raises:
        Problem: `sales.nothing_to_invoice` (409); 403 or 404 without the right.
    """
    require(actor, Order, "view", order)
    with write_unit():
        lines = locked_lines(order)
        left = {line.id: line.uninvoiced if everything else line.delivered - line.invoiced for line in lines}
        if order.sealed_at is None or order.status == "cancelled" or not any(each > 0 for each in left.values()):
            message = _("Nothing of the order is left to invoice. What is to go out can be invoiced in advance.")
            raise Problem("sales.nothing_to_invoice", message, status=409)
        invoice = _begun_of(actor, order, {"order_id": order.id, "reference": order.reference, **_own(more)})
        for line in lines:
            if left[line.id] > 0:
                net = line_net(left[line.id], line.unit_price, line.discount, order.currency)
                _copy(actor, invoice, line, left[line.id], net=net, order_line_id=line.id)
        total_invoice(invoice)
        return invoice


def credit_invoice(
    actor: Actor,
    invoice: Invoice,
    quantities: Mapping[UUID, Decimal] | None = None,
    *,
    more: Mapping[str, Any] | None = None,
) -> Invoice:
    """Make the draft of a credit note that reverses an invoice.

    Args:
        actor: whoever makes it.
        invoice: a posted invoice that the actor may see.
        quantities: line id of the invoice to how much of it is reversed; all that is left by default.
        more: what else the draft says: reference, days, language.

    Raises:
        Problem: `sales.nothing_to_reverse` (409); `sales.more_than_invoiced` (422); 403 or 404 without the right.
    """
    require(actor, Invoice, "view", invoice)
    with write_unit() as session:
        session.refresh(invoice, with_for_update=True)
        so_far = reversed_so_far(invoice.id)
        lines = {line.id: line for line in lines_of_invoice(invoice)}
        left = {each: line.quantity - so_far.get(each, (Decimal(0),))[0] for each, line in lines.items()}
        wanted = {each: amount for each, amount in (left if quantities is None else quantities).items() if amount}
        if invoice.kind != "invoice" or invoice.sealed_at is None or not wanted:
            raise Problem("sales.nothing_to_reverse", _("There is nothing to reverse."), status=409)
        for each, amount in wanted.items():
            if each not in lines or amount < 0 or amount > left[each]:
                raise _more_than_invoiced(lines[each].name if each in lines else "–")
        values = {"kind": "credit_note", "corrects_id": invoice.id, "order_id": invoice.order_id}
        note = _begun_of(actor, invoice, {**values, "reference": invoice.reference, **_own(more)})
        for each, amount in wanted.items():
            line = lines[each]
            _copy(actor, note, line, amount, order_line_id=line.order_line_id, corrects_line_id=line.id)
        total_invoice(note)
        return note


def _own(more: Mapping[str, Any] | None) -> dict[str, Any]:
    """Take what a draft of another document may say itself."""
    own = ("id", "name", "reference", "issued_on", "due_on", "language", "owner_id", "custom")
    return {name: each for name, each in (more or {}).items() if name in own}


def _begun_of(actor: Actor, document: Any, values: Mapping[str, Any]) -> Invoice:
    taken = ("name", "customer_id", "opportunity_id", "currency", "language", "rounding", "owner_id")
    columns = {name: getattr(document, name) for name in taken} | dict(values)
    invoice = Invoice(**{"id": new_id(), **columns})
    if invoice.customer_id is None:
        raise no_customer()
    saved: Invoice = save(actor, invoice)
    return saved


def _copy(actor: Actor, invoice: Invoice, line: Any, quantity: Decimal, **more: Any) -> None:
    save(actor, InvoiceLine(id=new_id(), **agreed_of(line), invoice_id=invoice.id, quantity=quantity, **more))


def create_invoice_line(actor: Actor, values: Mapping[str, Any]) -> InvoiceLine:
    """Add a line to a draft of an invoice; a credit note has the lines of its invoice alone.

    Raises:
        Problem: `sales.credit_note_lines` (409); what `create_line` raises.
    """
    if db.session.get_one(Invoice, values["invoice_id"]).kind == "credit_note":
        message = _("A credit note reverses lines of its invoice; it has no others.")
        raise Problem("sales.credit_note_lines", message, status=409)
    made: InvoiceLine = create_line(INVOICE_KIND, actor, values)
    return made


def update_invoice(actor: Actor, invoice: Invoice, values: Mapping[str, Any]) -> Invoice:
    """Change a draft; customer and currency of one that was made of another document stay.

    Raises:
        Problem: `sales.document_sealed` (409) once it was posted; `sales.stays` (422).
    """
    with write_unit():
        draft_document(invoice)
        changes = {name: value for name, value in values.items() if getattr(invoice, name) != value}
        if not changes.get("customer_id", True):
            raise no_customer()
        fixed = {"order_id", "corrects_id"}
        if invoice.order_id or invoice.corrects_id:
            fixed |= PRICING | {"rounding"}
        for name in changes.keys() & fixed:
            message = _("It stays where it is; make a new one there.")
            raise Problem("sales.stays", message, fields={name.removesuffix("_id"): [message]})
        change_record(actor, invoice, changes)
        if changes.keys() & (PRICING | {"rounding"}):
            price_draft(INVOICE_KIND, invoice)
        return invoice


def _more_than_invoiced(name: str) -> Problem:
    message = _("“%(name)s”: that is more than is left of the invoice.", name=name)
    return Problem("sales.more_than_invoiced", message, fields={"quantity": [message]})


# What a credit note comes to


def _total_credit_note(note: Invoice, lines: list[InvoiceLine]) -> None:
    """Add a credit note up so that all credit notes of a whole invoice come to it exactly, net and each tax.

    Each takes the difference between what all that was reversed comes to with it and without it.
    """
    so_far = dict(reversed_so_far(note.corrects_id)) if note.corrects_id else {}
    for line in lines:
        original = db.session.get_one(InvoiceLine, line.corrects_line_id)
        quantity, net = so_far.get(original.id, (Decimal(0), Decimal(0)))
        after = quantity + line.quantity
        if after > original.quantity:
            raise _more_than_invoiced(line.name)
        whole = rounded(original.net * after / original.quantity, note.currency)
        line.net = whole - net
        so_far[original.id] = (after, whole)
    note.net = sum((line.net for line in lines), Decimal(0))
    note.cost = cost_of(lines, note.currency)
    note.taxes = _taxes_left(note, so_far)
    note.tax = sum((Decimal(tax["tax"]) for tax in note.taxes), Decimal(0))
    note.gross = note.net + note.tax


def _taxes_left(note: Invoice, so_far: Mapping[UUID, tuple[Decimal, Decimal]]) -> list[dict[str, Any]]:
    """Give the taxes of all that was reversed, less those of the credit notes before."""
    together = []
    for original in _originals(note):
        if original.id in so_far:
            quantity, net = so_far[original.id]
            together.append(InvoiceLine(**agreed_of(original), quantity=quantity, net=net))
    found = tax_lines_as_json(totals_of(together, note.currency, Rounding(note.rounding)).taxes)
    earlier = [tax for each in posted_notes_of(note.corrects_id) for tax in each.taxes] if note.corrects_id else []
    for tax in found:
        same = [each for each in earlier if all(each[key] == tax[key] for key in ("name", "note", "rate"))]
        for key in ("base", "tax"):
            tax[key] = str(Decimal(tax[key]) - sum((Decimal(each[key]) for each in same), Decimal(0)))
    return [tax for tax in found if Decimal(tax["base"]) or Decimal(tax["tax"])]


def _originals(note: Invoice) -> list[InvoiceLine]:
    return lines_of_invoice(db.session.get_one(Invoice, note.corrects_id))


# Posting


def set_invoice_status(invoice: Invoice, status: str) -> None:
    """Let one status follow another.

    Raises:
        Problem: `sales.invoice_status_refused` (409) where it may not.
    """
    check_move(INVOICE_MOVES, INVOICE_STATUSES, invoice.status, status, "sales.invoice_status_refused")
    invoice.status = status


def post_invoice(actor: Actor, invoice: Invoice) -> Invoice:
    """Post a draft: it gets its number, customer and rate are frozen, and it is sealed with its lines.

    What it invoices or reverses is written on its order; a credit note is used for its own invoice first.

    Raises:
        Problem: `sales.document_sealed` (409); `sales.needs_approval` (409) past a limit; `sales.nothing_to_post`,
            `sales.more_than_ordered`, `sales.more_than_invoiced`, `sales.no_rate` (422); 403 or 404 without the right.
    """
    require(actor, Invoice, "post", invoice)
    with write_unit() as session:
        original = session.get(Invoice, invoice.corrects_id, with_for_update=True) if invoice.corrects_id else None
        order = session.get(Order, invoice.order_id) if invoice.order_id else None
        order_lines = {line.id: line for line in locked_lines(order)} if order else {}
        draft_document(invoice)
        lines = lines_of_invoice(invoice)
        if not lines:
            raise Problem("sales.nothing_to_post", _("Add a line first."))
        let_pass(actor, invoice, lines)
        customer = _customer_of(invoice)
        # What is read is read before anything is changed, so that all changes are written at once.
        number = draw_number(invoice.kind, invoice.issued_on or today())
        _write_sums(invoice, lines)
        _write_on_order(order, order_lines, invoice, lines)
        _freeze(invoice, customer)
        invoice.number = number
        set_invoice_status(invoice, "posted")
        invoice.open_amount = invoice.gross
        invoice.posted_at = now = utc_now()
        documents: list[Sealable] = [invoice, *lines]
        for sealed in documents:
            sealed.sealed_at = now
        session.flush()
        if original is not None:
            _use_for(invoice, original)
        else:
            _follow(invoice, used=Decimal(0), credited=Decimal(0))  # nothing is used for a draft
        if order is not None:
            follow_lines(order, list(order_lines.values()))
        return invoice


def _write_on_order(
    order: Order | None, order_lines: Mapping[UUID, OrderLine], invoice: Invoice, lines: list[InvoiceLine]
) -> None:
    if order is None:
        return
    sign = -1 if invoice.kind == "credit_note" else 1
    for line in lines:
        ordered = order_lines.get(line.order_line_id) if line.order_line_id else None
        if ordered is None:
            continue
        if ordered.invoiced + sign * line.quantity > ordered.wanted:
            message = _("“%(name)s”: that is more than is left of the order.", name=line.name)
            raise Problem("sales.more_than_ordered", message, fields={"quantity": [message]})
        ordered.invoiced += sign * line.quantity


def _customer_of(invoice: Invoice) -> Customer:
    customer = db.session.get(Customer, invoice.customer_id) if invoice.customer_id else None
    if customer is None:
        raise no_customer()
    return customer


def _freeze(invoice: Invoice, customer: Customer) -> None:
    """Write down who the customer is and what the currency is worth on the day of issue."""
    invoice.issued_on = invoice.issued_on or today()
    if invoice.kind == "invoice":
        invoice.due_on = invoice.due_on or invoice.issued_on + TERM
    invoice.printed_name = (customer.legal_name or customer.name)[:300]
    with in_language(invoice.language):
        invoice.printed_address = "\n".join(address_of(customer)[1:])[:1_000]
    invoice.printed_tax_number = customer.tax_number
    original = db.session.get(Invoice, invoice.corrects_id) if invoice.corrects_id else None
    invoice.rate = original.rate if original else rate_of(invoice.currency, invoice.issued_on)
    invoice.net_base = four_decimals(invoice.net / (invoice.rate or Decimal(1)))


def _use_for(note: Invoice, original: Invoice) -> None:
    """Use a credit note for the invoice that it reverses, as far as that is open; the rest is the customer's credit."""
    amount = min(original.open_amount, note.gross)
    if amount > 0:
        allocation = Allocation(
            credit_note_id=note.id, invoice_id=original.id, amount=amount, allocated_on=today(),
            owner_id=note.owner_id, sealed_at=note.sealed_at,
        )  # fmt: skip
        db.session.add(allocation)
        db.session.flush()
    follow_allocations(note)
    follow_allocations(original)


def follow_allocations(invoice: Invoice) -> None:
    """Let open amount and status of a posted document follow what was allocated to it, or of it."""
    credited = sum((each.gross for each in posted_notes_of(invoice.id)), Decimal(0))
    _follow(invoice, used_of(invoice), credited)


def _follow(invoice: Invoice, used: Decimal, credited: Decimal) -> None:
    invoice.open_amount = invoice.gross - used
    wanted = _standing(invoice, credited)
    if wanted != invoice.status:
        set_invoice_status(invoice, wanted)
    db.session.flush()
    follow_invoice(invoice)


def _standing(invoice: Invoice, credited: Decimal) -> str:
    if invoice.kind == "credit_note":
        partly = "part_used" if invoice.open_amount < invoice.gross else "posted"
        return "used_up" if invoice.open_amount == 0 else partly
    if 0 < invoice.gross == credited:
        return "credited"
    if invoice.open_amount == 0:
        return "paid"
    return "part_paid" if invoice.open_amount < invoice.gross else "posted"
