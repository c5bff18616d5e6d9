"""The pages of boards: the board itself, further cards of a column, and moving a card."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from flask import request
from werkzeug.wrappers import Response

from core.access import Actor, may
from core.i18n import _, format_day, format_number, ngettext
from core.problems import Problem, not_found
from core.records import boards, present, queries
from core.records.forms import form_fields, submitted
from core.records.operations import update_record
from core.records.types import RecordType
from core.records.views import View, clauses_of_list, list_query, type_of_route
from core.web.audience import audience
from core.web.paths import came_from
from core.web.render import fragment, last_transaction, render, toast


@audience("staff")
def board(key: str) -> Response:
    """Show a record type as a board."""
    actor, record_type = type_of_route(key)
    boards.board_of(record_type)
    query, arguments = list_query(request.args), present.arguments_of(request.args)
    columns = boards.read_columns(actor, record_type, query)
    cards = _cards(actor, record_type, [record for column in columns for record in column.records])
    total = sum(column.count for column in columns)
    return render(
        "records/board.html",
        record_type=record_type,
        columns=[_drawn(record_type, column, cards, arguments) for column in columns],
        ends=_ends(actor, record_type),
        clauses=clauses_of_list(actor, record_type, query, arguments, f"{record_type.url}/board"),
        arguments=arguments,
        filter_url=f"{record_type.url}/filter?{urlencode({**arguments, 'back': f'{record_type.url}/board'})}",
        count=format_number(total),
        noun=str(record_type.label if total == 1 else record_type.label_plural).lower(),
        list_url=present.list_url(record_type, arguments),
        may_create=may(actor, record_type, "create"),
    )


@audience("staff")
def board_cards(key: str) -> Response:
    """Give the next cards of one column."""
    actor, record_type = type_of_route(key)
    value, after = request.args.get("stage", ""), request.args.get("after", type=UUID)
    if value not in boards.board_of(record_type)[1].choices or after is None:
        raise not_found()
    arguments = present.arguments_of(request.args)
    records = boards.records_of(actor, record_type, list_query(request.args), [value], after).get(value, [])
    left = max(request.args.get("left", 0, type=int) - len(records), 0)
    return fragment(
        "records/board_cards.html",
        cards=list(_cards(actor, record_type, records).values()),
        **_more(record_type, value, records, left, arguments),
    )


@audience("staff")
def move(key: str, record_id: UUID) -> Response:
    """Move a card: the answer is the card where it is now, or the card asking for what the column needs (422)."""
    actor, record_type = type_of_route(key)
    shown, declared = boards.board_of(record_type)
    record = queries.find_record(actor, record_type, record_id, "edit")
    target = request.form.get("stage", "")
    if target not in declared.choices:
        raise not_found()
    facts = submitted(record_type, request.form)
    try:
        update_record(
            actor, record_type, record, {**facts, shown.column: target}, request.form.get("version", type=int)
        )
    except Problem as problem:
        asked = {name: texts for name, texts in problem.fields.items() if name != shown.column}
        if problem.status != 422 or not asked:
            raise
        return _asking(actor, record_type, record, target, {**facts}, asked)
    label = declared.choices[target]
    text = _("%(name)s moved to %(stage)s", name=record_type.title_of(record), stage=label)
    toast(text, undo=last_transaction())
    query = list_query(dict(parse_qsl(came_from().partition("?")[2])))  # the filter of the board, not of the move
    counts = boards.counts_of(actor, record_type, query)
    values = [value for value in shown.columns or declared.choices if value not in shown.ends]
    return fragment(
        "records/board_moved.html",
        card=_cards(actor, record_type, [record])[record.id] if target in values else None,
        heads=[_head(value, str(declared.choices[value]), counts.get(value, 0)) for value in values],
    )


def _asking(
    actor: Actor, record_type: RecordType, record: Any, target: str, given: Mapping[str, Any], asked: Mapping[str, Any]
) -> Response:
    """Ask in the card for what the column needs."""
    _shown, declared = boards.board_of(record_type)
    wanted = [each for each in form_fields(actor, record_type, record, given, asked) if each.name in {*asked, *given}]
    title = ngettext(
        "%(stage)s needs a fact", "%(stage)s needs %(num)d facts", len(wanted), stage=declared.choices[target]
    )
    return fragment(
        "records/board_asking.html",
        422,
        card=_cards(actor, record_type, [record])[record.id],
        title=title,
        stage=target,
        controls=present.controls_of(wanted, record=record),
    )


def _cards(actor: Actor, record_type: RecordType, records: Sequence[Any]) -> dict[UUID, dict[str, Any]]:
    shown = boards.board_of(record_type)[0]
    names = [*filter(None, (shown.note, "owner" if "owner" in record_type.fields else None))]
    titles = queries.related_titles(actor, record_type, records, names)
    movable = may(actor, record_type, "edit")
    return {record.id: _card(record_type, record, titles, movable) for record in records}


def _card(record_type: RecordType, record: Any, titles: Mapping[UUID, str], movable: bool) -> dict[str, Any]:
    shown, fields = boards.board_of(record_type)[0], record_type.fields
    note = shown.note and present.shown(fields[shown.note], getattr(record, fields[shown.note].column), titles, record)
    owner = titles.get(record.owner_id) if record.owner_id else None
    return {
        "id": record.id,
        "title": record_type.title_of(record),
        "who": getattr(note, "text", note) or "",
        "url": record_type.url_of(record.id),
        "age": format_day(getattr(record, fields[shown.day].column)) if shown.day else "",
        "initials": present.initials(owner) if owner else "",
        "tone": present.tone_of(record.owner_id),
        "next": owner or "",
        "move_url": f"{record_type.url_of(record.id)}/move" if movable else "",
        "version": record.version,
    }


def _drawn(
    record_type: RecordType, column: boards.Column, cards: Mapping[UUID, Any], arguments: Mapping[str, str]
) -> dict[str, Any]:
    return {
        "stage": _head(column.value, column.label, column.count),
        "cards": [cards[record.id] for record in column.records],
        **_more(record_type, column.value, column.records, column.left, arguments),
    }


def _head(value: str, label: str, count: int) -> dict[str, Any]:
    return {"id": value, "label": label, "count": format_number(count), "sum": ""}


def _more(
    record_type: RecordType, value: str, records: Sequence[Any], left: int, arguments: Mapping[str, str]
) -> dict[str, Any]:
    """Give the button that loads a column's further cards, where there are any."""
    if left <= 0 or len(records) < boards.CARDS:
        return {"next_url": None, "more": None}
    query = {**arguments, "stage": value, "after": str(records[-1].id), "left": str(left)}
    return {
        "next_url": f"{record_type.url}/board/cards?{urlencode(query)}",
        "more": _("%(number)s more", number=format_number(left)),
    }


def _ends(actor: Actor, record_type: RecordType) -> list[dict[str, Any]]:
    """Give the values that are only targets."""
    shown, declared = boards.board_of(record_type)
    if not may(actor, record_type, "edit"):
        return []
    looks = {"green": ("green", "circle-check"), "violet": ("green", "circle-check")}
    ends = []
    for value in shown.ends:
        tone, icon = looks.get(declared.tones.get(value, ""), ("red", "circle-x"))
        ends.append({"id": value, "label": str(declared.choices[value]), "tone": tone, "icon": icon, "key": ""})
    return ends


#: What every record type with a board answers beside the routes of all: URL suffix, method, view.
BOARD_ROUTES: tuple[tuple[str, str, View], ...] = (
    ("/board", "GET", board),
    ("/board/cards", "GET", board_cards),
    ("/<uuid:record_id>/move", "POST", move),
)
