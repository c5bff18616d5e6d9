"""Payments: writing them down, using them and credit notes for invoices, taking that back, giving money back.

A payment's amount is always what was used of it, what was given back, and what is open; an invoice's is what was used
for it and what is open. `follow_payment` and `follow_allocations` write what is open, and the database keeps both from
falling below nothing.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from pelatis.api import (
    Actor,
    Customer,
    Problem,
    _,
    base_currency,
    db,
    format_amount,
    new_id,
    require,
    save,
    today,
    utc_now,
    write_unit,
)
from plugins.catalog.api import rounded

from ..models import Allocation, Invoice, Payment
from ..queries.payments import Source, is_taken_back, used_of_payment
from .documents import no_customer
from .invoices import follow_allocations
from .numbers import draw_number
from .orders import follow_payments
from .rates import four_decimals, rate_of


def create_payment(actor: Actor, values: Mapping[str, Any]) -> Payment:
    """Write money down that came from a customer, and use it for the invoice that they named, as far as that is open.

    With `refunds_id` or `refunds_note_id` it is a refund: what `refund` does.

    Raises:
        Problem: `sales.no_customer`, `sales.not_whole`, `sales.no_rate` (422); what `allocate` raises.
    """
    said = {name: each for name, each in values.items() if each is not None}
    with write_unit() as session:
        if said.get("refunds_id") or said.get("refunds_note_id"):
            return _refund_of(actor, said)
        invoice = session.get(Invoice, said["invoice_id"], with_for_update=True) if said.get("invoice_id") else None
        payment = Payment(**{"id": new_id(), "received_on": today(), **said})
        _complete(payment, invoice)
        payment.open_amount = payment.amount
        _write(actor, payment, "payment")
        if invoice is not None and (amount := min(payment.amount, invoice.open_amount)) > 0:
            allocate(actor, payment, {invoice.id: amount})
        return payment


def _complete(payment: Payment, invoice: Invoice | None) -> None:
    """Fill in what isn't said from the invoice and the customer."""
    payment.customer_id = payment.customer_id or (invoice.customer_id if invoice else None)
    customer = db.session.get(Customer, payment.customer_id) if payment.customer_id else None
    if customer is None:
        raise no_customer()
    payment.currency = payment.currency or (invoice.currency if invoice else customer.currency) or base_currency()


def _write(actor: Actor, payment: Payment, series: str) -> None:
    """Give a payment its number and seal it."""
    check_whole(payment.amount, payment.currency)
    payment.rate = rate_of(payment.currency, payment.received_on)
    payment.amount_base = four_decimals(payment.amount / payment.rate)
    payment.number = draw_number(series, payment.received_on)
    payment.sealed_at = utc_now()
    save(actor, payment)


def check_whole(amount: Decimal, currency: str) -> None:
    """Refuse what can't be paid: nothing, less than nothing, or parts of the currency's smallest unit.

    Raises:
        Problem: `sales.not_whole` (422).
    """
    if amount <= 0 or rounded(amount, currency) != amount:
        message = _("Write an amount above nothing, in whole units of its currency.")
        raise Problem("sales.not_whole", message, fields={"amount": [message]})


# Allocations


def oldest_first(amount: Decimal, invoices: Iterable[Invoice]) -> dict[UUID, Decimal]:
    """Propose for which invoices an amount is used: for each all that is open, as far as the amount goes.

    Args:
        amount: how much there is to use.
        invoices: in the order in which they are paid.
    """
    proposed = {}
    for invoice in invoices:
        part = min(amount, invoice.open_amount)
        if part > 0:
            proposed[invoice.id] = part
            amount -= part
    return proposed


def create_allocation(actor: Actor, values: Mapping[str, Any]) -> Allocation:
    """Use a payment or a credit note for one invoice.

    Raises:
        Problem: `sales.one_source` (422) unless it names exactly one of both; what `allocate` raises.
    """
    payment_id, note_id = values.get("payment_id"), values.get("credit_note_id")
    if (payment_id is None) == (note_id is None):
        message = _("Name either a payment or a credit note.")
        raise Problem("sales.one_source", message, fields={"payment": [message]})
    with write_unit():
        source = _source(payment_id, note_id)
        parts = {values["invoice_id"]: values["amount"]}
        return allocate(actor, source, parts, values.get("allocated_on"), values.get("id"))[0]


def allocate(
    actor: Actor, source: Source, parts: Mapping[UUID, Decimal], day: date | None = None, first_id: UUID | None = None
) -> list[Allocation]:
    """Use a payment or a credit note for invoices of its customer.

    Of two who use money for the same invoice at once, one waits for the other, and is refused what isn't open any more.

    Args:
        actor: whoever says so.
        source: what is used.
        parts: invoice id to how much of the source is used for it; nothing where nothing is said.
        day: today by default.
        first_id: the id of the first allocation, when whoever sends it has made one.

    Raises:
        Problem: `sales.nothing_to_allocate`, `sales.not_whole`, `sales.more_than_open`, `sales.another_customer` (422);
            403 or 404 without the right.
    """
    require(actor, type(source), "allocate", source)
    wanted = {invoice_id: amount for invoice_id, amount in parts.items() if amount}
    with write_unit() as session:
        invoices = _locked(actor, source, wanted)
        if not wanted or not _is_credit(source):
            raise _refused("sales.nothing_to_allocate", _("There is nothing to use for an invoice."))
        if sum(wanted.values(), Decimal(0)) > source.open_amount:
            words = {"amount": format_amount(source.open_amount, source.currency, whole=False)}
            raise _refused("sales.more_than_open", _("Only %(amount)s of it isn't used yet.", **words))
        for invoice in invoices:
            _check_part(source, invoice, wanted[invoice.id])
        made = [
            _allocation(
                source, invoice.id, wanted[invoice.id], day, id=first_id if place == 0 and first_id else new_id()
            )
            for place, invoice in enumerate(invoices)
        ]
        session.add_all(made)
        session.flush()
        _follow(source, invoices)
        return made


def _source(payment_id: UUID | None, note_id: UUID | None) -> Source:
    """Give what is used: a payment, or else a credit note."""
    if payment_id:
        return db.session.get_one(Payment, payment_id)
    return db.session.get_one(Invoice, note_id)


def _locked(actor: Actor, source: Source, wanted: Iterable[UUID]) -> list[Invoice]:
    """Read the source and the invoices anew, always in the same order, so that nobody waits in a ring."""
    invoices = []
    for invoice_id in wanted:
        invoice = db.session.get(Invoice, invoice_id)
        if invoice is None:
            raise _refused("sales.another_customer", _("There is no such invoice."))
        require(actor, Invoice, "view", invoice)
        invoices.append(invoice)
    for each in sorted({source, *invoices}, key=lambda record: (isinstance(record, Payment), record.id)):
        db.session.refresh(each, with_for_update=True)
    return invoices


def _is_credit(source: Source) -> bool:
    """Tell whether something can be used for invoices at all."""
    return source.sealed_at is not None and source.kind in ("receipt", "credit_note")


def _check_part(source: Source, invoice: Invoice, amount: Decimal) -> None:
    if invoice.kind != "invoice" or invoice.sealed_at is None or invoice.customer_id != source.customer_id:
        message = _("“%(name)s” is no posted invoice of the same customer.", name=invoice.number or invoice.name)
        raise _refused("sales.another_customer", message)
    if invoice.currency != source.currency:
        raise _refused("sales.another_customer", _("“%(name)s” is in another currency.", name=invoice.number))
    check_whole(amount, source.currency)
    if amount > invoice.open_amount:
        words = {"name": invoice.number, "amount": format_amount(invoice.open_amount, invoice.currency, whole=False)}
        raise _refused("sales.more_than_open", _("Only %(amount)s of “%(name)s” is open.", **words))


def _refused(code: str, message: str) -> Problem:
    return Problem(code, message, fields={"amount": [message]})


def _allocation(source: Source, invoice_id: UUID, amount: Decimal, day: date | None, **more: Any) -> Allocation:
    column = "payment_id" if isinstance(source, Payment) else "credit_note_id"
    return Allocation(
        **{"id": new_id(), column: source.id, **more}, invoice_id=invoice_id, amount=amount,
        allocated_on=day or today(), owner_id=source.owner_id, sealed_at=utc_now(),
    )  # fmt: skip


def _follow(source: Source, invoices: Iterable[Invoice] = ()) -> None:
    paid = list(invoices)
    for invoice in paid:
        follow_allocations(invoice)
    follow_payments({invoice.order_id for invoice in paid if invoice.order_id is not None})
    if isinstance(source, Payment):
        follow_payment(source)
    else:
        follow_allocations(source)


def follow_payment(payment: Payment) -> None:
    """Let what is open of a payment follow what was used of it and given back."""
    payment.open_amount = payment.amount - used_of_payment(payment)
    db.session.flush()


def take_back(actor: Actor, allocation: Allocation, day: date | None = None) -> Allocation:
    """Take an allocation back by one that reverses it: the invoice is open again, and the money can be used otherwise.

    Raises:
        Problem: `sales.taken_back` (409) for one that was taken back, takes back itself, or is a credit note's own;
            403 or 404 without the right.
    """
    with write_unit() as session:
        source = _source(allocation.payment_id, allocation.credit_note_id)
        require(actor, type(source), "allocate", source)
        invoices = _locked(actor, source, [allocation.invoice_id])
        is_own = isinstance(source, Invoice) and source.corrects_id == allocation.invoice_id
        if is_own or allocation.reverses_id is not None or is_taken_back(allocation):
            raise Problem("sales.taken_back", _("This can't be taken back, or was already."), status=409)
        reversing = _allocation(source, allocation.invoice_id, -allocation.amount, day, reverses_id=allocation.id)
        session.add(reversing)
        session.flush()
        _follow(source, invoices)
        return reversing


# Refunds


def _refund_of(actor: Actor, said: Mapping[str, Any]) -> Payment:
    source = _source(said.get("refunds_id"), said.get("refunds_note_id"))
    own = ("id", "received_on", "method", "reference", "note", "owner_id", "custom")
    return refund(actor, source, said.get("amount"), {name: said[name] for name in own if name in said})


def refund(
    actor: Actor, source: Source, amount: Decimal | None = None, more: Mapping[str, Any] | None = None
) -> Payment:
    """Write down that the credit which a payment or a credit note left went back to the customer.

    A payment that was written down wrongly, or bounced, is refunded whole.

    Args:
        actor: whoever says so.
        source: whose credit it is.
        amount: how much; all that is open by default.
        more: what else it says: `received_on`, `method`, `reference`, `note`.

    Raises:
        Problem: `sales.more_than_open`, `sales.not_whole` (422); 403 or 404 without the right.
    """
    require(actor, type(source), "allocate", source)
    with write_unit():
        _locked(actor, source, ())
        wanted = source.open_amount if amount is None else amount
        if not _is_credit(source) or wanted > source.open_amount:
            words = {"amount": format_amount(source.open_amount, source.currency, whole=False)}
            raise _refused("sales.more_than_open", _("Only %(amount)s of it isn't used yet.", **words))
        column = "refunds_id" if isinstance(source, Payment) else "refunds_note_id"
        given_back = Payment(
            **{"id": new_id(), "received_on": today(), **(more or {}), column: source.id},
            kind="refund", customer_id=source.customer_id, currency=source.currency, amount=wanted,
        )  # fmt: skip
        _write(actor, given_back, "refund")
        _follow(source)
        return given_back
