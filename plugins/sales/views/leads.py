"""The steps of a lead: take it, change its status, convert it."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from flask import request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from pelatis.api import (
    Problem,
    _,
    asked_facts,
    audience,
    base_currency,
    current_actor,
    find_record,
    last_transaction,
    load_values,
    not_found,
    redirect_or_refresh,
    render,
    require,
    submitted,
    toast,
    update_record,
)

from ..models import Lead, Opportunity
from ..operations.leads import CONVERTIBLE, Conversion, convert_lead, take_lead
from ..queries.matches import Match, matches_of
from ..records import LEADS, OPPORTUNITIES
from ..schemas import CONTACT_ROLES
from . import blueprint

#: What the page of a conversion asks of the deal.
DEAL_FACTS: Final = ("name", "stage", "amount", "currency", "expected_close_on")
#: Chosen instead of somebody who is there.
NEW: Final = "new"
NOBODY: Final = "nobody"


@blueprint.post("/leads/<uuid:record_id>/take")
@audience("staff")
def take(record_id: UUID) -> Response:
    """Make a lead one's own and begin to work on it."""
    actor = current_actor()
    lead = take_lead(actor, find_record(actor, LEADS, record_id, "edit"))
    toast(_("%(name)s is yours.", name=lead.name), undo=last_transaction())
    return redirect_or_refresh(LEADS.url_of(lead.id))


@blueprint.post("/leads/<uuid:record_id>/status")
@audience("staff")
def change_status(record_id: UUID) -> Response:
    """Change a lead's status, with the reason where it is given up."""
    actor = current_actor()
    lead = find_record(actor, LEADS, record_id, "edit")
    values = {name: request.form[name] for name in ("status", "disqualified_reason") if request.form.get(name)}
    update_record(actor, LEADS, lead, values, request.form.get("version", type=int))
    toast(_("%(name)s is saved.", name=lead.name), undo=last_transaction())
    return redirect_or_refresh(LEADS.url_of(lead.id))


@blueprint.get("/leads/<uuid:record_id>/convert")
@audience("staff")
def conversion_page(record_id: UUID) -> Response:
    """Show whom a lead may already be, and ask what becomes of it."""
    return _conversion(find_record(current_actor(), LEADS, record_id, "edit"), {})


@blueprint.post("/leads/<uuid:record_id>/convert")
@audience("staff")
def convert(record_id: UUID) -> Response:
    """Make a customer and an opportunity of a lead, as it was chosen; of what wasn't, the likeliest."""
    actor = current_actor()
    lead = find_record(actor, LEADS, record_id, "edit")
    facts = {name: request.form[name] for name in DEAL_FACTS if name in request.form}
    try:
        values = load_values(OPPORTUNITIES, submitted(OPPORTUNITIES, MultiDict(facts)), partial=True)
        opportunity = convert_lead(actor, lead, values, _chosen())
    except Problem as problem:
        if problem.status != 422 or problem.code == "sales.lead_status_refused" or not problem.fields:
            raise
        return _conversion(lead, request.form, problem)
    toast(_("%(name)s is a deal now.", name=opportunity.name), undo=last_transaction())
    return redirect_or_refresh(OPPORTUNITIES.url_of(opportunity.id))


def _chosen() -> Conversion:
    customer, person = request.form.get("customer", ""), request.form.get("person", "")
    role = request.form.get("role", "")
    return Conversion(
        customer_id=_id(customer),
        makes_customer=customer == NEW,
        person_id=_id(person),
        makes_person=person == NEW,
        role=role if role in CONTACT_ROLES else "decides",
    )


def _id(text: str) -> UUID | None:
    """Read an id; None for nothing and for a new one.

    Raises:
        Problem: 404 for anything else.
    """
    try:
        return None if text in ("", NEW, NOBODY) else UUID(text)
    except ValueError as error:
        raise not_found() from error


def _conversion(lead: Lead, given: Mapping[str, str], problem: Problem | None = None) -> Response:
    actor = current_actor()
    require(actor, Opportunity, "create")
    matches = matches_of(actor, lead)
    facts = {"name": lead.company or lead.name, "stage": "", "amount": "", "currency": base_currency()}
    facts |= {"expected_close_on": ""}
    facts |= {name: given[name] for name in DEAL_FACTS if name in given}
    customers = [each for each in matches if lead.company is None or not each.customer.is_person]
    people = [each for each in matches if each.customer.is_person] if lead.company else []
    return render(
        "sales/convert.html",
        422 if problem else 200,
        lead=lead,
        is_open=lead.status in CONVERTIBLE,
        lead_url=LEADS.url_of(lead.id),
        customers=[(each.customer.id, each.customer.name, _why(each)) for each in customers],
        people=[(each.customer.id, each.customer.name, _why(each)) for each in people],
        controls=asked_facts(actor, OPPORTUNITIES, None, "", facts, problem.fields if problem else {})["controls"],
        roles=list(CONTACT_ROLES.items()),
        given=given,
        chosen=given.get("customer") or (customers[0].customer.id if customers else NEW),
        person=given.get("person") or (people[0].customer.id if people else NEW),
        errors=problem.fields if problem else {},
    )


def _why(match: Match) -> str:
    """Say why a lead may be a customer, and where that one is."""
    return " · ".join([*match.reasons, *([match.customer.city] if match.customer.city else [])])
