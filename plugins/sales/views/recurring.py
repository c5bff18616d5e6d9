"""Pausing recurring orders, letting them go on, ending them."""

from uuid import UUID

from werkzeug.wrappers import Response

from pelatis.api import _, audience, current_actor, find_record, redirect_or_refresh, toast

from ..models import RecurringOrder
from ..operations.recurring import set_recurring_status
from ..records import RECURRING_ORDERS
from ..schemas.recurring import RECURRING_STATUSES
from . import blueprint


@blueprint.post("/recurring-orders/<uuid:record_id>/status/<any(active,paused,ended):status>")
@audience("staff")
def set_status(record_id: UUID, status: str) -> Response:
    """Pause a recurring order, let it go on, or end it."""
    actor = current_actor()
    recurring: RecurringOrder = find_record(actor, RECURRING_ORDERS, record_id, "edit")
    set_recurring_status(actor, recurring, status)
    toast(_("%(name)s: %(status)s", name=recurring.name, status=RECURRING_STATUSES[recurring.status]))
    return redirect_or_refresh(RECURRING_ORDERS.url_of(recurring.id))
