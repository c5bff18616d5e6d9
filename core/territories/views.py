"""Administration of territories: their tree, and who looks after each."""

from uuid import UUID

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as WerkzeugResponse

from core.access import Actor, current_actor, may
from core.customers.models import Customer
from core.database import db
from core.i18n import _
from core.problems import not_found
from core.records.queries import active_people
from core.records.untrusted import as_id
from core.territories import operations, queries
from core.territories.models import Territory
from core.web.audience import audience
from core.web.render import redirect_or_refresh, render, toast

blueprint = Blueprint("territories", __name__)


def _manager() -> Actor:
    actor = current_actor()
    if not may(actor, Territory, "edit"):
        raise not_found()
    return actor


def _territory(territory_id: UUID) -> Territory:
    _manager()
    territory = db.session.get(Territory, territory_id)
    if territory is None or territory.deleted_at is not None:
        raise not_found()
    return territory


@blueprint.get("/admin/territories")
@audience("staff")
def tree() -> Response:
    """Show the tree of territories."""
    actor = _manager()
    return render(
        "territories/tree.html",
        nodes=queries.territory_tree(actor),
        counts=queries.customers_by_territory(actor),
        may_create=may(actor, Territory, "create"),
        may_see=may(actor, Customer, "view"),
    )


@blueprint.get("/admin/territories/<uuid:territory_id>/members")
@audience("staff")
def members(territory_id: UUID) -> Response:
    """Show who looks after a territory."""
    territory = _territory(territory_id)
    held = {str(each) for each in queries.member_ids_of(territory.id)}
    names = [(_("Territories"), "/admin/territories"), (territory.name, None)]
    url = f"/admin/territories/{territory.id}/members"
    people = active_people(current_actor())
    return render("users/members.html", title=territory.name, url=url, names=names, members=held, people=people)


@blueprint.post("/admin/territories/<uuid:territory_id>/members")
@audience("staff")
def save_members(territory_id: UUID) -> WerkzeugResponse:
    """Save who looks after a territory."""
    territory = _territory(territory_id)
    chosen = [found for each in request.form.getlist("members") if (found := as_id(each))]
    operations.set_members(current_actor(), territory, chosen)
    toast(_("Saved."))
    return redirect_or_refresh("/admin/territories")
