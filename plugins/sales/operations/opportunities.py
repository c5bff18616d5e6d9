"""Opportunities: how they move, what a stage asks for, what a move leaves behind, and what they are worth.

The state machine is the table `DEAL_MOVES`; what it doesn't list is refused.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from enum import StrEnum
from typing import Any, Final, TypeVar
from uuid import UUID

from flask import g

from pelatis.api import (
    Actor,
    Customer,
    Problem,
    _,
    add,
    add_many,
    base_currency,
    change_record,
    current_zone,
    db,
    make_each,
    new_id,
    require,
    save,
    system_actor,
    today,
    utc_now,
    write_unit,
)
from plugins.catalog.api import Product

from ..models import Opportunity, Stage, StageHistory
from ..schemas import OpportunitySchema
from ..schemas.pipelines import requirable
from .assignment import Assigner
from .competitors import meet_winner, meet_winners
from .pipelines import default_pipeline, stages_of
from .rates import in_base_currency


class Move(StrEnum):
    """What happens to a deal when it changes its stage."""

    move = "move"
    win = "win"
    lose = "lose"
    reopen = "reopen"


#: (kind of the stage that it leaves, kind of the one that it enters) to what that is.
DEAL_MOVES: Final[Mapping[tuple[str, str], Move]] = {
    ("open", "open"): Move.move,
    ("open", "won"): Move.win,
    ("open", "lost"): Move.lose,
    ("won", "open"): Move.reopen,
    ("lost", "open"): Move.reopen,
}

#: How many records a long import holds on to.
MOST_HELD: Final = 5_000

Kept = TypeVar("Kept", Stage, Product, Customer)


def create_opportunity(actor: Actor, values: Mapping[str, Any]) -> Opportunity:
    """Make an opportunity as it stands: in the first stage, or in the one that is named, even won or lost.

    What a stage asks for is asked when something is *moved* there; a deal that was won on the phone, or in the system
    that an import comes from, is entered as it is. One that nobody in particular makes goes to whom the rules say.

    Raises:
        Problem: `sales.no_name` without a name, a product and a customer; `sales.no_rate`.
    """
    with write_unit() as session:
        opportunity = _new_opportunity(values)
        given = Assigner("deal").give_each(_nobodys([opportunity])) if actor.user_id is None else []
        save(actor, opportunity)
        add_many(system_actor(), given)
        _write_history(actor, opportunity, None)
        meet_winner(actor, opportunity)
        session.flush()
        return opportunity


def create_opportunities(actor: Actor, rows: Sequence[Mapping[str, Any]]) -> list[Problem | None]:
    """Make many opportunities at once, by the same rules as `create_opportunity`.

    Args:
        actor: whoever makes them; they own those whose values name no owner and that no rule gives to anybody.
        rows: for each its model attributes and checked values, the `id` among them; at most 5,000.

    Returns:
        For each row None, or the problem for which it wasn't made.
    """
    with write_unit():
        made, outcomes = make_each(rows, _new_opportunity)
        given = Assigner("deal").give_each(_nobodys(made))
        add_many(actor, made)
        add_many(system_actor(), given)
        add_many(actor, [_move_of(actor, opportunity, None) for opportunity in made])
        meet_winners(actor, made)
        return outcomes


def _nobodys(made: Sequence[Opportunity]) -> list[Opportunity]:
    """List the open deals that name no owner."""
    return [each for each in made if each.owner_id is None and each.closed_on is None]


def _new_opportunity(values: Mapping[str, Any]) -> Opportunity:
    stage = _stage_for(values.get("stage_id"))
    opportunity = Opportunity(
        **{"id": new_id()} | dict(values) | {"stage_id": stage.id, "pipeline_id": stage.pipeline_id}
    )
    opportunity.name = opportunity.name or _usual_name(opportunity)
    opportunity.currency = opportunity.currency or base_currency()
    _close_or_open(opportunity, stage)
    opportunity.stage_since = _entered_at(opportunity)
    _convert(opportunity)
    return opportunity


def _stage_for(stage_id: UUID | None) -> Stage:
    if stage_id is not None:
        return _kept(Stage, stage_id)
    stages = [stage for stage in stages_of(default_pipeline().id) if stage.kind == "open"]
    if not stages:
        raise Problem("sales.no_stage", _("The pipeline has no open stage. Add one under Sales, Stages."))
    return stages[0]


def _kept(model: type[Kept], record_id: UUID) -> Kept:
    """Read a record that many deals name, and hold on to it: the session forgets what nobody refers to any more.

    An import of thousands of deals so asks once for each stage, product and customer.
    """
    held: dict[UUID, Any] = g.setdefault("sales_held", {})
    record: Kept | None = held.get(record_id)
    if record is None or record not in db.session:
        if len(held) >= MOST_HELD:
            held.clear()
        record = held[record_id] = db.session.get_one(model, record_id)
    return record


def _usual_name(opportunity: Opportunity) -> str:
    """Name a deal after its product and its customer, as far as they are known."""
    product = _kept(Product, opportunity.product_id) if opportunity.product_id else None
    customer = _kept(Customer, opportunity.customer_id) if opportunity.customer_id else None
    names = [thing.name for thing in (product, customer) if thing is not None]
    if not names:
        message = _("Give it a name, a product or a customer.")
        raise Problem("sales.no_name", message, fields={"name": [message]})
    return " – ".join(names)[:300]


def _close_or_open(opportunity: Opportunity, stage: Stage) -> None:
    """Let the closing day follow the stage's kind."""
    if stage.kind == "open":
        opportunity.closed_on = None
        opportunity.lost_reason = opportunity.lost_to_id = None
        return
    opportunity.closed_on = opportunity.closed_on or today()
    if stage.kind == "won":
        opportunity.lost_reason = opportunity.lost_to_id = None


def _entered_at(opportunity: Opportunity) -> datetime:
    """Tell since when a new opportunity has been where it is: since its closing or first day, where that is past."""
    day = opportunity.closed_on or opportunity.engaged_on
    if day is None or day >= today():
        return utc_now()
    return datetime.combine(day, time(), current_zone())


def _convert(opportunity: Opportunity) -> None:
    """Freeze the amount in the company's own currency at the rate of the closing day, or of today."""
    day = opportunity.closed_on or today()
    opportunity.amount_base = in_base_currency(opportunity.amount, opportunity.currency, day)


def update_opportunity(actor: Actor, opportunity: Opportunity, values: Mapping[str, Any]) -> Opportunity:
    """Change an opportunity; a new stage among the values is a move with all its rules.

    Raises:
        Problem: as `move_opportunity` does; `sales.no_rate`.
    """
    changes = dict(values)
    with write_unit() as session:
        stage_id = changes.pop("stage_id", None)
        if stage_id is not None and stage_id != opportunity.stage_id:
            return move_opportunity(actor, opportunity, session.get_one(Stage, stage_id), changes)
        stage = session.get_one(Stage, opportunity.stage_id)
        _write(actor, opportunity, changes)
        _check_required(opportunity, stage, changes)
        _close_or_open(opportunity, stage)
        if "lost_to_id" in changes:
            meet_winner(actor, opportunity)
        return opportunity


def _write(actor: Actor, opportunity: Opportunity, changes: dict[str, Any]) -> None:
    if not changes.get("name", True):
        changes["name"] = _usual_name(opportunity)
    change_record(actor, opportunity, changes)
    if changes.keys() & {"amount", "currency"}:
        _convert(opportunity)


def move_opportunity(
    actor: Actor, opportunity: Opportunity, stage: Stage, values: Mapping[str, Any] | None = None
) -> Opportunity:
    """Move an opportunity to another stage, and write down the move.

    Args:
        actor: whoever moves it.
        opportunity: what is moved.
        stage: where to.
        values: checked values (model attributes) that are written with the move, such as what the stage asks for.

    Raises:
        Problem: `sales.move_refused` (409) when the state machine doesn't know the move; `sales.stage_needs_fields`,
            with `fields`, when the stage asks for what is still empty; 403 or 404 without the permission to edit it.
    """
    require(actor, Opportunity, "edit", opportunity)
    with write_unit() as session:
        left = session.get_one(Stage, opportunity.stage_id)
        if left.id == stage.id:
            return opportunity
        move = _checked_move(left, stage)
        _write(actor, opportunity, dict(values or {}))
        _check_required(opportunity, stage)
        _check_winner(opportunity, stage)
        if move is Move.reopen or "closed_on" not in (values or {}):
            opportunity.closed_on = None
        opportunity.stage_id, opportunity.pipeline_id = stage.id, stage.pipeline_id
        opportunity.stage_since = utc_now()
        _close_or_open(opportunity, stage)
        _write_history(actor, opportunity, left.id)
        meet_winner(actor, opportunity)
        session.flush()
        return opportunity


def _checked_move(left: Stage, entered: Stage) -> Move:
    move = DEAL_MOVES.get((left.kind, entered.kind))
    if move is None:
        message = _("A closed deal can't go to %(stage)s. Reopen it first.", stage=entered.name)
        raise Problem("sales.move_refused", message, status=409, fields={"stage": [message]})
    return move


def _check_required(opportunity: Opportunity, stage: Stage, changes: Mapping[str, Any] | None = None) -> None:
    """Ask for what a stage needs: all of it on entry, and that a change later empties none of it."""
    known = requirable()
    asked = [name for name in stage.required if name in known and (changes is None or _is_among(name, changes))]
    missing = [name for name in asked if _value_of(opportunity, name) in (None, "", [])]
    if missing:
        labels = ", ".join(str(known[name]) for name in missing)
        raise Problem(
            "sales.stage_needs_fields",
            _("%(stage)s needs: %(fields)s.", stage=stage.name, fields=labels),
            fields={name: [_("Needed in this stage")] for name in missing},
            extra={"stage": str(stage.id)},
        )


def _column_of(name: str) -> str:
    """Give the attribute in which a deal keeps a field of its own."""
    declared: Mapping[str, Any] = OpportunitySchema().fields
    return str(declared[name].column)


def _is_among(name: str, changes: Mapping[str, Any]) -> bool:
    if name.startswith("custom."):
        return name.removeprefix("custom.") in (changes.get("custom") or {})
    return _column_of(name) in changes


def _value_of(opportunity: Opportunity, name: str) -> Any:
    """Give what a deal says where a stage asks, in an own field of the company too."""
    if name.startswith("custom."):
        return opportunity.custom.get(name.removeprefix("custom."))
    return getattr(opportunity, _column_of(name))


def _check_winner(opportunity: Opportunity, stage: Stage) -> None:
    """Ask who it was when a competitor won the deal."""
    if stage.kind == "lost" and opportunity.lost_reason == "competitor" and opportunity.lost_to_id is None:
        message = _("Say which competitor won it.")
        raise Problem(
            "sales.stage_needs_fields", message, fields={"lost_to": [message]}, extra={"stage": str(stage.id)}
        )


def _write_history(actor: Actor, opportunity: Opportunity, left: UUID | None) -> None:
    add(db.session(), actor, _move_of(actor, opportunity, left))


def _move_of(actor: Actor, opportunity: Opportunity, left: UUID | None) -> StageHistory:
    return StageHistory(
        opportunity_id=opportunity.id,
        from_stage_id=left,
        to_stage_id=opportunity.stage_id,
        moved_at=opportunity.stage_since,
        moved_by_id=actor.user_id,
        amount=opportunity.amount,
        currency=opportunity.currency,
        expected_close_on=opportunity.expected_close_on,
    )
