"""The deals of a board seen otherwise, under the same filter: as a funnel and along the months."""

import json
from datetime import timedelta
from typing import Any, Final

from werkzeug.wrappers import Response

from pelatis.api import (
    Actor,
    _,
    audience,
    base_currency,
    format_amount,
    format_day,
    format_number,
    format_percent,
    initials,
    render,
    today,
    tone_of,
)

from ..periods import month_of
from ..queries.board import read_board
from ..queries.perspectives import Span, read_funnel, read_timeline
from ..records import OPPORTUNITIES
from . import blueprint
from .pipeline import Place, frame_of, of_a_pipeline

ONE_DAY: Final = timedelta(days=1)


@blueprint.get("/pipeline/funnel")
@audience("staff")
@of_a_pipeline
def funnel_page(actor: Actor, place: Place) -> Response:
    """Show how far the deals of a pipeline come."""
    criterion = place.criterion(actor)
    board = read_board(actor, place.stages, criterion, with_cards=False)
    levels = read_funnel(actor, place.stages, criterion)
    most = max((level.reached for level in levels), default=0)
    now = {column.stage.id: column.sums for column in board.columns}
    shown = [
        {
            "name": level.stage.name,
            "reached": format_number(level.reached),
            "width": 5 * round(20 * level.reached / most) if most else 0,
            "passed": "" if level.passed is None else format_percent(level.passed),
            "open": format_number(now[level.stage.id].count) if level.stage.id in now else "",
            "sum": format_amount(now[level.stage.id].amount, base_currency(), whole=True)
            if level.stage.id in now
            else "",
        }
        for level in levels
    ]
    return render(
        "sales/funnel.html",
        levels=shown,
        is_empty=not most,
        **frame_of(actor, place, board, "/sales/pipeline/funnel"),
    )


@blueprint.get("/pipeline/timeline")
@audience("staff")
@of_a_pipeline
def timeline_page(actor: Actor, place: Place) -> Response:
    """Show when the open deals of a pipeline close."""
    criterion = place.criterion(actor)
    board = read_board(actor, place.stages, criterion, with_cards=False)
    spans = read_timeline(actor, place.stages, criterion, today())
    return render(
        "sales/timeline.html",
        spans=[_span(place, span) for span in spans],
        is_empty=not spans,
        **frame_of(actor, place, board, "/sales/pipeline/timeline"),
    )


def _span(place: Place, span: Span) -> dict[str, Any]:
    return {
        "title": _title(span),
        "is_late": span.first is None and span.last is not None,
        "count": format_number(span.count),
        "sum": format_amount(span.amount, base_currency(), whole=True),
        "deals": [
            {
                "title": row.name,
                "url": OPPORTUNITIES.url_of(row.id),
                "who": row.customer_name or "",
                "stage": row.stage_name,
                "day": format_day(row.expected_close_on) if row.expected_close_on else "",
                "amount": format_amount(row.amount, row.currency) if row.amount is not None else "",
                "initials": initials(row.owner_name) if row.owner_name else "",
                "tone": tone_of(row.owner_id),
            }
            for row in span.rows
        ],
        "left": span.count - len(span.rows),
        "url": _list_url(place, span),
    }


def _title(span: Span) -> str:
    if span.first is None:
        return _("No day said") if span.last is None else _("Should have closed already")
    if span.last is None:
        return _("Later")
    return str(month_of(span.first))


def _list_url(place: Place, span: Span) -> str:
    """Lead to the list of all deals of a part, with the filter that is set."""
    closes: dict[str, Any] = {"field": "expected_close_on", "op": "empty"}
    if span.first and span.last:
        closes |= {"op": "between", "value": [span.first.isoformat(), span.last.isoformat()]}
    elif span.first:
        closes |= {"op": "after", "value": (span.first - ONE_DAY).isoformat()}
    elif span.last:
        closes |= {"op": "before", "value": (span.last + ONE_DAY).isoformat()}
    conditions = [closes, {"field": "stage.kind", "op": "is", "value": "open"}, *([place.tree] if place.tree else [])]
    return place.url("opportunities", filter=json.dumps({"and": conditions}))
