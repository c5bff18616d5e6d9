"""Commission plans: which terms are taken, putting one in force, and whom it is for."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from pelatis.api import Actor, Problem, _, add, change_record, db, enqueue, require, save, today, utc_now, write_unit

from ..commissions import read_tiers, write_tiers
from ..models import CommissionMember, CommissionPlan

#: What of a plan in force may still change.
STILL_OPEN: Final = frozenset({"name", "ends_on", "note", "custom"})
#: The job that lets a plan earn of what was posted before it was put in force.
CATCH_UP: Final = "sales.earn_of_earlier_invoices"


def create_plan(actor: Actor, values: Mapping[str, Any]) -> CommissionPlan:
    """Draw up a plan; it earns nothing until it is put in force.

    Raises:
        Problem: `sales.bad_tiers`, `sales.bad_days` (422); 403 without the permission.
    """
    with write_unit():
        plan = CommissionPlan(**{**values, "begins_on": values.get("begins_on") or today()})
        _check(plan)
        saved: CommissionPlan = save(actor, plan)
        return saved


def update_plan(actor: Actor, plan: CommissionPlan, values: Mapping[str, Any]) -> CommissionPlan:
    """Change a plan; of one that is in force only its name, its note and its last day.

    Raises:
        Problem: `sales.plan_in_force` (409); `sales.bad_tiers`, `sales.bad_days` (422).
    """
    with write_unit() as session:
        session.refresh(plan, with_for_update=True)
        changes = {name: value for name, value in values.items() if getattr(plan, name) != value}
        if plan.sealed_at is not None and changes.keys() - STILL_OPEN:
            message = _("A plan that is in force keeps its terms. End it, and make another one from then on.")
            raise Problem("sales.plan_in_force", message, status=409)
        with session.no_autoflush:
            change_record(actor, plan, changes)
            _check(plan)
        session.flush()
        return plan


def _check(plan: CommissionPlan) -> None:
    if plan.sealed_at is None:
        plan.tiers = write_tiers(read_tiers(plan.tiers))
    if plan.ends_on is not None and plan.ends_on < plan.begins_on:
        message = _("It can't end before it begins.")
        raise Problem("sales.bad_days", message, fields={"ends_on": [message]})


def put_in_force(actor: Actor, plan: CommissionPlan) -> CommissionPlan:
    """Put a plan in force: it is sealed, and earns also of what was posted since it begins.

    Raises:
        Problem: `sales.plan_in_force` (409); `sales.bad_tiers` (422); 403 or 404 without the right.
    """
    require(actor, CommissionPlan, "edit", plan)
    with write_unit() as session:
        session.refresh(plan, with_for_update=True)
        if plan.sealed_at is not None:
            raise Problem("sales.plan_in_force", _("It is in force already."), status=409)
        _check(plan)
        plan.status, plan.sealed_at = "in_force", utc_now()
        enqueue(CATCH_UP, subject_id=plan.id, begins_on=plan.begins_on.isoformat())
        session.flush()
        return plan


def create_member(actor: Actor, values: Mapping[str, Any]) -> CommissionMember:
    """Say that a plan is for a person or a team.

    Raises:
        Problem: `sales.one_of_both` for a person and a team at once, or for neither; `sales.known_member` (422);
            403 or 404 without the right to change the plan.
    """
    with write_unit() as session:
        plan = session.get_one(CommissionPlan, values["plan_id"], with_for_update=True)
        require(actor, CommissionPlan, "edit", plan)
        member = CommissionMember(**values)
        _check_member(member)
        added: CommissionMember = add(session, actor, member)
        return added


def update_member(actor: Actor, member: CommissionMember, values: Mapping[str, Any]) -> CommissionMember:
    """Change whom a plan is for; for the problems see `create_member`."""
    with write_unit() as session:
        require(actor, CommissionPlan, "edit", session.get_one(CommissionPlan, member.plan_id))
        with session.no_autoflush:
            change_record(actor, member, {name: each for name, each in values.items() if name != "plan_id"})
            _check_member(member)
        session.flush()
        return member


def _check_member(member: CommissionMember) -> None:
    if (member.person_id is None) == (member.team_id is None):
        message = _("Choose a person or a team.")
        field = "person" if member.person_id is None else "team"
        raise Problem("sales.one_of_both", message, fields={field: [message]})
    with db.session.no_autoflush:
        others = db.session.query(CommissionMember.id).filter(
            CommissionMember.plan_id == member.plan_id,
            CommissionMember.deleted_at.is_(None),
            CommissionMember.person_id.is_not_distinct_from(member.person_id),
            CommissionMember.team_id.is_not_distinct_from(member.team_id),
        )
        found: set[UUID] = {row[0] for row in others}
    if found - {member.id}:
        message = _("The plan is for them already.")
        raise Problem("sales.known_member", message, fields={"person": [message]})
