"""A customer's plan, and what they don't buy yet."""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, select

from pelatis.api import Actor, Customer, kept, visible
from plugins.catalog.api import Product

from ..models import AccountPlan, ContactRole, Invoice, InvoiceLine, Opportunity, Order, OrderLine, Stage
from .papers import papers_of

#: How many products and people a plan names.
MOST_NAMED: Final = 12


def plan_of(actor: Actor, customer: UUID) -> AccountPlan | None:
    """Find a customer's plan; None where it has none, or none that the actor may see."""
    return next(iter(papers_of(actor, customer).plans), None)


def white_space(actor: Actor, customer: UUID) -> list[Product]:
    """List what a customer never ordered, was never invoiced, never won a deal about and has no open deal about."""
    return list(_white_space(actor, customer=customer).scalars())


@kept
def _white_space(actor: Actor) -> Any:
    customer: Any = bindparam("customer")
    dealt = select(Opportunity.product_id).where(
        Opportunity.customer_id == customer,
        Opportunity.product_id.is_not(None),
        Opportunity.stage_id == Stage.id,
        Stage.kind != "lost",
        Opportunity.deleted_at.is_(None),
        visible(actor, Opportunity),
    )
    ordered = select(OrderLine.product_id).where(
        OrderLine.order_id == Order.id,
        OrderLine.product_id.is_not(None),
        Order.customer_id == customer,
        Order.sealed_at.is_not(None),
        Order.status != "cancelled",
        Order.deleted_at.is_(None),
        visible(actor, Order),
    )
    invoiced = select(InvoiceLine.product_id).where(
        InvoiceLine.invoice_id == Invoice.id,
        InvoiceLine.product_id.is_not(None),
        Invoice.customer_id == customer,
        Invoice.sealed_at.is_not(None),
        Invoice.kind == "invoice",
        Invoice.deleted_at.is_(None),
        visible(actor, Invoice),
    )
    bought = [Product.id.not_in(each) for each in (dealt, ordered, invoiced)]
    return (
        select(Product)
        .where(Product.deleted_at.is_(None), Product.active.is_(True), visible(actor, Product), *bought)
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
