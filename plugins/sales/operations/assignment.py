"""Who gets a lead that has nobody: the first rule that fits, the next one of its team who is there and isn't full.

The same leads, rules and absences give the same answer; each answer is written down with its reasons.
"""

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from pelatis.api import (
    Actor,
    Problem,
    TeamMember,
    User,
    _,
    _l,
    add,
    change_record,
    db,
    notify,
    require,
    save,
    system_actor,
    territories_of,
    today,
    utc_now,
    write_unit,
)

from ..models import Absence, AssignmentRule, Lead, LeadAssignment
from ..schemas import OPEN_LEADS
from .clock import answer_by


def create_absence(actor: Actor, values: Mapping[str, Any]) -> Absence:
    """Write down when somebody is away.

    Raises:
        Problem: `sales.bad_absence` when it ends before it begins.
    """
    with write_unit():
        absence: Absence = save(actor, Absence(**_checked_days(values)))
        return absence


def update_absence(actor: Actor, absence: Absence, values: Mapping[str, Any]) -> Absence:
    """Change when somebody is away; for the problems see `create_absence`."""
    with write_unit():
        _checked_days({"first_day": absence.first_day, "last_day": absence.last_day, **values})
        changed: Absence = change_record(actor, absence, values)
        return changed


def _checked_days(values: Mapping[str, Any]) -> Mapping[str, Any]:
    if values["last_day"] < values["first_day"]:
        message = _("It can't end before it begins.")
        raise Problem("sales.bad_absence", message, fields={"last_day": [message]})
    return values


class Assigner:
    """Gives leads to people by the rules, inside a write unit; whoever else gives leads meanwhile waits.

    Args:
        passing_on: whether only the rules count that pass leads on when they are late.
    """

    def __init__(self, *, passing_on: bool = False) -> None:
        criteria = [AssignmentRule.is_on.is_(True), AssignmentRule.deleted_at.is_(None)]
        if passing_on:
            criteria.append(AssignmentRule.passes_on.is_(True))
        statement = (
            select(AssignmentRule)
            .where(*criteria)
            .order_by(AssignmentRule.position, AssignmentRule.created_at, AssignmentRule.id)
            .with_for_update()
        )
        options = {"populate_existing": True}
        self.rules: Sequence[AssignmentRule] = db.session.scalars(statement, execution_options=options).all()

    @cached_property
    def _members(self) -> dict[UUID, list[UUID]]:
        """The people of each team who may sign in, in the order in which they joined."""
        statement = (
            select(TeamMember.team_id, TeamMember.user_id)
            .join(User, User.id == TeamMember.user_id)
            .where(
                TeamMember.team_id.in_([rule.team_id for rule in self.rules]),
                TeamMember.deleted_at.is_(None),
                User.deleted_at.is_(None),
                User.active.is_(True),
            )
            .order_by(TeamMember.created_at, TeamMember.user_id)
        )
        found: dict[UUID, list[UUID]] = {}
        for team, user in db.session.execute(statement):
            found.setdefault(team, []).append(user)
        return found

    @cached_property
    def _away(self) -> Collection[UUID | None]:
        day = today()
        statement = select(Absence.owner_id).where(
            Absence.first_day <= day, Absence.last_day >= day, Absence.deleted_at.is_(None)
        )
        return set(db.session.scalars(statement))

    @cached_property
    def _open(self) -> dict[UUID, int]:
        everybody = {user for users in self._members.values() for user in users}
        statement = (
            select(Lead.owner_id, func.count())
            .where(Lead.owner_id.in_(everybody), Lead.status.in_(OPEN_LEADS), Lead.deleted_at.is_(None))
            .group_by(Lead.owner_id)
        )
        return {user: count for user, count in db.session.execute(statement) if user is not None}

    def give(self, lead: Lead, had_it: Collection[UUID] = ()) -> LeadAssignment | None:
        """Give a lead to the next one, who owns it then; None when no rule fits or nobody can take it.

        Args:
            lead: a lead; its owner is changed.
            had_it: who had it already and gets it no more.

        Returns:
            What has to be written down.
        """
        for rule in self.rules:
            if not fits(rule, lead):
                continue
            members = self._in_turn(rule)
            skipped = {user: why for user in members if (why := self._hindrance(rule, user, had_it))}
            free = [user for user in members if user not in skipped]
            if free:
                chosen = free[0] if rule.method == "turns" else min(free, key=lambda user: self._open.get(user, 0))
                return self._given(rule, lead, chosen, skipped)
        return None

    def _in_turn(self, rule: AssignmentRule) -> list[UUID]:
        """List a rule's people beginning behind the one who got the last lead."""
        members = self._members.get(rule.team_id, [])
        place = members.index(rule.last_id) + 1 if rule.last_id in members else 0
        return members[place:] + members[:place]

    def _hindrance(self, rule: AssignmentRule, user: UUID, had_it: Collection[UUID]) -> str:
        if user in had_it:
            return "had_it"
        if user in self._away:
            return "away"
        full = rule.most_open is not None and self._open.get(user, 0) >= rule.most_open
        return "full" if full else ""

    def _given(self, rule: AssignmentRule, lead: Lead, chosen: UUID, skipped: Mapping[UUID, str]) -> LeadAssignment:
        lead.owner_id = rule.last_id = chosen
        before = self._open.get(chosen, 0)
        self._open[chosen] = before + 1
        return LeadAssignment(
            lead_id=lead.id,
            rule_id=rule.id,
            rule_name=rule.name,
            user_id=chosen,
            method=rule.method,
            open_leads=before,
            skipped={str(user): why for user, why in skipped.items()},
        )


def fits(rule: AssignmentRule, lead: Lead) -> bool:
    """Tell whether a rule is about a lead."""
    asked = ((rule.sources, lead.source), (rule.languages, lead.language), (rule.countries, lead.country))
    if any(wanted and value not in wanted for wanted, value in asked):
        return False
    if rule.postcodes and not (lead.postcode or "").replace(" ", "").startswith(tuple(map(str, rule.postcodes))):
        return False
    if rule.product_id not in (None, lead.product_id):
        return False
    return rule.territory_id is None or rule.territory_id in territories_of(lead.country, lead.postcode)


def assign_lead(actor: Actor, lead: Lead) -> LeadAssignment:
    """Give a lead to whom the rules say.

    Raises:
        Problem: `sales.no_rule` when no rule fits it, or nobody can take it; 403 or 404 without the right to edit it.
    """
    require(actor, Lead, "edit", lead)
    with write_unit() as session:
        session.refresh(lead, with_for_update=True)
        given = Assigner().give(lead)
        if given is None:
            raise Problem("sales.no_rule", _("No rule says who gets it, or nobody who may is there."))
        add(session, system_actor(), given)
        return given


def pass_on(lead: Lead) -> LeadAssignment | None:
    """Give a lead that nobody answered in time to the next one, and wind its clock up anew.

    It stays where it is when everybody had it, when it was answered meanwhile, or when no rule passes it on.
    """
    with write_unit() as session:
        session.refresh(lead, with_for_update=True)
        if lead.status != "new" or lead.respond_by is None or lead.respond_by > utc_now():
            return None
        statement = select(LeadAssignment).where(LeadAssignment.lead_id == lead.id)
        had_it = {hop.user_id for hop in session.scalars(statement)} | {lead.owner_id}
        given = Assigner(passing_on=True).give(lead, {user for user in had_it if user is not None})
        if given is None:
            return None
        given.missed_at = lead.respond_by
        lead.respond_by = answer_by()
        add(session, system_actor(), given)
        said = _l("%(lead)s waited too long with somebody else; it is yours now.", lead=lead.name)
        notify([lead.owner_id], said, about=lead)
        return given
