"""The people of a deal: each once, one of them the main contact."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from pelatis.api import (
    Actor,
    Customer,
    Problem,
    _,
    add,
    add_person,
    change_record,
    create_customer,
    db,
    not_found,
    relate_person,
    related_customers,
    require,
    visible,
    write_unit,
)

from ..models import ContactRole, Opportunity


def locked_deal(actor: Actor, opportunity_id: UUID) -> Opportunity:
    """Read a deal that an actor may edit, so that whoever else changes what belongs to it waits.

    Raises:
        Problem: 403 or 404 without the right.
    """
    statement = select(Opportunity).where(Opportunity.id == opportunity_id).with_for_update()
    opportunity = db.session.scalars(statement).first()
    if opportunity is None:
        raise not_found()
    require(actor, Opportunity, "edit", opportunity)
    return opportunity


def create_contact_role(actor: Actor, values: Mapping[str, Any]) -> ContactRole:
    """Say which part a person has in a deal; the first one is its main contact.

    Args:
        actor: whoever says it; they may edit the deal.
        values: `opportunity_id`, `customer_id`, `role`, and `is_primary` and `note` where they are known.

    Raises:
        Problem: `sales.not_a_person`; `sales.known_contact` when they have a part in it already; 403 or 404 without
            the right to edit the deal.
    """
    with write_unit() as session:
        locked_deal(actor, values["opportunity_id"])
        _check_person(values["customer_id"])
        others = _people_of(values["opportunity_id"])
        if any(other.customer_id == values["customer_id"] for other in others):
            raise _known()
        columns = dict(values)
        columns["is_primary"] = bool(columns.get("is_primary")) or not others
        if columns["is_primary"]:
            _step_back(others)
        added: ContactRole = add(session, actor, ContactRole(**columns))
        return added


def update_contact_role(actor: Actor, contact: ContactRole, values: Mapping[str, Any]) -> ContactRole:
    """Change the part that a person has in a deal; the deal and the person stay.

    Raises:
        Problem: 403 or 404 without the right to edit the deal.
    """
    with write_unit() as session:
        locked_deal(actor, contact.opportunity_id)
        kept = {name: value for name, value in values.items() if name not in ("opportunity_id", "customer_id")}
        if kept.get("is_primary"):
            _step_back([other for other in _people_of(contact.opportunity_id) if other.id != contact.id])
        changed: ContactRole = change_record(actor, contact, kept)
        session.flush()
        return changed


def new_person(
    actor: Actor, opportunity: Opportunity, name: str, email: str | None = None, phone: str | None = None
) -> Customer:
    """Make a person for a deal, who works at its customer where the actor may say so.

    Raises:
        Problem: 403 without the right to make customers.
    """
    require(actor, Customer, "create")
    values: dict[str, Any] = {"name": name, "kind": "person", "email": email, "phone": phone, "roles": [], "tags": []}
    organisation = _own_organisation(actor, opportunity)
    return create_customer(actor, values) if organisation is None else add_person(actor, organisation, values)


def place_at_customer(actor: Actor, opportunity: Opportunity, person: Customer) -> None:
    """Say that a known person works at a deal's customer, where the actor may say so and nobody has yet."""
    organisation = _own_organisation(actor, opportunity)
    if organisation is None:
        return
    known = {each.customer_id for each in related_customers(actor, organisation)}
    if person.is_person and person.id not in known:
        relate_person(actor, organisation, person)


def _own_organisation(actor: Actor, opportunity: Opportunity) -> Customer | None:
    """Give a deal's customer where that is an organisation whose people the actor may write down."""
    customer = db.session.get(Customer, opportunity.customer_id) if opportunity.customer_id else None
    return customer if customer is not None and not customer.is_person and _may_edit(actor, customer) else None


def _may_edit(actor: Actor, customer: Customer) -> bool:
    statement = select(1).where(Customer.id == customer.id, visible(actor, Customer, "edit"))
    return db.session.execute(statement).first() is not None


def _people_of(opportunity_id: UUID) -> list[ContactRole]:
    statement = select(ContactRole).where(
        ContactRole.opportunity_id == opportunity_id, ContactRole.deleted_at.is_(None)
    )
    return list(db.session.scalars(statement))


def _step_back(others: list[ContactRole]) -> None:
    for other in others:
        if other.is_primary:
            other.is_primary = False


def _check_person(customer_id: UUID) -> None:
    person = db.session.get(Customer, customer_id)
    if person is None or not person.is_person:
        message = _("Choose a person: organisations have no part of their own in a deal.")
        raise Problem("sales.not_a_person", message, fields={"customer": [message]})


def _known() -> Problem:
    message = _("They have a part in this deal already.")
    return Problem("sales.known_contact", message, fields={"customer": [message]})
