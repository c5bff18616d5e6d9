"""Statements: what of a customer is open, since when, and what they have to their credit."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from pelatis.api import Actor, collect, may, today

from ..credits import Credit
from ..models import Invoice, Payment
from .payments import open_invoices, open_notes, open_payments

#: From how many days on an open invoice counts into each of the columns after "not due yet".
AGES = (1, 31, 61, 91)


@dataclass(frozen=True)
class Statement:
    """What of a customer is open in one currency.

    Attributes:
        currency: ISO 4217.
        invoices: what isn't paid, what is due first.
        credits: what can be deducted.
        ages: what of the invoices isn't due yet, and is overdue for 1 to 30, 31 to 60, 61 to 90 and more days.
    """

    currency: str
    invoices: Sequence[Invoice]
    credits: Sequence[Credit]
    ages: Sequence[Decimal] = field(default_factory=tuple)

    @property
    def owed(self) -> Decimal:
        """What the invoices come to."""
        return sum((invoice.open_amount for invoice in self.invoices), Decimal(0))

    @property
    def credit(self) -> Decimal:
        """What the credits come to."""
        return sum((each.amount for each in self.credits), Decimal(0))

    @property
    def balance(self) -> Decimal:
        """What is left to pay; below nothing where the company owes."""
        return self.owed - self.credit


def overdue_days(invoice: Invoice, day: date) -> int:
    """Tell for how many days an invoice is overdue; 0 for one that isn't."""
    return max((day - invoice.due_on).days, 0) if invoice.due_on else 0


def ages_of(invoices: Sequence[Invoice], day: date) -> list[Decimal]:
    """Tell what of invoices isn't due yet, and is overdue for how long: a sum for each column."""
    sums = [Decimal(0)] * (len(AGES) + 1)
    for invoice in invoices:
        days = overdue_days(invoice, day)
        sums[sum(days >= age for age in AGES)] += invoice.open_amount
    return sums


def statements_of(actor: Actor, customer: UUID) -> tuple[list[Statement], list[Any]]:
    """Tell what of a customer is open, a statement for each currency, and which plugins couldn't tell of their credits.

    Args:
        actor: who looks; only what they may see counts.
        customer: the id of a customer that they may see.
    """
    invoices = open_invoices(actor, customer)
    told = collect("crm_collect_credits", actor=actor, customer=customer)
    given = [each for each in told if isinstance(each, Credit)]
    currencies = sorted({invoice.currency for invoice in invoices} | {each.currency for each in given})
    statements = []
    for currency in currencies:
        owed = [invoice for invoice in invoices if invoice.currency == currency]
        deducted = [each for each in given if each.currency == currency]
        statements.append(Statement(currency, owed, deducted, ages_of(owed, today())))
    return statements, [each for each in told if not isinstance(each, Credit)]


def credits_of(actor: Actor, customer: UUID) -> list[tuple[Payment | Invoice, date]]:
    """List a customer's payments and credit notes that aren't used up, each with its day, the oldest first."""
    found: list[tuple[Payment | Invoice, date]] = []
    if may(actor, Payment, "view"):
        found += [(payment, payment.received_on) for payment in open_payments(actor, customer)]
    if may(actor, Invoice, "view"):
        found += [(note, note.issued_on or today()) for note in open_notes(actor, customer)]
    return sorted(found, key=lambda each: each[1])
