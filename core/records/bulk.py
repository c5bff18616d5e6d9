"""Acting on many records at once: the chosen ones, or everything in a filter."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from core.access import Actor, may
from core.database import db, in_parts, utc_now, write_unit
from core.host.contributions import BulkAction
from core.i18n import _
from core.problems import Problem
from core.records.dependents import refuse_leaned_on
from core.records.operations import load_values, put_away
from core.records.queries import ListQuery, iterate_records, live, select_records
from core.records.types import RecordType
from core.records.untrusted import read_json

#: What one request changes at most; more belongs to a job.
MOST_AT_ONCE = 5_000
#: With how many records one request does what a plugin offers; each costs some statements.
MOST_ACTED_ON = 200

#: The permission that each bulk action needs.
ACTIONS = {"assign": "edit", "edit": "edit", "bin": "delete"}


def run_bulk(
    actor: Actor, record_type: RecordType, action: str, ids: Sequence[UUID], query: ListQuery | None, value: str
) -> int:
    """Change many records in one write unit, so that one Undo takes all of it back.

    Records that the actor may see but not change are left alone; those they may not see aren't looked at.

    Args:
        actor: whoever changes them.
        record_type: their type.
        action: `assign` (value: a user's id), `edit` (value: JSON of field to value), `bin`.
        ids: the chosen ones; empty to take everything that the query finds.
        query: the list's query when no ids are given.
        value: see action.

    Returns:
        How many records were changed.

    Raises:
        Problem: 403 without the permission, 422 for a bad value or too many records.
    """
    permission = ACTIONS.get(action)
    if permission is None:
        raise Problem("bad_action", _("There is no such action."), status=400)
    if not may(actor, record_type, permission):
        raise _refused()
    values = _values(record_type, action, value)
    if action == "bin":
        refuse_leaned_on(actor, record_type, ids or _found(actor, record_type, permission, query))
    changed = 0
    with write_unit():
        for batch in _batches(actor, record_type, permission, ids, query):
            changed += len(batch)
            if changed > MOST_AT_ONCE:
                raise _too_many(MOST_AT_ONCE)
            for record in batch:
                _apply(actor, record_type, record, action, values)
            db.session.flush()
    return changed


@dataclass(frozen=True)
class Outcome:
    """What came of doing something with many records.

    Attributes:
        done: with how many it was done.
        left: those that stayed as they were, by name, and why.
    """

    done: int
    left: Sequence[tuple[str, str]]


def act_on_each(
    actor: Actor, record_type: RecordType, action: BulkAction, ids: Sequence[UUID], query: ListQuery | None
) -> Outcome:
    """Do what a plugin offers with each of many records, in one write unit; those that refuse it stay as they were.

    Args:
        actor: whoever does it.
        record_type: their type.
        action: what is done.
        ids: the chosen ones; empty to take everything that the query finds.
        query: the list's query when no ids are given.

    Raises:
        Problem: 403 without the permission, 422 for too many records.
    """
    if not may(actor, record_type, action.permission):
        raise _refused()
    done, left = 0, list[tuple[str, str]]()
    with write_unit() as session:
        for batch in _batches(actor, record_type, action.permission, ids, query):
            if done + len(left) + len(batch) > MOST_ACTED_ON:
                raise _too_many(MOST_ACTED_ON)
            for record in batch:
                name = action.name_of(record) if action.name_of else record_type.title_of(record)
                try:
                    with session.begin_nested():
                        action.act(actor, record)
                    done += 1
                except Problem as problem:
                    left.append((name, str(problem)))
    return Outcome(done, left)


def _refused() -> Problem:
    return Problem("refused", _("You don't have the right to do this. Ask an administrator."), status=403)


def _too_many(most: int) -> Problem:
    return Problem("too_many", _("This would change more than %(most)s records at once. Narrow the filter.", most=most))


def _found(actor: Actor, record_type: RecordType, permission: str, query: ListQuery | None) -> list[UUID]:
    statement = select_records(actor, record_type, query or ListQuery(), permission)
    return list(db.session.scalars(statement.with_only_columns(record_type.model.id).limit(MOST_AT_ONCE)))


def _values(record_type: RecordType, action: str, value: str) -> dict[str, Any]:
    if action == "assign":
        return load_values(record_type, {"owner": value or None}, partial=True)
    if action == "edit":
        return load_values(record_type, _read_values(value), partial=True)
    return {}


def _read_values(text: str) -> dict[str, Any]:
    try:
        return dict(read_json(text))
    except (TypeError, ValueError) as error:
        raise Problem("invalid", _("Some fields need another look.")) from error


def _batches(
    actor: Actor, record_type: RecordType, permission: str, ids: Sequence[UUID], query: ListQuery | None
) -> Iterator[list[Any]]:
    if not ids:
        yield from iterate_records(actor, record_type, query or ListQuery(), permission)
        return
    model = record_type.model
    for part in in_parts(ids):
        chosen = model.id.in_(part)
        yield list(db.session.scalars(select(model).where(chosen, live(actor, record_type, permission))))


def _apply(actor: Actor, record_type: RecordType, record: Any, action: str, values: dict[str, Any]) -> None:
    if action == "bin":
        put_away(actor, record_type, record, utc_now())
    elif record_type.update is not None:
        record_type.update(actor, record, dict(values))
    else:
        for name, each in values.items():
            setattr(record, name, {**record.custom, **each} if name == "custom" else each)
