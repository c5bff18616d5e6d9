"""Two people at one record: what the one who saves second is shown, so that neither loses what they wrote."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from core.access import Actor
from core.customfields import fields_of
from core.i18n import _
from core.problems import Problem
from core.records import fields, present
from core.records.history import Change, history_of, related_names, typed_value
from core.records.operations import load_values, update_record
from core.records.queries import find_record
from core.records.types import RecordType

#: Field name to its value then and now; custom fields have `custom.` before their names.
Changes = dict[str, tuple[Any, Any]]


def save_or_tell(
    actor: Actor, record_type: RecordType, record_id: UUID, data: dict[str, Any], version: int | None
) -> tuple[Any, dict[str, Any], Problem | None]:
    """Save a form, or bring a stale one together with what others saved since it was opened.

    A field that only others changed takes their value; one that both changed keeps the person's own and tells theirs.

    Args:
        actor: whoever saves.
        record_type: the record's type.
        record_id: which record.
        data: what was submitted, as `submitted` gives it.
        version: the version that the form was opened with.

    Returns:
        The record as it is now, what goes before its values in a form that is shown again, and what is wrong with it;
        None when it was saved.
    """
    record = find_record(actor, record_type, record_id, "edit")
    try:
        update_record(actor, record_type, record, data, version)
    except Problem as problem:
        if problem.status not in (409, 422):
            raise
        record = find_record(actor, record_type, record_id)
        if problem.code == "stale" and version is not None:
            data, problem.fields = _reconciled(actor, record_type, record, data, version)
        return record, data, problem
    return record, data, None


def _reconciled(
    actor: Actor, record_type: RecordType, record: Any, data: Mapping[str, Any], version: int
) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """Give what goes before the record's values, and messages by field name; every value that was sent can be read."""
    mine = load_values(record_type, data, partial=True)
    kept = {name: value for name, value in data.items() if name != "custom"}
    custom = dict(data.get("custom") or {})
    messages: dict[str, list[str]] = {}
    for name, (then, now) in _changed_since(record_type, record, version).items():
        given, key = (custom, name.removeprefix("custom.")) if name.startswith("custom.") else (kept, name)
        if key not in given:
            continue
        if _is_one_of(_value_in(record_type, mine, name), then, now):
            del given[key]
        else:
            messages[name] = [_told(actor, record_type, record, name, now)]
    return kept | ({"custom": custom} if custom else {}), messages


def _changed_since(record_type: RecordType, record: Any, version: int) -> Changes:
    """Read from the journal what happened to the fields since a version; every row of it was one version more."""
    changed: Changes = {}
    for entry in history_of(record_type, record.id, limit=max(record.version - version, 0)):  # newest first
        for name, (then, now) in _fields_of(record_type, entry.changes).items():
            changed[name] = then, changed.get(name, (then, now))[1]
    return changed


def _fields_of(record_type: RecordType, changes: Mapping[str, Any]) -> Changes:
    """Give the changes of a journal row by the names of fields, as the columns hold them."""
    names = {each.column: name for name, each in record_type.fields.items() if isinstance(each, fields.FieldInfo)}
    named: Changes = {}
    for column, pair in changes.items():
        if column == "custom":
            then, now = (each or {} for each in pair)
            named |= {f"custom.{name}": (then.get(name), now.get(name)) for name in then.keys() | now.keys()}
        elif column in names:
            then, now = (typed_value(record_type.model, column, each) for each in pair)
            named[names[column]] = then, now
    return {name: (then, now) for name, (then, now) in named.items() if then != now}


def _value_in(record_type: RecordType, values: Mapping[str, Any], name: str) -> Any:
    if name.startswith("custom."):
        return values.get("custom", {}).get(name.removeprefix("custom."))
    return values.get(record_type.fields[name].column)


def _is_one_of(value: Any, *others: Any) -> bool:
    """Tell whether a value is one of the others; all ways of being empty are the same."""
    return (value or None) in [other or None for other in others]


def _told(actor: Actor, record_type: RecordType, record: Any, name: str, value: Any) -> str:
    """Say what somebody else wrote into a field."""
    declared = (
        fields_of(record_type)[name.removeprefix("custom.")] if name.startswith("custom.") else record_type.fields[name]
    )
    names = related_names(actor, [Change(declared, None, value)])
    text = present.read(declared, value, names, record)
    if text is None:
        return _("Somebody else emptied this in the meantime.")
    return _("Somebody else wrote this in the meantime: %(value)s", value=text)
