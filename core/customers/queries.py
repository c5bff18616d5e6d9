"""The reads of customers that are more than one line."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, and_, bindparam, cast, literal, null, or_, select, union_all

from core.access import Actor, kept, visible
from core.customers.keys import matching_name
from core.customers.kinds import relation_kind
from core.customers.models import Address, ContactPoint, Customer, Relationship
from core.customers.operations import normalised_contact
from core.customers.tax import read_tax_number
from core.database import db, read_once
from core.i18n import _
from core.problems import Problem
from core.territories.models import Territory
from core.users.models import User

#: How many relations of one kind of end a page shows.
MOST_RELATED: Final = 30
#: What marks, among the rows around a customer, a contact point or an address, an address, and the hierarchy.
_PART, _ADDRESS, _HIERARCHY = "part", "address", "hierarchy"
#: How many likely duplicates are shown.
MOST_DUPLICATES: Final = 5


@dataclass(frozen=True)
class Related:
    """Another customer, as seen from one.

    Attributes:
        relation_id: the relation's id; None for the hierarchy, which is a field of the customer.
        label: how the relation reads from here: "Works at", "Supplied by", "Parent of".
        title: the person's job, where it is known.
        customer_id, name, kind, phone, email: the other one.
        is_contact: whether it is a person who belongs to this customer.
    """

    relation_id: UUID | None
    label: str
    title: str | None
    customer_id: UUID
    name: str
    kind: str
    phone: str | None
    email: str | None
    is_contact: bool


@dataclass(frozen=True)
class Part:
    """A further contact point or address.

    Attributes:
        id: its id.
        kind: `email`, `phone`, `mobile`, `web` or `address`.
        label: what it is for.
        text: what is read.
        value: what machines use: the number to dial.
    """

    id: UUID
    kind: str
    label: str | None
    text: str
    value: str


@dataclass(frozen=True)
class Duplicate:
    """A customer that somebody may be about to enter once more, and why it is thought so."""

    customer: Customer
    reasons: Sequence[str]


def customer_with_names(actor: Actor, customer_id: UUID) -> tuple[Customer, str | None, str | None] | None:
    """Read a customer and the names of its owner and territory with one statement; None when it may not be seen."""
    row = _with_names(actor, customer=customer_id).one_or_none()
    return None if row is None else (row[0], row[1], row[2])


@kept
def _with_names(actor: Actor) -> Any:
    return (
        select(Customer, User.name, Territory.name)
        .outerjoin(User, User.id == Customer.owner_id)
        .outerjoin(Territory, and_(Territory.id == Customer.territory_id, visible(actor, Territory)))
        .where(Customer.id == bindparam("customer"), visible(actor, Customer))
    )


def related_customers(actor: Actor, customer: Customer) -> list[Related]:
    """List everybody that a customer is related to, both ways and up and down the hierarchy."""
    return [_related(row) for row in _around(actor, customer) if row.way != _PART]


def parts_of(actor: Actor, customer: Customer) -> list[Part]:
    """List the further contact points and addresses of a customer, whom the actor may see, the oldest first."""
    parts = [row for row in _around(actor, customer) if row.way == _PART]
    return [_part(row) for row in sorted(parts, key=lambda row: (row.since, row.id))]


def _around(actor: Actor, customer: Customer) -> Sequence[Any]:
    """Read what is kept around a customer, related ones and parts, with one statement for both."""
    values = {"customer": customer.id, "parent": customer.parent_id}
    return read_once(("core.around", actor, *values.values()), lambda: _all_around(actor, **values).all())


@kept
def _all_around(actor: Actor) -> Any:
    here = bindparam("customer", type_=Customer.id.type)
    halves = [
        _relations(actor, Relationship.from_id == here, Relationship.to_id, "forward"),
        _relations(actor, Relationship.to_id == here, Relationship.from_id, "backward"),
        _hierarchy(actor, Customer.parent_id == here, "child"),
        _hierarchy(actor, Customer.id == bindparam("parent"), "parent"),
        _parts(actor, ContactPoint, here),
        _parts(actor, Address, here),
    ]
    return union_all(*[select(half.subquery()) for half in halves])


_OTHER = (Customer.id.label("customer_id"), Customer.name, Customer.kind, Customer.phone, Customer.email)


def _relations(actor: Actor, here: ColumnElement[bool], there: Any, way: str) -> Any:
    return (
        select(
            Relationship.id.label("id"),
            Relationship.kind.label("what"),
            Relationship.title,
            literal(way).label("way"),
            *_OTHER,
            null().label("city"),
            Relationship.created_at.label("since"),
        )
        .join(Customer, Customer.id == there)
        .where(
            here,
            Relationship.deleted_at.is_(None),
            Customer.deleted_at.is_(None),
            visible(actor, Customer),
            visible(actor, Relationship),
        )
        .order_by(Relationship.created_at)
        .limit(MOST_RELATED)
    )


def _hierarchy(actor: Actor, criterion: ColumnElement[bool], way: str) -> Any:
    return (
        select(
            _no_id("id"),
            literal(_HIERARCHY).label("what"),
            null().label("title"),
            literal(way).label("way"),
            *_OTHER,
            null().label("city"),
            Customer.created_at.label("since"),
        )
        .where(criterion, Customer.deleted_at.is_(None), visible(actor, Customer))
        .order_by(Customer.name_key)
        .limit(MOST_RELATED)
    )


def _parts(actor: Actor, model: type[ContactPoint] | type[Address], customer: Any) -> Any:
    """Read the parts of one kind; what is written and what machines use stand where others have name and phone."""
    what, value, normalised, city = (
        (literal(_ADDRESS), Address.street, Address.postcode, Address.city)
        if model is Address
        else (ContactPoint.kind, ContactPoint.value, ContactPoint.normalised, null())
    )
    return select(
        model.id.label("id"),
        what.label("what"),
        model.label.label("title"),
        literal(_PART).label("way"),
        _no_id("customer_id"),
        value.label("name"),
        null().label("kind"),
        normalised.label("phone"),
        null().label("email"),
        city.label("city"),
        model.created_at.label("since"),
    ).where(model.customer_id == customer, model.deleted_at.is_(None), visible(actor, model))


def _no_id(name: str) -> Any:
    """Give a typed null, because the halves of a union must agree on PostgreSQL."""
    return cast(null(), Uuid()).label(name)


def _related(row: Any) -> Related:
    person = False
    if row.what == _HIERARCHY:
        label = _("Belongs to") if row.way == "parent" else _("Parent of")
    else:
        kind = relation_kind(row.what)
        label = str(kind.forward if row.way == "forward" else kind.backward)
        person = kind.person and row.way == "backward"
    return Related(row.id, label, row.title, row.customer_id, row.name, row.kind, row.phone, row.email, person)


def _part(row: Any) -> Part:
    if row.what != _ADDRESS:
        return Part(row.id, row.what, row.title, row.name, row.phone)
    text = written_address(row.name, row.phone, row.city)
    return Part(row.id, row.what, row.title, text, text)


def written_address(street: str | None, postcode: str | None, city: str | None) -> str:
    """Write an address in one line, its postcode unbroken: `Μαιζώνος 84, 262 21 Πάτρα`."""
    place = " ".join(part for part in ((postcode or "").replace(" ", "\N{NO-BREAK SPACE}"), city) if part)
    return ", ".join(part for part in (street, place) if part)


def find_duplicates(
    actor: Actor,
    *,
    name: str = "",
    email: str = "",
    phone: str = "",
    tax_number: str = "",
    country: str | None = None,
    exclude: UUID | None = None,
) -> list[Duplicate]:
    """Find customers that are likely the one that somebody is entering, by indexed keys alone.

    Only customers that the actor may see are found; that others exist is never told.

    Args:
        actor: whoever enters.
        name, email, phone, tax_number: as they were typed.
        country: ISO code, so that national numbers are understood.
        exclude: the customer that is being edited.
    """
    keys = _duplicate_keys(name, email, phone, tax_number, country)
    if not keys:
        return []
    branches = [select(Customer.id).where(Customer.deleted_at.is_(None), _key_is(keys, key)) for key in keys]
    contacts = [keys[key] for key in ("email", "phone") if key in keys]
    if contacts:
        branches.append(
            select(ContactPoint.customer_id).where(
                ContactPoint.kind.in_(("email", "phone", "mobile")),
                ContactPoint.normalised.in_(contacts),
                ContactPoint.deleted_at.is_(None),
            )
        )
    statement = (
        select(Customer)
        .where(Customer.id.in_(union_all(*branches)), Customer.deleted_at.is_(None), visible(actor, Customer))
        .order_by(Customer.id)
        .limit(MOST_DUPLICATES)
    )
    if exclude is not None:
        statement = statement.where(Customer.id != exclude)
    return [Duplicate(customer, _reasons(customer, keys)) for customer in db.session.scalars(statement)]


def _key_is(keys: dict[str, str], key: str) -> ColumnElement[bool]:
    if key == "tax_number":
        # Older rows may lack the prefix of their country.
        return or_(Customer.tax_number == keys[key], Customer.tax_number == keys[key][2:])
    columns: dict[str, Any] = {"name": Customer.match_key, "email": Customer.email, "phone": Customer.phone}
    criterion: ColumnElement[bool] = columns[key] == keys[key]
    return criterion


def _duplicate_keys(name: str, email: str, phone: str, tax_number: str, country: str | None) -> dict[str, str]:
    keys: dict[str, str] = {}
    if len(matched := matching_name(name)) >= 3:
        keys["name"] = matched
    if "@" in email:
        keys["email"] = email.strip().lower()
    if phone.strip():
        with suppress(Problem):  # a number that is still being typed can't be anybody's
            keys["phone"] = normalised_contact("phone", phone, country)
    if len(tax_number.strip()) >= 6:
        keys["tax_number"] = read_tax_number(tax_number, country).value
    return keys


def _reasons(customer: Customer, keys: dict[str, str]) -> list[str]:
    reasons = []
    if "tax_number" in keys and customer.tax_number in (keys["tax_number"], keys["tax_number"][2:]):
        reasons.append(_("same tax number"))
    if keys.get("email") == customer.email and customer.email:
        reasons.append(_("same mail address"))
    if keys.get("phone") == customer.phone and customer.phone:
        reasons.append(_("same phone"))
    if keys.get("name") == customer.match_key:
        reasons.append(_("same name"))
    return reasons or [_("same contact point")]
