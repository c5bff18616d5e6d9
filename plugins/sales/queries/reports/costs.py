"""What selling cost in a period by person, customer or deal, against what was won."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select

from pelatis.api import Customer, _, _l, db, visible

from ...models import Opportunity, SalesCost, Stage
from .names import names_of
from .tables import ZERO, Asked, Column, Table, money_of, percent_of

#: How many customers or deals a report names, those that cost most.
MOST_NAMED: Final = 50


@dataclass(frozen=True)
class _Spent:
    """What a person, a customer or a deal cost."""

    cost: Decimal
    hours: Decimal
    won: Decimal = ZERO
    deals: int = 0


def costs_by_person(asked: Asked) -> Table:
    """Tell what selling cost by who spent it, against what they won."""
    spent = _spent(asked, SalesCost.owner_id, Opportunity.owner_id)
    return _table(_l("Person"), {who: asked.staff.name_of(who) for who in spent}, spent)


def costs_by_customer(asked: Asked) -> Table:
    """Tell what selling cost by customer, against what was won of them."""
    spent = _most(_spent(asked, SalesCost.customer_id, Opportunity.customer_id))
    return _table(_l("Customer"), names_of(asked.actor, Customer, spent), spent)


def costs_by_deal(asked: Asked) -> Table:
    """Tell what each deal cost, against what it brought."""
    spent = _most(_spent(asked, SalesCost.opportunity_id, Opportunity.id))
    return _table(_l("Deal"), names_of(asked.actor, Opportunity, spent), spent)


def _spent(asked: Asked, key: Any, key_of_deal: Any) -> dict[UUID | None, _Spent]:
    """Sum up costs by something, and what was won by the same, in two statements."""
    costs = select(key, func.sum(SalesCost.amount_base), func.sum(SalesCost.hours)).where(spent_in(asked)).group_by(key)
    spent = {each: (money_of(cost), hours or ZERO) for each, cost, hours in db.session.execute(costs)}
    won = (
        select(key_of_deal, func.sum(Opportunity.amount_base), func.count())
        .where(asked.closed(), Stage.kind == "won")
        .group_by(key_of_deal)
    )
    gained = {each: (money_of(amount), count) for each, amount, count in db.session.execute(won)}
    return {each: _Spent(*amounts, *gained.get(each, (ZERO, 0))) for each, amounts in spent.items()}


def spent_in(asked: Asked) -> ColumnElement[bool]:
    """Give the criterion of the costs of the span."""
    return and_(
        SalesCost.deleted_at.is_(None),
        SalesCost.spent_on >= asked.span.first,
        SalesCost.spent_on < asked.span.before,
        visible(asked.actor, SalesCost),
        asked.of(SalesCost.owner_id),
    )


def _most(spent: Mapping[UUID | None, _Spent]) -> dict[UUID | None, _Spent]:
    """Keep those that cost most; what is for nobody in particular stays."""
    ranked = sorted(spent.items(), key=lambda each: -each[1].cost)
    return dict(ranked[:MOST_NAMED])


def _table(label: Any, names: Mapping[UUID | None, str], spent: Mapping[UUID | None, _Spent]) -> Table:
    rows = [
        (
            names[each],
            one.cost,
            one.hours,
            one.won,
            one.deals,
            money_of(one.cost / one.deals) if one.deals else None,
            percent_of(one.cost, one.won),
        )
        for each, one in sorted(spent.items(), key=lambda item: (-item[1].cost, names[item[0]]))
    ]
    columns = [
        Column("name", label, "text"),
        Column("cost", _l("Cost"), "money", is_drawn=True),
        Column("hours", _l("Hours"), "count"),
        Column("won_value", _l("Won value"), "money"),
        Column("won", _l("Won deals")),
        Column("per_won_deal", _l("Cost of a won deal"), "money"),
        Column("percent", _l("Of what was won"), "percent"),
    ]
    cost, won = sum((row[1] for row in rows), ZERO), sum((row[3] for row in rows), ZERO)
    figures = [(str(_("Cost")), cost, "money"), (str(_("Of what was won")), percent_of(cost, won), "percent")]
    return Table(columns, rows, figures=figures if rows else ())
