"""Commissions: plans, whom they are for, how deals are shared, what was earned, and what was settled."""

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from pelatis.api import Amount, Id, Record, Sealable, UtcDateTime, base_currency, ref

from .base import Model
from .invoices import Invoice
from .opportunities import Opportunity
from .orders import Order


class CommissionPlan(Sealable, Record, Model):
    """What is earned of what is invoiced. Putting it in force seals it; other terms are another plan."""

    __table_args__ = (Index(None, "status", "deleted_at", "begins_on"),)
    __open_when_sealed__ = frozenset({"name", "status", "ends_on", "note"})

    name: Mapped[str] = mapped_column(String(200))
    #: A key of `operations.commission_plans.PLAN_MOVES`.
    status: Mapped[str] = mapped_column(String(20), default="draft")
    #: What a percentage is taken of: `revenue` or `margin`, both without tax.
    base: Mapped[str] = mapped_column(String(20), default="revenue")
    #: How tiers hold: `progressive` or `whole`.
    way: Mapped[str] = mapped_column(String(20), default="progressive")
    #: Over what amounts add up until the next tier is reached: `invoice`, `month`, `quarter` or `year`.
    period: Mapped[str] = mapped_column(String(20), default="quarter")
    #: Of which product's lines; empty: of all for which no other plan is.
    product_id: Mapped[Id | None] = ref("catalog_product", nullable=True)
    begins_on: Mapped[date]
    ends_on: Mapped[date | None]
    #: Tiers as `commissions.write_tiers` writes them, in the company's own currency.
    tiers: Mapped[str] = mapped_column(Text, default="")
    note: Mapped[str | None] = mapped_column(Text)


class CommissionMember(Record, Model):
    """A person or a team that a plan is for; a plan that names nobody is for everybody."""

    __table_args__ = (Index(None, "plan_id", "deleted_at"),)

    plan_id: Mapped[Id] = ref(CommissionPlan, on_delete="cascade", index=False)
    person_id: Mapped[Id | None] = ref("core_user", on_delete="cascade", nullable=True)
    team_id: Mapped[Id | None] = ref("core_team", on_delete="cascade", nullable=True)
    note: Mapped[str | None] = mapped_column(String(300))


class CommissionSplit(Sealable, Record, Model):
    """How a deal, an order or an invoice is shared; posting the invoice seals its own."""

    #: What it shares, as that was called.
    name: Mapped[str] = mapped_column(String(300), default="")
    opportunity_id: Mapped[Id | None] = ref(Opportunity, on_delete="cascade", nullable=True)
    order_id: Mapped[Id | None] = ref(Order, on_delete="cascade", nullable=True)
    invoice_id: Mapped[Id | None] = ref(Invoice, on_delete="cascade", nullable=True)
    #: Shares: {person, email, name, percent}, percentages as texts that are 100 together.
    parts: Mapped[list[Any]] = mapped_column(default=list)
    #: The same as people write them, one on a line: `eleni@example.org: 60`.
    shares: Mapped[str] = mapped_column(Text, default="")


class CommissionSettlement(Sealable, Record, Model):
    """What somebody is paid for a period. Settling seals it; it is reversed by another one, never edited or deleted."""

    __table_args__ = (Index(None, "person_id", "period", "deleted_at"),)
    __open_when_sealed__ = frozenset({"status"})

    #: Drawn when it is settled.
    number: Mapped[str | None] = mapped_column(String(40), unique=True)
    #: A key of `operations.settlements.SETTLEMENT_MOVES`.
    status: Mapped[str] = mapped_column(String(20), default="drawn_up")
    person_id: Mapped[Id] = ref("core_user", index=False)
    #: The month or quarter up to whose end it gathers, as `periods.Period.key` writes it.
    period: Mapped[str] = mapped_column(String(7))
    #: In the company's own currency; below zero when more was clawed back than earned.
    amount: Mapped[Amount] = mapped_column(default=Decimal(0))
    #: The settlement that this one takes back.
    reverses_id: Mapped[Id | None] = ref("sales_commission_settlement", nullable=True)
    approved_by_id: Mapped[Id | None] = ref("core_user", on_delete="set null", index=False)
    approved_at: Mapped[UtcDateTime | None]
    settled_at: Mapped[UtcDateTime | None]

    @property
    def base_currency(self) -> str:
        """The currency of the amount: the company's own."""
        return base_currency()


class CommissionEntry(Sealable, Record, Model):
    """By how much something changed what an invoice earns somebody, and what of that is payable; sealed at once."""

    __table_args__ = (
        # How an invoice stands for somebody, and how a period does.
        Index(None, "invoice_id", "person_id", "plan_id"),
        Index(None, "plan_id", "person_id", "period"),
        # What somebody is still to be paid.
        Index(None, "person_id", "settlement_id", "happened_on"),
        Index(None, "settlement_id"),
        CheckConstraint("percent BETWEEN 0 AND 1000000", name="percent"),
    )
    __open_when_sealed__ = frozenset({"settlement_id"})

    person_id: Mapped[Id] = ref("core_user", index=False)
    plan_id: Mapped[Id] = ref(CommissionPlan, index=False)
    invoice_id: Mapped[Id] = ref(Invoice, index=False)
    #: Why it was written, a key of `schemas.COMMISSION_CAUSES`.
    cause: Mapped[str] = mapped_column(String(20))
    happened_on: Mapped[date]
    #: What the invoice counts for: `2026-11`, `2026-Q4`, `2026`, or the invoice's id.
    period: Mapped[str] = mapped_column(String(40))
    #: The person's share of the invoice, percent.
    percent: Mapped[Amount] = mapped_column(default=Decimal(100))
    #: By how much each changed, in the company's own currency.
    base: Mapped[Amount] = mapped_column(default=Decimal(0))
    earned: Mapped[Amount] = mapped_column(default=Decimal(0))
    payable: Mapped[Amount] = mapped_column(default=Decimal(0))
    #: How things stood then: {base, earned, payable, paid, due, tiers, unknown}, amounts as texts.
    told: Mapped[dict[str, Any]] = mapped_column(default=dict)
    settlement_id: Mapped[Id | None] = ref(CommissionSettlement, nullable=True, index=False)

    @property
    def base_currency(self) -> str:
        """The currency of the amounts: the company's own."""
        return base_currency()
