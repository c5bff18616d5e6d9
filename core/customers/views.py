"""The customer's page, its side panel, and the small forms on it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import marshmallow as ma
from flask import Blueprint, request
from werkzeug.wrappers import Response

from core.access import current_actor, require
from core.customers import operations, page, queries
from core.customers.kinds import CONTACT_KINDS, RELATIONS
from core.customers.models import Address, ContactPoint, Customer, Relationship
from core.customers.records import CUSTOMERS
from core.customers.schemas import AddressSchema, ContactPointSchema, CustomerSchema, RelationshipSchema
from core.customers.timeline import kind_label, read_timeline
from core.database import db, utc_now
from core.i18n import _
from core.problems import Problem, not_found
from core.records import present
from core.records.conflicts import save_or_tell
from core.records.queries import find_record
from core.web.audience import audience
from core.web.htmx import htmx
from core.web.render import fragment, last_transaction, redirect_or_refresh, render, toast

blueprint = Blueprint("customers", __name__)

#: What may be removed from a customer's page.
PARTS: Mapping[str, type[Any]] = {
    "contacts": ContactPoint,
    "addresses": Address,
    "relations": Relationship,
}
#: The fields of the main address.
ADDRESS = ("street", "postcode", "city", "country")


@blueprint.get("/customers/<uuid:record_id>")
@audience("staff")
def show(record_id: UUID) -> Response:
    """Show a customer: the page, or the side panel beside a list."""
    actor = current_actor()
    in_panel = htmx.is_partial and (
        request.args.get("panel") == "1" or "#panel" in request.headers.get("HX-Target", "")
    )
    shown = page.customer_page(actor, record_id, in_panel=in_panel)
    timeline = read_timeline(actor, shown.customer)
    title = CUSTOMERS.title_of(shown.customer)
    context: dict[str, Any] = {
        "page": shown,
        "record": shown.customer,
        "record_type": CUSTOMERS,
        "title": title,
        "initials": present.initials(title),
        "url": CUSTOMERS.url_of(record_id),
        "parts": page.head_parts(shown),
        "subtitle": page.subtitle(shown.customer),
        "timeline": timeline,
        "days": page.drawn_days(timeline),
        "latest": page.latest(timeline),
        "next_url": timeline_url(record_id, before=timeline.before) if timeline.before else None,
        "chips": _chips(record_id, timeline.kinds),
        "present": present,
        "seen_at": utc_now(),
        "icon_of": page.icon_of,
        "tab": next((each for each in shown.tabs if each.id == request.args.get("tab")), None),
    }
    if in_panel:
        return fragment(CUSTOMERS.panel, **context)
    return render(CUSTOMERS.page, **context)


def timeline_url(record_id: UUID, **arguments: Any) -> str:
    """Give the URL of a part of a customer's timeline."""
    given = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in arguments.items()}
    text = urlencode({name: value for name, value in given.items() if value})
    return f"/customers/{record_id}/timeline" + (f"?{text}" if text else "")


def _chips(record_id: UUID, kinds: Any) -> list[dict[str, Any]]:
    chosen = request.args.get("kind", "")
    chips = [{"label": _("All"), "url": timeline_url(record_id), "current": not chosen}]
    return chips + [
        {"label": kind_label(kind), "url": timeline_url(record_id, kind=kind), "current": kind == chosen}
        for kind in kinds
    ]


@blueprint.get("/customers/<uuid:record_id>/timeline")
@audience("staff")
def timeline(record_id: UUID) -> Response:
    """Show a part of the timeline: the newest entries, older ones, one kind, or those with some words."""
    actor = current_actor()
    customer = find_record(actor, CUSTOMERS, record_id, binned=True)
    kind, text = request.args.get("kind", ""), request.args.get("q", "")[:100]
    read = read_timeline(actor, customer, before=_moment("before"), kinds=[kind] if kind else [], text=text)
    following = timeline_url(record_id, before=read.before, kind=kind, q=text) if read.before else None
    filtered = bool(kind or text)
    return fragment(
        "customers/timeline.html", days=page.drawn_days(read), timeline=read, next_url=following, filtered=filtered
    )


def _moment(name: str) -> datetime | None:
    text = request.args.get(name)
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError as error:
        raise not_found() from error
    if moment.tzinfo is None:
        raise not_found()
    return moment


@blueprint.get("/customers/duplicates")
@audience("staff")
def duplicates() -> Response:
    """Tell, while somebody types, which customers this may be; only those that they may see."""
    actor = current_actor()
    require(actor, CUSTOMERS, "view")
    typed = {name: request.args.get(name, "")[:200] for name in ("name", "email", "phone", "tax_number")}
    exclude = request.args.get("exclude", type=UUID)
    found = queries.find_duplicates(actor, **typed, country=request.args.get("country") or None, exclude=exclude)
    return fragment("customers/duplicates.html", duplicates=found)


# The address: one fact, four fields.


@blueprint.get("/customers/<uuid:record_id>/fields/address")
@audience("staff")
def address_cell(record_id: UUID) -> Response:
    """Show the main address, or the controls that edit it in its place."""
    editing = request.args.get("edit") == "1"
    customer = find_record(current_actor(), CUSTOMERS, record_id, "edit" if editing else "view")
    return _address_cell(customer, editing)


@blueprint.post("/customers/<uuid:record_id>/fields/address")
@audience("staff")
def save_address(record_id: UUID) -> Response:
    """Save the main address in its place."""
    sent: dict[str, Any] = {name: request.form.get(name, "") for name in ADDRESS}
    version = request.form.get("version", type=int)
    customer, data, problem = save_or_tell(current_actor(), CUSTOMERS, record_id, sent, version)
    if problem is not None:
        return _address_cell(customer, True, data, problem)
    toast(_("Saved."), undo=last_transaction())
    return _address_cell(customer, False)


def _address_cell(
    customer: Customer, editing: bool, data: Mapping[str, str] | None = None, problem: Problem | None = None
) -> Response:
    return fragment(
        "customers/address.html",
        problem.status if problem else 200,
        record=customer,
        url=CUSTOMERS.url_of(customer.id),
        editing=editing,
        values={name: getattr(customer, name) or "" for name in ADDRESS} | dict(data or {}),
        countries=CUSTOMERS.fields["country"].choices,
        shown=page.written_address(customer),
        problem=problem,
    )


# Parts: dialogs that add people, relations, contact points and addresses.


def _dialog(kind: str, customer: Customer, problem: Problem | None = None) -> Response:
    return fragment(
        f"customers/add_{kind}.html",
        problem.status if problem else 200,
        record=customer,
        url=f"{CUSTOMERS.url_of(customer.id)}/{kind}",
        values=request.form if problem else {},
        errors=problem.fields if problem else {},
        problem=problem,
        contact_kinds=[(key, str(label)) for key, label in CONTACT_KINDS.items()],
        relations=[(key, str(each.forward)) for key, each in RELATIONS.items() if key != "works_at"],
        countries=list(CUSTOMERS.fields["country"].choices.items()),
    )


def _loaded(schema: type[ma.Schema], data: Mapping[str, Any]) -> dict[str, Any]:
    """Check the given fields of a small form; what the form doesn't ask for stays out."""
    try:
        loaded: dict[str, Any] = schema(partial=True, only=list(data)).load(data)
    except ma.ValidationError as error:
        fields = {str(name): [str(each) for each in texts] for name, texts in error.messages_dict.items()}
        raise Problem("invalid", _("Some fields need another look."), fields=fields) from error
    return loaded


def _form(*names: str) -> dict[str, str]:
    return {name: request.form[name].strip() for name in names if request.form.get(name, "").strip()}


def _added(kind: str, record_id: UUID, add: Callable[[Customer], str]) -> Response:
    """Add a part: on success back to the page with an undo, else the dialog again with what is wrong."""
    customer = find_record(current_actor(), CUSTOMERS, record_id, "edit")
    try:
        said = add(customer)
    except Problem as problem:
        if problem.status != 422:
            raise
        return _dialog(kind, customer, problem)
    toast(said, undo=last_transaction())
    return redirect_or_refresh(CUSTOMERS.url_of(record_id))


@blueprint.get("/customers/<uuid:record_id>/<any(people, relations, contacts, addresses):kind>/new")
@audience("staff")
def new_part(record_id: UUID, kind: str) -> Response:
    """Show the dialog that adds a person, a relation, a contact point or an address."""
    return _dialog(kind, find_record(current_actor(), CUSTOMERS, record_id, "edit"))


@blueprint.post("/customers/<uuid:record_id>/people")
@audience("staff")
def add_person(record_id: UUID) -> Response:
    """Add a person to an organisation: a known one, or one that is made now."""

    def add(organisation: Customer) -> str:
        actor, title = current_actor(), request.form.get("title", "").strip()[:120] or None
        known = request.form.get("person", type=UUID)
        if known is not None:
            person = find_record(actor, CUSTOMERS, known)
            operations.relate_person(actor, organisation, person, title=title)
        else:
            data = _form("given_name", "family_name", "email", "phone")
            person = operations.add_person(actor, organisation, _person(data), title=title)
        return str(_("%(name)s is added.", name=person.name))

    return _added("people", record_id, add)


def _person(data: Mapping[str, str]) -> dict[str, Any]:
    name = " ".join(data[part] for part in ("given_name", "family_name") if part in data)
    if not name:
        message = _("Fill in a name, or choose somebody.")
        raise Problem("customer.no_name", message, fields={"family_name": [message]})
    return _loaded(CustomerSchema, {"name": name, **data})


@blueprint.post("/customers/<uuid:record_id>/relations")
@audience("staff")
def add_relation(record_id: UUID) -> Response:
    """Relate a customer to another."""

    def add(customer: Customer) -> str:
        data = _form("to_customer", "kind", "title")
        if "to_customer" not in data or "kind" not in data:
            message = _("Choose a customer and how the two are related.")
            raise Problem("customer.no_relation", message, fields={"to_customer": [message]})
        values = _loaded(RelationshipSchema, data)
        values["to_id"] = values.pop("to_customer")
        operations.create_relationship(current_actor(), {**values, "from_id": customer.id})
        return str(_("The relation is added."))

    return _added("relations", record_id, add)


@blueprint.post("/customers/<uuid:record_id>/contacts")
@audience("staff")
def add_contact(record_id: UUID) -> Response:
    """Add a way to reach a customer."""

    def add(customer: Customer) -> str:
        values = _loaded(ContactPointSchema, {"kind": "phone", "value": "", **_form("kind", "value", "label")})
        operations.create_contact_point(current_actor(), {**values, "customer_id": customer.id})
        return str(_("%(value)s is added.", value=values["value"]))

    return _added("contacts", record_id, add)


@blueprint.post("/customers/<uuid:record_id>/addresses")
@audience("staff")
def add_address(record_id: UUID) -> Response:
    """Add a further address of a customer."""

    def add(customer: Customer) -> str:
        values = _loaded(AddressSchema, _form("label", "street", "postcode", "city", "country"))
        operations.create_address(current_actor(), {**values, "customer_id": customer.id})
        return str(_("The address is added."))

    return _added("addresses", record_id, add)


@blueprint.post("/customers/<uuid:record_id>/<any(relations, contacts, addresses):kind>/<uuid:part_id>/remove")
@audience("staff")
def remove_part(record_id: UUID, kind: str, part_id: UUID) -> Response:
    """Put a part of a customer into the bin."""
    find_record(current_actor(), CUSTOMERS, record_id)
    operations.remove_part(current_actor(), _part(record_id, kind, part_id))
    toast(_("Removed."), undo=last_transaction())
    return redirect_or_refresh(CUSTOMERS.url_of(record_id))


@blueprint.post("/customers/<uuid:record_id>/contacts/<uuid:part_id>/main")
@audience("staff")
def make_main(record_id: UUID, part_id: UUID) -> Response:
    """Make a contact point the main one of its kind."""
    point = _part(record_id, "contacts", part_id)
    operations.make_main(current_actor(), point)  # type: ignore[arg-type]
    toast(_("Saved."), undo=last_transaction())
    return redirect_or_refresh(CUSTOMERS.url_of(record_id))


def _part(record_id: UUID, kind: str, part_id: UUID) -> ContactPoint | Address | Relationship:
    part: ContactPoint | Address | Relationship | None = db.session.get(PARTS[kind], part_id)
    if part is None or part.deleted_at is not None:
        raise not_found()
    ends = (part.from_id, part.to_id) if isinstance(part, Relationship) else (part.customer_id,)
    if record_id not in ends:
        raise not_found()
    return part
