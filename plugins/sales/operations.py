"""The rules of sales: how leads and opportunities move, what a stage asks for, and what a move leaves behind.

The two state machines are the tables `LEAD_MOVES` and `DEAL_MOVES`; what they don't list is refused.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, TypeVar
from uuid import UUID

from flask import g
from sqlalchemy import select

from pelatis.api import (
    Actor,
    Customer,
    Problem,
    _,
    add,
    add_many,
    base_currency,
    change_record,
    create_customer,
    current_zone,
    db,
    make_each,
    matching_name,
    require,
    save,
    today,
    utc_now,
    visible,
    write_unit,
)
from plugins.catalog.api import Product

from .models import ExchangeRate, Lead, Opportunity, Pipeline, Stage, StageHistory
from .schemas import LEAD_STATUSES, OpportunitySchema

#: How long a lead may wait for its first answer.
RESPONSE_TIME: Final = timedelta(hours=1)

#: Lead status to the statuses that may follow it. `converted` is reached by `convert_lead` alone.
LEAD_MOVES: Final[Mapping[str, frozenset[str]]] = {
    "new": frozenset({"working", "qualified", "disqualified"}),
    "working": frozenset({"qualified", "disqualified"}),
    "qualified": frozenset({"working", "disqualified"}),
    "disqualified": frozenset({"working"}),
    "converted": frozenset(),
}
#: From where a lead may be converted.
CONVERTIBLE: Final = frozenset({"new", "working", "qualified"})


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

#: Names by which other systems call the two ends, folded; an import's stage of such a name is the pipeline's own.
END_NAMES: Final = {
    "won": frozenset({"won", "closed won", "κερδισμένη", "κερδήθηκε", "wygrana", "wygrane"}),
    "lost": frozenset({"lost", "closed lost", "χαμένη", "χάθηκε", "przegrana", "przegrane", "utracona"}),
}


# Pipelines and stages


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


# Money


def in_base_currency(amount: Decimal | None, currency: str, day: date) -> Decimal | None:
    """Convert an amount to the company's own currency, at the rate that holds on a day, half-up to four decimals.

    Raises:
        Problem: `sales.no_rate` when there is no rate for the currency on that day.
    """
    if amount is None or currency == base_currency():
        return amount
    statement = (
        select(ExchangeRate.rate)
        .where(ExchangeRate.currency == currency, ExchangeRate.valid_from <= day, ExchangeRate.deleted_at.is_(None))
        .order_by(ExchangeRate.valid_from.desc(), ExchangeRate.id.desc())
        .limit(1)
    )
    rate = db.session.scalars(statement).first()
    if rate is None:
        message = _("There is no exchange rate for %(currency)s on that day. Add one under Sales, Exchange rates.",
                    currency=currency)  # fmt: skip
        raise Problem("sales.no_rate", message, fields={"currency": [message]})
    return (amount / rate).quantize(Decimal("0.0001"), "ROUND_HALF_UP")


# Opportunities


def create_opportunity(actor: Actor, values: Mapping[str, Any]) -> Opportunity:
    """Make an opportunity as it stands: in the first stage, or in the one that is named, even won or lost.

    What a stage asks for is asked when something is *moved* there; a deal that was won on the phone, or in the system
    that an import comes from, is entered as it is.

    Raises:
        Problem: `sales.no_name` without a name, a product and a customer; `sales.no_rate`.
    """
    with write_unit() as session:
        opportunity = _new_opportunity(values)
        save(actor, opportunity)
        _write_history(actor, opportunity, None)
        session.flush()
        return opportunity


def create_opportunities(actor: Actor, rows: Sequence[Mapping[str, Any]]) -> list[Problem | None]:
    """Make many opportunities at once, by the same rules as `create_opportunity`.

    Args:
        actor: whoever makes them; they own those whose values name no owner.
        rows: for each its model attributes and checked values, the `id` among them; at most 5,000.

    Returns:
        For each row None, or the problem for which it wasn't made.
    """
    with write_unit():
        made, outcomes = make_each(rows, _new_opportunity)
        add_many(actor, made)
        add_many(actor, [_move_of(actor, opportunity, None) for opportunity in made])
        return outcomes


def _new_opportunity(values: Mapping[str, Any]) -> Opportunity:
    stage = _stage_for(values.get("stage_id"))
    opportunity = Opportunity(**dict(values) | {"stage_id": stage.id, "pipeline_id": stage.pipeline_id})
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
        opportunity.lost_reason = None
        return
    opportunity.closed_on = opportunity.closed_on or today()
    if stage.kind == "won":
        opportunity.lost_reason = None


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
        _write(actor, opportunity, changes)
        _close_or_open(opportunity, session.get_one(Stage, opportunity.stage_id))
        session.flush()
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
        if move is Move.reopen or "closed_on" not in (values or {}):
            opportunity.closed_on = None
        opportunity.stage_id, opportunity.pipeline_id = stage.id, stage.pipeline_id
        opportunity.stage_since = utc_now()
        _close_or_open(opportunity, stage)
        _write_history(actor, opportunity, left.id)
        session.flush()
        return opportunity


def _checked_move(left: Stage, entered: Stage) -> Move:
    move = DEAL_MOVES.get((left.kind, entered.kind))
    if move is None:
        message = _("A closed deal can't go to %(stage)s. Reopen it first.", stage=entered.name)
        raise Problem("sales.move_refused", message, status=409, fields={"stage": [message]})
    return move


def _check_required(opportunity: Opportunity, stage: Stage) -> None:
    declared: Mapping[str, Any] = OpportunitySchema().fields
    missing = [name for name in stage.required if getattr(opportunity, declared[name].column) is None]
    if missing:
        labels = ", ".join(str(declared[name].label) for name in missing)
        raise Problem(
            "sales.stage_needs_fields",
            _("%(stage)s needs: %(fields)s.", stage=stage.name, fields=labels),
            fields={name: [_("Needed in this stage")] for name in missing},
            extra={"stage": str(stage.id)},
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


# Leads


def create_lead(actor: Actor, values: Mapping[str, Any]) -> Lead:
    """Make a lead and start its clock: a new one must be answered within the response time."""
    with write_unit():
        saved: Lead = save(actor, _new_lead(values))
        return saved


def create_leads(actor: Actor, rows: Sequence[Mapping[str, Any]]) -> list[Problem | None]:
    """Make many leads at once, by the same rules as `create_lead`; see `create_opportunities`."""
    with write_unit():
        made, outcomes = make_each(rows, _new_lead)
        add_many(actor, made)
        return outcomes


def _new_lead(values: Mapping[str, Any]) -> Lead:
    lead = Lead(**values)
    if lead.status == "converted":
        raise _refused_status("converted")
    if lead.status == "new":
        lead.respond_by = lead.respond_by or utc_now() + RESPONSE_TIME
    return lead


def update_lead(actor: Actor, lead: Lead, values: Mapping[str, Any]) -> Lead:
    """Change a lead; a new status among the values must follow the present one.

    Raises:
        Problem: `sales.lead_status_refused`; `sales.reason_needed` when it is disqualified without a reason.
    """
    changes = dict(values)
    with write_unit() as session:
        status = changes.pop("status", lead.status)
        change_record(actor, lead, changes)
        if status != lead.status:
            _change_status(lead, status)
        session.flush()
        return lead


def _change_status(lead: Lead, status: str) -> None:
    if status not in LEAD_MOVES[lead.status]:
        raise _refused_status(status)
    if status == "disqualified" and lead.disqualified_reason is None:
        message = _("Say why it came to nothing.")
        raise Problem("sales.reason_needed", message, fields={"disqualified_reason": [message]})
    if lead.status == "disqualified":
        lead.disqualified_reason = None
    lead.answered_at = lead.answered_at or utc_now()
    lead.status = status


def _refused_status(status: str) -> Problem:
    message = _("It can't become “%(status)s” now.", status=LEAD_STATUSES[status])
    return Problem("sales.lead_status_refused", message, fields={"status": [message]})


def take_lead(actor: Actor, lead: Lead) -> Lead:
    """Make a lead one's own and begin to work on it, which stops its clock.

    Raises:
        Problem: `sales.lead_status_refused` when somebody has begun already; 403 or 404 without the permission.
    """
    require(actor, Lead, "edit", lead)
    with write_unit() as session:
        session.refresh(lead, with_for_update=True)
        lead.owner_id = actor.user_id or lead.owner_id
        _change_status(lead, "working")
        session.flush()
        return lead


def convert_lead(actor: Actor, lead: Lead, values: Mapping[str, Any] | None = None) -> Opportunity:
    """Make a customer and an opportunity of a lead; a customer that is there already is taken and not doubled.

    Args:
        actor: whoever converts it; they need the right to edit the lead and to make customers and opportunities.
        lead: a lead that is new, working or qualified.
        values: checked values (model attributes) of the opportunity; `customer_id` names the customer.

    Raises:
        Problem: `sales.lead_status_refused` when it was converted or disqualified before; 403 or 404 without a right.
    """
    require(actor, Lead, "edit", lead)
    require(actor, Opportunity, "create")
    with write_unit() as session:
        session.refresh(lead, with_for_update=True)
        if lead.status not in CONVERTIBLE:
            raise _refused_status("converted")
        columns = dict(values or {})
        columns["customer_id"] = columns.get("customer_id") or _customer_of(actor, lead)
        columns.setdefault("name", lead.company or lead.name)
        columns.setdefault("owner_id", lead.owner_id)
        opportunity = create_opportunity(actor, {"source": lead.source, "needs": lead.message, **columns})
        lead.answered_at = lead.answered_at or utc_now()
        lead.status = "converted"
        lead.customer_id, lead.opportunity_id = opportunity.customer_id, opportunity.id
        session.flush()
        return opportunity


def _customer_of(actor: Actor, lead: Lead) -> UUID:
    """Find the customer that a lead already is: by mail, by phone, by the company's name; otherwise make it."""
    found = _matching_customer(actor, lead)
    if found is not None:
        return found
    require(actor, Customer, "create")
    party = {"kind": "organisation", "name": lead.company} if lead.company else {"kind": "person", "name": lead.name}
    customer = create_customer(
        actor, {**party, "roles": ["prospect"], "email": lead.email, "phone": lead.phone, "owner_id": lead.owner_id}
    )
    return customer.id


def _matching_customer(actor: Actor, lead: Lead) -> UUID | None:
    key = matching_name(lead.company or lead.name)
    criteria = [
        Customer.email == lead.email if lead.email else None,
        Customer.phone == lead.phone if lead.phone else None,
        Customer.match_key == key if key else None,
    ]
    for criterion in criteria:
        if criterion is None:
            continue
        statement = select(Customer.id).where(criterion, Customer.deleted_at.is_(None), visible(actor, Customer))
        found = db.session.scalars(statement.order_by(Customer.created_at).limit(1)).first()
        if found is not None:
            return found
    return None
