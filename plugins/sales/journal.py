"""What a posted document writes into the company's books: lines by account that balance to the smallest unit."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from plugins.catalog.api import rounded

#: Accounts as many companies number them, for what nobody has written an account of their own down for.
USUAL_ACCOUNTS: Final[Mapping[tuple[str, str], str]] = {
    ("receivables", ""): "1200",
    ("revenue", ""): "4000",
    ("tax", ""): "2200",
    ("money", ""): "1000",
    ("money", "cash"): "1010",
    ("exchange_gain", ""): "4900",
    ("exchange_loss", ""): "6900",
}
#: On which side a document's receivable stands: 1 in debit, -1 in credit.
_SIDES: Final = {"invoice": 1, "refund": 1, "credit_note": -1, "receipt": -1}


@dataclass(frozen=True)
class Accounts:
    """Which accounts the lines are written to.

    Attributes:
        own: purpose and tax name or way to pay (empty for every other one) to account.
    """

    own: Mapping[tuple[str, str], str]

    def of(self, purpose: str, detail: str = "") -> str:
        """Give the account for a purpose: the company's own before the usual one."""
        general = self.own.get((purpose, "")) or USUAL_ACCOUNTS.get((purpose, detail)) or USUAL_ACCOUNTS[purpose, ""]
        return self.own.get((purpose, detail)) or general


@dataclass(frozen=True)
class Tax:
    """A tax of a document, in the document's currency; `rate` is in percent."""

    name: str
    rate: Decimal
    amount: Decimal


@dataclass(frozen=True)
class Document:
    """A posted document.

    Attributes:
        id: the invoice's, credit note's or payment's; the allocation's of what is only a difference.
        kind: `invoice`, `credit_note`, `receipt`, `refund`, or `exchange` for what is only a difference.
        number: as it was drawn.
        day: of issue or of payment.
        text: what it is called.
        customer: their name; empty where whoever looks may not see it.
        currency: ISO 4217.
        rate: how much of the currency one unit of the company's own bought on that day.
        amount: with tax, in its currency.
        method: by which way a payment was paid.
        taxes: what of the amount is tax.
        difference: what other exchange rates leave over in the receivables, in the company's own currency: above zero
            the customer's debt was worth more than what it was paid with.
        takes_back: whether the difference is that of an allocation which takes another one back.
    """

    id: UUID
    kind: str
    number: str
    day: date
    text: str
    customer: str
    currency: str
    rate: Decimal
    amount: Decimal
    method: str = ""
    taxes: tuple[Tax, ...] = ()
    difference: Decimal = Decimal(0)
    takes_back: bool = False


@dataclass(frozen=True)
class Use:
    """What of a payment or a credit note was used for an invoice, or given back; below zero where that is taken back.

    Attributes:
        id: the allocation's, or the refund's.
        amount: in the currency of both.
        source_sum: what was used of the source so far, this included.
        source_rate: the source's.
        target_sum: what was used for the invoice so far, this included; of a refund its amount.
        target_rate: the invoice's, or the refund's.
    """

    id: UUID
    amount: Decimal
    source_sum: Decimal
    source_rate: Decimal
    target_sum: Decimal
    target_rate: Decimal


@dataclass(frozen=True)
class Line:
    """One line of the journal.

    Attributes:
        document: whose line it is.
        purpose: a key of `schemas.accounts.PURPOSES`.
        account: as the bookkeeping writes it.
        base: in the company's own currency, above zero in debit, below in credit.
        amount: in the document's currency, likewise.
        tax: the tax of a line of tax.
    """

    document: Document
    purpose: str
    account: str
    base: Decimal
    amount: Decimal
    tax: Tax | None = None

    @property
    def debit(self) -> Decimal:
        """What stands in debit, never below zero."""
        return max(self.base, Decimal(0))

    @property
    def credit(self) -> Decimal:
        """What stands in credit, never below zero."""
        return max(-self.base, Decimal(0))


def lines_of(document: Document, accounts: Accounts, base_currency: str) -> Iterator[Line]:
    """Give the lines of a document. They add up to nothing, in its currency and in the company's own.

    Each is converted at the document's rate and rounded half up; what that leaves over is in the revenue, or in the
    money of a payment. What exchange rates leave over is a gain or a loss. A line of nothing isn't written.

    Args:
        document: what was posted.
        accounts: where its lines go.
        base_currency: the company's own, ISO 4217.
    """
    if document.kind == "exchange":
        return _lines_of_difference(document, accounts)
    side = _SIDES[document.kind]
    rest, rest_base = side * document.amount, rounded(side * document.amount / document.rate, base_currency)
    lines = [Line(document, "receivables", accounts.of("receivables"), rest_base, rest)]
    for tax in document.taxes:
        amount = -side * tax.amount
        base = rounded(amount / document.rate, base_currency)
        lines.append(Line(document, "tax", accounts.of("tax", tax.name), base, amount, tax))
        rest, rest_base = rest + amount, rest_base + base
    purpose = "money" if document.kind in ("receipt", "refund") else "revenue"
    lines.insert(1, Line(document, purpose, accounts.of(purpose, document.method), -rest_base, -rest))
    lines += _lines_of_difference(document, accounts)
    return (line for line in lines if line.base or line.amount)


def _lines_of_difference(document: Document, accounts: Accounts) -> Iterator[Line]:
    """Take a difference out of the receivables. What takes an allocation back goes to the account that it came from."""
    difference = document.difference
    if not difference:
        return
    purpose = "exchange_loss" if (difference > 0) != document.takes_back else "exchange_gain"
    yield Line(document, "receivables", accounts.of("receivables"), -difference, Decimal(0))
    yield Line(document, purpose, accounts.of(purpose), difference, Decimal(0))


def differences(uses: Iterable[Use], base_currency: str) -> Iterator[tuple[Use, Decimal]]:
    """Tell what different rates leave over in the receivables at each use of money.

    What is used of a document is converted so that the parts add up to the whole as it was posted: each is the
    difference between two rounded running sums.

    Args:
        uses: in any order; each knows its running sums.
        base_currency: the company's own, ISO 4217.
    """
    for use in uses:
        paid = _part(use.source_sum, use.amount, use.source_rate, base_currency)
        owed = _part(use.target_sum, use.amount, use.target_rate, base_currency)
        yield use, owed - paid


def _part(running: Decimal, amount: Decimal, rate: Decimal, currency: str) -> Decimal:
    return rounded(running / rate, currency) - rounded((running - amount) / rate, currency)
