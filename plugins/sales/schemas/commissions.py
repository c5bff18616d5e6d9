"""What commission plans, splits, entries and settlements consist of."""

from typing import Final

from marshmallow.validate import Length

from pelatis.api import RecordSchema, _l, fields, today

from .targets import is_period

PLAN_STATUSES: Final = {"draft": _l("Draft"), "in_force": _l("In force")}
PLAN_TONES: Final = {"in_force": "green"}
PLAN_BASES: Final = {"revenue": _l("Revenue"), "margin": _l("Margin")}
PLAN_WAYS: Final = {"progressive": _l("Progressive"), "whole": _l("Whole amount")}
PLAN_PERIODS: Final = {
    "invoice": _l("Each invoice by itself"),
    "month": _l("Month"),
    "quarter": _l("Quarter"),
    "year": _l("Year"),
}
COMMISSION_CAUSES: Final = {
    "posted": _l("Invoice posted"),
    "paid": _l("Customer paid"),
    "unpaid": _l("Payment taken back"),
    "credited": _l("Clawed back by a credit note"),
    "tier": _l("Another tier of the period"),
    "reversed": _l("Settlement reversed"),
}
CAUSE_TONES: Final = {"posted": "blue", "paid": "green", "unpaid": "amber", "credited": "red", "reversed": "amber"}
SETTLEMENT_STATUSES: Final = {
    "drawn_up": _l("Drawn up"),
    "approved": _l("Approved"),
    "settled": _l("Settled"),
    "reversed": _l("Reversed"),
}
SETTLEMENT_TONES: Final = {"approved": "blue", "settled": "green", "reversed": "violet"}


class CommissionPlanSchema(RecordSchema):
    """A commission plan."""

    name = fields.String(required=True, label=_l("Plan"), validate=Length(min=1, max=200))
    status = fields.Choice(PLAN_STATUSES, label=_l("Status"), dump_only=True, tones=PLAN_TONES)
    base = fields.Choice(
        PLAN_BASES, label=_l("Percentage of"), load_default="revenue", allow_none=False,
        help=_l("Both without tax. A line whose cost nobody knows has no margin, and earns nothing."),
    )  # fmt: skip
    period = fields.Choice(
        PLAN_PERIODS, label=_l("Adds up over"), load_default="quarter", allow_none=False,
        help=_l("The invoices of a period together reach the next tier."),
    )  # fmt: skip
    tiers = fields.Rows(
        (_l("From"), _l("To below"), _l("Percent")), (" - ", ": "), "0 - 10000: 5\n10000 - : 7", chained=True,
        required=True, label=_l("Tiers"), validate=Length(max=2_000),
        help=_l("In the company's own currency. A tier holds from its first amount up to, but without, its last."),
    )  # fmt: skip
    way = fields.Choice(
        PLAN_WAYS, label=_l("How tiers hold"), load_default="progressive", allow_none=False,
        help=_l("Progressive: each part earns its own tier's percentage. "
                "Whole amount: the tier that is reached holds for everything."),
    )  # fmt: skip
    product = fields.Related(
        "catalog.product", label=_l("Product"), help=_l("Left empty: all for which no other plan is.")
    )
    begins_on = fields.Date(label=_l("From"), load_default=today, allow_none=False)
    ends_on = fields.Date(label=_l("To"), help=_l("Left empty: until further notice."))
    note = fields.Text(label=_l("Note"), validate=Length(max=2_000))


class CommissionMemberSchema(RecordSchema):
    """A person or a team that a plan is for."""

    plan = fields.Related("sales.commission_plan", required=True, label=_l("Plan"))
    person = fields.Related("user", label=_l("Person"), import_names=("user", "salesperson", "agent"))
    team = fields.Related("team", label=_l("Team"))
    note = fields.String(label=_l("Note"), validate=Length(max=300))


class CommissionSplitSchema(RecordSchema):
    """How a deal, an order or an invoice is shared."""

    name = fields.String(label=_l("What is shared"), dump_only=True)
    opportunity = fields.Related("sales.opportunity", label=_l("Deal"))
    order = fields.Related("sales.order", label=_l("Order"))
    invoice = fields.Related("sales.invoice", label=_l("Invoice"))
    shares = fields.Rows(
        (_l("Person"), _l("Percent")), (": ",), "eleni@example.org: 60\nnikos@example.org: 40",
        required=True, label=_l("Shares"), validate=Length(max=4_000), help=_l("100 together."),
    )  # fmt: skip


class CommissionEntrySchema(RecordSchema):
    """What changed of a commission."""

    cause = fields.Choice(COMMISSION_CAUSES, label=_l("Why"), dump_only=True, tones=CAUSE_TONES)
    person = fields.Related("user", label=_l("Person"), dump_only=True)
    happened_on = fields.Date(label=_l("Day"), dump_only=True)
    invoice = fields.Related("sales.invoice", label=_l("Invoice"), dump_only=True)
    plan = fields.Related("sales.commission_plan", label=_l("Plan"), dump_only=True)
    period = fields.String(label=_l("Counts for"), dump_only=True)
    percent = fields.Decimals(label=_l("Share, %"), dump_only=True)
    base = fields.Money(label=_l("Counted"), currency="base_currency", dump_only=True)
    earned = fields.Money(label=_l("Earned"), currency="base_currency", dump_only=True)
    payable = fields.Money(label=_l("Payable"), currency="base_currency", dump_only=True)
    settlement = fields.Related("sales.commission_settlement", label=_l("Settlement"), dump_only=True)


class CommissionSettlementSchema(RecordSchema):
    """What somebody is paid for a period."""

    period = fields.String(
        required=True,
        label=_l("Period"),
        help=_l("A quarter like 2026-Q4, or a month like 2026-11."),
        validate=is_period,
    )
    number = fields.String(label=_l("Number"), dump_only=True)
    person = fields.Related("user", required=True, label=_l("Person"))
    status = fields.Choice(SETTLEMENT_STATUSES, label=_l("Status"), dump_only=True, tones=SETTLEMENT_TONES)
    amount = fields.Money(label=_l("Amount"), currency="base_currency", dump_only=True)
    reverses = fields.Related("sales.commission_settlement", label=_l("Takes back"), dump_only=True)
    approved_at = fields.DateTime(label=_l("Approved on"), dump_only=True)
    settled_at = fields.DateTime(label=_l("Settled on"), dump_only=True)
