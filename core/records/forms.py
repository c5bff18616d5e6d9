"""Between a schema and a form: which controls it has, with which values and messages, and what somebody submitted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.access import Actor, current_actor
from core.customfields import fields_of
from core.database import is_sealed
from core.records import fields
from core.records.types import RecordType

#: Fields that every schema has and no form shows.
HIDDEN = frozenset({"id", "version", "created_at", "updated_at"})


@dataclass(frozen=True)
class FormField:
    """One control of a form, or one fact of a page.

    Attributes:
        name: its name in the form; custom fields have `custom.` before it.
        field: the schema field: label, help, control, choices.
        value: what it shows: the record's value, or what was submitted when that had errors.
        errors: messages, in the user's language.
        writable: whether it may be edited.
    """

    name: str
    field: Any
    value: Any
    errors: Sequence[str] = field(default_factory=tuple)
    writable: bool = True

    @property
    def control(self) -> str:
        """The kind of control."""
        return str(self.field.control)

    @property
    def label(self) -> Any:
        """What people call it."""
        return self.field.label


def form_fields(
    actor: Actor,
    record_type: RecordType,
    record: Any | None,
    given: Mapping[str, Any] | None = None,
    errors: Mapping[str, Sequence[str]] | None = None,
) -> list[FormField]:
    """List the controls of a form, or the facts of a page; of a sealed record what stays open can be edited alone.

    Args:
        actor: whoever looks; becomes the owner that a new record's form proposes.
        record_type: whose form it is.
        record: the record; None for a new one.
        given: what was submitted, or what the URL fills in; it goes before the record's values.
        errors: messages by field name.
    """
    given, errors = given or {}, errors or {}
    closed = record is not None and is_sealed(record)
    listed = []
    for name, declared in record_type.fields.items():
        if name not in HIDDEN and isinstance(declared, fields.FieldInfo):
            value = given[name] if name in given else _value(actor, declared, record)
            writable = declared.writable and (not closed or name in record_type.open_when_sealed)
            listed.append(FormField(name, declared, value, errors.get(name, ()), writable))
    listed.sort(key=lambda each: each.name == "owner")  # what it is goes before whose it is
    custom = given.get("custom") or {}
    for name, declared in fields_of(record_type).items():
        kept = None if record is None else record.custom.get(name)
        key = f"custom.{name}"
        messages = errors.get(key, errors.get(name, ()))
        listed.append(FormField(key, declared, custom.get(name, kept), messages, not closed))
    return listed


def _value(actor: Actor, declared: Any, record: Any | None) -> Any:
    if record is not None:
        return getattr(record, declared.column)
    if declared.name == "owner":
        return actor.user_id
    default = declared.load_default
    if default is None or repr(default) == "<marshmallow.missing>":
        return None
    return default() if callable(default) else default


def submitted(record_type: RecordType, form: Any, only: str | None = None) -> dict[str, Any]:
    """Read what a form sent: raw values by field name, custom fields under `custom`.

    Args:
        record_type: whose form it is.
        form: the request's MultiDict.
        only: the one field that an inline edit sends.
    """
    data: dict[str, Any] = {}
    for each in form_fields(current_actor(), record_type, None):
        if not each.writable or (only is not None and each.name != only):
            continue
        if each.name not in form and f"{each.name}.sent" not in form and only is None:
            continue
        value = _submitted(each, form)
        if each.name.startswith("custom."):
            data.setdefault("custom", {})[each.name.removeprefix("custom.")] = value
        else:
            data[each.name] = value
    return data


def _submitted(each: FormField, form: Any) -> Any:
    if each.control == "checkbox":
        return each.name in form
    if each.control == "choices":
        return form.getlist(each.name)
    if each.control == "tags":
        return [value.strip() for line in form.getlist(each.name) for value in line.split(",") if value.strip()]
    value = form.get(each.name, "")
    if each.field.numeric and value:
        return fields.Typed(value)
    return value if value != "" or isinstance(each.field, fields.String) else None
