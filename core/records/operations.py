"""Writes that every record type shares: create, update with an optimistic version, bin, restore.

A record type with rules of its own declares `create` and `update`; those call these for the writing itself.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import marshmallow as ma
from sqlalchemy import inspect, select
from sqlalchemy.exc import IntegrityError

from core.access import Actor, require, visible
from core.database import Record, bulk_insert, db, in_parts, new_id, utc_now, write_unit
from core.i18n import _
from core.problems import Problem
from core.records.registry import record_types
from core.records.types import CreateOperation, RecordType
from core.records.untrusted import holds_unkeepable

#: Whether writes wait until an update is through, so that it is one row of the journal, or the whole batch of them; see
#: `update_records`. What a rule looks up is written before.
_together: Final = ContextVar("_together", default=False)


def load_values(record_type: RecordType, data: Mapping[str, Any], *, partial: bool = False) -> dict[str, Any]:
    """Check what somebody sent against the schema.

    Args:
        record_type: whose record it is.
        data: field name to raw value; custom fields under `custom`.
        partial: whether missing fields are left as they are (an edit) or must be given (a new record).

    Returns:
        Model attribute to value.

    Raises:
        Problem: 422 with the messages of each bad field.
    """
    from core.customfields.loading import load_custom

    plain = data if "custom" not in data else {name: value for name, value in data.items() if name != "custom"}
    errors: dict[str, list[str]] = {}
    loaded: dict[str, Any] = {}
    try:
        schema = record_type.partial_schema if partial else record_type.whole_schema
        loaded = schema.load(plain)
    except ma.ValidationError as error:
        errors = dict(invalid(error).fields)
    if "custom" in data or not partial:
        try:
            loaded["custom"] = load_custom(record_type, _mapping(data.get("custom") or {}), partial=partial)
        except Problem as problem:
            errors |= problem.fields
    errors |= {name: [_("This holds a sign that can't be kept.")] for name in data if holds_unkeepable(data[name])}
    if errors:
        raise _invalid(errors)
    columns = record_type.columns_of_fields
    return {columns.get(name, name): value for name, value in loaded.items()}


def invalid(error: ma.ValidationError) -> Problem:
    """Turn what a schema says of bad values into the problem that pages and the API tell."""
    found: dict[str, Any] = error.normalized_messages()  # type: ignore[no-untyped-call]
    return _invalid({str(name): _messages(messages) for name, messages in found.items()})


def _invalid(errors: Mapping[str, list[str]]) -> Problem:
    return Problem("invalid", _("Some fields need another look."), fields=dict(errors))


def _mapping(custom: Any) -> Mapping[str, Any]:
    if not isinstance(custom, Mapping):
        message = _("This is an object of field names and values.")
        raise Problem("invalid", message, fields={"custom": [message]})
    return custom


def _messages(messages: Any) -> list[str]:
    if isinstance(messages, Mapping):
        return [text for inner in messages.values() for text in _messages(inner)]
    return [str(each) for each in (messages if isinstance(messages, list) else [messages])]


def create_record(actor: Actor, record_type: RecordType, data: Mapping[str, Any], record_id: UUID | None = None) -> Any:
    """Make a record from what somebody sent, through the record type's own operation.

    Args:
        actor: whoever makes it; they become its owner when none is named.
        record_type: what is made.
        data: field name to raw value.
        record_id: the id, when whoever sends it has made one (a phone, an import).

    Raises:
        Problem: 422 for bad values, 403 without the permission.
    """
    require(actor, record_type, "create")
    values = load_values(record_type, data)
    if record_id is not None:
        values["id"] = record_id
    if record_type.create is not None:
        return record_type.create(actor, values)
    return insert_record(actor, record_type, values)


def create_once(actor: Actor, record_type: RecordType, record_id: UUID, data: Mapping[str, Any]) -> tuple[Any, bool]:
    """Make a record once, however often and by however many it is asked for under the same id.

    Args:
        actor: whoever makes it.
        record_type: what is made.
        record_id: the id that it gets, made beforehand by whoever asks, and kept until the answer is there.
        data: field name to raw value; not looked at when the record is there already.

    Returns:
        The record as it is now, in the bin or not and whether or not the actor may see it; and whether it was made now.

    Raises:
        Problem: 422 for bad values, 403 without the permission.
    """
    require(actor, record_type, "create")
    with write_unit() as session:
        found = session.get(record_type.model, record_id)
        if found is not None:
            return found, False
        try:
            with session.begin_nested():
                record = create_record(actor, record_type, data, record_id)
                session.flush()
                return record, True
        except IntegrityError:  # somebody else was a moment earlier; anything else that was doubled is told as always
            found = session.get(record_type.model, record_id)
            if found is None:
                raise
            return found, False


def create_records(
    actor: Actor, record_type: RecordType, rows: Sequence[Mapping[str, Any]]
) -> Sequence[Problem | None]:
    """Make many records of checked values: at once where their type knows how, else one after the other.

    Args:
        actor: whoever makes them; they own those whose values name no owner.
        record_type: what is made.
        rows: for each record its model attributes and values as `load_values` gives them, the `id` among them; at
            most 5,000.

    Returns:
        For each row None, or the problem for which it wasn't made.

    Raises:
        Problem: 403 without the permission.
    """
    require(actor, record_type, "create")
    with write_unit():
        if record_type.create_many is not None:
            return record_type.create_many(actor, [dict(row) for row in rows])
        if record_type.create is not None:
            return [_refusal_of(record_type.create, actor, row) for row in rows]
        add_many(actor, [record_type.model(**row) for row in rows])
        return [None] * len(rows)


def _refusal_of(create: CreateOperation, actor: Actor, row: Mapping[str, Any]) -> Problem | None:
    try:
        with db.session.begin_nested():
            create(actor, dict(row))
    except Problem as problem:
        return problem
    return None


def make_each(
    rows: Sequence[Mapping[str, Any]], make: Callable[[Mapping[str, Any]], Any]
) -> tuple[list[Any], list[Problem | None]]:
    """Make a record of each row by the rules for one; this is what a `create_many` begins with.

    Args:
        rows: for each record its model attributes and checked values.
        make: the rules: make(values) -> a record that isn't in the session yet, or a Problem is raised.

    Returns:
        The records that were made, and for each row None or its problem.
    """
    made: list[Any] = []
    outcomes: list[Problem | None] = []
    for row in rows:
        try:
            made.append(make(row))
        except Problem as problem:
            outcomes.append(problem)
        else:
            outcomes.append(None)
    return made, outcomes


def unsaved(model: type[Record], values: Mapping[str, Any]) -> Any:
    """Make a record that `add_many` is to write, for less than `model(**values)` costs: the session never asks for it.

    Args:
        model: its model.
        values: model attribute to checked value.
    """
    record = model()
    held = vars(record)
    held.update(values)
    for name, (validate, _options) in inspect(model).validators.items():
        if name in values:
            held[name] = validate(record, name, values[name])
    return record


def add_many(actor: Actor, records: Sequence[Record]) -> None:
    """Write new records of one model at once, as `add` writes one; this is what a `create_many` ends with.

    Args:
        actor: whose the records are that name no owner.
        records: at most 5,000, which aren't in the session and don't come into it.
    """
    rows = [_attributes(record) for record in records]
    for row in rows:
        row["owner_id"] = row.get("owner_id") or actor.user_id
    if records:
        bulk_insert(type(records[0]), rows)


def _attributes(record: Record) -> dict[str, Any]:
    """Take the values off a record that was never saved; what isn't set gets its default when it is written."""
    return {name: value for name, value in vars(record).items() if name != "_sa_instance_state"}


def update_record(
    actor: Actor, record_type: RecordType, record: Any, data: Mapping[str, Any], expected_version: int | None = None
) -> Any:
    """Change some fields of a record, through the record type's own operation.

    Args:
        actor: whoever changes it.
        record_type: its type.
        record: the record as it was read.
        data: the fields to change, name to raw value.
        expected_version: the version that the person saw; None to change whatever is there.

    Raises:
        Problem: 409 when somebody else saved in between (`extra` has both versions), 422 for bad values, 403 or 404
            without the permission.
    """
    require(actor, record_type, "edit", record)
    values = load_values(record_type, data, partial=True)
    with write_unit() as session:
        session.refresh(record, with_for_update=True)  # whoever else changes it waits
        check_version(record, expected_version, values)
        with _written_together():
            changed = (record_type.update or change_record)(actor, record, values)
        session.flush()
        return changed


def update_records(
    actor: Actor, record_type: RecordType, changes: Sequence[tuple[Any, Mapping[str, Any]]]
) -> Sequence[Problem | None]:
    """Change many records by checked values, by the rules for one, and write them together.

    Args:
        actor: whoever changes them.
        record_type: their type.
        changes: pairs of a record and its new values, model attributes as `load_values` gives them; each record once,
            at most 5,000.

    Returns:
        For each pair None, or the problem for which it wasn't changed.
    """
    outcomes: list[Problem | None] = [None] * len(changes)
    with write_unit() as session:
        left = _changeable(actor, record_type, changes, outcomes)
        while left:
            savepoint = session.begin_nested()
            _lock(record_type, [changes[place][0] for place in left])
            with _written_together():
                refused = _change_each(actor, record_type, changes, left, outcomes)
            if not refused:
                session.flush()  # together where the same changed: core.database.together
                savepoint.commit()
                break
            savepoint.rollback()  # what a rule wrote before it refused must go, and the others are done anew
            left = [place for place in left if place not in refused]
    return outcomes


def _changeable(
    actor: Actor,
    record_type: RecordType,
    changes: Sequence[tuple[Any, Mapping[str, Any]]],
    outcomes: list[Problem | None],
) -> list[int]:
    """Give the places of the records that the actor may edit, and write down of the others why not."""
    model = record_type.model
    allowed: set[UUID] = set()
    for ids in in_parts([record.id for record, _values in changes]):
        allowed |= set(db.session.scalars(select(model.id).where(model.id.in_(ids), visible(actor, model, "edit"))))
    for place, (record, _values) in enumerate(changes):
        if record.id not in allowed:
            try:
                require(actor, record_type, "edit", record)
            except Problem as problem:
                outcomes[place] = problem
    return [place for place, problem in enumerate(outcomes) if problem is None]


def _lock(record_type: RecordType, records: Sequence[Any]) -> None:
    """Read records anew, so that whoever else changes them waits."""
    model = record_type.model
    for ids in in_parts([inspect(record).identity[0] for record in records]):
        statement = select(model).where(model.id.in_(ids)).order_by(model.id).with_for_update()
        db.session.scalars(statement, execution_options={"populate_existing": True}).all()


@contextmanager
def _written_together() -> Iterator[None]:
    token = _together.set(True)
    try:
        yield
    finally:
        _together.reset(token)


def _change_each(
    actor: Actor,
    record_type: RecordType,
    changes: Sequence[tuple[Any, Mapping[str, Any]]],
    places: Sequence[int],
    outcomes: list[Problem | None],
) -> set[int]:
    """Change records one after the other, and give the places of those that were refused."""
    change = record_type.update or change_record
    refused = set()
    for place in places:
        record, values = changes[place]
        try:
            change(actor, record, dict(values))
        except Problem as problem:
            outcomes[place] = problem
            refused.add(place)
    return refused


def flush_record() -> None:
    """Write what an operation changed: now, or as part of the update that it belongs to, at its end."""
    if not _together.get():
        db.session.flush()


def check_version(record: Any, expected_version: int | None, values: Mapping[str, Any] | None = None) -> None:
    """Refuse a stale save: the problem tells the present version and what would have been written."""
    if expected_version is None or record.version == expected_version:
        return
    raise Problem(
        "stale",
        _("Somebody saved this record while you were writing. Look at both versions, then save again."),
        status=409,
        extra={"current_version": record.version, "changed": sorted(values or {})},
    )


def insert_record(actor: Actor, record_type: RecordType, values: Mapping[str, Any]) -> Any:
    """Write a new record of checked values (model attributes); the actor owns it unless an owner is given."""
    with write_unit() as session:
        record = record_type.model(**values)
        return add(session, actor, record)


def add(session: Any, actor: Actor, record: Any) -> Any:
    """Add a record to the session, owned by the actor unless it has an owner, and flush it."""
    if record.owner_id is None:
        record.owner_id = actor.user_id
    record.id = record.id or new_id()
    session.add(record)
    flush_record()
    return record


def save(actor: Actor, record: Record) -> Any:
    """Check the actor's right, then write a new or changed record.

    This is what a plugin's operation ends with.

    Raises:
        Problem: 403 or 404 without the permission.
    """
    record_type = record_types.of_model(type(record))
    new = record not in db.session or record in db.session.new
    if record_type is not None:
        with db.session.no_autoflush:
            require(actor, record_type, "create" if new else "edit", None if new else record)
    with write_unit() as session:
        if new:
            return add(session, actor, record)
        session.flush()
        return record


def change_record(_actor: Actor, record: Any, values: Mapping[str, Any]) -> Any:
    """Write checked values (model attributes) to a record."""
    with write_unit():
        for name, value in values.items():
            new = {**record.custom, **value} if name == "custom" else value
            if getattr(record, name) != new:
                setattr(record, name, new)
        flush_record()
        return record


def bin_record(actor: Actor, record_type: RecordType, record: Any) -> None:
    """Put a record into the bin, from where it can be restored.

    Raises:
        Problem: 403 or 404 without the permission to delete; 409 when a plugin's records must not lose it.
    """
    from core.records.dependents import refuse_leaned_on  # hooks stand on the records layer

    require(actor, record_type, "delete", record)
    refuse_leaned_on(actor, record_type, [record.id])
    with write_unit() as session:
        session.refresh(record, with_for_update=True)  # whoever else changes it waits
        put_away(actor, record_type, record, record.deleted_at or utc_now())


def put_away(actor: Actor, record_type: RecordType, record: Any, moment: datetime | None) -> None:
    """Put a record into the bin inside a write unit, or take it out again, with what follows from that.

    Args:
        actor: whoever does; their right was checked.
        record_type: its type.
        record: the record.
        moment: when it went to the bin; None to take it out.
    """
    record.deleted_at = moment
    if record_type.settle is not None:
        db.session.flush()
        record_type.settle(actor, record)


def restore_record(actor: Actor, record_type: RecordType, record: Any) -> None:
    """Take a record out of the bin.

    Raises:
        Problem: 403 or 404 without the permission to delete.
    """
    require(actor, record_type, "delete", record)
    with write_unit() as session:
        session.refresh(record, with_for_update=True)  # whoever else changes it waits
        put_away(actor, record_type, record, None)
