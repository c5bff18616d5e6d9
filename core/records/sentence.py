"""A filter as a sentence: "customers whose Owner is me and City is Πάτρα or Αίγιο"."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as declare
from typing import Any
from uuid import UUID

from core.access import Actor
from core.i18n import _, _l, format_day, format_number
from core.records import fields
from core.records.filters import Filter, clauses_of, described, relative_day
from core.records.queries import titles
from core.records.types import RecordType

OPERATORS: Mapping[str, Any] = {
    "is": _l("is"),
    "is_not": _l("is not"),
    "contains": _l("contains"),
    "less": _l("is less than"),
    "more": _l("is more than"),
    "before": _l("before"),
    "after": _l("after"),
    "between": _l("is between"),
    "within": _l("lies in"),
    "empty": _l("is empty"),
    "not_empty": _l("is filled in"),
}


#: The spans of days that the page offers, as they stand behind “lies in”; the language knows them by these names.
SPANS: Mapping[str, Any] = {
    "today": _l("today"),
    "last_7_days": _l("the last 7 days"),
    "last_30_days": _l("the last 30 days"),
    "last_90_days": _l("the last 90 days"),
    "this_week": _l("this week"),
    "this_month": _l("this month"),
    "last_month": _l("last month"),
    "this_quarter": _l("this quarter"),
    "this_year": _l("this year"),
    "next_7_days": _l("the next 7 days"),
    "next_30_days": _l("the next 30 days"),
    "next_90_days": _l("the next 90 days"),
}


@dataclass(frozen=True)
class Chip:
    """One clause as the page shows it; `rest` is the filter without it, as JSON for the × link; `clause` is itself."""

    label: str
    operator: str
    value: str
    rest: str
    path: str = ""
    clause: Mapping[str, Any] = declare(default_factory=dict)


def sentence_of(actor: Actor, record_type: RecordType, tree: Filter | None) -> list[Chip]:
    """Say a filter in words, clause by clause.

    Args:
        actor: whoever reads; names of records they may not see are left out.
        record_type: whose list it is.
        tree: the filter, already accepted by `compile_filter`.
    """
    clauses = clauses_of(tree)
    chips = []
    for index, clause in enumerate(clauses):
        others = clauses[:index] + clauses[index + 1 :]
        rest = json.dumps({"and": others}, ensure_ascii=False) if others else ""
        chips.append(_chip(actor, record_type, clause, rest))
    return chips


def _chip(actor: Actor, record_type: RecordType, clause: Mapping[str, Any], rest: str) -> Chip:
    if "field" not in clause:
        word = _("all of") if "and" in clause else _("any of")
        inner = ", ".join(_brief(actor, record_type, each) for each in clauses_of(clause) if each != clause)
        return Chip(word, "", inner or str(len(next(iter(clause.values())))), rest)
    path = clause["field"]
    operator = clause.get("op", "is")
    label, field = described(record_type, path)
    value = "" if operator in ("empty", "not_empty") else _values(actor, field, clause.get("value"), operator)
    return Chip(label, str(OPERATORS[operator]), value, rest, path, clause)


def _brief(actor: Actor, record_type: RecordType, clause: Mapping[str, Any]) -> str:
    chip = _chip(actor, record_type, clause, "")
    return f"{chip.label} {chip.operator} {chip.value}".strip()


def _values(actor: Actor, field: Any, value: Any, operator: str) -> str:
    values = value if isinstance(value, list) else [value]
    if operator == "within":
        words = [str(SPANS.get(str(each), each)) for each in values]
    elif isinstance(field, fields.Boolean):
        words = [_("yes") if str(each).lower() in ("true", "1", "on", "yes") else _("no") for each in values]
    elif isinstance(field, fields.Related):
        ids = [UUID(str(each)) for each in values if each != "me"]
        names = titles(actor, field.record_type, ids)
        words = [_("me") if each == "me" else names.get(UUID(str(each)), "–") for each in values]
    elif isinstance(field, fields.OfASet):
        words = [str(field.choices.get(each, each)) for each in values]
    else:
        words = [_number(each) if field.numeric else _word(each) for each in values]
    joint = _("and") if operator == "between" else _("or")
    return f" {joint} ".join(words)


def _number(value: Any) -> str:
    number = fields.number_of(value)
    return str(value) if number is None else format_number(number)


def _word(value: Any) -> str:
    text = str(value)
    day = relative_day(text)
    if day is None:
        return text
    if text[0] in "-":
        return _("%(number)s days ago", number=text[1:-1]) if text.endswith("d") else format_day(day)
    return format_day(day)
