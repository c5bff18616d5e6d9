"""What the pages of all record types read from a request: the record type, and which records of it."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from werkzeug.wrappers import Response

from core.access import Actor, current_actor, may
from core.database import is_sealed
from core.problems import not_found
from core.records.filters import parse_filter
from core.records.queries import ListQuery
from core.records.registry import record_types
from core.records.types import RecordType

View: TypeAlias = Callable[..., Response]
#: URL suffix, method, view.
Routes: TypeAlias = tuple[tuple[str, str, View], ...]


def type_of_route(key: str, action: str = "view") -> tuple[Actor, RecordType]:
    """Find the record type of a route, for an actor who has the permission at all; otherwise it doesn't exist."""
    actor, record_type = current_actor(), record_types.get(key)
    if record_type is None or not may(actor, record_type, action):
        raise not_found()
    return actor, record_type


def list_query(arguments: Mapping[str, str]) -> ListQuery:
    """Read a list's query from the arguments of its URL: filter, q, sort, cursor, bin."""
    return ListQuery(
        filter=parse_filter(arguments.get("filter")),
        text=arguments.get("q", "")[:200],
        sort=arguments.get("sort", ""),
        cursor=arguments.get("cursor"),
        binned=arguments.get("bin") == "1",
    )


def rights_of(actor: Actor, record_type: RecordType) -> dict[str, bool]:
    """Tell for each action on a record type whether an actor has the permission at all."""
    return {action: may(actor, record_type, action) for action in ("create", "edit", "delete", "export", "import")}


def rights_over(actor: Actor, record_type: RecordType, record: Any) -> dict[str, bool]:
    """Tell the same of one record: nothing bins it once it is sealed, and only what stays open then can be edited."""
    rights = rights_of(actor, record_type)
    if is_sealed(record):
        rights |= {"edit": rights["edit"] and bool(record_type.open_when_sealed), "delete": False}
    return rights
