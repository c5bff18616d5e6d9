"""The rules of custom fields: their names, what each kind needs, and what can't be changed any more."""

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from core.access import Actor
from core.customfields.jobs import build_index
from core.customfields.models import CHOICE, RELATION, CustomField
from core.database import db, write_unit
from core.i18n import _
from core.jobs.operations import enqueue
from core.problems import Problem
from core.records.operations import add, change_record

#: What can't be changed once values are kept under it.
FIXED = ("record_type", "name", "kind", "target")


def create_custom_field(actor: Actor, values: Mapping[str, Any]) -> CustomField:
    """Add a field to a record type; its name is made from the label.

    Raises:
        Problem: 422 when a list has no values or a relation no target.
    """
    with write_unit() as session:
        _check_kind(values["kind"], values.get("choices") or [], values.get("target"))
        name = _free_name(values["record_type"], values["label"])
        created: CustomField = add(session, actor, CustomField(**values, name=name))
        _index_if_wanted(created, before=False)
        return created


def update_custom_field(actor: Actor, field: CustomField, values: Mapping[str, Any]) -> CustomField:
    """Change a custom field; where it belongs and of what kind it is stays.

    Raises:
        Problem: 422 when something fixed would change.
    """
    fixed = [name for name in FIXED if name in values and values[name] != getattr(field, name)]
    if fixed:
        message = _("This can't be changed any more, because records keep values of it. Make a new field.")
        raise Problem("customfields.fixed", message, fields={name: [message] for name in fixed})
    with write_unit():
        _check_kind(field.kind, values.get("choices", field.choices), field.target)
        before = field.filterable
        changed: CustomField = change_record(actor, field, values)
        _index_if_wanted(changed, before=before)
        return changed


def _check_kind(kind: str, choices: Any, target: str | None) -> None:
    if kind == CHOICE and not choices:
        message = _("Write the values that can be chosen.")
        raise Problem("customfields.no_choices", message, fields={"choices": [message]})
    if kind == RELATION and not target:
        message = _("Choose the kind of record that it leads to.")
        raise Problem("customfields.no_target", message, fields={"target": [message]})


def _index_if_wanted(field: CustomField, *, before: bool) -> None:
    if field.filterable and not before:
        enqueue(build_index, record_type=field.record_type, name=field.name)


def _free_name(record_type: str, label: str) -> str:
    """Make a name of the label that no other field of the record type has, not even one in the bin."""
    taken = set(db.session.scalars(select(CustomField.name).where(CustomField.record_type == record_type)))
    stem = name_of(label)
    candidates = [stem, *[f"{stem[:36]}_{number}" for number in range(2, 1_000)]]
    return next(name for name in candidates if name not in taken)


def name_of(label: str) -> str:
    """Make a field's name from its label: `Γραμμή παραγωγής` becomes `grammi_paragogis`."""
    from anyascii import anyascii  # loads its tables on first use

    plain = re.sub(r"[^a-z0-9]+", "_", anyascii(label).lower()).strip("_")[:40].strip("_")
    return plain if plain[:1].isalpha() else f"field_{plain}"[:40].strip("_")
