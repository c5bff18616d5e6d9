"""Targets and adjustments: who may set whose, one of each for a person and a period, and none that changes a deal."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from pelatis.api import Actor, Problem, _, base_currency, change_record, db, require, save, today, utc_now, write_unit

from ..models import Adjustment, Target
from ..periods import read_period
from .rates import in_base_currency


def create_target(actor: Actor, values: Mapping[str, Any]) -> Target:
    """Set a target.

    Raises:
        Problem: `sales.target_of_both` for a person and a team at once; `sales.target_exists` when there is one for the
            same measure, people, product and period; `sales.cost_of_product`; `sales.no_rate`; 403 or 404 for people
            whom the actor doesn't lead.
    """
    with write_unit() as session:
        target = Target(**{"measure": "won", **values})
        target.currency = target.currency or base_currency()
        _settle(target)
        save(actor, target)
        session.flush()
        require(actor, Target, "edit", target)
        return target


def update_target(actor: Actor, target: Target, values: Mapping[str, Any]) -> Target:
    """Change a target, by the rules by which one is set.

    Raises:
        Problem: as `create_target`.
    """
    with write_unit() as session:
        change_record(actor, target, values)
        _settle(target)
        session.flush()
        require(actor, Target, "edit", target)
        return target


def _settle(target: Target) -> None:
    if target.person_id is not None and target.team_id is not None:
        message = _("A target is a person's or a team's. Leave one of them empty.")
        raise Problem("sales.target_of_both", message, fields={"team": [message]})
    if target.measure == "cost" and target.product_id is not None:
        message = _("Costs are of no product. Leave it empty.")
        raise Problem("sales.cost_of_product", message, fields={"product": [message]})
    target.period = read_period(target.period).key
    with db.session.no_autoflush:
        if _has_twin(target):
            message = _("There is a target for this period already. Change that one.")
            raise Problem("sales.target_exists", message, fields={"period": [message]})
        converted = in_base_currency(target.amount, target.currency, today())
    target.amount_base = converted if converted is not None else target.amount


def _has_twin(target: Target) -> bool:
    same = [
        getattr(Target, name).is_not_distinct_from(getattr(target, name))
        for name in ("period", "measure", "person_id", "team_id", "product_id")
    ]
    statement = select(Target.id).where(*same, Target.deleted_at.is_(None)).limit(2)
    return any(found != target.id for found in db.session.scalars(statement))


def create_adjustment(actor: Actor, values: Mapping[str, Any]) -> Adjustment:
    """Say by how much more or less is expected of somebody than their deals say; it ends the one that held before.

    Raises:
        Problem: 403 or 404 for people whom the actor doesn't lead.
    """
    with write_unit() as session:
        adjustment = Adjustment(**values)
        adjustment.period = read_period(adjustment.period).key
        for before in _held(adjustment):
            before.ended_at = utc_now()
        save(actor, adjustment)
        session.flush()
        require(actor, Adjustment, "edit", adjustment)
        return adjustment


def _held(adjustment: Adjustment) -> list[Adjustment]:
    statement = select(Adjustment).where(
        Adjustment.period == adjustment.period,
        Adjustment.person_id == adjustment.person_id,
        Adjustment.ended_at.is_(None),
        Adjustment.deleted_at.is_(None),
    )
    return list(db.session.scalars(statement.with_for_update()))


def update_adjustment(_actor: Actor, adjustment: Adjustment, values: Mapping[str, Any]) -> Adjustment:
    """Refuse to rewrite what was said; a new adjustment takes the place of the one before.

    Raises:
        Problem: `sales.adjustment_stays` when anything of it would be different.
    """
    changed = [name for name, value in values.items() if name != "custom" and getattr(adjustment, name) != value]
    if changed:
        message = _("An adjustment stays as it was said. Make a new one, which takes its place.")
        raise Problem("sales.adjustment_stays", message, status=409)
    return adjustment
