"""The filter language: one JSON shape in URLs, saved views, exports and the API, compiled to a SQL criterion.

A filter is a clause `{"field": "city", "op": "is", "value": ["Πάτρα", "Αίγιο"]}` or a group
`{"and": [...]}` / `{"or": [...]}` of filters, at most `DEEPEST` deep.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import marshmallow as ma
from sqlalchemy import ColumnElement, and_, exists, func, or_, select, true

from core.access import Actor, may, visible
from core.i18n import _, current_zone, today
from core.problems import Problem
from core.records import fields
from core.records.registry import record_types
from core.records.types import ExtraColumn, RecordType
from core.records.untrusted import read_json

#: How deep groups may be nested, and how many clauses a filter may have: a bound on the work of one request.
DEEPEST = 4
MOST_CLAUSES = 40

#: A filter as pages, API and saved views write it: `{"field": …, "op": …, "value": …}`, or `{"and": […]}`.
Filter = Mapping[str, Any]


def bad_filter(message: str) -> Problem:
    """Make the problem of a filter that can't be read."""
    return Problem("bad_filter", message, status=400)


def parse_filter(text: str | None) -> Filter | None:
    """Read a filter from its JSON text; None for no filter.

    Raises:
        Problem: 400 when it isn't JSON of the right shape.
    """
    if not text:
        return None
    try:
        parsed = read_json(text)
    except ValueError as error:
        raise bad_filter(_("The filter isn't valid JSON.")) from error
    if not isinstance(parsed, dict):
        raise bad_filter(_("A filter is an object with a field, or with “and” or “or”."))
    return parsed


def clauses_of(tree: Filter | None) -> list[dict[str, Any]]:
    """List the clauses of a flat filter, as the sentence on the page shows them; groups are one entry each."""
    if not tree:
        return []
    return list(tree["and"]) if set(tree) == {"and"} and isinstance(tree["and"], list) else [dict(tree)]


def compile_filter(actor: Actor, record_type: RecordType, tree: Filter | None) -> ColumnElement[bool]:
    """Turn a filter into a SQL criterion over the record type's model.

    Args:
        actor: whoever asks; relation paths only reach what they may see.
        record_type: whose records are filtered.
        tree: the filter, or None for everything.

    Raises:
        Problem: 400 for an unknown or secret field, an operator that the field doesn't have, or an unreadable value.
    """
    if not tree:
        return true()
    return _Compiler(actor, record_type).group(tree, depth=0)


class _Compiler:
    def __init__(self, actor: Actor, record_type: RecordType) -> None:
        self.actor = actor
        self.record_type = record_type
        self.count = 0

    def group(self, tree: Filter, depth: int) -> ColumnElement[bool]:
        if depth > DEEPEST:
            raise bad_filter(_("The filter is nested too deeply."))
        for word, join in (("and", and_), ("or", or_)):
            if set(tree) == {word}:
                members = tree[word]
                if not isinstance(members, list) or not all(isinstance(each, dict) for each in members):
                    raise bad_filter(_("“and” and “or” take a list of filters."))
                if not members:
                    return true()
                return join(*[self.group(member, depth + 1) for member in members])
        return self.clause(tree)

    def clause(self, tree: Filter) -> ColumnElement[bool]:
        self.count += 1
        if self.count > MOST_CLAUSES:
            raise bad_filter(_("The filter has too many conditions."))
        if not set(tree) <= {"field", "op", "value"} or not isinstance(tree.get("field"), str):
            raise bad_filter(_("A condition has a field, an operator and a value."))
        path = tree["field"]
        name, _dot, rest = path.partition(".")
        extra = _reckoned(self.record_type).get(path)
        if extra is not None and extra.expression is not None:
            column = extra.expression(self.actor, self.record_type.model)
            return compare(_stand_in(extra), column, tree.get("op", "is"), tree.get("value"))
        if path not in filterable(self.record_type):
            raise bad_filter(_("“%(field)s” can't be filtered by.", field=path))
        if rest and not path.startswith("custom."):
            return self.related(name, rest, tree)
        field = filter_field(self.record_type, path)
        return compare(field, column_of(self.record_type, field, path), tree.get("op", "is"), tree.get("value"))

    def related(self, name: str, rest: str, tree: Filter) -> ColumnElement[bool]:
        link = self.record_type.fields[name]
        other = record_types.get(link.record_type)
        if other is None or rest not in other.fields or not may(self.actor, other, "view"):
            raise bad_filter(_("“%(field)s” can't be filtered by.", field=f"{name}.{rest}"))
        field, model = other.fields[rest], other.model
        column = getattr(model, field.column)
        criterion = compare(field, column, tree.get("op", "is"), tree.get("value"))
        link_column = getattr(self.record_type.model, link.column)
        return exists(select(1).where(model.id == link_column, criterion, visible(self.actor, model))).correlate(
            self.record_type.model.__table__  # type: ignore[attr-defined]
        )


def filterable(record_type: RecordType) -> list[str]:
    """List the field paths that a record type may be filtered by."""
    from core.customfields import fields_of

    common = ("owner", "created_at", "updated_at")
    custom = [f"custom.{name}" for name in fields_of(record_type)]
    return list(dict.fromkeys([*record_type.filters, *[n for n in common if n in record_type.fields], *custom]))


def _reckoned(record_type: RecordType) -> dict[str, ExtraColumn]:
    """Give the columns of plugins that a record type may be filtered by, by their keys."""
    return {each.key: each for each in record_types.extra_columns(record_type.key) if each.expression is not None}


def _stand_in(extra: ExtraColumn) -> Any:
    """Give a field that is compared like a plugin's column."""
    return fields.Decimals(label=extra.label) if extra.numeric else fields.Date(label=extra.label)


def filter_choices(actor: Actor, record_type: RecordType) -> dict[str, tuple[str, Any]]:
    """Give each path that an actor may filter a record type by, with what people call it and its field."""
    paths = [*filterable(record_type), *_reckoned(record_type)]
    return {path: described(record_type, path) for path in paths if _may_reach(actor, record_type, path)}


def _may_reach(actor: Actor, record_type: RecordType, path: str) -> bool:
    link = record_type.fields.get(path.partition(".")[0]) if "." in path else None
    if link is None:
        return True
    other = record_types.get(link.record_type)
    return other is not None and may(actor, other, "view")


def described(record_type: RecordType, path: str) -> tuple[str, Any]:
    """Give what people call a path of a filter, and the field by which its values are compared.

    Args:
        record_type: whose filter it is.
        path: a field, one of a related record, an own field, or a plugin's column.
    """
    if extra := _reckoned(record_type).get(path):
        return str(extra.label), _stand_in(extra)
    name, _dot, rest = path.partition(".")
    if rest and name != "custom":
        link = record_type.fields[name]
        other = record_types.get(link.record_type)
        if other is not None:
            return f"{link.label} · {other.fields[rest].label}", other.fields[rest]
    field = filter_field(record_type, path)
    return str(field.label), field


def filter_field(record_type: RecordType, path: str) -> Any:
    """Find the field behind a filter path of the record type itself."""
    if path.startswith("custom."):
        from core.customfields import fields_of

        return fields_of(record_type)[path.removeprefix("custom.")]
    return record_type.fields[path]


def column_of(record_type: RecordType, field: Any, path: str) -> Any:
    """Give the SQL expression that holds a field."""
    if path.startswith("custom."):
        from core.customfields import expression_of

        return expression_of(record_type, path.removeprefix("custom."))
    return getattr(record_type.model, field.column)


def typed_values(record_type: RecordType, path: str, given: Sequence[str]) -> list[str]:
    """Give what somebody typed into a condition as a filter holds it: numbers as programs write them.

    Raises:
        Problem: 400 for a number that can be read in two ways.
    """
    known = path in filterable(record_type) or path in _reckoned(record_type)
    if not known or not described(record_type, path)[1].numeric:
        return list(given)
    try:
        return [fields.as_written(fields.Typed(each)) for each in given]
    except ma.ValidationError as error:
        raise bad_filter(" ".join(map(str, error.messages))) from error


def compare(field: Any, column: Any, operator: str, value: Any) -> ColumnElement[bool]:
    """Compile one condition.

    Args:
        field: the schema field, whose `operators` are allowed.
        column: the SQL expression.
        operator: `is`, `is_not`, `contains`, `less`, `more`, `before`, `after`, `between`, `within`, `empty`,
            `not_empty`.
        value: one value or a list; `me` for the own user, `-30d`, `today`, `this_month` … for relative days; for
            `within` the names of spans of days, see `span_of`.
    """
    if operator not in field.operators:
        raise bad_filter(_("“%(field)s” has no operator “%(op)s”.", field=str(field.label), op=str(operator)[:40]))
    if operator in ("empty", "not_empty"):
        return _filled(field, column, operator == "not_empty")
    given = value if isinstance(value, list) else [value]
    if operator == "within":
        return _within(field, column, given)
    values: list[Any] = [None if isinstance(each, list | dict) else _read(field, each) for each in given]
    if not values or any(each is None for each in values):
        raise bad_filter(_("The condition on “%(field)s” needs a value.", field=str(field.label)))
    if isinstance(field, fields.Tags):
        return _tagged(column, values, operator)
    if operator == "contains":
        return or_(*[func.lower(column).contains(str(each).lower(), autoescape=True) for each in values])
    if operator in ("is", "is_not"):
        return _among(column, values) if operator == "is" else or_(column.is_(None), ~_among(column, values))
    if operator == "between":
        if len(values) != 2:
            raise bad_filter(_("“between” takes two values."))
        return and_(column >= _first(values[0]), column < _after(values[1]))
    criterion: ColumnElement[bool] = column > values[0]
    if operator in ("less", "before"):
        criterion = column < _first(values[0])
    elif operator == "after":
        criterion = column >= _after(values[0])
    return criterion


def _within(field: Any, column: Any, names: Sequence[Any]) -> ColumnElement[bool]:
    """Compile that a day lies in any of some spans, which are told anew each day."""
    if not names or names == [None]:
        raise bad_filter(_("The condition on “%(field)s” needs a value.", field=str(field.label)))
    spans = []
    for name in names:
        found = span_of(str(name))
        if found is None:
            raise bad_filter(_("“%(value)s” isn't a span of days.", value=str(name)[:80]))
        first, last = ((_Day(day) if isinstance(field, fields.DateTime) else day) for day in found)
        spans.append(and_(column >= _first(first), column < _after(last)))
    return or_(*spans)


def _filled(field: Any, column: Any, filled: bool) -> ColumnElement[bool]:
    if isinstance(field, fields.Tags):
        from core.tags.index import tagged

        return tagged(column) if filled else ~tagged(column)
    criterion: ColumnElement[bool] = column.is_not(None) if filled else column.is_(None)
    return criterion


def _tagged(column: Any, values: Sequence[str], operator: str) -> ColumnElement[bool]:
    from core.tags.index import tagged

    found = tagged(column, values)
    return found if operator == "is" else ~found


def _among(column: Any, values: Sequence[Any]) -> ColumnElement[bool]:
    days = [each for each in values if isinstance(each, _Day)]
    if days:
        return or_(*[and_(column >= _first(day), column < _after(day)) for day in days])
    criterion: ColumnElement[bool] = column == values[0] if len(values) == 1 else column.in_(values)
    return criterion


@dataclass(frozen=True)
class _Day:
    """A day that a moment is compared with, as the span from its first instant to the next day's."""

    day: date

    def start(self) -> datetime:
        return datetime.combine(self.day, time(), current_zone())


def _first(value: Any) -> Any:
    return value.start() if isinstance(value, _Day) else value


def _after(value: Any) -> Any:
    if isinstance(value, _Day):
        return _Day(value.day + timedelta(days=1)).start()
    if isinstance(value, date) and not isinstance(value, datetime):
        return value + timedelta(days=1)
    return value


def _read(field: Any, value: Any) -> Any:
    if isinstance(field, fields.Related):
        return _read_related(value)
    if isinstance(field, fields.Date | fields.DateTime):
        return _read_day(field, value)
    if isinstance(field, fields.Choice | fields.Tags):
        return str(value)
    if isinstance(field, fields.Phone):
        return str(value)
    try:
        loaded = field.deserialize(value)
    except ma.ValidationError as error:
        raise bad_filter(
            _("“%(value)s” doesn't fit “%(field)s”.", value=str(value)[:80], field=str(field.label))
        ) from error
    return loaded


def _read_related(value: Any) -> UUID:
    from core.access import current_actor

    if value == "me":
        return current_actor().user_id or UUID(int=0)
    try:
        return UUID(str(value))
    except ValueError as error:
        raise bad_filter(_("“%(value)s” isn't the id of a record.", value=str(value)[:80])) from error


def _read_day(field: Any, value: Any) -> Any:
    text = str(value)
    day = relative_day(text)
    if day is None:
        try:
            day = date.fromisoformat(text[:10])
        except ValueError as error:
            raise bad_filter(_("“%(value)s” isn't a day.", value=text[:80])) from error
    if day.year not in fields.YEARS:
        raise bad_filter(_("“%(value)s” isn't a day.", value=text[:80]))
    return _Day(day) if isinstance(field, fields.DateTime) else day


def span_of(name: str) -> tuple[date, date] | None:
    """Give the first and the last day of a span: `last_7_days` ends today and `next_7_days` begins today.

    Args:
        name: `today`, `last_7_days`, `last_30_days`, `last_90_days`, `next_7_days`, `next_30_days`, `this_week`,
            `this_month`, `last_month`, `this_quarter` or `this_year`; anything else is none of them.
    """
    now = today()
    direction, _underscore, days = name.removesuffix("_days").partition("_")
    if name.endswith("_days") and days in ("7", "30", "90") and direction in ("last", "next"):
        further = timedelta(days=int(days) - 1)
        return (now - further, now) if direction == "last" else (now, now + further)
    month = now.replace(day=1)
    quarter = month.replace(month=month.month - (month.month - 1) % 3)
    monday = now - timedelta(days=now.weekday())
    until = {  # the first day and the one after the last
        "today": (now, now + timedelta(days=1)),
        "this_week": (monday, monday + timedelta(days=7)),
        "this_month": (month, _month_after(month)),
        "last_month": ((month - timedelta(days=1)).replace(day=1), month),
        "this_quarter": (quarter, _month_after(quarter, 3)),
        "this_year": (month.replace(month=1), month.replace(year=month.year + 1, month=1)),
    }
    if name not in until:
        return None
    first, end = until[name]
    return first, end - timedelta(days=1)


def _month_after(month: date, number: int = 1) -> date:
    return (month + timedelta(days=31 * number)).replace(day=1)


def relative_day(text: str) -> date | None:
    """Read `today`, `-30d`, `+2w`, `this_month`, `this_year`; None when it is none of them."""
    now = today()
    named = {"today": now, "this_month": now.replace(day=1), "this_year": now.replace(month=1, day=1)}
    if text in named:
        return named[text]
    if len(text) > 2 and text[0] in "+-" and text[1:-1].isdigit() and text[-1] in "dw":
        days = int(text[1:-1]) * (7 if text[-1] == "w" else 1)
        return now + timedelta(days=days if text[0] == "+" else -days) if days < 100_000 else None
    return None
