"""The page behind the bell."""

from uuid import UUID

from flask import Blueprint, Response, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from core.access import current_actor
from core.notifications import (
    assignments,  # noqa: F401 - importing it begins to listen
    operations,
    queries,
)
from core.records.untrusted import as_id
from core.web.audience import audience
from core.web.paths import is_own_path
from core.web.render import redirect_or_refresh, render

blueprint = Blueprint("notifications", __name__, url_prefix="/notifications")


@blueprint.get("")
@audience("staff")
def notifications_page() -> Response:
    """Show what the person was told, the newest first."""
    actor = current_actor()
    found = queries.list_notifications(actor, as_id(request.args.get("before")))
    page = found[: queries.PAGE]
    more = url_for("notifications.notifications_page", before=page[-1].id) if len(found) > len(page) else None
    return render("notifications/list.html", rows=page, more=more, has_unread=queries.unread_count(actor) > 0)


@blueprint.post("/<uuid:notification_id>/open")
@audience("staff")
def open_notification(notification_id: UUID) -> WerkzeugResponse:
    """Note that the person has read it, and lead on to what it is about."""
    url = operations.read_notification(current_actor(), notification_id).url
    return redirect_or_refresh(url if is_own_path(url) else url_for("notifications.notifications_page"))


@blueprint.post("/read")
@audience("staff")
def read_all() -> WerkzeugResponse:
    """Note that the person has read everything."""
    operations.read_all(current_actor())
    return redirect_or_refresh(url_for("notifications.notifications_page"))
