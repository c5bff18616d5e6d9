"""Acting on many records at once: the chosen ones, or everything in a filter."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, literal_column, select

from core.access import Actor, may
from core.database import db, in_parts, is_sealed, sealed_problem, utc_now, write_unit
from core.host.contributions import BulkAction
from core.i18n import _
from core.problems import Problem
from core.records.dependents import refuse_leaned_on
from core.records.operations import load_values, put_away, update_records
from core.records.queries import ListQuery, iterate_records, live, select_records
from core.records.types import RecordType
from core.records.untrusted import read_json

#: What one request changes at most; more belongs to a job.
MOST_AT_ONCE = 5_000
#: With how many records one request does what a plugin offers; each costs some statements.
MOST_ACTED_ON = 200

#: The permission that each bulk action needs.
ACTIONS = {"assign": "edit", "edit": "edit", "bin": "delete", "restore": "delete"}


@dataclass(frozen=True)
class Outcome:
    """What came of doing something with many records.

    Attributes:
        done: with how many it was done.
        left: those that stayed as they were, by name, and why.
    """

    done: int
    left: Sequence[tuple[str, str]]


def run_bulk(
    actor: Actor,
    record_type: RecordType,
    action: str,
    ids: Sequence[UUID],
    query: ListQuery | None,
    value: str | Mapping[str, Any] = "",
) -> Outcome:
    """Change many records in one write unit, so that one Undo takes all of it back.

    Records that the actor may see but not change are left alone; those they may not see aren't looked at. What is
    sealed and what a rule refuses stays as it is, and is named.

    Args:
        actor: whoever changes them.
        record_type: their type.
        action: `assign` (value: a user's id), `edit` (value: field to value, or JSON of it), `bin`,
            `restore`, which takes out of the bin.
        ids: the chosen ones; empty to take everything that the query finds.
        query: the list's query when no ids are given.
        value: see action.

    Returns:
        How many records were changed, and which stayed as they were.

    Raises:
        Problem: 403 without the permission, 422 for a bad value or too many records.
    """
    permission = ACTIONS.get(action)
    if permission is None:
        raise Problem("bad_action", _("There is no such action."), status=400)
    if not may(actor, record_type, permission):
        raise _refused()
    values = _values(record_type, action, value)
    query = replace(query or ListQuery(), binned=action == "restore")
    if action == "bin":
        refuse_leaned_on(actor, record_type, ids or _found(actor, record_type, permission, query))
    done, left = 0, list[tuple[str, str]]()
    with write_unit():
        for batch in _batches(actor, record_type, permission, ids, query):
            if done + len(left) + len(batch) > MOST_AT_ONCE:
                raise too_many(MOST_AT_ONCE)
            refused = _change(actor, record_type, batch, action, values)
            left += refused
            done += len(batch) - len(refused)
            db.session.flush()
    return Outcome(done, left)


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
                raise too_many(MOST_ACTED_ON)
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


def too_many(most: int) -> Problem:
    """Say that a request would change more records than it may."""
    return Problem("too_many", _("This would change more than %(most)s records at once. Narrow the filter.", most=most))


def refuse_too_many(number: int, most: int) -> None:
    """Stop before anybody is asked what can't be done.

    Raises:
        Problem: 422 when there are more records than one request may change.
    """
    if number > most:
        raise too_many(most)


def count_chosen(
    actor: Actor, record_type: RecordType, permission: str, ids: Sequence[UUID], query: ListQuery | None
) -> int:
    """Count the chosen records with which an actor may do something.

    Args:
        actor: whoever acts.
        record_type: the records' type.
        permission: what they want to do.
        ids: the chosen ones; empty to take everything that the query finds.
        query: the list's query when no ids are given.
    """
    chosen = replace(query or ListQuery(), ids=tuple(ids[: MOST_AT_ONCE + 1]))
    statement: Select[Any] = select_records(actor, record_type, chosen, permission)
    statement = statement.with_only_columns(literal_column("1"))
    return int(db.session.scalar(select(func.count()).select_from(statement.subquery())) or 0)


def _found(actor: Actor, record_type: RecordType, permission: str, query: ListQuery | None) -> list[UUID]:
    statement = select_records(actor, record_type, query or ListQuery(), permission)
    return list(db.session.scalars(statement.with_only_columns(record_type.model.id).limit(MOST_AT_ONCE)))


def _values(record_type: RecordType, action: str, value: str | Mapping[str, Any]) -> dict[str, Any]:
    if action == "assign":
        return load_values(record_type, {"owner": value or None}, partial=True)
    if action == "edit":
        given = _read_values(value) if isinstance(value, str) else value
        return load_values(record_type, given, partial=True)
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
    model, binned = record_type.model, query is not None and query.binned
    for part in in_parts(ids):
        chosen = model.id.in_(part)
        yield list(db.session.scalars(select(model).where(chosen, live(actor, record_type, permission, binned=binned))))


def _change(
    actor: Actor, record_type: RecordType, batch: Sequence[Any], action: str, values: Mapping[str, Any]
) -> list[tuple[str, str]]:
    """Change a batch of records, and name those that stay as they are."""
    open_still = {record_type.fields[name].column for name in record_type.open_when_sealed}
    stays_open = bool(values) and open_still.issuperset(values)
    names = {record.id: record_type.title_of(record) for record in batch}
    closed = {record.id for record in batch if is_sealed(record) and not stays_open}
    left = [(names[each], str(sealed_problem())) for each in closed]
    changed = [record for record in batch if record.id not in closed]
    if action in ("bin", "restore"):
        for record in changed:
            put_away(actor, record_type, record, utc_now() if action == "bin" else None)
        return left
    ids = [record.id for record in changed]  # a rule that refuses takes its writes back, and what was read with them
    refused = update_records(actor, record_type, [(record, values) for record in changed])
    return left + [(names[each], str(problem)) for each, problem in zip(ids, refused, strict=True) if problem]
