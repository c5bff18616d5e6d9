"""What a posted document writes into the company's books: lines by account that balance to the smallest unit."""

from collections.abc import Iterator, Mapping
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
        id: the invoice's, credit note's or payment's.
        kind: `invoice`, `credit_note`, `receipt` or `refund`.
        number: as it was drawn.
        day: of issue or of payment.
        text: what it is called.
        customer: their name; empty where whoever looks may not see it.
        currency: ISO 4217.
        rate: how much of the currency one unit of the company's own bought on that day.
        amount: with tax, in its currency.
        method: by which way a payment was paid.
        taxes: what of the amount is tax.
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
    money of a payment. A line of nothing isn't written.

    Args:
        document: what was posted.
        accounts: where its lines go.
        base_currency: the company's own, ISO 4217.
    """
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
    return (line for line in lines if line.base or line.amount)
