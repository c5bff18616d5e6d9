"""Every rule about customers and every write of them."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import marshmallow as ma
from sqlalchemy import select

from core.access import Actor, require, system_actor
from core.customers.fields import CustomerPhone
from core.customers.kinds import CONTACT_KINDS
from core.customers.models import PERSON, Address, ContactPoint, Customer, Relationship
from core.customers.tax import read_tax_number
from core.database import db, new_id, utc_now, write_unit
from core.host.doors import ask, demand
from core.i18n import _
from core.problems import Problem, not_found
from core.records import fields
from core.records.operations import add, add_many, change_record, make_each, unsaved
from core.territories.rules import placed

#: How many parents a customer may have above each other; a bound on the walk upwards.
DEEPEST_HIERARCHY = 30


def create_customer(actor: Actor, values: Mapping[str, Any]) -> Customer:
    """Make a customer.

    Args:
        actor: whoever makes it; they own it unless the values name an owner. What nobody in particular makes goes
            to whom the plugins say.
        values: model attribute to checked value, as `CustomerSchema` loads them.

    Raises:
        Problem: 422 for a tax number whose check digit is wrong, a parent that doesn't fit, or when a plugin refuses.
    """
    with write_unit() as session:
        customer = _new_customer(actor, values)
        remarks = _assigned([customer]) if actor.user_id is None else ()
        add(session, actor, customer)
        add_many(system_actor(), remarks)
        return customer


def create_customers(actor: Actor, rows: Sequence[Mapping[str, Any]]) -> list[Problem | None]:
    """Make many customers at once, by the same rules as `create_customer`.

    Args:
        actor: whoever makes them; they own those whose values name no owner and that no plugin gives to anybody.
        rows: for each customer its model attributes and checked values, the `id` among them; at most 5,000.

    Returns:
        For each row None, or the problem for which it wasn't made.
    """
    with write_unit():
        made, outcomes = make_each(rows, partial(_new_customer, actor, make=unsaved))
        remarks = _assigned(made)
        add_many(actor, made)
        add_many(system_actor(), remarks)
        return outcomes


def _new_customer(
    actor: Actor, values: Mapping[str, Any], make: Callable[[type[Customer], Mapping[str, Any]], Customer] | None = None
) -> Customer:
    checked = _checked(None, values)
    demand("crm_validate_customer", actor=actor, customer=None, values=checked)
    return make(Customer, checked) if make is not None else Customer(**{"id": new_id(), **checked})


def _assigned(customers: Sequence[Customer]) -> Sequence[Any]:
    """Let plugins give customers that name no owner to people, and tell what is written down about it."""
    nobodys = [customer for customer in customers if customer.owner_id is None]
    return ask("crm_assign_work", record_type=Customer.__record_type__, records=nobodys) or () if nobodys else ()


def update_customer(actor: Actor, customer: Customer, values: Mapping[str, Any]) -> Customer:
    """Change a customer; for the arguments and problems see `create_customer`."""
    with write_unit():
        checked = _checked(customer, values)
        demand("crm_validate_customer", actor=actor, customer=customer, values=checked)
        changed: Customer = change_record(actor, customer, checked)
        return changed


def _checked(customer: Customer | None, values: Mapping[str, Any]) -> dict[str, Any]:
    checked = dict(values)
    if checked.get("tax_number"):
        country = checked["country"] if "country" in checked else getattr(customer, "country", None)
        checked["tax_number"] = _checked_tax_number(checked["tax_number"], country)
    if checked.get("parent_id") and customer is not None:
        _refuse_cycle(customer.id, checked["parent_id"])
    if customer is not None and customer.is_person and "name" not in checked:
        checked |= _renamed(customer, checked)
    return checked | placed(customer, checked)


def _checked_tax_number(text: str, country: str | None) -> str:
    number = read_tax_number(text, country)
    if number.valid is False:
        message = _("Check the tax number: its digits don't fit together.")
        raise Problem("customer.bad_tax_number", message, fields={"tax_number": [message]})
    return number.value


def _refuse_cycle(customer_id: uuid.UUID, parent_id: uuid.UUID) -> None:
    """Refuse a parent that stands below the customer itself."""
    above = select(Customer.parent_id.label("id")).where(Customer.id == parent_id).cte("above", recursive=True)
    above = above.union(select(Customer.parent_id).join(above, Customer.id == above.c.id))
    found = {parent_id, *db.session.scalars(select(above.c.id).limit(DEEPEST_HIERARCHY + 1))}
    if customer_id in found or len(found) > DEEPEST_HIERARCHY:
        message = _("It can't belong to a customer that belongs to it.")
        raise Problem("customer.parent_cycle", message, fields={"parent": [message]})


def _renamed(customer: Customer, values: Mapping[str, Any]) -> dict[str, Any]:
    """Follow a change of given or family name in the name, where the name was made of the two."""
    if not {"given_name", "family_name"} & set(values):
        return {}
    old = _full_name(customer.given_name, customer.family_name)
    new = _full_name(values.get("given_name", customer.given_name), values.get("family_name", customer.family_name))
    return {"name": new} if new and customer.name in ("", old) else {}


def _full_name(given_name: str | None, family_name: str | None) -> str:
    return " ".join(part for part in (given_name, family_name) if part)


# Parts of a customer: whoever may edit the customer may edit them.


def _part_of(actor: Actor, customer_id: uuid.UUID) -> Customer:
    customer = db.session.get(Customer, customer_id)
    if customer is None:
        raise not_found()
    require(actor, Customer, "edit", customer)
    return customer


def create_contact_point(actor: Actor, values: Mapping[str, Any]) -> ContactPoint:
    """Add a way to reach a customer.

    Raises:
        Problem: 422 when the value isn't a mail address, phone number or web address; 403 or 404 without the right to
            edit the customer.
    """
    with write_unit() as session:
        customer = _part_of(actor, values["customer_id"])
        normalised = normalised_contact(values["kind"], values["value"], customer.country)
        point: ContactPoint = add(session, actor, ContactPoint(**values, normalised=normalised))
        return point


def update_contact_point(actor: Actor, point: ContactPoint, values: Mapping[str, Any]) -> ContactPoint:
    """Change a way to reach a customer; for the problems see `create_contact_point`."""
    with write_unit():
        _part_of(actor, point.customer_id)
        customer = _part_of(actor, values.get("customer_id", point.customer_id))
        kind, value = values.get("kind", point.kind), values.get("value", point.value)
        normalised = normalised_contact(kind, value, customer.country)
        changed: ContactPoint = change_record(actor, point, {**values, "normalised": normalised})
        return changed


def normalised_contact(kind: str, value: str, country: str | None = None) -> str:
    """Bring a mail address, phone number or web address into the form that machines compare.

    Args:
        kind: one of `CONTACT_KINDS`.
        value: as somebody wrote it.
        country: ISO code of the country whose national numbers are understood.

    Raises:
        Problem: 422 when the value isn't of that kind.
    """
    if kind not in CONTACT_KINDS:
        message = _("Choose mail, phone, mobile or web.")
        raise Problem("customer.bad_contact", message, fields={"kind": [message]})
    field: Any = {"email": fields.Email, "web": fields.Url}.get(kind, CustomerPhone)()
    try:
        return str(field.deserialize(value, "value", {"country": country}) or "")
    except ma.ValidationError as error:
        messages = [str(message) for message in error.messages]
        raise Problem("customer.bad_contact", messages[0], fields={"value": messages}) from error


def make_main(actor: Actor, point: ContactPoint) -> Customer:
    """Make a contact point the main one of its kind; what was the main one takes its place.

    Raises:
        Problem: 403 or 404 without the right to edit the customer.
    """
    attribute = {"email": "email", "web": "website"}.get(point.kind, "phone")
    with write_unit():
        customer = _part_of(actor, point.customer_id)
        before = getattr(customer, attribute)
        update_customer(actor, customer, {attribute: point.normalised})
        if before:
            change_record(actor, point, {"value": before, "normalised": before})
        else:
            point.deleted_at = utc_now()
        return customer


def create_address(actor: Actor, values: Mapping[str, Any]) -> Address:
    """Add a further address of a customer.

    Raises:
        Problem: 422 when it is empty; 403 or 404 without the right to edit the customer.
    """
    if not any(values.get(part) for part in ("street", "postcode", "city")):
        message = _("Fill in street, postcode or city.")
        raise Problem("customer.empty_address", message, fields={"street": [message]})
    with write_unit() as session:
        _part_of(actor, values["customer_id"])
        address: Address = add(session, actor, Address(**values))
        return address


def update_address(actor: Actor, address: Address, values: Mapping[str, Any]) -> Address:
    """Change a further address of a customer."""
    with write_unit():
        _part_of(actor, address.customer_id)
        _part_of(actor, values.get("customer_id", address.customer_id))
        changed: Address = change_record(actor, address, values)
        return changed


def create_relationship(actor: Actor, values: Mapping[str, Any]) -> Relationship:
    """Say what one customer is to another.

    Args:
        actor: whoever says it; they may edit the one it starts from and see the other.
        values: `from_id`, `to_id`, `kind`, and `title`, `since`, `until` where they are known.

    Raises:
        Problem: 422 when both are the same or the relation is there already; 403 or 404 without the rights.
    """
    with write_unit() as session:
        _part_of(actor, values["from_id"])
        _refuse_bad_relation(values["from_id"], values["to_id"], values["kind"])
        relationship: Relationship = add(session, actor, Relationship(**values))
        return relationship


def update_relationship(actor: Actor, relationship: Relationship, values: Mapping[str, Any]) -> Relationship:
    """Change a relation; the two customers stay."""
    with write_unit():
        _part_of(actor, relationship.from_id)
        kept = {name: value for name, value in values.items() if name not in ("from_id", "to_id")}
        changed: Relationship = change_record(actor, relationship, kept)
        return changed


def _refuse_bad_relation(from_id: uuid.UUID, to_id: uuid.UUID, kind: str) -> None:
    if from_id == to_id:
        message = _("Choose another customer: nobody is related to themselves.")
        raise Problem("customer.own_relation", message, fields={"to_customer": [message]})
    same = select(Relationship.id).where(
        Relationship.from_id == from_id,
        Relationship.to_id == to_id,
        Relationship.kind == kind,
        Relationship.deleted_at.is_(None),
    )
    if db.session.scalars(same).first() is not None:
        message = _("The two are related like this already.")
        raise Problem("customer.known_relation", message, fields={"to_customer": [message]})


def add_person(
    actor: Actor, organisation: Customer, values: Mapping[str, Any], *, title: str | None = None, kind: str = "works_at"
) -> Customer:
    """Make a person who belongs to an organisation.

    Args:
        actor: whoever adds them; they may edit the organisation and create customers.
        organisation: where the person belongs.
        values: the person, model attribute to checked value.
        title: their job there.
        kind: what they are to it.

    Raises:
        Problem: see `create_customer` and `create_relationship`.
    """
    require(actor, Customer, "create")
    require(actor, Customer, "edit", organisation)
    with write_unit() as session:
        person = create_customer(actor, {"roles": [], "tags": [], **values, "kind": PERSON})
        relation = Relationship(from_id=person.id, to_id=organisation.id, kind=kind, title=title)
        add(session, actor, relation)
        return person


def relate_person(
    actor: Actor, organisation: Customer, person: Customer, *, title: str | None = None, kind: str = "works_at"
) -> Relationship:
    """Say that a known person belongs to an organisation that the actor may edit.

    Raises:
        Problem: 422 when that is known already, 403 or 404 without the right.
    """
    require(actor, Customer, "view", person)
    require(actor, Customer, "edit", organisation)
    with write_unit() as session:
        _refuse_bad_relation(person.id, organisation.id, kind)
        relation = Relationship(from_id=person.id, to_id=organisation.id, kind=kind, title=title)
        added: Relationship = add(session, actor, relation)
        return added


def remove_part(actor: Actor, part: ContactPoint | Address | Relationship) -> None:
    """Put a part of a customer into the bin; undo brings it back.

    Raises:
        Problem: 403 or 404 without the right to edit the customer (of a relation: either of the two).
    """
    ends = [part.from_id, part.to_id] if isinstance(part, Relationship) else [part.customer_id]
    with write_unit():
        _require_any(actor, ends)
        part.deleted_at = utc_now()


def _require_any(actor: Actor, customer_ids: list[uuid.UUID]) -> None:
    for customer_id in customer_ids[:-1]:
        try:
            _part_of(actor, customer_id)
        except Problem:
            continue
        return
    _part_of(actor, customer_ids[-1])
