"""Which customers and people a lead may already be, and why it is thought so."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from pelatis.api import (
    Actor,
    Customer,
    ListQuery,
    _,
    db,
    find_duplicates,
    format_percent,
    list_records,
    matching_name,
    record_types,
    related_customers,
    visible,
)

from ..models import Lead

#: From which likeness of names on, in percent, a customer is offered.
LIKE: Final = 82
#: How many letters of a word find what was written a little differently.
BEGINNING: Final = 4
#: How many customers are offered.
MOST: Final = 8


@dataclass(frozen=True)
class Match:
    """A customer that a lead may already be.

    Attributes:
        customer: an organisation or a person.
        reasons: why it is thought so, the surest first.
    """

    customer: Customer
    reasons: Sequence[str]


def matches_of(actor: Actor, lead: Lead) -> list[Match]:
    """Find whom a lead may already be, the surest first: by mail, phone and name, then by names that are nearly alike.

    Only customers that the actor may see are found.
    """
    sure = find_duplicates(
        actor,
        name=lead.company or lead.name,
        email=lead.email or "",
        phone=lead.phone or "",
        country=lead.country,
    )
    found = {each.customer.id: Match(each.customer, each.reasons) for each in sure}
    for match in (*_employers(actor, list(found.values())), *_likely(actor, lead.company or lead.name)):
        found.setdefault(match.customer.id, match)
    offered = list(found.values())[:MOST]
    return [*offered, *(each for each in _namesakes(actor, lead, offered) if each.customer.id not in found)]


def _employers(actor: Actor, matches: Sequence[Match]) -> Iterator[Match]:
    """Give the organisations at which people work that were found."""
    for match in matches:
        if not match.customer.is_person:
            continue
        employers = [each.customer_id for each in related_customers(actor, match.customer) if each.kind != "person"]
        statement = select(Customer).where(Customer.id.in_(employers), visible(actor, Customer)).order_by(Customer.id)
        for customer in db.session.scalars(statement):
            yield Match(customer, [_("%(name)s works there", name=match.customer.name)])


def _namesakes(actor: Actor, lead: Lead, matches: Sequence[Match]) -> Iterator[Match]:
    """Give the people of organisations that were found who are called like whoever asked."""
    name = matching_name(lead.name)
    employers = [match.customer for match in matches if lead.company and not match.customer.is_person]
    works_at = {
        each.customer_id: employer.name
        for employer in employers
        for each in related_customers(actor, employer)
        if each.is_contact and matching_name(each.name) == name
    }
    statement = select(Customer).where(Customer.id.in_(works_at), visible(actor, Customer)).order_by(Customer.id)
    for person in db.session.scalars(statement) if works_at else ():
        yield Match(person, [_("works at %(name)s", name=works_at[person.id])])


def _likely(actor: Actor, name: str) -> Iterator[Match]:
    """Give customers whose names are nearly the same, those most alike first."""
    from rapidfuzz import fuzz  # heavy, and most requests need none

    key = matching_name(name)
    customers = record_types.get("customer")
    if len(key) < 3 or customers is None:
        return
    words = [word[:BEGINNING] for word in key.split()]
    seen = {}
    for word in words[:3]:
        for customer in list_records(actor, customers, ListQuery(text=word, limit=50)).items:
            seen[customer.id] = customer
    rated = sorted(((fuzz.token_sort_ratio(key, each.match_key), each) for each in seen.values()), key=_by_likeness)
    for likeness, customer in rated:
        if likeness >= LIKE:
            yield Match(customer, [_("name %(percent)s alike", percent=format_percent(round(likeness)))])


def _by_likeness(rated: tuple[float, Customer]) -> tuple[float, str]:
    return -rated[0], str(rated[1].id)
