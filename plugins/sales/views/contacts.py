"""The people and the competitors of a deal: added to its page and taken from it in place."""

from uuid import UUID

from flask import jsonify, request
from werkzeug.wrappers import Response

from pelatis.api import (
    Customer,
    Panel,
    Problem,
    _,
    audience,
    bin_record,
    create_record,
    current_actor,
    find_record,
    fragment,
    last_transaction,
    not_found,
    require,
    save,
    toast,
    update_record,
    write_unit,
)

from ..hooks.competitors import competitors_panel
from ..hooks.contacts import people_panel
from ..models import Competitor, ContactRole, DealCompetitor, Opportunity
from ..operations.contacts import new_person
from ..queries.contacts import find_people
from ..records import CONTACT_ROLE_TYPE, DEAL_COMPETITORS, OPPORTUNITIES
from . import blueprint


@blueprint.get("/opportunities/<uuid:record_id>/people/options")
@audience("staff")
def offer_people(record_id: UUID) -> Response:
    """Offer people for a deal: those of its customer first, then whoever else the typed words find."""
    found = find_people(current_actor(), _deal(record_id), request.args.get("q", "")[:200])
    return jsonify({"items": [{"id": str(person), "text": name, "note": note} for person, name, note in found]})


@blueprint.post("/opportunities/<uuid:record_id>/people/new")
@audience("staff")
def make_person(record_id: UUID) -> Response:
    """Make a person of a name alone, who belongs to the deal's customer."""
    person: Customer = new_person(current_actor(), _deal(record_id), _text())
    return jsonify({"id": str(person.id), "text": person.name})


@blueprint.post("/opportunities/<uuid:record_id>/people")
@audience("staff")
def add_person(record_id: UUID) -> Response:
    """Give a person a part in a deal."""
    deal = _deal(record_id)
    given = {"opportunity": str(deal.id), **_given("customer", "role", "note")}
    try:
        create_record(current_actor(), CONTACT_ROLE_TYPE, given)
    except Problem as problem:
        if problem.status != 422:
            raise
        return _answer(people_panel(current_actor(), deal), 422, problem, given)
    toast(_("Added."), undo=last_transaction())
    return _answer(people_panel(current_actor(), deal))


@blueprint.post("/opportunities/<uuid:record_id>/people/<uuid:part_id>/<act>")
@audience("staff")
def change_person(record_id: UUID, part_id: UUID, act: str) -> Response:
    """Make a person the main contact of a deal, change their role, or take them from it."""
    actor, deal = current_actor(), _deal(record_id)
    contact: ContactRole = find_record(actor, CONTACT_ROLE_TYPE, part_id, "edit")
    if contact.opportunity_id != deal.id:
        raise not_found()
    if act == "remove":
        bin_record(actor, CONTACT_ROLE_TYPE, contact)
        toast(_("Taken from the deal."), undo=last_transaction())
    elif act == "main":
        update_record(actor, CONTACT_ROLE_TYPE, contact, {"is_primary": "true"})
    elif act == "role":
        update_record(actor, CONTACT_ROLE_TYPE, contact, _given("role"))
    else:
        raise not_found()
    return _answer(people_panel(actor, deal))


@blueprint.post("/competitors/quick")
@audience("staff")
def make_competitor() -> Response:
    """Make a competitor of a name alone."""
    actor = current_actor()
    require(actor, Competitor, "create")
    with write_unit():
        competitor: Competitor = save(actor, Competitor(name=_text()))
    return jsonify({"id": str(competitor.id), "text": competitor.name})


@blueprint.post("/opportunities/<uuid:record_id>/competitors")
@audience("staff")
def add_competitor(record_id: UUID) -> Response:
    """Say that a competitor is after a deal."""
    actor, deal = current_actor(), _deal(record_id)
    given = {"opportunity": str(deal.id), **_given("competitor", "note")}
    try:
        create_record(actor, DEAL_COMPETITORS, given)
    except Problem as problem:
        if problem.status != 422:
            raise
        return _answer(competitors_panel(actor, deal), 422, problem, given)
    toast(_("Added."), undo=last_transaction())
    return _answer(competitors_panel(actor, deal))


@blueprint.post("/opportunities/<uuid:record_id>/competitors/<uuid:part_id>/remove")
@audience("staff")
def remove_competitor(record_id: UUID, part_id: UUID) -> Response:
    """Take a competitor from a deal."""
    actor, deal = current_actor(), _deal(record_id)
    met: DealCompetitor = find_record(actor, DEAL_COMPETITORS, part_id, "delete")
    if met.opportunity_id != deal.id:
        raise not_found()
    bin_record(actor, DEAL_COMPETITORS, met)
    toast(_("Taken from the deal."), undo=last_transaction())
    return _answer(competitors_panel(actor, deal))


def _deal(record_id: UUID) -> Opportunity:
    deal: Opportunity = find_record(current_actor(), OPPORTUNITIES, record_id, "edit")
    return deal


def _given(*names: str) -> dict[str, str]:
    return {name: request.form[name] for name in names if request.form.get(name)}


def _text() -> str:
    text = " ".join(request.form.get("text", "").split())[:200]
    if not text:
        message = _("Write a name.")
        raise Problem("sales.no_name", message, fields={"text": [message]})
    return text


def _answer(panel: Panel, status: int = 200, problem: Problem | None = None, given: object = None) -> Response:
    """Give a panel's body anew, with what was wrong where something was."""
    errors = problem.fields if problem else {}
    return fragment(panel.template, status, **panel.context, errors=errors, given=given or {})
