"""Account plans: one for each customer."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from pelatis.api import Actor, Customer, Problem, _, change_record, db, not_found, save, write_unit

from ..models import AccountPlan


def create_account_plan(actor: Actor, values: Mapping[str, Any]) -> AccountPlan:
    """Make the plan of a customer, called like it unless it is named.

    Raises:
        Problem: `sales.known_plan` when the customer has one.
    """
    with write_unit() as session:
        statement = select(Customer).where(Customer.id == values["customer_id"]).with_for_update()
        customer = session.scalars(statement).first()
        if customer is None:
            raise not_found()
        known = select(1).where(AccountPlan.customer_id == customer.id, AccountPlan.deleted_at.is_(None)).limit(1)
        if db.session.execute(known).first() is not None:
            message = _("This customer has a plan already.")
            raise Problem("sales.known_plan", message, fields={"customer": [message]})
        plan: AccountPlan = save(actor, AccountPlan(**{**values, "name": values.get("name") or customer.name}))
        return plan


def update_account_plan(actor: Actor, plan: AccountPlan, values: Mapping[str, Any]) -> AccountPlan:
    """Change a plan; its customer stays."""
    with write_unit():
        kept = {name: value for name, value in values.items() if name != "customer_id"}
        if not kept.get("name", plan.name):
            kept.pop("name")
        changed: AccountPlan = change_record(actor, plan, kept)
        return changed
