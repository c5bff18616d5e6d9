"""Giving what is nobody's to people by the assignment rules."""

from uuid import UUID

from werkzeug.wrappers import Response

from pelatis.api import (
    _,
    audience,
    current_actor,
    find_record,
    last_transaction,
    not_found,
    record_types,
    redirect_or_refresh,
    toast,
)

from ..operations.assignment import assign
from ..queries.assignment import KINDS
from . import blueprint


@blueprint.post("/assign-by-rules/<about>/<uuid:record_id>")
@audience("staff")
def assign_by_rules(about: str, record_id: UUID) -> Response:
    """Give a lead, a deal or a customer to whom the rules say."""
    record_type = record_types.of_model(KINDS[about].model) if about in KINDS else None
    if record_type is None:
        raise not_found()
    actor = current_actor()
    record = find_record(actor, record_type, record_id, "edit")
    assign(actor, record)
    toast(_("%(name)s is assigned.", name=record_type.title_of(record)), undo=last_transaction())
    return redirect_or_refresh(record_type.url_of(record_id))
