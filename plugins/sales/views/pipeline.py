"""The pipeline: the board, more cards of a column, and moving a deal."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, wraps
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import request
from markupsafe import Markup
from sqlalchemy import ColumnElement
from werkzeug.wrappers import Response

from pelatis.api import (
    Actor,
    Filter,
    Problem,
    _,
    ask,
    asked_facts,
    audience,
    base_currency,
    check_version,
    compile_filter,
    current_actor,
    db,
    filter_sentence,
    find_record,
    format_amount,
    format_day,
    format_number,
    fragment,
    initials,
    last_transaction,
    load_values,
    may,
    not_found,
    parse_filter,
    pgettext,
    redirect_or_refresh,
    render,
    require,
    submitted,
    toast,
    tone_of,
    write_unit,
)

from ..models import Opportunity, Pipeline, Stage
from ..operations.opportunities import move_opportunity
from ..queries.board import (
    Board,
    Column,
    Sums,
    card_of,
    cards_of,
    days_in_stage,
    pipelines_with_stages,
    read_board,
)
from ..records import OPPORTUNITIES
from . import blueprint

#: From which part of a stage's days on a card turns amber.
RIPENING = 0.75


@dataclass(frozen=True)
class Place:
    """Where a board stands: its pipeline with the stages, and the filter that it shares with the list."""

    pipeline: Pipeline
    stages: Sequence[Stage]
    #: All pipelines, this one among them.
    pipelines: Sequence[Pipeline]
    tree: Filter | None
    #: The arguments of the page's own URL, which every link on it carries on.
    arguments: Mapping[str, str]

    def url(self, path: str, **more: str) -> str:
        """Give a URL below /sales that keeps pipeline and filter."""
        text = urlencode({**self.arguments, **more})
        return f"/sales/{path}?{text}" if text else f"/sales/{path}"

    def criterion(self, actor: Actor) -> ColumnElement[bool] | None:
        """Give the criterion of what the filter finds; None for everything."""
        return compile_filter(actor, OPPORTUNITIES, self.tree) if self.tree else None

    def ends(self, kind: str) -> list[Stage]:
        """List the stages that end a deal."""
        return [stage for stage in self.stages if stage.kind == kind]


@dataclass(frozen=True, slots=True)
class Card:
    """A card as macros/board.html draws it; every text is ready to be read."""

    id: UUID
    title: str
    who: str
    url: str
    amount: str
    closes: str
    initials: str
    tone: int
    next: str
    next_tone: str
    age: str
    age_tone: str
    move_url: str
    version: int


def place_of(pipelines: Mapping[Pipeline, Sequence[Stage]]) -> Place:
    """Find the pipeline that the URL names, or else the first.

    Raises:
        Problem: 404 for a pipeline that isn't there, 400 for a filter that can't be read.
    """
    wanted = request.args.get("pipeline", "")
    found = [each for each in pipelines if wanted in ("", str(each.id))]
    if not found:
        raise not_found()
    kept = {name: request.args[name] for name in ("pipeline", "filter") if request.args.get(name)}
    return Place(found[0], pipelines[found[0]], list(pipelines), parse_filter(request.args.get("filter")), kept)


def of_a_pipeline(page: Callable[[Actor, Place], Response]) -> Callable[[], Response]:
    """Make a view of a page about one pipeline's deals; where there is no pipeline it says how to make one."""

    @wraps(page)
    def view() -> Response:
        actor = current_actor()
        require(actor, Opportunity, "view")
        pipelines = pipelines_with_stages()
        if not pipelines:
            return render("sales/no_pipeline.html", may_create=may(actor, Pipeline, "create"))
        return page(actor, place_of(pipelines))

    return view


@blueprint.get("/pipeline")
@audience("staff")
@of_a_pipeline
def board_page(actor: Actor, place: Place) -> Response:
    """Show a pipeline as a board."""
    board = read_board(actor, place.stages, place.criterion(actor))
    cards = _cards(actor, place, [card for column in board.columns for card in column.cards])
    return render(
        "sales/pipeline.html",
        columns=[_column(place, column, cards) for column in board.columns],
        ends=_ends(place, board),
        is_empty=board.open.count == 0,
        **frame_of(actor, place, board, "/sales/pipeline"),
    )


def frame_of(actor: Actor, place: Place, board: Board, page: str) -> dict[str, Any]:
    """Give what stands around the deals of a pipeline, however they are seen.

    Args:
        actor: whoever looks.
        place: the pipeline and the filter.
        board: its sums.
        page: the path of the page, on which the filter can be changed.
    """
    return {
        "pipeline": place.pipeline,
        "pipelines": place.pipelines,
        "place": place,
        "summary": summary_of(board),
        "count": format_number(board.open.count),
        "may_create": may(actor, Opportunity, "create"),
        "currency": base_currency(),
        **filter_sentence(actor, OPPORTUNITIES, place.tree, place.arguments, board.open.count, page),
    }


@blueprint.get("/pipeline/cards")
@audience("staff")
def more_cards() -> Response:
    """Give the next cards of one column."""
    actor = current_actor()
    require(actor, Opportunity, "view")
    place = place_of(pipelines_with_stages())
    stage = next((each for each in place.stages if str(each.id) == request.args.get("stage")), None)
    if stage is None:
        raise not_found()
    rows = cards_of(actor, [stage], place.criterion(actor), request.args.get("after"))[stage.id]
    column = Column(stage, Sums(request.args.get("left", 0, type=int)), rows)
    return fragment("records/board_cards.html", **_column(place, column, _cards(actor, place, rows)))


def _cards(actor: Actor, place: Place, rows: Sequence[Any]) -> dict[UUID, Card]:
    """Make what the macro draws of a board's cards, in their order, with all next steps asked for at once."""
    steps = ask("crm_get_next_steps", actor=actor, ids=[row.id for row in rows]) if rows else {}
    allowances = {stage.id: stage.rot_days for stage in place.stages}
    move_url = place.url("opportunities/{}/move") if may(actor, Opportunity, "edit") else ""
    none = _("No next step")
    # Many cards share an age, a day and an owner; saying each once is a third of the page's time.
    age_of, day_of = cache(_age), cache(format_day)
    initials_of = cache(initials)
    cards = {}
    for row in rows:
        # Without anybody who knows of next steps, a card doesn't complain about a missing one.
        step = "–" if steps is None else steps.get(row.id)
        age, age_tone = age_of(days_in_stage(row.stage_since), allowances.get(row.stage_id))
        cards[row.id] = Card(
            id=row.id,
            title=row.name,
            who=row.customer_name or "",
            url=OPPORTUNITIES.url_of(row.id),
            amount=format_amount(row.amount, row.currency),
            closes=day_of(row.expected_close_on) if row.expected_close_on else "",
            initials=initials_of(row.owner_name) if row.owner_name else "",
            tone=tone_of(row.owner_id),
            next=step or none,
            next_tone="" if step else "amber",
            age=age,
            age_tone=age_tone,
            move_url=move_url.replace("{}", str(row.id)),
            version=row.version,
        )
    return cards


def _age(days: int, rot_days: int | None) -> tuple[str, str]:
    """Say for how long a deal has been in its stage, and in which colour."""
    if not days:
        return _("today"), ""
    if rot_days is None or days < rot_days * RIPENING:
        return _("%(days)s d", days=days), ""
    if days <= rot_days:
        return _("%(days)s d of %(most)s", days=days, most=rot_days), "amber"
    return _("%(days)s d", days=days), "red"


def _column(place: Place, column: Column, cards: Mapping[UUID, Any]) -> dict[str, Any]:
    stage, after = column.stage, column.next
    return {
        "stage": _stage_head(stage, column.sums),
        "cards": [cards[row.id] for row in column.cards],
        "next_url": after and place.url("pipeline/cards", stage=str(stage.id), after=after, left=str(column.left)),
        "left": column.left,
    }


def _stage_head(stage: Stage, sums: Sums) -> dict[str, Any]:
    return {
        "id": stage.id,
        "label": stage.name,
        "count": format_number(sums.count),
        "sum": format_amount(sums.amount, base_currency(), whole=True),
        "percent": stage.probability,
        "fill": stage.probability,
    }


def _ends(place: Place, board: Board) -> list[dict[str, Any]]:
    """Give won and lost as drop targets, with this month's figures."""
    looks = (("won", board.won, "green", "circle-check", "w"), ("lost", board.lost, "red", "circle-x", "q"))
    return [
        {
            "id": stage.id,
            "label": stage.name,
            "tone": tone,
            "icon": icon,
            "key": key,
            "note": _("%(number)s this month", number=format_number(sums.count)),
            "sum": format_amount(sums.amount, base_currency(), whole=True),
        }
        for kind, sums, tone, icon, key in looks
        for stage in place.ends(kind)[:1]
    ]


def summary_of(board: Board) -> Markup:
    """Say in a line how many deals are open, and what they are worth."""
    total = board.open
    return Markup(
        '<span id="board-summary"><b class="num">{}</b> {} · <b class="num">{}</b> · {} <b class="num">{}</b></span>'
    ).format(
        format_number(total.count),
        pgettext("deals", "open"),
        format_amount(total.amount, base_currency(), whole=True),
        _("weighted"),
        format_amount(total.weighted, base_currency(), whole=True),
    )


# Moving


@blueprint.post("/opportunities/<uuid:record_id>/move")
@audience("staff")
def move(record_id: UUID) -> Response:
    """Move a card: the answer is the card where it is now, the card asking for what the stage needs (422), or 409."""
    actor = current_actor()
    opportunity: Opportunity = find_record(actor, OPPORTUNITIES, record_id, "edit")
    stage = _asked_stage()
    left = opportunity.stage_id
    place = place_of(pipelines_with_stages())
    try:
        values = load_values(OPPORTUNITIES, submitted(OPPORTUNITIES, _facts()), partial=True)
        with write_unit() as session:
            session.refresh(opportunity, with_for_update=True)
            check_version(opportunity, request.form.get("version", type=int), values)
            move_opportunity(actor, opportunity, stage, values)
    except Problem as problem:
        if problem.status != 422 or not problem.fields:
            raise
        return _asking(actor, place, opportunity, stage, problem)
    if left != stage.id:
        text = _("%(name)s moved to %(stage)s", name=opportunity.name, stage=stage.name)
        toast(text, undo=last_transaction())
    if request.form.get("from") == "page":
        return redirect_or_refresh(OPPORTUNITIES.url_of(opportunity.id))
    return _moved(actor, place, opportunity, stage, {left, stage.id})


def _asked_stage() -> Stage:
    try:
        stage = db.session.get(Stage, UUID(request.form.get("stage", "")))
    except ValueError as error:
        raise not_found() from error
    if stage is None or stage.deleted_at is not None:
        raise not_found()
    return stage


def _facts() -> Any:
    """Give what the form says beside the move itself; `stage` there is the move."""
    facts = request.form.copy()
    for name in ("stage", "before", "version", "from"):
        facts.pop(name, None)
    return facts


def _asking(actor: Actor, place: Place, opportunity: Opportunity, stage: Stage, problem: Problem) -> Response:
    """Ask in the card for what the stage needs."""
    from_page = request.form.get("from") == "page"
    return fragment(
        "sales/panels/asking.html" if from_page else "records/board_asking.html",
        422,
        card=_cards(actor, place, [card_of(actor, opportunity.id)])[opportunity.id],
        stage=stage.id,
        **asked_facts(actor, OPPORTUNITIES, opportunity, stage.name, _facts(), problem.fields),
    )


def _moved(actor: Actor, place: Place, opportunity: Opportunity, stage: Stage, touched: set[UUID]) -> Response:
    """Answer a moved card, and beside it the heads of the columns whose sums it changed."""
    board = read_board(actor, place.stages, place.criterion(actor), with_cards=False)
    card = _cards(actor, place, [card_of(actor, opportunity.id)])[opportunity.id] if stage.kind == "open" else None
    return fragment(
        "sales/moved.html",
        card=card,
        heads=[_stage_head(column.stage, column.sums) for column in board.columns if column.stage.id in touched],
        ends=_ends(place, board),
        summary=summary_of(board),
    )
