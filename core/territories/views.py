"""Administration of territories: their tree, and who looks after each."""

from uuid import UUID

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as WerkzeugResponse

from core.access import Actor, current_actor, may
from core.customers.models import Customer
from core.database import db
from core.i18n import _, format_number
from core.jobs.operations import enqueue
from core.problems import not_found
from core.records.queries import active_people
from core.records.untrusted import as_id
from core.territories import operations, queries
from core.territories.assignment import may_assign, preview, require_assigning
from core.territories.jobs import assign_territories
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
        may_assign=may_assign(actor),
    )


@blueprint.get("/admin/territories/assignment")
@audience("staff")
def assignment() -> Response:
    """Show how many customers would go where by the rules."""
    actor = current_actor()
    seen = preview(actor)
    rows = [
        [node.record.name, *_written(seen.now[node.record.id], seen.then[node.record.id])]
        for node in queries.territory_tree(actor)
    ]
    rows.append([_("No territory"), *_written(seen.now[None], seen.then[None])])
    return render("territories/assignment.html", seen=seen, rows=rows)


def _written(now: int, then: int) -> list[str]:
    return [format_number(now), format_number(then), f"{then - now:+d}" if then != now else "–"]


@blueprint.post("/admin/territories/assignment")
@audience("staff")
def assign() -> WerkzeugResponse:
    """Put the customers where the rules say, in the background."""
    require_assigning(current_actor())
    enqueue(assign_territories)
    toast(_("The customers are being assigned in the background."))
    return redirect_or_refresh("/admin/territories")


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
