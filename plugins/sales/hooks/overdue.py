"""Overdue invoices: in their owner's day, above their customer's page, and in the palette."""

import json
from collections.abc import Iterator, Sequence
from urllib.parse import urlencode
from uuid import UUID

from pelatis.api import (
    Action,
    Actor,
    Alert,
    BulkAction,
    CalendarItem,
    _,
    can_send_mail,
    format_amount,
    format_day,
    may,
    ngettext,
)

from ..models import Invoice
from ..operations.overdue import remind_as_usual
from ..queries.overdue import OVERDUE, overdue_of_customers, own_overdue
from ..records import INVOICES


def overdue_url() -> str:
    """Give the address of the list of what is overdue, what is due first on top."""
    return f"{INVOICES.url}?{urlencode({'filter': json.dumps(OVERDUE), 'sort': 'due_on'})}"


def actions(actor: Actor) -> Iterator[Action]:
    """Offer the list of what is overdue."""
    if may(actor, Invoice, "view"):
        yield Action(
            id="sales.overdue", title=_("Overdue invoices"), url=overdue_url(), icon="clock-exclamation", key=""
        )


def bulk_actions(actor: Actor, record_type: str) -> Iterator[BulkAction]:
    """Offer to remind the customers of chosen invoices."""
    if record_type == INVOICES.key and may(actor, Invoice, "edit") and can_send_mail():
        yield BulkAction(
            id="sales.remind",
            title=_("Remind"),
            icon="mail",
            act=remind_as_usual,
            told=_told,
            question=_("The customers of those that are overdue get a mail with the usual words and the invoice."),
            is_undone=False,
            name_of=lambda invoice: invoice.number or invoice.name,
        )


def _told(number: int) -> str:
    return ngettext("%(num)s reminder is in the outbox.", "%(num)s reminders are in the outbox.", number)


def alerts(actor: Actor, customers: Sequence[UUID]) -> Iterator[Alert]:
    """Tell what of customers is overdue, a line for each currency."""
    if not may(actor, Invoice, "view"):
        return
    for customer, currency, count, amount, since in overdue_of_customers(actor, customers):
        words = {"amount": format_amount(amount, currency, whole=False), "day": format_day(since)}
        text = ngettext(
            "%(num)s invoice is overdue: %(amount)s since %(day)s",
            "%(num)s invoices are overdue: %(amount)s, the first since %(day)s",
            count,
            **words,
        )
        yield Alert(
            customer_id=customer, text=text, level="danger", url=f"/sales/statements/{customer}",
            link=_("Statement of account"),
        )  # fmt: skip


def items(actor: Actor) -> Iterator[CalendarItem]:
    """Put a person's overdue invoices into their day."""
    if not may(actor, Invoice, "view"):
        return
    for invoice, customer in own_overdue(actor):
        yield CalendarItem(
            id=invoice.id,
            title=_("%(number)s is overdue", number=invoice.number),
            kind="deal",
            url=INVOICES.url_of(invoice.id),
            detail=_("due %(day)s", day=format_day(invoice.due_on)) if invoice.due_on else "",
            figure=format_amount(invoice.open_amount, invoice.currency, whole=False),
            level="danger",
            customer_id=invoice.customer_id,
            customer_name=customer,
            group="still",
        )
