"""Turning records into what the shared macros draw: columns, rows, facts, in the person's language and formats."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import chain
from typing import Any, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

import sqlalchemy
from markupsafe import Markup
from sqlalchemy import inspect, select
from werkzeug.datastructures import MultiDict

from core.access import Actor
from core.customfields import fields_of
from core.database import db
from core.i18n import _, format_ago, format_amount, format_day, format_moment, format_number, ngettext, typed_number
from core.records import fields, queries
from core.records.filters import Filter
from core.records.forms import FormField, form_fields
from core.records.queries import ListQuery, Page, sortable
from core.records.registry import record_types
from core.records.sentence import Chip, sentence_of
from core.records.types import ExtraColumn, RecordType
from core.records.untrusted import as_id
from core.users.company import base_currency

#: The arguments of a list's URL that another arrangement of it keeps.
KEPT_ARGUMENTS = ("filter", "q", "sort", "bin", "view")
#: Fields whose values are short: their columns leave the room to others.
NARROW_FIELDS = (fields.Date, fields.Boolean, fields.Integer, fields.Decimals)
#: Where a phone's card shows columns beside the name, in the order in which they are given away.
PHONE_PLACES = ("side", "sub", "subside")
#: How many tints people's initials have.
TONES = 5


@dataclass(frozen=True)
class Cell:
    """What a cell of a list shows; `text` alone in most cases."""

    text: str
    tone: str = ""
    url: str = ""
    exact: str = ""
    pill: bool = False
    html: Markup | None = None


@dataclass(frozen=True)
class Column:
    """A column of a list: a field of the schema, or one that a plugin adds.

    Attributes:
        kind: `name`, `text`, `num` or `quiet`, as macros/table.html draws them.
        phone: its place on a phone's card: `side`, `sub`, `subside` or nowhere.
    """

    key: str
    label: Any
    kind: str
    field: Any | None = None
    extra: ExtraColumn | None = None
    phone: str = ""
    width: str = ""
    prefix: str = ""
    sort_url: str = ""
    sorted: str = ""


class Row(NamedTuple):
    """A row of a list."""

    id: str
    url: str
    title: str
    initials: str
    square: bool
    tone: int
    cells: Mapping[str, Any]
    pills: Sequence[tuple[str, str]] = ()


def initials(name: str) -> str:
    """Take the first letters of the first two words."""
    words = [word for word in name.replace("&", " ").split() if word[0].isalnum()]
    return "".join(word[0] for word in words[:2]).upper() or name[:1].upper()


def tone_of(record_id: UUID | None) -> int:
    """Choose a tint from 1 to 5 that a person always has."""
    return 1 if record_id is None else record_id.int % TONES + 1


def possible_columns(record_type: RecordType) -> dict[str, Any]:
    """List what may be a column of a list, by name: schema fields, custom fields, and what plugins add."""
    declared = {name: each.label for name, each in record_type.fields.items() if isinstance(each, fields.FieldInfo)}
    custom = {f"custom.{name}": each.label for name, each in fields_of(record_type).items()}
    return {**declared, **custom, **{each.key: each.label for each in record_types.extra_columns(record_type.key)}}


def columns_of(record_type: RecordType, arguments: Mapping[str, str], query: ListQuery) -> list[Column]:
    """Choose a list's columns: those that were asked for, in that order, or the record type's own and the plugins'."""
    extra = {each.key: each for each in record_types.extra_columns(record_type.key)}
    custom = {f"custom.{name}": each for name, each in fields_of(record_type).items()}
    asked = [name for name in arguments.get("columns", "").split(",") if name]
    names = asked or [*record_type.columns, *[key for key, each in extra.items() if each.default]]
    columns: list[Column] = []
    for name in names:
        declared = record_type.fields.get(name) or custom.get(name)
        added = extra.get(name)
        if declared is None and added is None:
            continue
        first = not columns
        numeric = added.numeric if added else getattr(declared, "numeric", False)
        columns.append(
            Column(
                name,
                added.label if added else getattr(declared, "label", name),
                "name" if first else "num" if numeric else "text",
                field=declared,
                extra=added,
                width="s" if (added and numeric) or isinstance(declared, NARROW_FIELDS) else "",
                **_sorting(record_type, arguments, query, name, added),
            )
        )
    return _placed(columns)


def _placed(columns: Sequence[Column]) -> list[Column]:
    """Give three columns a place on a phone's card: the first amount at its side, the first status below it."""
    amount = next((column for column in columns[1:] if isinstance(column.field, fields.Money)), None)
    status = next((column for column in columns[1:] if getattr(column.field, "tones", None)), None)
    others = [column for column in columns[1:] if column is not amount and column is not status]
    side = amount or (others.pop(0) if others else None)
    below = others.pop(0) if others else None
    chosen = (side, below, status or (others[0] if others else None))
    places = {column.key: place for column, place in zip(chosen, PHONE_PLACES, strict=True) if column is not None}
    return [replace(column, phone=places.get(column.key, "")) for column in columns]


def _sorting(
    record_type: RecordType, arguments: Mapping[str, str], query: ListQuery, name: str, extra: ExtraColumn | None
) -> dict[str, str]:
    able = (extra is not None and extra.expression is not None) or name in sortable(record_type)
    if not able:
        return {}
    present = query.sort or record_type.sort
    state = {name: "ascending", f"-{name}": "descending"}.get(present, "")
    following = f"-{name}" if state == "ascending" else name
    return {"sort_url": list_url(record_type, arguments, sort=following), "sorted": state}


def list_url(
    record_type: RecordType, arguments: Mapping[str, str], page: str | None = None, **changed: str | None
) -> str:
    """Give the URL of a list with some arguments changed; those that become None or empty are left out.

    Args:
        record_type: whose list it is.
        arguments: those of the present URL.
        page: the path of another page that shows what the list's arguments find.
        changed: the arguments that differ.
    """
    kept = {name: value for name, value in arguments.items() if name != "cursor"} | changed
    text = urlencode({name: value for name, value in kept.items() if value})
    path = page or record_type.url
    return f"{path}?{text}" if text else path


def export_formats(record_type: RecordType) -> list[tuple[str, str]]:
    """List what a record type is exported as: names of formats, and what people call them."""
    cards = [("vcf", "vCard")] if record_type.key == "customer" else []
    return [("csv", "CSV"), ("xlsx", "XLSX"), ("jsonl", "JSON Lines"), *cards]


def bin_url(record_type: RecordType) -> str:
    """Give the URL of what lies in a record type's bin."""
    return list_url(record_type, {}, bin="1")


def filter_sentence(
    actor: Actor,
    record_type: RecordType,
    tree: Filter | None,
    arguments: Mapping[str, str],
    count: int,
    page: str | None = None,
) -> dict[str, Any]:
    """Give what the macro `sentence` says beside the figure: `noun`, `clauses`, and `filter_url`, which adds one.

    Args:
        actor: whoever looks; names of records that they may not see are left out.
        record_type: the record type.
        tree: the filter, already accepted by `compile_filter`.
        arguments: those of the present URL.
        count: how many records there are.
        page: the path that the clauses lead back to, where it isn't the list's.
    """
    dialog = f"{record_type.url}/filter?"
    kept = {**arguments, "back": page} if page else arguments
    return {
        "noun": str(record_type.label if count == 1 else record_type.label_plural).lower(),
        "filter_url": dialog + urlencode(kept),
        "clauses": [
            {
                "field": chip.label,
                "op": chip.operator,
                "value": chip.value,
                "remove_url": list_url(record_type, arguments, page, filter=chip.rest),
                "edit_url": dialog + urlencode({**kept, "filter": chip.rest, **_clause_arguments(chip)}),
            }
            for chip in sentence_of(actor, record_type, tree)
        ],
    }


def _clause_arguments(chip: Chip) -> dict[str, str]:
    """Give what the dialog of a filter is told of the clause that it changes."""
    given = chip.clause.get("value", [])
    return {
        "field": chip.path,
        "op": str(chip.clause.get("op", "is")),
        "value": json.dumps(given if isinstance(given, list) else [given], ensure_ascii=False),
    }


def attributes_of(record_type: RecordType, columns: Sequence[Column]) -> list[str]:
    """Name the model's columns that the rows of a list are made of; none where it takes whole records."""
    declared = [(column.key, column.field) for column in columns if column.field is not None]
    known = inspect(record_type.model).column_attrs
    names = ["id", record_type.title, *(["kind"] if "kind" in known else [])]
    names += ["custom" if key.startswith("custom.") else each.column for key, each in declared]
    names += [each.currency for _key, each in declared if isinstance(each, fields.Money)]
    is_plain = all(name in known and not hasattr(sqlalchemy.Row, name) for name in names)
    return list(dict.fromkeys(names)) if is_plain else []


def rows_of(
    record_type: RecordType,
    page: Page,
    columns: Sequence[Column],
    titles: Mapping[UUID, str],
    extra: Mapping[str, Mapping[UUID, Any]],
) -> list[Row]:
    """Make the rows of a page."""
    readers = [(column.key, _reader_of(column, titles, extra)) for column in columns[1:]]
    rows = []
    for record in page.items:
        title, record_id = record_type.title_of(record), str(record.id)
        person = getattr(record, "kind", "") == "person" or record_type.key == "user"
        rows.append(
            Row(
                record_id,
                f"{record_type.url}/{record_id}",
                title,
                initials(title),
                not person,
                tone_of(record.id) if person else 0,
                {key: read(record) for key, read in readers},
            )
        )
    return rows


def _reader_of(
    column: Column, titles: Mapping[UUID, str], extra: Mapping[str, Mapping[UUID, Any]]
) -> Callable[[Any], Any]:
    """Tell once for all rows how a column's cell is made of a record."""
    if column.extra is not None:
        values = extra.get(column.key, {})
        return lambda record: values.get(record.id)
    declared, key = column.field, column.key
    return lambda record: shown(declared, value_of(record, declared, key), titles, record)


def value_of(record: Any, declared: Any, key: str) -> Any:
    """Read a field's value from a record, a custom one from its JSON."""
    if key.startswith("custom."):
        return record.custom.get(key.removeprefix("custom."))
    return getattr(record, declared.column)


def shown(declared: Any, value: Any, titles: Mapping[UUID, str], record: Any = None) -> Any:
    """Turn a value into what a person reads: text, or a `Cell` where a colour, a link or an exact moment helps.

    Args:
        declared: the schema field.
        value: the column's value.
        titles: names of related records that the person may see.
        record: the record, for the currency of an amount.
    """
    if value is None or value in ("", []):
        return None
    if type(declared) is fields.String:
        return str(value)
    if isinstance(declared, fields.WritesItself):
        return declared.written(value)
    if isinstance(declared, fields.Related):
        return _shown_relation(declared, value, titles)
    if isinstance(declared, fields.Choice):
        label = str(declared.choices.get(value, value))
        tone = declared.tones.get(value)
        return Cell(label, tone=tone, pill=True) if tone else label
    if isinstance(declared, fields.Choices):
        return ", ".join(str(declared.choices.get(each, each)) for each in value)
    if isinstance(declared, fields.Money):
        return format_amount(Decimal(value), getattr(record, declared.currency, None) or base_currency())
    if isinstance(declared, fields.Boolean):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return Cell(format_ago(value), exact=format_moment(value))
    if isinstance(declared, fields.Date):  # a custom field's day is text
        return format_day(value if isinstance(value, date) else date.fromisoformat(value))
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(declared, fields.Integer):
        return str(value) if str(declared.name).endswith("year") else format_number(value)
    if isinstance(declared, fields.Decimals):
        return format_number(Decimal(value))
    return str(value)


def subtitle_of(record_type: RecordType, record: Any, titles: Mapping[UUID, str]) -> list[Any]:
    """Give the line under a record's name: the facts that its type chose, as `shown` has them, or else its type."""
    chosen = [record_type.fields[name] for name in record_type.subtitle if name in record_type.fields]
    parts = [shown(declared, getattr(record, declared.column), titles, record) for declared in chosen]
    return [part for part in parts if part is not None] or [record_type.label]


def subtitles(actor: Actor, records: Sequence[tuple[RecordType, UUID]]) -> dict[UUID, list[str]]:
    """Say of records of several types, as bare text, what stands under their names; what is only the type is left out.

    Args:
        actor: whose view of related records counts.
        records: which ones, all of them the actor's to see.
    """
    ids: dict[str, list[UUID]] = {}
    types = {record_type.key: record_type for record_type, _id in records}
    for record_type, record_id in records:
        ids.setdefault(record_type.key, []).append(record_id)
    found = [
        (types[key], record)
        for key, of_type in ids.items()
        if types[key].subtitle
        for record in db.session.scalars(select(types[key].model).where(types[key].model.id.in_(of_type)))
    ]
    related = (queries.pointed_at(record_type, [record], record_type.subtitle) for record_type, record in found)
    titles = queries.titles_of(actor, chain.from_iterable(related))
    return {
        record.id: [
            text
            for part in subtitle_of(record_type, record, titles)
            if (text := str(getattr(part, "text", part))) != str(record_type.label)
        ]
        for record_type, record in found
    }


def read(declared: Any, value: Any, titles: Mapping[UUID, str], record: Any = None) -> str | None:
    """Turn a value into bare text as a person reads it, None where it is empty; arguments as `shown` has them."""
    text = shown(declared, value, titles, record)
    return text.text if isinstance(text, Cell) else text


def _shown_relation(declared: Any, value: Any, titles: Mapping[UUID, str]) -> Any:
    related_id = value if isinstance(value, UUID) else UUID(str(value))
    title, related = titles.get(related_id), record_types.get(declared.record_type)
    if title is None:
        return None
    return Cell(title, url=related.url_of(related_id)) if related is not None and related.nav else title


def control_extra(declared: Any, value: Any, titles: Mapping[UUID, str], record: Any = None) -> dict[str, Any]:
    """Give what macros/fields.html wants to know of a control beside label, value and errors."""
    if isinstance(declared, fields.Related):
        related = record_types.get(declared.record_type)
        known = as_id(value)
        return {
            "url": f"{related.url}/options" if related else "",
            "text": titles.get(known) if known else None,
        }
    if isinstance(declared, fields.OfASet):
        return {"options": [(key, str(label)) for key, label in declared.choices.items()]}
    if isinstance(declared, fields.Money):
        return {"currency": getattr(record, declared.currency, None) or ""}
    if isinstance(declared, fields.Rows):
        return {"attrs": rows_attributes(declared)}
    return {}


def rows_attributes(declared: fields.Rows) -> dict[str, str]:
    """Give the attributes of a text area that browsers draw as the table of a field of rows."""
    return {"data-rows": json.dumps(_table_of(declared)), "placeholder": declared.example}


def _table_of(declared: fields.Rows) -> dict[str, Any]:
    """Tell js/rows.js how a text is drawn as a table."""
    return {
        "columns": [str(each) for each in declared.columns],
        "separators": list(declared.separators),
        "chained": declared.chained,
        "label": str(declared.label),
        "add": _("Add a row"),
        "remove": _("Take row {place} out"),
    }


#: What macros/fields.html calls the controls that schema fields name otherwise.
_CONTROL_KINDS = {
    "text": "string",
    "textarea": "text",
    "number": "decimal",
    "checkbox": "boolean",
    "relation": "related",
}


def _controls(fields_of_form: Sequence[FormField], record: Any) -> list[dict[str, Any]]:
    """Give the arguments of the macro `field` for some fields of a form."""
    return [
        {
            "kind": _CONTROL_KINDS.get(each.control, each.control),
            "name": each.name,
            "label": each.label,
            "value": control_value(each),
            "errors": list(each.errors),
            "hint": each.field.help or "",
            "required": each.field.required,
            "extra": control_extra(each.field, each.value, {}, record),
        }
        for each in fields_of_form
        if each.writable
    ]


def asked_facts(
    actor: Actor,
    record_type: RecordType,
    record: Any,
    column: str,
    given: Mapping[str, Any],
    missing: Mapping[str, Sequence[str]],
) -> dict[str, Any]:
    """Give what a card asks before its record may enter a column of a board: `title` and `controls`.

    Args:
        actor: whoever moves it.
        record_type: the record type.
        record: the record.
        column: what people call the column.
        given: the facts that were given already.
        missing: messages by the names of those that are missing or wrong, as a Problem's `fields` has them.
    """
    fields_of_form = form_fields(actor, record_type, record, given, missing)
    wanted = [each for each in fields_of_form if each.name in missing or each.name in given]
    title = ngettext("%(stage)s needs a fact", "%(stage)s needs %(num)s facts", len(wanted), stage=column)
    return {"title": title, "controls": _controls(wanted, record)}


def control_value(each: FormField) -> Any:
    """Give a field's value as its control holds it: days and moments in ISO form, numbers as they are typed."""
    value = each.value
    if isinstance(value, datetime):
        from core.i18n import current_zone

        return value.astimezone(current_zone()).strftime("%Y-%m-%dT%H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if each.field.numeric and value is not None and not isinstance(value, fields.Typed):
        number = fields.number_of(value)
        return value if number is None else typed_number(number)
    return value


def arguments_of(arguments: MultiDict[str, str]) -> dict[str, str]:
    """Give the arguments of a list's URL without the page's cursor."""
    return {name: value for name, value in arguments.items() if name != "cursor"}
