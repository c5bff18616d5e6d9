"""The dialog that adds a condition to a list's filter, or changes one: the field, how it is compared, and with what."""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from flask import request
from werkzeug.wrappers import Response

from core.access import Actor, current_actor
from core.i18n import _, typed_number
from core.records import fields, present, queries
from core.records.filters import clauses_of, compile_filter, filter_choices, parse_filter, typed_values
from core.records.sentence import OPERATORS, SPANS
from core.records.types import RecordType
from core.records.untrusted import as_id, read_json
from core.records.views.routes import Routes, type_of_route
from core.web.audience import audience
from core.web.render import fragment, redirect_or_refresh

#: The operators that compare with any of several values, and those that compare with none.
WITH_ANY_OF: Final = ("is", "is_not", "contains")
WITH_NOTHING: Final = ("empty", "not_empty")
#: The arguments of the dialog that aren't the list's.
OWN_ARGUMENTS: Final = ("cursor", "field", "op", "value", "of")
#: What of its form isn't an argument of the page that it leads to.
NOT_KEPT: Final = (*OWN_ARGUMENTS, "filter", "back", "csrf_token")


@dataclass(frozen=True)
class Control:
    """What a condition's values are given by.

    Attributes:
        kind: `select`, `choices`, `related`, or an input's: `number`, `date`, `text`; empty where none are needed.
        values: what is in it already; pairs of id and name for `related`.
        blanks: how many more inputs there are to write into.
        joint: the word between two inputs.
        extra: what the control wants to know beside that.
    """

    kind: str = ""
    values: Sequence[Any] = ()
    blanks: int = 0
    joint: str = ""
    extra: dict[str, Any] = field(default_factory=dict)


@audience("staff")
def filter_form(key: str) -> Response:
    """Show the form that adds a condition to a list's filter, or changes one: first the field, then how and what."""
    actor, record_type = type_of_route(key)
    arguments = request.args
    path = arguments.get("field", "")
    choices = filter_choices(actor, record_type)
    label, chosen = choices.get(path, ("", None))
    is_same = arguments.get("of", path) == path  # what was said of another field isn't said of this one
    given = _given(arguments.get("value")) if is_same else []
    operators = [(each, OPERATORS[each]) for each in chosen.operators] if chosen else []
    asked = arguments.get("op", "") if is_same else ""
    operator = asked if chosen and asked in chosen.operators else operators[0][0] if operators else ""
    return fragment(
        "records/filter.html",
        record_type=record_type,
        choices=[(name, label) for name, (label, _field) in choices.items()],
        label=label,
        path=path,
        chosen=chosen,
        operators=operators,
        operator=operator,
        given=json.dumps(given, ensure_ascii=False),
        control=_control_of(actor, chosen, operator, given) if chosen else None,
        arguments={name: value for name, value in arguments.items() if name not in OWN_ARGUMENTS},
    )


def _given(text: str | None) -> list[str]:
    """Read the values of the condition that is changed."""
    with suppress(ValueError, TypeError):
        values = read_json(text or "[]")
        return [str(each) for each in (values if isinstance(values, list) else [values]) if each is not None][:40]
    return []


def _control_of(actor: Actor, declared: Any, operator: str, given: list[str]) -> Control:
    if operator in WITH_NOTHING:
        return Control()
    if operator == "within":
        return Control("select", given[:1], extra={"options": list(SPANS.items())})
    if isinstance(declared, fields.Boolean):
        return Control("select", [each.lower() for each in given[:1]], extra={"options": _yes_or_no()})
    if isinstance(declared, fields.OfASet):
        return Control("choices", given, extra=present.control_extra(declared, None, {}))
    if isinstance(declared, fields.Related):
        return Control("related", _named(actor, declared, given), extra=present.control_extra(declared, None, {}))
    is_date = isinstance(declared, fields.Date | fields.DateTime)
    kind = "number" if declared.numeric else "date" if is_date and all(map(_is_day, given)) else "text"
    values = (
        [_typed(each) for each in given] if declared.numeric else [each[:10] for each in given] if is_date else given
    )
    if operator == "between":
        return Control(kind, values[:2], max(0, 2 - len(values)), _("and"))
    if operator in WITH_ANY_OF:
        return Control(kind, values, 1 if values else 2, _("or"))
    return Control(kind, values[:1], 0 if values else 1)


def _yes_or_no() -> list[tuple[str, str]]:
    return [("true", _("yes")), ("false", _("no"))]


def _is_day(text: str) -> bool:
    with suppress(ValueError):
        return bool(date.fromisoformat(text[:10]))
    return False


def _typed(text: str) -> str:
    number = fields.number_of(text)
    return text if number is None else typed_number(number)


def _named(actor: Actor, declared: Any, given: Sequence[str]) -> list[tuple[str, str]]:
    """Give pairs of id and name of the records that a condition names."""
    ids = [found for each in given if (found := as_id(each))]
    names = queries.titles(actor, declared.record_type, ids)
    named = [("me", _("me"))] if "me" in given else []
    return named + [(str(each), names.get(each, "–")) for each in ids]


@audience("staff")
def add_filter(key: str) -> Response:
    """Lead to the list with one more condition."""
    _actor, record_type = type_of_route(key)
    form = request.form
    clause = _clause(record_type, form.get("field", ""), form.get("op", "is"), form.getlist("value"))
    present_filter = parse_filter(form.get("filter"))
    tree = {"and": [*clauses_of(present_filter), clause]}
    compile_filter(current_actor(), record_type, tree)
    kept = {name: value for name, value in form.items() if name not in NOT_KEPT and value}
    back = form.get("back", "")
    page = back if back.startswith(f"/{record_type.plugin}/") else None  # the plugin's own, with the list's filter
    return redirect_or_refresh(present.list_url(record_type, kept, page, filter=json.dumps(tree, ensure_ascii=False)))


def _clause(record_type: RecordType, path: str, operator: str, values: Sequence[str]) -> dict[str, Any]:
    given = [] if operator in WITH_NOTHING else [each for each in values if each]
    return {"field": path, "op": operator, "value": typed_values(record_type, path, given)}


CONDITION_ROUTES: Routes = (
    ("/filter", "GET", filter_form),
    ("/filter", "POST", add_filter),
)
