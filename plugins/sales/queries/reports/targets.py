"""What was won, invoiced and spent against what was asked and planned."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Null, and_, extract, func, null, select

from pelatis.api import _, _l, db, may, today, visible
from plugins.catalog.api import Product

from ...models import Invoice, InvoiceLine, Opportunity, SalesCost, Stage, Target
from ...periods import Period, month_of, read_period
from ...schemas.targets import MEASURES
from ..people import Staff
from .costs import spent_in
from .margins import in_base, issued, signed
from .tables import ZERO, Asked, Column, Span, Table, money_of, percent_of

#: What of a measure was reached in a month: its owner, its product, the month, how much.
Reached = Sequence[tuple[UUID | None, UUID | None, Period, Decimal]]


def targets(asked: Asked) -> Table:
    """Tell every target and budget of the span with what was won, invoiced or spent: a person's, a team's or all.

    The newest come first, and of one period the highest.
    """
    keys = _period_keys(asked.span)
    statement = (
        select(
            Target.measure, Target.person_id, Target.team_id, Target.product_id, Product.name, Target.period,
            Target.amount_base,
        )
        .outerjoin(Product, Product.id == Target.product_id)
        .where(
            Target.deleted_at.is_(None),
            Target.period.in_(keys),
            Target.measure.in_([each for each, model in SHOWN_BY.items() if may(asked.actor, model, "view")]),
            visible(asked.actor, Target),
        )
        .order_by(Target.period.desc(), Target.amount_base.desc(), Target.id)
    )  # fmt: skip
    chosen = [row for row in db.session.execute(statement) if _is_asked(asked, row)]
    reached = {key: READ[key](asked) for key in {_key_of(row) for row in chosen}}
    rows = []
    for row in chosen:
        period = read_period(row.period)
        actual = _actual(asked.staff, reached[_key_of(row)], period, row.person_id, row.team_id, row.product_id)
        name = _whose(asked.staff, row.person_id, row.team_id)
        rows.append(
            (
                f"{name}, {period}",
                str(MEASURES[row.measure]),
                row.name or "",
                money_of(row.amount_base),
                actual,
                percent_of(actual, row.amount_base),
            )
        )
    columns = [
        Column("whose", _l("Whose, when"), "text"),
        Column("measure", _l("Of what"), "text"),
        Column("product", _l("Product"), "text"),
        Column("target", _l("Target"), "money", is_mark=True),
        Column("actual", _l("Reached"), "money", is_drawn=True),
        Column("percent", _l("Of the target"), "percent"),
    ]
    return Table(columns, rows)


def _key_of(row: Any) -> tuple[str, bool]:
    """Tell which figures a target is compared with: of a measure, and whether by product."""
    return row.measure, row.measure == "invoiced" and row.product_id is not None


def _period_keys(span: Span) -> list[str]:
    """List the months and quarters that lie in a span; of all time, those of ten years around now."""
    first, before = max(span.first, date(today().year - 9, 1, 1)), min(span.before, date(today().year + 2, 1, 1))
    month, keys = month_of(first), set()
    while month.begins_on < before:
        keys |= {month.key, month.quarter.key} if month.quarter.begins_on >= first else {month.key}
        month = month.next
    return sorted(keys)


def _is_asked(asked: Asked, row: Any) -> bool:
    if asked.people is None:
        return True
    return row.person_id in asked.people or (row.team_id is not None and row.team_id == asked.team)


def _won_by_month(asked: Asked) -> Reached:
    statement = _by_month(Opportunity.closed_on, Opportunity.owner_id, Opportunity.product_id, Opportunity.amount_base)
    return _read(statement.where(asked.closed(), Stage.kind == "won"))


def _invoiced_by_month(asked: Asked) -> Reached:
    statement = _by_month(Invoice.issued_on, Invoice.owner_id, null(), signed(Invoice.net_base))
    return _read(statement.where(issued(asked)))


def _invoiced_by_product(asked: Asked) -> Reached:
    net = signed(in_base(InvoiceLine.net))
    statement = _by_month(Invoice.issued_on, Invoice.owner_id, InvoiceLine.product_id, net)
    of_lines = and_(InvoiceLine.invoice_id == Invoice.id, InvoiceLine.deleted_at.is_(None))
    return _read(statement.where(issued(asked), of_lines))


def _spent_by_month(asked: Asked) -> Reached:
    statement = _by_month(SalesCost.spent_on, SalesCost.owner_id, null(), SalesCost.amount_base)
    return _read(statement.where(spent_in(asked)))


def _by_month(day: Any, owner: Any, product: Any, amount: Any) -> Any:
    year, month = extract("year", day), extract("month", day)
    by_owner = select(owner, product, year, month, func.sum(amount))
    return by_owner.group_by(owner, year, month, *([] if isinstance(product, Null) else [product]))


def _read(statement: Any) -> Reached:
    return [
        (owner, product, month_of(date(int(year), int(month), 1)), money_of(amount))
        for owner, product, year, month, amount in db.session.execute(statement)
    ]


#: What is compared with each measure, by product or not.
READ: Final[Mapping[tuple[str, bool], Callable[[Asked], Reached]]] = {
    ("won", False): _won_by_month,
    ("invoiced", False): _invoiced_by_month,
    ("invoiced", True): _invoiced_by_product,
    ("cost", False): _spent_by_month,
}
#: What one must be allowed to see for the targets of a measure.
SHOWN_BY: Final[Mapping[str, Any]] = {"won": Opportunity, "invoiced": Invoice, "cost": SalesCost}


def _actual(
    staff: Staff, reached: Reached, period: Period, person: UUID | None, team: UUID | None, product: UUID | None
) -> Decimal:
    def counts(owner: UUID | None) -> bool:
        if person is not None:
            return owner == person
        return team is None or staff.is_in(owner, team)

    return sum(
        (
            amount
            for owner, of_product, month, amount in reached
            if month.begins_on in period and counts(owner) and product in (None, of_product)
        ),
        ZERO,
    )


def _whose(staff: Staff, person: UUID | None, team: UUID | None) -> str:
    if person is not None:
        return staff.name_of(person)
    return staff.teams[team][0] if team is not None and team in staff.teams else str(_("The company"))
