"""The people of a deal beside its page, and a person's deals beside theirs."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from pelatis.api import Actor, Customer, Dependents, Panel, _, format_amount, initials, may, ngettext, tone_of

from ..models import ContactRole, Opportunity
from ..queries import contacts
from ..records import OPPORTUNITIES
from ..schemas import CONTACT_ROLES, ContactRoleSchema


def panels(slot: str, actor: Actor, record: Any) -> Iterator[Panel]:
    """Give who has a part in a deal, and which deals a person has a part in."""
    if slot == "record.sidebar" and isinstance(record, Opportunity) and may(actor, ContactRole, "view"):
        yield people_panel(actor, record)
    elif slot == "customer.sidebar" and record.is_person and may(actor, Opportunity, "view"):
        yield from _deals_panel(actor, record)


def people_panel(actor: Actor, opportunity: Opportunity) -> Panel:
    """Give who has a part in a deal, with the form that adds one more."""
    rows = contacts.people_of(actor, opportunity.id)
    editable = opportunity.deleted_at is None and may(actor, Opportunity, "edit")
    return Panel(
        id="sales.people",
        title=_("People"),
        template="sales/panels/people.html",
        context={
            "deal": opportunity,
            "people": [_person(contact, person) for contact, person in rows],
            "roles": CONTACT_ROLES,
            "editable": editable,
            "icon": "users",
        },
        count=len(rows) or None,
        order=30,
    )


def _person(contact: ContactRole, person: Customer) -> dict[str, Any]:
    tones = ContactRoleSchema().fields["role"].tones  # type: ignore[attr-defined]
    return {
        "id": contact.id,
        "name": person.name,
        "url": f"/customers/{person.id}",
        "initials": initials(person.name),
        "tone": tone_of(person.id),
        "role": CONTACT_ROLES.get(contact.role, contact.role),
        "role_tone": tones.get(contact.role, ""),
        "is_primary": contact.is_primary,
        "note": contact.note or "",
        "phone": person.phone,
        "mail": person.email,
    }


def _deals_panel(actor: Actor, person: Customer) -> Iterator[Panel]:
    rows = contacts.deals_of_person(actor, person.id)
    if not rows:
        return
    listed = [
        {
            "title": opportunity.name,
            "url": OPPORTUNITIES.url_of(opportunity.id),
            "figure": format_amount(opportunity.amount, opportunity.currency),
            "stage": stage.name,
            "note": CONTACT_ROLES.get(contact.role, contact.role),
        }
        for contact, opportunity, stage in rows
    ]
    yield Panel(
        id="sales.parts",
        title=_("Has a part in"),
        template="sales/panels/deals.html",
        context={"rows": listed, "icon": "briefcase"},
        count=len(rows),
    )


def dependents(record_type: str, people: Sequence[UUID]) -> Iterator[Dependents]:
    """Tell how many parts in deals lean on people."""
    count = contacts.count_contacts(people) if record_type == "customer" else 0
    if count:
        label = ngettext("a part in %(num)s deal", "a part in %(num)s deals", count)
        yield Dependents(record_type="sales.contact_role", label=label, count=count)
