"""A record as plain data: what the API answers and an export writes."""

from collections.abc import Sequence
from typing import Any

from core.access import Actor
from core.customfields import fields_of
from core.i18n import _
from core.problems import Problem
from core.records import fields, queries
from core.records.types import RecordType


def dump_records(
    actor: Actor, record_type: RecordType, records: Sequence[Any], only: str = "", expand: str = ""
) -> list[dict[str, Any]]:
    """Turn records into JSON-ready mappings.

    Args:
        actor: whoever reads.
        record_type: the records' type.
        records: what was read.
        only: names of fields, comma-separated; all when empty.
        expand: names of related fields, comma-separated, whose titles are added as `{"id": …, "title": …}`.

    Raises:
        Problem: 400 for a field that doesn't exist.
    """
    names = [name for name in only.split(",") if name]
    expanded = [name for name in expand.split(",") if name]
    for name in [*names, *expanded]:
        if name not in record_type.fields and name != "custom":
            raise Problem("bad_field", _("There is no field “%(field)s”.", field=name[:60]), status=400)
    schema = record_type.schema(only=[name for name in names if name != "custom"] or None)
    titles = queries.related_titles(actor, record_type, records, expanded)
    listed = []
    for record in records:
        row: dict[str, Any] = schema.dump(record)
        if not names or "custom" in names:
            row["custom"] = {name: record.custom.get(name) for name in fields_of(record_type)}
        for name in expanded:
            declared = record_type.fields[name]
            if isinstance(declared, fields.Related):
                kept = getattr(record, declared.column)
                row[name] = None if kept is None else {"id": str(kept), "title": titles.get(kept)}
        listed.append(row)
    return listed
