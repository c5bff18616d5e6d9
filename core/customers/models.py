"""The tables of customers: parties, their further contact points and addresses, and the relations between them."""

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column, validates

from core.customers.keys import matching_name, sorting_name
from core.database import Amount, Base, Currency, Id, Record, ref

ORGANISATION = "organisation"
PERSON = "person"


class Customer(Record, Base):
    """A party: an organisation or a person that the company deals with, in any role."""

    __table_args__ = (
        CheckConstraint("parent_id != id", name="not_its_own_parent"),
        # The order of the list; the last column lets it count the list too.
        Index("ix_core_customer_name_key", "name_key", "id", "deleted_at"),
        Index("ix_core_customer_created_at", "created_at", "id"),
    )
    # Both follow from the name.
    __journal_exclude__ = frozenset({"name_key", "match_key"})

    #: `organisation` or `person`.
    kind: Mapped[str] = mapped_column(String(12), default=ORGANISATION)
    name: Mapped[str] = mapped_column(String(200), index=True)
    #: What lists sort by.
    name_key: Mapped[str] = mapped_column(String(600), default="")
    #: The folded name without legal form and punctuation; equal ones are likely the same party.
    match_key: Mapped[str] = mapped_column(String(200), default="", index=True)
    legal_name: Mapped[str | None] = mapped_column(String(200))
    given_name: Mapped[str | None] = mapped_column(String(100))
    family_name: Mapped[str | None] = mapped_column(String(100))
    #: What the company has to do with the party, an open set; found through `core_tagging`.
    roles: Mapped[list[Any]] = mapped_column(default=list)
    tags: Mapped[list[Any]] = mapped_column(default=list)
    #: With its country's prefix where that is known: `EL123456783`.
    tax_number: Mapped[str | None] = mapped_column(String(32), index=True)
    industry: Mapped[str | None] = mapped_column(String(80), index=True)
    founded_year: Mapped[int | None]
    employees: Mapped[int | None]
    annual_revenue: Mapped[Amount | None]
    currency: Mapped[Currency | None]
    website: Mapped[str | None] = mapped_column(String(300))
    email: Mapped[str | None] = mapped_column(String(254), index=True)
    #: E.164.
    phone: Mapped[str | None] = mapped_column(String(20), index=True)
    #: ISO 639-1: in which language the company writes to them.
    language: Mapped[str | None] = mapped_column(String(5))
    street: Mapped[str | None] = mapped_column(String(200))
    postcode: Mapped[str | None] = mapped_column(String(20))
    city: Mapped[str | None] = mapped_column(String(100), index=True)
    #: ISO 3166-1 alpha-2.
    country: Mapped[str | None] = mapped_column(String(2), index=True)
    parent_id: Mapped[Id | None] = ref("core_customer", on_delete="set null")
    #: Where they belong; whoever looks after it reaches them.
    territory_id: Mapped[Id | None] = ref("core_territory", on_delete="set null")
    #: Whether somebody chose the territory; no rule changes it then.
    territory_pinned: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: The day from which they are a customer.
    since: Mapped[date | None]
    note: Mapped[str | None] = mapped_column(Text)

    @validates("name")
    def _keep_keys(self, _attribute: str, name: str) -> str:
        self.name_key = sorting_name(name)
        self.match_key = matching_name(name)
        return name

    @property
    def is_person(self) -> bool:
        """Whether this is a human being."""
        return self.kind == PERSON


class ContactPoint(Record, Base):
    """A further way to reach a customer, beside the main mail address, phone and website kept on the customer."""

    __table_args__ = (Index("ix_core_contact_point_normalised", "kind", "normalised"),)

    customer_id: Mapped[Id] = ref(Customer, on_delete="cascade")
    #: `email`, `phone`, `mobile` or `web`.
    kind: Mapped[str] = mapped_column(String(10))
    #: As people write it.
    value: Mapped[str] = mapped_column(String(300))
    #: As machines compare it: lower case, E.164.
    normalised: Mapped[str] = mapped_column(String(300))
    label: Mapped[str | None] = mapped_column(String(60))


class Address(Record, Base):
    """A further address of a customer, beside the main one kept on the customer."""

    customer_id: Mapped[Id] = ref(Customer, on_delete="cascade")
    label: Mapped[str | None] = mapped_column(String(60))
    street: Mapped[str | None] = mapped_column(String(200))
    postcode: Mapped[str | None] = mapped_column(String(20))
    city: Mapped[str | None] = mapped_column(String(100))
    country: Mapped[str | None] = mapped_column(String(2))


class Relationship(Record, Base):
    """What one customer is to another: works at, supplies, advises."""

    __table_args__ = (
        CheckConstraint("from_id != to_id", name="two_parties"),
        Index("ix_core_relationship_from_id", "from_id", "kind"),
        Index("ix_core_relationship_to_id", "to_id", "kind"),
    )

    from_id: Mapped[Id] = ref(Customer, on_delete="cascade", index=False)
    to_id: Mapped[Id] = ref(Customer, on_delete="cascade", index=False)
    #: From an open set; `core.customers.kinds` names the known ones in both directions.
    kind: Mapped[str] = mapped_column(String(40))
    #: The job or part: "Purchasing, decides".
    title: Mapped[str | None] = mapped_column(String(120))
    since: Mapped[date | None]
    until: Mapped[date | None]
