"""Pages of activities beside those that every record has: the composer's posts, and the tick of what is done."""

from typing import Any, Final
from uuid import UUID

from flask import Blueprint, abort, request
from werkzeug.wrappers import Response

from pelatis.api import (
    Actor,
    Customer,
    Problem,
    _,
    accepted,
    audience,
    current_actor,
    find_record,
    fragment,
    last_transaction,
    load_values,
    not_found,
    record_types,
    require,
    toast,
)

from . import queries, wording
from .models import PLANNED, Planned
from .operations import MAKE, mark_done
from .records import CALLS, MEETINGS, NOTES, TASKS, VISITS

blueprint = Blueprint("activities", __name__, template_folder="templates")

#: What the composer writes, by the last part of its address.
COMPOSED: Final = {"note": NOTES, "call": CALLS, "task": TASKS, "meeting": MEETINGS, "visit": VISITS}


@blueprint.post("/compose/<kind>")
@audience("staff")
def write(kind: str) -> Response:
    """Write what the composer sent: `text` and the kind's own controls, about `customer` or `about` in the address."""
    record_type = COMPOSED.get(kind)
    if record_type is None:
        abort(404)
    actor = current_actor()
    require(actor, record_type, "create")
    given = {name: value for name, value in request.form.items() if name in record_type.fields and value}
    text = request.form.get("text", "").strip()
    if not text and kind != "visit":
        raise Problem(
            "activities.nothing_written", _("Write something first."), fields={"text": [_("Write something.")]}
        )
    checked = load_values(record_type, _placed(kind, text) | given)
    MAKE[record_type.model](actor, checked | _subject(actor))
    toast(_("%(kind)s saved.", kind=record_type.label), undo=last_transaction())
    return accepted("timeline:changed")


def _placed(kind: str, text: str) -> dict[str, Any]:
    """Tell which fields the composer's text goes into: the first line names a task or a visit, the rest explains it."""
    if kind in ("note", "call"):
        return {"body": text}
    first, _newline, rest = text.partition("\n")
    return {"title" if kind == "task" else "subject": first.strip() or None, "body": rest.strip() or None}


def _subject(actor: Actor) -> dict[str, Any]:
    """Find what the new activity is about; it must be something that the actor may see."""
    customer = request.args.get("customer")
    about = f"customer:{customer}" if customer else request.args.get("about", "")
    key, _colon, identity = about.partition(":")
    record_type = record_types.get(key)
    try:
        record_id = UUID(identity)
    except ValueError as error:
        raise not_found() from error
    if record_type is None:
        raise not_found()
    record = find_record(actor, record_type, record_id)
    if isinstance(record, Customer):
        return {"customer_id": record.id}
    return {"about_type": key, "about_id": record.id, "customer_id": getattr(record, "customer_id", None)}


@blueprint.get("/about/<key>/<uuid:record_id>")
@audience("staff")
def about(key: str, record_id: UUID) -> Response:
    """Give what was done about a record."""
    actor = current_actor()
    record_type = record_types.get(key)
    if record_type is None:
        raise not_found()
    record = find_record(actor, record_type, record_id)
    return fragment(
        "activities/panels/entries.html", entries=[wording.entry(row) for row in queries.about(actor, record.id)]
    )


@blueprint.post("/<path>/<uuid:record_id>/done")
@audience("staff")
def done(path: str, record_id: UUID) -> Response:
    """Tick something planned as done, or with `done=0` take the tick away; the answer is empty, so its row goes."""
    model = next((model for model in PLANNED if f"{queries.kind_of(model)}s" == path), None)
    record_type = record_types.of_model(model) if model else None
    if record_type is None:
        abort(404)
    actor = current_actor()
    planned: Planned = find_record(actor, record_type, record_id)
    ticked = request.values.get("done", "1") != "0"
    mark_done(actor, planned, ticked)
    title = record_type.title_of(planned)
    toast(_("Done: %(what)s", what=title) if ticked else _("Open again: %(what)s", what=title), undo=last_transaction())
    if request.values.get("from") == "page":
        return accepted("customer:changed", "timeline:changed", "record:changed")
    return fragment("activities/gone.html")
