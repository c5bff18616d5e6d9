"""Leads: their clock, the statuses that may follow each other, and what a lead is converted to.

The state machine is the table `LEAD_MOVES`; what it doesn't list is refused.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from pelatis.api import (
    Actor,
    Customer,
    Problem,
    _,
    add,
    add_many,
    change_record,
    create_customer,
    db,
    make_each,
    matching_name,
    new_id,
    require,
    save,
    system_actor,
    utc_now,
    visible,
    write_unit,
)

from ..models import Lead, Opportunity
from ..schemas import LEAD_STATUSES
from .assignment import Assigner
from .clock import answer_by
from .contacts import create_contact_role, new_person, place_at_customer
from .opportunities import create_opportunity

#: Lead status to the statuses that may follow it. `converted` is reached by `convert_lead` alone.
LEAD_MOVES: Final[Mapping[str, frozenset[str]]] = {
    "new": frozenset({"working", "qualified", "disqualified"}),
    "working": frozenset({"qualified", "disqualified"}),
    "qualified": frozenset({"working", "disqualified"}),
    "disqualified": frozenset({"working"}),
    "converted": frozenset(),
}
#: From where a lead may be converted.
CONVERTIBLE: Final = frozenset({"new", "working", "qualified"})


def create_lead(actor: Actor, values: Mapping[str, Any]) -> Lead:
    """Make a lead and start its clock: a new one must be answered within the response time.

    One that nobody in particular makes goes to whom the assignment rules say.
    """
    with write_unit() as session:
        lead = _new_lead(values)
        given = Assigner("lead").give(lead) if lead.owner_id is None and actor.user_id is None else None
        _start_clock(lead)
        saved: Lead = save(actor, lead)
        if given is not None:
            add(session, system_actor(), given)
        return saved


def create_leads(actor: Actor, rows: Sequence[Mapping[str, Any]]) -> list[Problem | None]:
    """Make many leads at once, by the same rules as `create_lead`; see `create_opportunities`.

    New ones that name no owner go to whom the assignment rules say, and else to whoever brings them.
    """
    with write_unit():
        made, outcomes = make_each(rows, _new_lead)
        given = Assigner("lead").give_each([each for each in made if each.owner_id is None and each.status == "new"])
        for lead in made:
            _start_clock(lead)
        add_many(actor, made)
        add_many(system_actor(), given)
        return outcomes


def _new_lead(values: Mapping[str, Any]) -> Lead:
    lead = Lead(**{"id": new_id(), **values})
    if lead.status == "converted":
        raise _refused_status("converted")
    return lead


def _start_clock(lead: Lead) -> None:
    """Say by when a new lead must be answered, unless whoever made it did, or the rule that gave it to somebody."""
    if lead.status == "new":
        lead.respond_by = lead.respond_by or answer_by()


def update_lead(actor: Actor, lead: Lead, values: Mapping[str, Any]) -> Lead:
    """Change a lead; a new status among the values must follow the present one.

    Raises:
        Problem: `sales.lead_status_refused`; `sales.reason_needed` when it is disqualified without a reason.
    """
    changes = dict(values)
    with write_unit() as session:
        status = changes.pop("status", lead.status)
        change_record(actor, lead, changes)
        if status != lead.status:
            _change_status(lead, status)
        session.flush()
        return lead


def _change_status(lead: Lead, status: str) -> None:
    if status not in LEAD_MOVES[lead.status]:
        raise _refused_status(status)
    if status == "disqualified" and lead.disqualified_reason is None:
        message = _("Say why it came to nothing.")
        raise Problem("sales.reason_needed", message, fields={"disqualified_reason": [message]})
    if lead.status == "disqualified":
        lead.disqualified_reason = None
    lead.answered_at = lead.answered_at or utc_now()
    lead.status = status


def _refused_status(status: str) -> Problem:
    message = _("It can't become “%(status)s” now.", status=LEAD_STATUSES[status])
    return Problem("sales.lead_status_refused", message, fields={"status": [message]})


def stop_clock(lead_id: UUID, at: datetime) -> None:
    """Take notice that somebody spoke with a lead: a new one is being worked on, and was answered then.

    Args:
        lead_id: of any lead; one that was answered before stays as it is.
        at: when they spoke.
    """
    with write_unit() as session:
        lead = session.get(Lead, lead_id, with_for_update=True)
        if lead is None or lead.answered_at is not None:
            return
        lead.answered_at = min(at, utc_now())
        if lead.status == "new":
            _change_status(lead, "working")
        session.flush()


def take_lead(actor: Actor, lead: Lead) -> Lead:
    """Make a lead one's own and begin to work on it, which stops its clock.

    Raises:
        Problem: `sales.lead_status_refused` when somebody has begun already; 403 or 404 without the permission.
    """
    require(actor, Lead, "edit", lead)
    with write_unit() as session:
        session.refresh(lead, with_for_update=True)
        lead.owner_id = actor.user_id or lead.owner_id
        _change_status(lead, "working")
        session.flush()
        return lead


@dataclass(frozen=True)
class Conversion:
    """What a lead becomes, as somebody chose it.

    Attributes:
        customer_id: a customer that is there already; None to look for the likeliest one.
        makes_customer: whether a new customer is made, whoever is there already.
        person_id: a person that is there already, who gets a part in the deal.
        makes_person: whether a new person is made of the lead's name, who works at the customer.
        role: the part that the person gets, a key of `schemas.CONTACT_ROLES`.
    """

    customer_id: UUID | None = None
    makes_customer: bool = False
    person_id: UUID | None = None
    makes_person: bool = False
    role: str = "decides"


def convert_lead(
    actor: Actor, lead: Lead, values: Mapping[str, Any] | None = None, chosen: Conversion | None = None
) -> Opportunity:
    """Make a customer and an opportunity of a lead; a customer that is there already is taken and not doubled.

    Args:
        actor: whoever converts it; they need the right to edit the lead and to make customers and opportunities.
        lead: a lead that is new, working or qualified.
        values: checked values (model attributes) of the opportunity; `customer_id` names the customer.
        chosen: whom the lead becomes; the likeliest customer, without a person, when nobody chose.

    Raises:
        Problem: `sales.lead_status_refused` (409) when it was converted or given up before; 403 or 404 without a right.
    """
    require(actor, Lead, "edit", lead)
    require(actor, Opportunity, "create")
    chosen = chosen or Conversion()
    with write_unit() as session:
        session.refresh(lead, with_for_update=True)
        if lead.status not in CONVERTIBLE:
            message = _("Somebody has converted or given it up.")
            raise Problem("sales.lead_status_refused", message, status=409)
        columns = dict(values or {})
        columns["customer_id"] = columns.get("customer_id") or _chosen_customer(actor, lead, chosen)
        columns["name"] = columns.get("name") or lead.company or lead.name
        columns["owner_id"] = columns.get("owner_id") or lead.owner_id
        columns.setdefault("product_id", lead.product_id)
        opportunity = create_opportunity(actor, {"source": lead.source, "needs": lead.message, **columns})
        _introduce(actor, lead, opportunity, chosen)
        lead.answered_at = lead.answered_at or utc_now()
        lead.status = "converted"
        lead.customer_id, lead.opportunity_id = opportunity.customer_id, opportunity.id
        session.flush()
        return opportunity


def _chosen_customer(actor: Actor, lead: Lead, chosen: Conversion) -> UUID:
    if chosen.customer_id is not None:
        require(actor, Customer, "view", db.session.get(Customer, chosen.customer_id))
        return chosen.customer_id
    return _new_customer(actor, lead) if chosen.makes_customer else _customer_of(actor, lead)


def _introduce(actor: Actor, lead: Lead, opportunity: Opportunity, chosen: Conversion) -> None:
    """Give the person behind a lead their part in the deal."""
    person_id = chosen.person_id
    if person_id is not None:
        person = db.session.get(Customer, person_id)
        require(actor, Customer, "view", person)
        assert person is not None, "whoever may be seen is there"  # noqa: S101
        place_at_customer(actor, opportunity, person)
    elif chosen.makes_person:
        person_id = new_person(actor, opportunity, lead.name, email=lead.email, phone=lead.phone).id
    if person_id is not None:
        create_contact_role(
            system_actor(),
            {
                "opportunity_id": opportunity.id,
                "customer_id": person_id,
                "role": chosen.role,
                "owner_id": actor.user_id,
            },
        )


def _customer_of(actor: Actor, lead: Lead) -> UUID:
    """Find the customer that a lead already is: by mail, by phone, by the company's name; otherwise make it."""
    return _matching_customer(actor, lead) or _new_customer(actor, lead)


def _new_customer(actor: Actor, lead: Lead) -> UUID:
    require(actor, Customer, "create")
    party = {"kind": "organisation", "name": lead.company} if lead.company else {"kind": "person", "name": lead.name}
    customer = create_customer(
        actor,
        {
            **party,
            "roles": ["prospect"],
            "email": lead.email,
            "phone": lead.phone,
            "owner_id": lead.owner_id,
            "country": lead.country,
            "postcode": lead.postcode,
            "language": lead.language,
        },
    )
    return customer.id


def _matching_customer(actor: Actor, lead: Lead) -> UUID | None:
    key = matching_name(lead.company or lead.name)
    criteria = [
        Customer.email == lead.email if lead.email else None,
        Customer.phone == lead.phone if lead.phone else None,
        Customer.match_key == key if key else None,
    ]
    for criterion in criteria:
        if criterion is None:
            continue
        statement = select(Customer.id).where(criterion, Customer.deleted_at.is_(None), visible(actor, Customer))
        found = db.session.scalars(statement.order_by(Customer.created_at).limit(1)).first()
        if found is not None:
            return found
    return None
