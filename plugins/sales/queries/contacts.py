"""The people of a deal, and the deals that a person has a part in."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, func, select

from pelatis.api import (
    Actor,
    Customer,
    ListQuery,
    db,
    kept,
    list_records,
    matching_name,
    record_types,
    related_customers,
    visible,
)

from ..models import ContactRole, Opportunity, Stage

#: How many people of a customer are offered for a deal at once.
MOST_OFFERED: Final = 12
#: How many deals stand beside a person.
MOST_DEALS: Final = 20


def people_of(actor: Actor, opportunity: UUID) -> list[tuple[ContactRole, Customer]]:
    """List who has a part in a deal, the main contact first; those whom the actor may not see are left out."""
    return [(contact, person) for contact, person in _people_of(actor, opportunity=opportunity)]


@kept
def _people_of(actor: Actor) -> Any:
    return (
        select(ContactRole, Customer)
        .join(Customer, Customer.id == ContactRole.customer_id)
        .where(
            ContactRole.opportunity_id == bindparam("opportunity"),
            ContactRole.deleted_at.is_(None),
            Customer.deleted_at.is_(None),
            visible(actor, Customer),
        )
        .order_by(ContactRole.is_primary.desc(), ContactRole.created_at, ContactRole.id)
    )


def find_people(actor: Actor, opportunity: Opportunity, text: str) -> list[tuple[UUID, str, str]]:
    """Find people for a deal, with a note for each: those of its customer first, then others whom the words find."""
    known = {person.id for _contact, person in people_of(actor, opportunity.id)}
    customer = db.session.get(Customer, opportunity.customer_id) if opportunity.customer_id else None
    own = [
        (each.customer_id, each.name, each.title or each.label)
        for each in (related_customers(actor, customer) if customer is not None else [])
        if each.is_contact and each.customer_id not in known and matching_name(text) in matching_name(each.name)
    ][:MOST_OFFERED]
    known |= {person for person, _name, _note in own}
    people = record_types.get("customer")
    assert people is not None, "customers are always there"  # noqa: S101
    query = ListQuery(filter={"field": "kind", "op": "is", "value": "person"}, text=text, limit=20)
    others = list_records(actor, people, query).items if text else []
    return own + [(person.id, person.name, person.city or "") for person in others if person.id not in known]


def deals_of_person(actor: Actor, person: UUID) -> list[tuple[ContactRole, Opportunity, Stage]]:
    """List the deals that a person has a part in, open ones first."""
    rows = _deals_of_person(actor, person=person)
    return [(contact, opportunity, stage) for contact, opportunity, stage in rows]


@kept
def _deals_of_person(actor: Actor) -> Any:
    return (
        select(ContactRole, Opportunity, Stage)
        .join(Opportunity, Opportunity.id == ContactRole.opportunity_id)
        .join(Stage, Stage.id == Opportunity.stage_id)
        .where(
            ContactRole.customer_id == bindparam("person"),
            ContactRole.deleted_at.is_(None),
            Opportunity.deleted_at.is_(None),
            visible(actor, Opportunity),
        )
        .order_by(Opportunity.closed_on.is_not(None), Opportunity.stage_since.desc(), Opportunity.id)
        .limit(MOST_DEALS)
    )


def count_contacts(people: Sequence[UUID]) -> int:
    """Count the parts that some people have in deals."""
    statement = select(func.count()).where(ContactRole.customer_id.in_(people), ContactRole.deleted_at.is_(None))
    return int(db.session.scalar(statement) or 0)
