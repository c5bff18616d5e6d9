"""A customer's plan, and what they don't buy yet."""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, exists, select

from pelatis.api import Actor, Customer, kept, visible
from plugins.catalog.api import Product

from ..models import AccountPlan, ContactRole, Opportunity, Stage
from .papers import papers_of

#: How many products and people a plan names.
MOST_NAMED: Final = 12


def plan_of(actor: Actor, customer: UUID) -> AccountPlan | None:
    """Find a customer's plan; None where it has none, or none that the actor may see."""
    return next(iter(papers_of(actor, customer).plans), None)


def white_space(actor: Actor, customer: UUID) -> list[Product]:
    """List the products that a customer has never won a deal about and that no open deal is about."""
    return list(_white_space(actor, customer=customer).scalars())


@kept
def _white_space(actor: Actor) -> Any:
    sold = exists().where(
        Opportunity.product_id == Product.id,
        Opportunity.customer_id == bindparam("customer"),
        Opportunity.stage_id == Stage.id,
        Stage.kind != "lost",
        Opportunity.deleted_at.is_(None),
        visible(actor, Opportunity),
    )
    return (
        select(Product)
        .where(Product.deleted_at.is_(None), Product.active.is_(True), visible(actor, Product), ~sold)
        .order_by(Product.name, Product.id)
        .limit(MOST_NAMED)
    )


def stakeholders(actor: Actor, customer: UUID) -> list[tuple[Customer, str]]:
    """List the people who have or had a part in a customer's deals, each with their latest role."""
    found: dict[UUID, tuple[Customer, str]] = {}
    for person, role in _stakeholders(actor, customer=customer):
        found.setdefault(person.id, (person, role))
    return list(found.values())[:MOST_NAMED]


@kept
def _stakeholders(actor: Actor) -> Any:
    return (
        select(Customer, ContactRole.role)
        .join(ContactRole, ContactRole.customer_id == Customer.id)
        .join(Opportunity, Opportunity.id == ContactRole.opportunity_id)
        .where(
            Opportunity.customer_id == bindparam("customer"),
            Opportunity.deleted_at.is_(None),
            ContactRole.deleted_at.is_(None),
            Customer.deleted_at.is_(None),
            visible(actor, Opportunity),
            visible(actor, Customer),
        )
        .order_by(ContactRole.created_at.desc(), ContactRole.id.desc())
        .limit(MOST_NAMED * 4)
    )
