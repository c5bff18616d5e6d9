"""Pipelines and their stages: where a new stage stands, and what stays while deals are in it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from pelatis.api import Actor, Problem, _, _l, change_record, db, format_percent, save, write_unit

from ..models import Opportunity, Pipeline, Stage
from ..schemas import OPEN_CATEGORIES

#: Names by which companies and other systems call the two ends, folded; an import's stage of such a name is the
#: pipeline's own.
END_NAMES: Final = {
    "won": frozenset({"won", "closed won", "closedwon", "κερδισμένη", "κερδήθηκε", "wygrana", "wygrane"}),
    "lost": frozenset({"lost", "closed lost", "closedlost", "χαμένη", "χάθηκε", "przegrana", "przegrane", "utracona"}),
}

#: How likely a deal is usually won, in percent, in stages that companies and other systems call so, folded.
USUAL_CHANCES: Final[Mapping[int, frozenset[str]]] = {
    10: frozenset({"prospecting", "new", "new lead", "lead in", "αναζήτηση", "νέα", "pozyskiwanie", "nowa", "nowe"}),
    20: frozenset(
        {
            "qualification",
            "qualified",
            "needs",
            "needs analysis",
            "discovery",
            "appointment scheduled",
            "contact made",
            "ανάγκες",
            "αξιολόγηση",
            "potrzeby",
            "analiza potrzeb",
            "kwalifikacja",
        }
    ),
    30: frozenset({"engaging", "demo", "demo scheduled", "meeting", "συνάντηση", "παρουσίαση", "spotkanie"}),
    40: frozenset({"solution", "value proposition", "qualified to buy", "λύση", "rozwiązanie", "prezentacja"}),
    50: frozenset({"proposal", "proposal made", "proposal/price quote", "quote", "προσφορά", "oferta", "wycena"}),
    65: frozenset(
        {"negotiation", "negotiations", "negotiation/review", "negotiations started", "διαπραγμάτευση", "negocjacje"}
    ),
    80: frozenset({"contract", "contract sent", "commit", "verbal agreement", "σύμβαση", "συμφωνία", "umowa"}),
}
#: From which chance on, in percent, the forecast takes a stage's deals to be how certain.
LEAST_CHANCES: Final = ((65, "commit"), (50, "best_case"))
#: What the migrations call the first pipeline and its stages, and what the company's people call them.
FIRST_NAMES: Final = {
    "New business": _l("New business"),
    "Needs": _l("Needs"),
    "Solution": _l("Solution"),
    "Proposal": _l("Proposal"),
    "Negotiation": _l("Negotiation"),
    "Won": _l("Won"),
    "Lost": _l("Lost"),
}
#: Chances that nobody knows are set in steps of this many percent.
STEP: Final = 5


def create_stage(actor: Actor, values: Mapping[str, Any]) -> Stage:
    """Make a stage, in the first pipeline unless one is named.

    A name that means won or lost ("Closed Won") gives the pipeline's own stage of that kind, where it has one. What
    isn't said follows from the name and from the stages that are there: a stage of a well known name stands among the
    open ones where its usual chance belongs, any other after them, before the ends; a chance that nobody knows lies
    half-way between its neighbours'.
    """
    with write_unit() as session:
        columns = dict(values)
        columns["pipeline_id"] = columns.get("pipeline_id") or default_pipeline().id
        stages = stages_of(columns["pipeline_id"])
        end = _meant_end(columns["name"])
        present = next((stage for stage in stages if stage.kind == end), None)
        if present is not None and columns.get("kind", "open") in ("open", end):
            return present
        if end is not None and columns.get("kind", "open") == "open":
            columns["kind"] = end
        if columns.get("probability") is None:
            columns["probability"] = _usual_chance(columns)
        if columns.get("position") is None:
            _make_room(stages, columns)
        if columns["probability"] is None:
            columns["probability"] = _chance_between(stages, columns["position"])
        columns["forecast_category"] = category_of_stage(columns)
        stage: Stage = save(actor, Stage(**columns))
        session.flush()
        return stage


def name_first_pipeline() -> None:
    """Give the first pipeline and its stages their names in the language that is spoken; renamed ones keep theirs."""
    with write_unit() as session:
        models: tuple[type[Any], ...] = (Pipeline, Stage)
        for model in models:
            for each in session.scalars(select(model).where(model.name.in_(FIRST_NAMES))):
                each.name = str(FIRST_NAMES[each.name])


def update_stage(actor: Actor, stage: Stage, values: Mapping[str, Any]) -> Stage:
    """Change a stage; while deals are in it, its kind and its pipeline stay, because the deals' story rests on them.

    Raises:
        Problem: `sales.stage_in_use` when one of them would change.
    """
    with write_unit():
        values = dict(values)
        fixed = {"kind": "kind", "pipeline_id": "pipeline"}
        changed = [name for name in fixed if values.get(name, getattr(stage, name)) != getattr(stage, name)]
        if changed and _has_deals(stage):
            message = _("There are deals in this stage. Move them first, or make another stage.")
            raise Problem("sales.stage_in_use", message, fields={fixed[name]: [message] for name in changed})
        if values.keys() & {"kind", "forecast_category"}:
            fallen_back = {name: getattr(stage, name) for name in ("kind", "probability", "forecast_category")}
            values["forecast_category"] = category_of_stage(fallen_back | values)
        saved: Stage = change_record(actor, stage, values)
        return saved


def _has_deals(stage: Stage) -> bool:
    """Tell whether a deal is in a stage, be it in the bin: it may come back."""
    return db.session.execute(select(1).where(Opportunity.stage_id == stage.id).limit(1)).first() is not None


def _meant_end(name: str) -> str | None:
    return next((kind for kind, names in END_NAMES.items() if _folded(name) in names), None)


def _folded(name: str) -> str:
    """Write a name without what companies write it differently by: capitals, blanks, dashes."""
    return " ".join(name.casefold().replace("-", " ").replace("–", " ").split())


def _usual_chance(columns: Mapping[str, Any]) -> int | None:
    """Tell how likely a deal is usually won in a stage, by its kind or else by its name; None when nobody knows."""
    kind, folded = columns.get("kind", "open"), _folded(columns["name"])
    if kind != "open":
        return 100 if kind == "won" else 0
    return next((chance for chance, names in USUAL_CHANCES.items() if folded in names), None)


def _make_room(stages: Sequence[Stage], columns: dict[str, Any]) -> None:
    """Put a new stage before the first open one with a better chance, or else after the last; ends stand at the end."""
    chance, is_open = columns["probability"], columns.get("kind", "open") == "open"
    better = [
        stage.position for stage in _open(stages) if is_open and chance is not None and stage.probability > chance
    ]
    before = [stage.position for stage in (_open(stages) if is_open else stages)]
    columns["position"] = better[0] if better else max(before, default=-1) + 1
    for stage in stages:
        if stage.position >= columns["position"]:
            stage.position += 1


def _chance_between(stages: Sequence[Stage], position: int) -> int:
    """Give the middle of the chances of the two open stages around a place; before the first it is 0, after all 100."""
    lower = max((stage.probability for stage in _open(stages) if stage.position < position), default=0)
    upper = min((stage.probability for stage in _open(stages) if stage.position > position), default=100)
    return max(lower, (lower + upper) // 2 // STEP * STEP)


def _open(stages: Sequence[Stage]) -> list[Stage]:
    return [stage for stage in stages if stage.kind == "open"]


def category_of_stage(columns: Mapping[str, Any]) -> str:
    """Tell how certain the forecast takes the deals of a stage to be, where it isn't said: as likely as they are.

    Args:
        columns: the stage's `kind`, `probability` and `forecast_category`; the last may be missing.
    """
    kind, said = columns.get("kind", "open"), columns.get("forecast_category")
    if kind != "open":
        return "closed" if kind == "won" else "omitted"
    if said in OPEN_CATEGORIES:
        return str(said)
    return next((key for least, key in LEAST_CHANCES if (columns["probability"] or 0) >= least), "pipeline")


def describe_stage(stage: Stage) -> str:
    """Say where a stage stands in its pipeline, and how likely a deal in it is won."""
    chance = format_percent(stage.probability)
    earlier = [each for each in stages_of(stage.pipeline_id) if each.position < stage.position]
    if not earlier:
        return _("the first stage, %(chance)s", chance=chance)
    return _("after %(stage)s, %(chance)s", stage=earlier[-1].name, chance=chance)


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
