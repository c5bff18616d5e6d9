"""Quotes: each version with its alternative sets and their lines, its approval, and the link that a customer opens."""

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pelatis.api import Amount, Currency, Id, Record, Sealable, UtcDateTime, base_currency, ref, utc_now

from .base import Model
from .documents import DocumentLine, Totalled
from .opportunities import Opportunity


class Quote(Sealable, Record, Model):
    """One version of what a customer is offered: alternative sets, of which they accept exactly one.

    Sending seals it with its sets and lines; a change after that makes the next version, which supersedes it.
    """

    __table_args__ = (
        Index(None, "customer_id", "deleted_at"),
        Index(None, "status", "deleted_at", "valid_until"),
        UniqueConstraint("root_id", "revision"),
    )
    __open_when_sealed__ = frozenset(
        {"status", "opportunity_id", "viewed_at", "closed_at", "accepted_set_id", "net", "decline_reason"}
    )

    name: Mapped[str] = mapped_column(String(200))
    #: Drawn when it is first sent, and shared by all versions; a draft that is thrown away takes none.
    number: Mapped[str | None] = mapped_column(String(40), index=True)
    #: The id of its first version; the first version's own id.
    root_id: Mapped[Id] = mapped_column(index=False)
    #: Which version it is, from 1 on.
    revision: Mapped[int] = mapped_column(default=1)
    #: A key of `operations.quotes.QUOTE_MOVES`.
    status: Mapped[str] = mapped_column(String(20), default="draft")
    customer_id: Mapped[Id | None] = ref("core_customer", on_delete="set null", index=False)
    opportunity_id: Mapped[Id | None] = ref(Opportunity, on_delete="set null")
    currency: Mapped[Currency]
    #: ISO 639-1: in which language the customer reads it.
    language: Mapped[str] = mapped_column(String(5))
    #: The last day on which it can be accepted.
    valid_until: Mapped[date | None]
    #: What is written above and below the lines.
    introduction: Mapped[str | None] = mapped_column(Text)
    terms: Mapped[str | None] = mapped_column(Text)
    #: Where its tax is rounded: `line` or `document`.
    rounding: Mapped[str] = mapped_column(String(10), default="line")
    #: What the accepted set costs without tax, or else the first one, without optional lines.
    net: Mapped[Amount] = mapped_column(default=Decimal(0))
    sent_at: Mapped[UtcDateTime | None]
    viewed_at: Mapped[UtcDateTime | None]
    #: When it was accepted, declined, expired or superseded.
    closed_at: Mapped[UtcDateTime | None]
    accepted_set_id: Mapped[Id | None]
    decline_reason: Mapped[str | None] = mapped_column(String(500))


class QuoteSet(Totalled, Model):
    """One alternative of a quote. It comes to its lines without the optional ones, once accepted with those chosen."""

    __table_args__ = (Index(None, "quote_id", "position"),)
    __open_when_sealed__ = frozenset({"net", "tax", "gross", "cost", "taxes"})

    quote_id: Mapped[Id] = ref(Quote, on_delete="cascade", index=False)
    name: Mapped[str] = mapped_column(String(120))
    #: What sets it apart from the others, in a few words.
    note: Mapped[str | None] = mapped_column(String(300))
    position: Mapped[int] = mapped_column(default=0)


class QuoteLine(DocumentLine, Model):
    """One line of a set."""

    __table_args__ = (
        Index(None, "set_id", "position"),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("discount BETWEEN 0 AND 1000000", name="discount"),
    )
    __open_when_sealed__ = frozenset({"chosen"})

    quote_id: Mapped[Id] = ref(Quote, on_delete="cascade")
    set_id: Mapped[Id] = ref(QuoteSet, on_delete="cascade", index=False)
    #: Whether it joins only when the customer chooses it.
    optional: Mapped[bool] = mapped_column(default=False)
    #: Whether the customer chose it, where it is optional.
    chosen: Mapped[bool] = mapped_column(default=False)

    @property
    def counts(self) -> bool:
        """Whether it is among what its set comes to."""
        return not self.optional or self.chosen


class ApprovalLimit(Record, Model):
    """From where on a quote needs somebody's approval."""

    __table_args__ = (CheckConstraint("max_discount BETWEEN 0 AND 1000000", name="max_discount"),)

    name: Mapped[str] = mapped_column(String(100))
    #: The highest discount on a line that needs none, in percent; empty for any.
    max_discount: Mapped[Amount | None]
    #: The lowest margin of a set that needs none, in percent; empty for any.
    min_margin: Mapped[Amount | None]
    #: It holds for sets of at least so much without tax, in the company's own currency.
    from_amount: Mapped[Amount] = mapped_column(default=Decimal(0))

    @property
    def base_currency(self) -> str:
        """The currency of `from_amount`: the company's own."""
        return base_currency()


class QuoteApproval(Record, Model):
    """One asking for a quote's approval, and what was decided. An edit voids it."""

    __table_args__ = (Index(None, "quote_id", "asked_at"),)

    quote_id: Mapped[Id] = ref(Quote, on_delete="cascade", index=False)
    #: What needs it, in words, one for each limit that is passed.
    reasons: Mapped[list[Any]] = mapped_column(default=list)
    asked_at: Mapped[UtcDateTime] = mapped_column(default=utc_now)
    asked_by_id: Mapped[Id | None] = ref("core_user", on_delete="set null")
    #: `granted`, `refused` or `voided`; empty while it waits.
    outcome: Mapped[str | None] = mapped_column(String(10))
    decided_at: Mapped[UtcDateTime | None]
    decided_by_id: Mapped[Id | None] = ref("core_user", on_delete="set null")
    note: Mapped[str | None] = mapped_column(String(500))


class QuoteLink(Record, Model):
    """The way of a customer to one version of a quote. Its address is signed and isn't kept."""

    quote_id: Mapped[Id] = ref(Quote, on_delete="cascade")
    expires_at: Mapped[UtcDateTime]
    revoked_at: Mapped[UtcDateTime | None]
    opened: Mapped[int] = mapped_column(default=0)
    last_opened_at: Mapped[UtcDateTime | None]


class QuoteSignature(Record, Model):
    """Who accepted a quote, when and from where, with what they drew."""

    quote_id: Mapped[Id] = ref(Quote, on_delete="cascade")
    set_id: Mapped[Id] = ref(QuoteSet, on_delete="cascade")
    name: Mapped[str] = mapped_column(String(200))
    signed_at: Mapped[UtcDateTime] = mapped_column(default=utc_now)
    address: Mapped[str] = mapped_column(String(45))
    #: What was drawn: an SVG path of moves and lines in a field of 600 × 200.
    drawing: Mapped[str] = mapped_column(Text)
