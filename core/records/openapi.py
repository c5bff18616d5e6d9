"""The API's description as OpenAPI 3.1, drawn from the record types of the enabled plugins."""

from typing import Any

import marshmallow as ma
from flask import Blueprint, Response, jsonify

from core.access import current_actor
from core.customfields import fields_of
from core.host.manifest import core_version
from core.records import fields
from core.records.api import api_path
from core.records.filters import filterable
from core.records.queries import sortable
from core.records.registry import record_types
from core.records.types import Act, RecordType
from core.web.audience import audience
from core.web.render import render

blueprint = Blueprint("openapi", __name__)

#: JSON Schema of each kind of field.
JSON_TYPES: tuple[tuple[type, dict[str, Any]], ...] = (
    (fields.Related, {"type": "string", "format": "uuid"}),
    (fields.Money, {"type": "string", "format": "decimal"}),
    (fields.Decimals, {"type": "string", "format": "decimal"}),
    (fields.Integer, {"type": "integer"}),
    (fields.Boolean, {"type": "boolean"}),
    (fields.DateTime, {"type": "string", "format": "date-time"}),
    (fields.Date, {"type": "string", "format": "date"}),
    (fields.Email, {"type": "string", "format": "email"}),
    (fields.Url, {"type": "string", "format": "uri"}),
    (fields.Tags, {"type": "array", "items": {"type": "string"}}),
    (ma.fields.Dict, {"type": "object", "additionalProperties": {"type": "string", "format": "decimal"}}),
)

PROBLEM: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "errors": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
    },
}


def field_schema(field: Any) -> dict[str, Any]:
    """Describe one field in JSON Schema."""
    found: dict[str, Any] = next(
        (dict(schema) for kind, schema in JSON_TYPES if isinstance(field, kind)), {"type": "string"}
    )
    if isinstance(field, fields.Choice):
        found = {"type": "string", "enum": sorted(field.choices)}
    if isinstance(field, fields.Choices):
        found["items"] = {"type": "string", "enum": sorted(field.choices)}
    if getattr(field, "name", "") == "id":
        found = {"type": "string", "format": "uuid"}
    if getattr(field, "name", "") == "version":
        found = {"type": "integer"}
    if getattr(field, "allow_none", False):
        found["type"] = [found["type"], "null"]
        if "enum" in found:
            found["enum"].append(None)
    if field.dump_only:
        found["readOnly"] = True
    label = getattr(field, "label", None)
    if label:
        found["title"] = str(label)
    return found


#: What `expand` puts in the place of a related record's id.
EXPANDED: dict[str, Any] = {
    "type": "object",
    "properties": {"id": {"type": "string", "format": "uuid"}, "title": {"type": ["string", "null"]}},
}


def record_schema(record_type: RecordType) -> dict[str, Any]:
    """Describe in JSON Schema how records are answered; `fields` leaves out what isn't asked for."""
    properties = {name: _answered(field) for name, field in record_type.fields.items()}
    custom = {name: field_schema(field) for name, field in fields_of(record_type).items()}
    properties["custom"] = _custom({name: {"anyOf": [each, {"type": "null"}]} for name, each in custom.items()})
    return {"type": "object", "title": str(record_type.label), "properties": properties}


def input_schema(record_type: RecordType) -> dict[str, Any]:
    """Describe in JSON Schema what may be written of a record."""
    writable = {name: field for name, field in record_type.fields.items() if not field.dump_only}
    properties = {name: field_schema(field) for name, field in writable.items()}
    properties["custom"] = _custom({name: field_schema(field) for name, field in fields_of(record_type).items()})
    return {
        "type": "object",
        "title": str(record_type.label),
        "properties": properties,
        "additionalProperties": False,
    }


def _answered(field: Any) -> dict[str, Any]:
    schema = field_schema(field)
    return {"anyOf": [schema, EXPANDED]} if isinstance(field, fields.Related) else schema


def _custom(properties: dict[str, Any]) -> dict[str, Any]:
    if _is_for_stranger():
        return {"type": "object"}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _is_for_stranger() -> bool:
    """Tell whether nobody has signed in; what a company writes down in fields of its own is none of their business."""
    return current_actor().user_id is None


def openapi() -> dict[str, Any]:
    """Describe the whole API as it is now: what a disabled plugin owns isn't in it."""
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {"Problem": PROBLEM}
    for record_type in record_types:
        name = record_type.key.replace(".", "_")
        schemas[name] = record_schema(record_type)
        schemas[f"{name}_input"] = input_schema(record_type)
        paths |= _paths(record_type, name)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Pelatis", "version": core_version()},
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _paths(record_type: RecordType, name: str) -> dict[str, Any]:
    record, written = ({"$ref": f"#/components/schemas/{each}"} for each in (name, f"{name}_input"))
    page = {
        "type": "object",
        "required": ["items", "next"],
        "properties": {
            "items": {"type": "array", "items": record},
            "next": {"type": ["string", "null"]},
            "count": {"type": "integer"},
            "count_capped": {"type": "boolean"},
        },
    }
    plural, path, tag = str(record_type.label_plural), api_path(record_type), [record_type.key]
    identity = {"name": "record_id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
    return {
        path: {
            "get": _operation(
                f"List: {plural}", f"list_{name}", tag, {"200": page}, parameters=_list_arguments(record_type)
            ),
            "post": _operation(
                f"Create: {record_type.label}",
                f"create_{name}",
                tag,
                {"200": record, "201": record},
                body=_new_record(record_type),
            ),
        },
        f"{path}/{{record_id}}": {
            "parameters": [identity],
            "get": _operation(f"Read: {record_type.label}", f"read_{name}", tag, {"200": record}),
            "patch": _operation(
                f"Change: {record_type.label}",
                f"change_{name}",
                tag,
                {"200": record},
                parameters=[{"name": "If-Match", "in": "header", "required": False, "schema": {"type": "string"}}],
                body=written,
            ),
            "delete": _operation(f"Bin: {record_type.label}", f"bin_{name}", tag, {"204": None}),
        },
    } | {
        f"{path}/{{record_id}}/{act_name}": {
            "parameters": [identity],
            "post": _operation(
                f"{act.label}: {record_type.label}",
                f"{act_name.replace('-', '_')}_{name}",
                tag,
                {"200": record},
                body=_said_to(act),
            ),
        }
        for act_name, act in record_type.acts.items()
    }


def _said_to(act: Act) -> dict[str, Any] | None:
    """Describe the body of an act; None where it takes none."""
    properties = {name: field_schema(field) for name, field in act.schema().fields.items()}
    return {"type": "object", "properties": properties, "additionalProperties": False} if properties else None


def _new_record(record_type: RecordType) -> dict[str, Any]:
    """Describe the body that makes a record: with an `id` of one's own it may be sent again."""
    schema = input_schema(record_type)
    schema["properties"] |= {"id": {"type": "string", "format": "uuid"}}
    required = [name for name, field in record_type.fields.items() if field.required and not field.dump_only]
    return schema | ({"required": required} if required else {})


def _list_arguments(record_type: RecordType) -> list[dict[str, Any]]:
    orders = [order for name in sortable(record_type) for order in (name, f"-{name}")]
    paths = [each for each in filterable(record_type) if not (_is_for_stranger() and each.startswith("custom."))]
    described = {
        "filter": {"type": "string", "description": f"JSON; fields: {', '.join(paths)}"},
        "q": {"type": "string", "maxLength": 200},
        "sort": {"type": "string", "enum": orders},
        "limit": {"type": "integer", "minimum": 1, "maximum": 200},
        "cursor": {"type": "string"},
        "fields": {"type": "string"},
        "expand": {"type": "string"},
        "count": {"type": "string", "enum": ["0", "1"]},
        "bin": {"type": "string", "enum": ["0", "1"]},
    }
    return [{"name": name, "in": "query", "required": False, "schema": schema} for name, schema in described.items()]


def _operation(
    summary: str,
    operation_id: str,
    tags: list[str],
    answers: dict[str, Any],
    *,
    parameters: list[dict[str, Any]] | None = None,
    body: dict[str, Any] | None = None,
) -> dict[str, Any]:
    problem = {
        "description": "Problem",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    responses: dict[str, Any] = {
        status: {"description": "OK"} | ({"content": {"application/json": {"schema": schema}}} if schema else {})
        for status, schema in answers.items()
    }
    responses |= dict.fromkeys(("400", "401", "403", "404", "409", "422", "503"), problem)
    operation: dict[str, Any] = {"summary": summary, "operationId": operation_id, "tags": tags, "responses": responses}
    if parameters:
        operation["parameters"] = parameters
    if body:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    return operation


@blueprint.get("/api/v1/openapi.json")
@audience("token", "staff", "public")
def openapi_json() -> Response:
    """Answer the API's description."""
    return jsonify(openapi())


@blueprint.get("/api/docs")
@audience("staff")
def api_docs() -> Response:
    """Show the API's description as a page."""
    return render("core/api_docs.html", description=openapi())
