"""The pages of boards: the board itself, further cards of a column, and moving a card."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from flask import request
from werkzeug.wrappers import Response

from core.access import Actor, may
from core.i18n import _, format_day, format_number
from core.problems import Problem, not_found
from core.records import boards, present, queries
from core.records.forms import submitted
from core.records.operations import update_record
from core.records.types import Board, RecordType
from core.records.views.routes import Routes, list_query, type_of_route
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
        count=format_number(total),
        **present.filter_sentence(actor, record_type, query.filter, arguments, total, f"{record_type.url}/board"),
        list_url=present.list_url(record_type, arguments),
        may_create=may(actor, record_type, "create"),
    )


@audience("staff")
def board_cards(key: str) -> Response:
    """Give the next cards of one column."""
    actor, record_type = type_of_route(key)
    choices = boards.board_of(record_type)[1].choices
    value, after = request.args.get("stage", ""), request.args.get("after", type=UUID)
    if value not in choices or after is None:
        raise not_found()
    records = boards.records_of(actor, record_type, list_query(request.args), [value], after).get(value, [])
    column = boards.Column(value, str(choices[value]), request.args.get("left", 0, type=int), records)
    cards = _cards(actor, record_type, records)
    return fragment(
        "records/board_cards.html", **_drawn(record_type, column, cards, present.arguments_of(request.args))
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
        return _asking(actor, record_type, record, target, facts, asked)
    label = declared.choices[target]
    text = _("%(name)s moved to %(stage)s", name=record_type.title_of(record), stage=label)
    toast(text, undo=last_transaction())
    query = list_query(dict(parse_qsl(came_from().partition("?")[2])))  # the filter of the board, not of the move
    counts = boards.counts_of(actor, record_type, query)
    values = boards.values_of(record_type)
    return fragment(
        "records/board_moved.html",
        card=_cards(actor, record_type, [record])[record.id] if target in values else None,
        heads=[_head(value, str(declared.choices[value]), counts.get(value, 0)) for value in values],
    )


def _asking(
    actor: Actor, record_type: RecordType, record: Any, target: str, given: Mapping[str, Any], asked: Mapping[str, Any]
) -> Response:
    """Ask in the card for what the column needs."""
    label = str(boards.board_of(record_type)[1].choices[target])
    return fragment(
        "records/board_asking.html",
        422,
        card=_cards(actor, record_type, [record])[record.id],
        stage=target,
        **present.asked_facts(actor, record_type, record, label, given, asked),
    )


def _cards(actor: Actor, record_type: RecordType, records: Sequence[Any]) -> dict[UUID, dict[str, Any]]:
    shown = boards.board_of(record_type)[0]
    names = [*filter(None, (shown.note, "owner" if "owner" in record_type.fields else None))]
    titles = queries.related_titles(actor, record_type, records, names)
    movable = may(actor, record_type, "edit")
    return {record.id: _card(record_type, shown, record, titles, movable) for record in records}


def _card(
    record_type: RecordType, shown: Board, record: Any, titles: Mapping[UUID, str], movable: bool
) -> dict[str, Any]:
    fields = record_type.fields
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
    further = {**arguments, "stage": column.value, "after": column.next, "left": column.left}
    return {
        "stage": _head(column.value, column.label, column.count),
        "cards": [cards[record.id] for record in column.records],
        "next_url": column.next and f"{record_type.url}/board/cards?{urlencode(further)}",
        "left": column.left,
    }


def _head(value: str, label: str, count: int) -> dict[str, Any]:
    return {"id": value, "label": label, "count": format_number(count), "sum": ""}


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


BOARD_ROUTES: Routes = (
    ("/board", "GET", board),
    ("/board/cards", "GET", board_cards),
    ("/<uuid:record_id>/move", "POST", move),
)
