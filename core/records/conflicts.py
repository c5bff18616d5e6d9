"""Two people at one record: what the one who saves second is shown, so that neither loses what they wrote."""

from collections.abc import Mapping
from typing import Any

from core.access import Actor
from core.customfields import fields_of
from core.i18n import _
from core.records import fields, present
from core.records.history import Change, history_of, related_names, typed_value
from core.records.operations import load_values
from core.records.types import RecordType

#: Field name to its value then and now; custom fields have `custom.` before their names.
Changes = dict[str, tuple[Any, Any]]


def reconcile(
    actor: Actor, record_type: RecordType, record: Any, data: Mapping[str, Any], version: int
) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """Bring a stale form together with what others saved since it was opened.

    A field that only others changed takes their value; one that both changed keeps the person's own and tells theirs.

    Args:
        actor: whoever saves second.
        record_type: the record's type.
        record: the record as it is now.
        data: what was submitted, as `submitted` gives it; every value in it can be read.
        version: the version that the form was opened with.

    Returns:
        What goes before the record's values in the form that is shown again, and messages by field name.
    """
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
