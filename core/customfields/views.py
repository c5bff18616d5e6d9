"""The screen on which an administrator adds fields; forms, history and bin are those of every record type."""

from flask import Blueprint
from sqlalchemy import select
from werkzeug.wrappers import Response

from core.access import current_actor, may, require, visible
from core.customfields.models import CustomField
from core.customfields.records import CUSTOM_FIELDS
from core.customfields.schemas import KINDS, record_type_names
from core.database import db
from core.web.audience import audience
from core.web.render import render

blueprint = Blueprint("customfields", __name__)


@blueprint.get("/admin/fields")
@audience("staff")
def fields_page() -> Response:
    """Show the custom fields of every record type."""
    actor = current_actor()
    require(actor, CUSTOM_FIELDS, "view")
    statement = (
        select(CustomField)
        .where(CustomField.deleted_at.is_(None), visible(actor, CustomField))
        .order_by(CustomField.position, CustomField.name)
    )
    listed: dict[str, list[CustomField]] = {}
    for field in db.session.scalars(statement):
        listed.setdefault(field.record_type, []).append(field)
    return render(
        "customfields/list.html",
        record_types=record_type_names(),
        listed=listed,
        kinds=KINDS,
        may_create=may(actor, CUSTOM_FIELDS, "create"),
        url=CUSTOM_FIELDS.url,
    )
