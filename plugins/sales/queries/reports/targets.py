"""What was won against what was asked."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import extract, func, select

from pelatis.api import _, _l, db, today, visible
from plugins.catalog.api import Product

from ...models import (
    Opportunity,
    Stage,
    Target,
)
from ...periods import Period, month_of, read_period
from ..people import Staff
from .tables import ZERO, Asked, Column, Span, Table, money_of, percent_of


def targets(asked: Asked) -> Table:
    """Tell every target of the span with what was won: a person's, a team's or the company's, of a product or all.

    The newest come first, and of one period the highest.
    """
    keys = _period_keys(asked.span)
    statement = (
        select(Target.person_id, Target.team_id, Target.product_id, Product.name, Target.period, Target.amount_base)
        .outerjoin(Product, Product.id == Target.product_id)
        .where(Target.deleted_at.is_(None), Target.period.in_(keys), visible(asked.actor, Target))
        .order_by(Target.period.desc(), Target.amount_base.desc(), Target.id)
    )
    chosen = [row for row in db.session.execute(statement) if _is_asked(asked, row)]
    won = _won_by_month(asked)
    rows = []
    for person, team, product, product_name, key, amount in chosen:
        actual = _actual(asked.staff, won, read_period(key), person, team, product)
        name = _whose(asked.staff, person, team)
        rows.append(
            (f"{name}, {read_period(key)}", product_name or "", money_of(amount), actual, percent_of(actual, amount))
        )
    columns = [
        Column("whose", _l("Whose, when"), "text"),
        Column("product", _l("Product"), "text"),
        Column("target", _l("Target"), "money", is_mark=True),
        Column("won", _l("Won value"), "money", is_drawn=True),
        Column("percent", _l("Of the target"), "percent"),
    ]
    return Table(columns, rows)


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


def _won_by_month(asked: Asked) -> list[tuple[UUID | None, UUID | None, Period, Decimal]]:
    year, month = extract("year", Opportunity.closed_on), extract("month", Opportunity.closed_on)
    statement = (
        select(Opportunity.owner_id, Opportunity.product_id, year, month, func.sum(Opportunity.amount_base))
        .where(asked.closed(), Stage.kind == "won")
        .group_by(Opportunity.owner_id, Opportunity.product_id, year, month)
    )
    return [
        (owner, product, month_of(date(int(in_year), int(in_month), 1)), money_of(amount))
        for owner, product, in_year, in_month, amount in db.session.execute(statement)
    ]


def _actual(
    staff: Staff, won: Sequence[Any], period: Period, person: UUID | None, team: UUID | None, product: UUID | None
) -> Decimal:
    def counts(owner: UUID | None) -> bool:
        if person is not None:
            return owner == person
        return team is None or staff.is_in(owner, team)

    return sum(
        (
            amount
            for owner, of_product, month, amount in won
            if month.begins_on in period and counts(owner) and product in (None, of_product)
        ),
        ZERO,
    )


def _whose(staff: Staff, person: UUID | None, team: UUID | None) -> str:
    if person is not None:
        return staff.name_of(person)
    return staff.teams[team][0] if team is not None and team in staff.teams else str(_("The company"))
