"""Pipelines and their stages: where a new stage stands, and what stays while deals are in it."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from pelatis.api import Actor, Problem, _, change_record, db, save, write_unit

from ..models import Opportunity, Pipeline, Stage

#: Names by which other systems call the two ends, folded; an import's stage of such a name is the pipeline's own.
END_NAMES: Final = {
    "won": frozenset({"won", "closed won", "κερδισμένη", "κερδήθηκε", "wygrana", "wygrane"}),
    "lost": frozenset({"lost", "closed lost", "χαμένη", "χάθηκε", "przegrana", "przegrane", "utracona"}),
}


def create_stage(actor: Actor, values: Mapping[str, Any]) -> Stage:
    """Make a stage, in the first pipeline unless one is named.

    A name that means won or lost ("Closed Won") gives the pipeline's own stage of that kind, where it has one.
    """
    with write_unit() as session:
        columns = dict(values)
        columns["pipeline_id"] = columns.get("pipeline_id") or default_pipeline().id
        stages = stages_of(columns["pipeline_id"])
        end = _meant_end(columns["name"])
        present = next((stage for stage in stages if stage.kind == end), None)
        if present is not None and columns.get("kind", "open") in ("open", end):
            return present
        if columns.get("position") is None:
            _make_room(stages, columns)
        if columns.get("probability") is None:
            columns["probability"] = _usual_probability(stages, columns)
        stage: Stage = save(actor, Stage(**columns))
        session.flush()
        return stage


def update_stage(actor: Actor, stage: Stage, values: Mapping[str, Any]) -> Stage:
    """Change a stage; while deals are in it, its kind and its pipeline stay, because the deals' story rests on them.

    Raises:
        Problem: `sales.stage_in_use` when one of them would change.
    """
    with write_unit():
        fixed = {"kind": "kind", "pipeline_id": "pipeline"}
        changed = [name for name in fixed if values.get(name, getattr(stage, name)) != getattr(stage, name)]
        if changed and _has_deals(stage):
            message = _("There are deals in this stage. Move them first, or make another stage.")
            raise Problem("sales.stage_in_use", message, fields={fixed[name]: [message] for name in changed})
        saved: Stage = change_record(actor, stage, values)
        return saved


def _has_deals(stage: Stage) -> bool:
    """Tell whether a deal is in a stage, be it in the bin: it may come back."""
    return db.session.execute(select(1).where(Opportunity.stage_id == stage.id).limit(1)).first() is not None


def _meant_end(name: str) -> str | None:
    folded = " ".join(name.casefold().split())
    return next((kind for kind, names in END_NAMES.items() if folded in names), None)


def _make_room(stages: list[Stage], columns: dict[str, Any]) -> None:
    """Put a new stage behind the last open one, before won and lost."""
    before = [stage.position for stage in stages if stage.kind == "open" or columns.get("kind", "open") != "open"]
    columns["position"] = max(before, default=-1) + 1
    for stage in stages:
        if stage.position >= columns["position"]:
            stage.position += 1


def _usual_probability(stages: list[Stage], columns: Mapping[str, Any]) -> int:
    kind = columns.get("kind", "open")
    if kind != "open":
        return 100 if kind == "won" else 0
    earlier = [stage.probability for stage in stages if stage.kind == "open" and stage.position < columns["position"]]
    return max(earlier, default=0)


def default_pipeline() -> Pipeline:
    """Give the pipeline where new opportunities begin.

    Raises:
        Problem: `sales.no_pipeline` when all are in the bin.
    """
    statement = select(Pipeline).where(Pipeline.deleted_at.is_(None)).order_by(Pipeline.position, Pipeline.id).limit(1)
    pipeline = db.session.scalars(statement).first()
    if pipeline is None:
        raise Problem("sales.no_pipeline", _("There is no pipeline yet. Make one under Sales, Pipelines."))
    return pipeline


def stages_of(pipeline_id: UUID) -> list[Stage]:
    """List a pipeline's stages in their order."""
    statement = select(Stage).where(Stage.pipeline_id == pipeline_id, Stage.deleted_at.is_(None))
    return list(db.session.scalars(statement.order_by(Stage.position, Stage.id)))
