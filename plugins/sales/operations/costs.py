"""The costs of selling: whose customer they are for, and what they are in the company's own currency."""

from collections.abc import Mapping
from typing import Any

from pelatis.api import Actor, change_record, db, save, write_unit

from ..models import Opportunity, SalesCost
from .rates import in_base_currency


def create_cost(actor: Actor, values: Mapping[str, Any]) -> SalesCost:
    """Write down a cost; one for a deal is one for its customer too.

    Raises:
        Problem: `sales.no_rate` without an exchange rate for that day.
    """
    with write_unit():
        cost = SalesCost(**values)
        _settle(cost)
        saved: SalesCost = save(actor, cost)
        return saved


def update_cost(actor: Actor, cost: SalesCost, values: Mapping[str, Any]) -> SalesCost:
    """Change a cost, by the rules by which one is written down.

    Raises:
        Problem: as `create_cost`.
    """
    with write_unit() as session:
        with session.no_autoflush:
            change_record(actor, cost, values)
            _settle(cost)
        session.flush()
        return cost


def _settle(cost: SalesCost) -> None:
    with db.session.no_autoflush:
        if cost.opportunity_id is not None and cost.customer_id is None:
            cost.customer_id = db.session.get_one(Opportunity, cost.opportunity_id).customer_id
        converted = in_base_currency(cost.amount, cost.currency, cost.spent_on)
    cost.amount_base = converted if converted is not None else cost.amount
