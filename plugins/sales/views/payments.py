"""Payments, and how they and credit notes are used for invoices; what of a customer is open."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import request
from werkzeug.wrappers import Response

from pelatis.api import (
    Actor,
    Customer,
    _,
    audience,
    current_actor,
    db,
    find_record,
    may,
    not_found,
    redirect_or_refresh,
    render,
    require,
    show_record,
    titles,
    toast,
    today,
    typed_number,
)

from ..models import Allocation, Invoice, Payment
from ..operations.payments import allocate, oldest_first, refund, take_back
from ..queries.payments import Source, allocations_of, open_invoices, refunds_of
from ..queries.statements import Statement, overdue_days, statements_of
from ..receipt_letters import receipt_answer
from ..records import ALLOCATIONS, INVOICES, PAYMENTS
from ..schemas import METHODS, PAYMENT_KINDS
from ..statement_letters import age_names, statement_answer
from . import blueprint
from .documents import money, tell_refusal, typed_quantities


def use_of(actor: Actor, source: Source) -> dict[str, Any]:
    """Tell what a payment or a credit note was used for, and propose for what the rest is used: what is due first."""
    rows = allocations_of(source)
    reversed_ids = {allocation.reverses_id for allocation, _invoice in rows}
    own = getattr(source, "corrects_id", None)
    may_use = source.sealed_at is not None and source.kind != "refund" and may(actor, type(source), "allocate")
    is_open = may_use and source.open_amount > 0
    invoices = open_invoices(actor, source.customer_id, source.currency) if is_open else []
    named = getattr(source, "invoice_id", None)
    proposed = oldest_first(source.open_amount, sorted(invoices, key=lambda invoice: invoice.id != named))
    return {
        "used": [
            {
                "id": allocation.id,
                "invoice": invoice,
                "day": allocation.allocated_on,
                "amount": money(allocation.amount, source.currency),
                "may_take_back": may_use
                and allocation.reverses_id is None
                and allocation.id not in reversed_ids
                and invoice.id != own,
            }
            for allocation, invoice in rows
        ],
        "refunds": [(each, money(each.amount, each.currency)) for each in refunds_of(source)],
        "proposals": [
            (
                each,
                money(each.open_amount, each.currency),
                typed_number(proposed[each.id]) if each.id in proposed else "",
            )
            for each in invoices
        ],
        "credit": money(source.open_amount, source.currency) if source.open_amount else "",
        "credit_in": typed_number(source.open_amount) if is_open else "",
    }


@blueprint.get("/payments/<uuid:record_id>")
@audience("staff")
def payment_page(record_id: UUID) -> Response:
    """Show a payment, what it was used for, and what is proposed for the rest."""
    actor = current_actor()
    payment = find_record(actor, PAYMENTS, record_id, binned=True)
    customers = titles(actor, "customer", [payment.customer_id])
    given_back: Source | None = None
    if payment.refunds_id is not None:
        given_back = find_record(actor, PAYMENTS, payment.refunds_id)
    elif payment.refunds_note_id is not None:
        given_back = find_record(actor, INVOICES, payment.refunds_note_id)
    return show_record(
        actor,
        PAYMENTS,
        payment,
        payment=payment,
        kind=PAYMENT_KINDS[payment.kind],
        method=METHODS.get(payment.method, ""),
        amount=money(payment.amount, payment.currency),
        customer_title=customers.get(payment.customer_id) if payment.customer_id else None,
        given_back=given_back,
        given_back_url=_url_of(given_back) if given_back is not None else "",
        **use_of(actor, payment),
    )


@blueprint.get("/payments/<uuid:record_id>/pdf")
@audience("staff")
def payment_pdf(record_id: UUID) -> Response:
    """Give a receipt as it is printed, in the customer's language."""
    actor = current_actor()
    return receipt_answer(actor, find_record(actor, PAYMENTS, record_id, binned=True))


def _url_of(source: Source) -> str:
    return (PAYMENTS if isinstance(source, Payment) else INVOICES).url_of(source.id)


def _source(record_id: UUID) -> tuple[Actor, Source]:
    """Find the payment or the credit note that the address names."""
    actor = current_actor()
    record_type = PAYMENTS if "/payments/" in request.path else INVOICES
    return actor, find_record(actor, record_type, record_id)


def _done(source: Source, change: Callable[[], Any], words: str) -> Response:
    def write() -> None:
        change()
        toast(words)

    tell_refusal(write)
    return redirect_or_refresh(_url_of(source))


@blueprint.post("/payments/<uuid:record_id>/allocate")
@blueprint.post("/invoices/<uuid:record_id>/allocate")
@audience("staff")
def use_for_invoices(record_id: UUID) -> Response:
    """Use a payment or a credit note for invoices, as much for each as was typed."""
    actor, source = _source(record_id)
    return _done(
        source, lambda: allocate(actor, source, typed_quantities(request.form, "part-")), _("It is used for invoices.")
    )


@blueprint.post("/payments/<uuid:record_id>/refund")
@blueprint.post("/invoices/<uuid:record_id>/refund")
@audience("staff")
def give_back(record_id: UUID) -> Response:
    """Write down that the typed amount of the credit went back to the customer."""
    actor, source = _source(record_id)
    typed = {f"part-{source.id}": request.form.get("amount", "")}
    return _done(
        source,
        lambda: refund(actor, source, typed_quantities(typed, "part-").get(source.id)),
        _("The refund is written down."),
    )


@blueprint.post("/allocations/<uuid:record_id>/take-back")
@audience("staff")
def take_allocation_back(record_id: UUID) -> Response:
    """Take back what was used for an invoice."""
    actor = current_actor()
    allocation: Allocation = find_record(actor, ALLOCATIONS, record_id)
    take_back(actor, allocation)
    toast(_("It is taken back; the invoice is open again."))
    used = PAYMENTS if allocation.payment_id else INVOICES
    return redirect_or_refresh(f"{used.url}/{allocation.payment_id or allocation.credit_note_id}")


def _customer(actor: Actor, customer_id: UUID) -> Customer:
    """Find a customer whose invoices may be seen."""
    require(actor, Invoice, "view")
    customer = db.session.get(Customer, customer_id)
    if customer is None:
        raise not_found()
    require(actor, Customer, "view", customer)
    return customer


@blueprint.get("/statements/<uuid:customer_id>")
@audience("staff")
def statement_page(customer_id: UUID) -> Response:
    """Show what of a customer is open, and since when."""
    actor = current_actor()
    customer = _customer(actor, customer_id)
    statements, failures = statements_of(actor, customer_id)
    return render(
        "sales/statement.html",
        customer=customer,
        failures=failures,
        statements=[_shown(each) for each in statements],
        may_receive=may(actor, Payment, "create"),
    )


def _shown(statement: Statement) -> dict[str, Any]:
    """Write a statement for its page."""

    def said(amount: Decimal) -> str:
        return money(amount, statement.currency)

    return {
        "currency": statement.currency,
        "balance": said(statement.balance),
        "ages": list(zip(age_names(), map(said, statement.ages), strict=True)),
        "invoices": [
            (invoice, overdue_days(invoice, today()), said(invoice.gross), said(invoice.open_amount))
            for invoice in statement.invoices
        ],
        "credits": [(each, said(-each.amount)) for each in statement.credits],
    }


@blueprint.get("/statements/<uuid:customer_id>/pdf")
@audience("staff")
def statement_pdf(customer_id: UUID) -> Response:
    """Give the statement as it is printed, in the customer's language."""
    actor = current_actor()
    return statement_answer(actor, _customer(actor, customer_id))
