"""How many deals go on from stage to stage."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any
from uuid import UUID

from sqlalchemy import Date, and_, func, select
from sqlalchemy.orm import aliased

from pelatis.api import _, _l, db

from ...models import (
    Opportunity,
    Pipeline,
    Stage,
    StageHistory,
)
from .days import days_between
from .tables import Asked, Column, Table, mean_of, percent_of


def conversion(asked: Asked) -> Table:
    """Tell of 100 deals that ended how many reached each stage, and how long they stayed in it.

    Each pipeline is told by itself, with its name where deals of several ended.
    """
    ended = list(db.session.execute(_furthest(asked)))
    pipelines = _pipelines({row.pipeline_id for row in ended})
    stays = {stage: (days, count) for stage, days, count in db.session.execute(_stays(asked))}
    told: list[list[Sequence[Any]]] = []
    for pipeline, stages in pipelines:
        own = [(row.position, row.kind, row.deals) for row in ended if row.pipeline_id == pipeline.id]
        prefix = f"{pipeline.name}: " if len(pipelines) > 1 else ""
        told.append(_rows_of(prefix, stages, own, stays))
    columns = [
        Column("stage", _l("Stage"), "text"),
        Column("deals", _l("Deals")),
        Column("percent", _l("Of 100 deals"), "percent", is_drawn=True),
        Column("days", _l("Days in it, mean"), "days"),
    ]
    return Table(columns, [row for rows in told for row in rows], _most_are_lost(told))


def _pipelines(ended: Collection[UUID]) -> list[tuple[Pipeline, list[Stage]]]:
    """List the pipelines in which deals ended with their open stages; all of them where none did."""
    statement = (
        select(Pipeline, Stage)
        .join(Stage, Stage.pipeline_id == Pipeline.id)
        .where(Stage.kind == "open", Stage.deleted_at.is_(None))
        .order_by(Pipeline.position, Pipeline.id, Stage.position, Stage.id)
    )
    found: dict[Pipeline, list[Stage]] = {}
    for pipeline, stage in db.session.execute(statement):
        found.setdefault(pipeline, []).append(stage)
    return [(pipeline, stages) for pipeline, stages in found.items() if not ended or pipeline.id in ended]


def _rows_of(
    prefix: str,
    stages: Sequence[Stage],
    ended: Iterable[tuple[int | None, str, int]],
    stays: Mapping[UUID, tuple[float | None, int]],
) -> list[Sequence[Any]]:
    """Tell the stages of one pipeline, and what was won.

    Args:
        prefix: what stands before the names of its stages.
        stages: its open stages in their order.
        ended: of its deals that ended the position of the furthest stage, the kind of the last one, and how many.
        stays: stage to the days that deals were in it together, and how many times.
    """
    furthest: dict[int, int] = defaultdict(int)
    won = total = 0
    for position, kind, count in ended:
        total += count
        won += count if kind == "won" else 0
        furthest[_furthest_place(stages, position, kind)] += count
    rows: list[Sequence[Any]] = []
    for place, stage in enumerate(stages):
        reached = sum(count for at, count in furthest.items() if at >= place)
        days, count = stays.get(stage.id, (None, 0))
        rows.append((prefix + stage.name, reached, percent_of(reached, total), mean_of(days or 0, count)))
    rows.append((prefix + _("Won"), won, percent_of(won, total), None))
    return rows


def _furthest_place(stages: Sequence[Stage], position: int | None, kind: str) -> int:
    """Give the place of the last open stage that a deal reached; a won one has passed them all."""
    if kind == "won":
        return len(stages)
    reached = [place for place, stage in enumerate(stages) if position is not None and stage.position <= position]
    return max(reached, default=0)


def _furthest(asked: Asked) -> Any:
    """Count the deals that ended by their pipeline, the furthest of its stages that they reached, and how."""
    seen, own = aliased(Stage), aliased(Opportunity)
    reached = (
        select(StageHistory.opportunity_id, func.max(seen.position).label("position"))
        .join(seen, seen.id == StageHistory.to_stage_id)
        .join(own, and_(own.id == StageHistory.opportunity_id, own.pipeline_id == seen.pipeline_id))
        .where(seen.kind == "open")
        .group_by(StageHistory.opportunity_id)
        .subquery()
    )
    return (
        select(Opportunity.pipeline_id, reached.c.position, Stage.kind, func.count().label("deals"))
        .select_from(Opportunity)
        .join(Stage, Stage.id == Opportunity.stage_id)
        .outerjoin(reached, reached.c.opportunity_id == Opportunity.id)
        .where(asked.closed())
        .group_by(Opportunity.pipeline_id, reached.c.position, Stage.kind)
    )


def _stays(asked: Asked) -> Any:
    """Sum up the days from each entry into a stage to the next move."""
    left_at = func.lead(StageHistory.moved_at).over(
        partition_by=StageHistory.opportunity_id, order_by=(StageHistory.moved_at, StageHistory.id)
    )
    moves = (
        select(
            StageHistory.to_stage_id.label("stage_id"),
            func.date(StageHistory.moved_at, type_=Date).label("entered_on"),
            func.date(left_at, type_=Date).label("left_on"),
        )
        .join(Opportunity, Opportunity.id == StageHistory.opportunity_id)
        .join(Stage, Stage.id == Opportunity.stage_id)
        .where(asked.closed())
        .subquery()
    )
    return (
        select(moves.c.stage_id, func.sum(days_between(moves.c.entered_on, moves.c.left_on)), func.count())
        .where(moves.c.left_on.is_not(None))
        .group_by(moves.c.stage_id)
    )


def _most_are_lost(told: Sequence[Sequence[Sequence[Any]]]) -> str:
    """Say between which two stages of a pipeline most are lost."""
    falls = [(before[1] - after[1], before[0], after[0]) for rows in told for before, after in pairwise(rows)]
    most, left, entered = max(falls, default=(0, "", ""), key=lambda fall: fall[0])
    if not most:
        return ""
    return str(_("Most are lost between %(left)s and %(entered)s: %(count)s.", left=left, entered=entered, count=most))
