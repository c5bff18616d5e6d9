"""The REST API of every record type, under /api/v1."""

from typing import Any
from uuid import UUID

import marshmallow as ma
from flask import Flask, Response, jsonify, request

from core.access import Actor, current_actor, may
from core.i18n import _
from core.problems import Problem, not_found
from core.records import queries
from core.records.dump import dump_records
from core.records.filters import parse_filter
from core.records.operations import bin_record, create_once, create_record, invalid, update_record
from core.records.queries import LARGEST_PAGE, PAGE_SIZE, ListQuery
from core.records.registry import record_types
from core.records.types import RecordType
from core.records.untrusted import read_json
from core.web.audience import audience

#: Arguments of a list that aren't filters by equality.
RESERVED = frozenset({"filter", "q", "sort", "limit", "cursor", "fields", "expand", "count", "bin"})


def mount_api(app: Flask) -> None:
    """Give every declared record type its API."""
    for record_type in record_types.all_declared():
        name = record_type.key.replace(".", "/")
        base = api_path(record_type)
        for rule, method, view in (
            (base, "GET", list_api),
            (base, "POST", create_api),
            (f"{base}/<uuid:record_id>", "GET", show_api),
            (f"{base}/<uuid:record_id>", "PATCH", update_api),
            (f"{base}/<uuid:record_id>", "DELETE", bin_api),
        ):
            app.add_url_rule(
                rule,
                endpoint=f"api:{name}:{view.__name__}",
                view_func=view,
                methods=[method],
                defaults={"key": record_type.key},
            )
        for act in record_type.acts:
            app.add_url_rule(
                f"{base}/<uuid:record_id>/{act}",
                endpoint=f"api:{name}:{act}",
                view_func=act_api,
                methods=["POST"],
                defaults={"key": record_type.key, "act": act},
            )


def api_path(record_type: RecordType) -> str:
    """Give the path of a record type's API: `/api/v1/customers`, `/api/v1/sales/opportunities`."""
    return f"/api/v1{record_type.url}"


def _type(key: str, action: str = "view") -> tuple[Actor, RecordType]:
    actor, record_type = current_actor(), record_types.get(key)
    if record_type is None or not may(actor, record_type, action):
        raise not_found()
    return actor, record_type


def _body() -> dict[str, Any]:
    bad = Problem("bad_json", _("The body must be a JSON object."), status=400)
    try:
        body = read_json(request.get_data()) if request.is_json else None
    except ValueError as error:
        raise bad from error
    if not isinstance(body, dict):
        raise bad
    return body


def _answer(actor: Actor, record_type: RecordType, record: Any, status: int = 200) -> Response:
    arguments = request.args
    row = dump_records(actor, record_type, [record], arguments.get("fields", ""), arguments.get("expand", ""))[0]
    response = jsonify(row)
    response.status_code = status
    response.set_etag(str(record.version))
    return response


@audience("token", "staff")
def list_api(key: str) -> Response:
    """List records by `filter` (JSON) or `field=value`, with `q`, `sort`, `limit`, `cursor`, `fields`, `expand`."""
    actor, record_type = _type(key)
    query = _query()
    page = queries.list_records(actor, record_type, query)
    arguments = request.args
    body: dict[str, Any] = {
        "items": dump_records(actor, record_type, page.items, arguments.get("fields", ""), arguments.get("expand", "")),
        "next": page.next,
    }
    if arguments.get("count") == "1":
        counted = queries.count_records(actor, record_type, query, page)
        body |= {"count": counted.number, "count_capped": counted.capped}
    return jsonify(body)


def _query() -> ListQuery:
    arguments = request.args
    clauses: list[dict[str, Any]] = [
        {"field": name, "op": "is", "value": arguments.getlist(name)} for name in arguments if name not in RESERVED
    ]
    given = parse_filter(arguments.get("filter"))
    tree = {"and": [*clauses, *([dict(given)] if given else [])]} if clauses else given
    limit = arguments.get("limit", PAGE_SIZE, type=int)
    if not 1 <= limit <= LARGEST_PAGE:
        raise Problem("bad_limit", _("“limit” is a number from 1 to %(most)s.", most=LARGEST_PAGE), status=400)
    return ListQuery(
        filter=tree,
        text=arguments.get("q", "")[:200],
        sort=arguments.get("sort", ""),
        limit=limit,
        cursor=arguments.get("cursor"),
        binned=arguments.get("bin") == "1",
    )


@audience("token", "staff")
def show_api(key: str, record_id: UUID) -> Response:
    """Answer one record, with its version as ETag."""
    actor, record_type = _type(key)
    record = queries.find_record(actor, record_type, record_id)
    response = _answer(actor, record_type, record)
    return response.make_conditional(request)  # type: ignore[return-value]


@audience("token", "staff")
def create_api(key: str) -> Response:
    """Make a record. A body with an `id` (UUID) may be sent again: the second time answers 200 with what is there."""
    actor, record_type = _type(key, "create")
    body = _body()
    record_id = _own_id(body.pop("id", None))
    if record_id is None:
        record = create_record(actor, record_type, body)
    else:
        record, is_new = create_once(actor, record_type, record_id, body)
        if not is_new:
            return _answer(actor, record_type, queries.find_record(actor, record_type, record_id))
    response = _answer(actor, record_type, record, 201)
    response.headers["Location"] = f"{api_path(record_type)}/{record.id}"
    return response


def _own_id(value: Any) -> UUID | None:
    if value is None:
        return None
    try:
        return UUID(str(value))
    except ValueError as error:
        raise Problem("invalid", _("“id” isn't a UUID."), fields={"id": [_("“id” isn't a UUID.")]}) from error


@audience("token", "staff")
def update_api(key: str, record_id: UUID) -> Response:
    """Change the given fields; `If-Match` with the ETag refuses a stale change with 409."""
    actor, record_type = _type(key)
    record = queries.find_record(actor, record_type, record_id, "edit")
    update_record(actor, record_type, record, _body(), _expected_version())
    return _answer(actor, record_type, record)


def _expected_version() -> int | None:
    tags = request.if_match
    if not tags or tags.star_tag:
        return None
    # A proxy that compresses answers weakens their ETags on the way.
    tag = next(iter(tags.as_set(include_weak=True)), None) or ""
    if not tag.isdecimal():
        raise Problem("bad_etag", _("“If-Match” holds the ETag that this record was answered with."), status=400)
    return int(tag)


@audience("token", "staff")
def act_api(key: str, act: str, record_id: UUID) -> Response:
    """Do with a record what its type declares, and answer it; what may not follow is refused with 409."""
    actor, record_type = _type(key)
    record = queries.find_record(actor, record_type, record_id)
    declared = record_type.acts[act]
    try:
        values = declared.schema().load(_body() if request.get_data() else {})
    except ma.ValidationError as error:
        raise invalid(error) from error
    return _answer(actor, record_type, declared.act(actor, record, values))


@audience("token", "staff")
def bin_api(key: str, record_id: UUID) -> Response:
    """Put a record into the bin."""
    actor, record_type = _type(key)
    bin_record(actor, record_type, queries.find_record(actor, record_type, record_id, "delete"))
    return Response(status=204)
