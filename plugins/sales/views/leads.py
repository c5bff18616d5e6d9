"""The steps of a lead: take it, change its status, convert it."""

from uuid import UUID

from flask import request
from werkzeug.wrappers import Response

from pelatis.api import (
    _,
    audience,
    current_actor,
    find_record,
    last_transaction,
    load_values,
    redirect_or_refresh,
    submitted,
    toast,
    update_record,
)

from ..operations.leads import convert_lead, take_lead
from ..records import LEADS, OPPORTUNITIES
from . import blueprint


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


@blueprint.post("/leads/<uuid:record_id>/convert")
@audience("staff")
def convert(record_id: UUID) -> Response:
    """Make a customer and an opportunity of a lead."""
    actor = current_actor()
    lead = find_record(actor, LEADS, record_id, "edit")
    values = load_values(OPPORTUNITIES, submitted(OPPORTUNITIES, request.form), partial=True)
    opportunity = convert_lead(actor, lead, values)
    toast(_("%(name)s is a deal now.", name=opportunity.name), undo=last_transaction())
    return redirect_or_refresh(OPPORTUNITIES.url_of(opportunity.id))
