"""Who gets a lead, a deal or a customer that has nobody: the first rule that fits, the next one who is there and free.

The same records, rules and absences give the same answer; each answer is written down with its reasons.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from pelatis.api import (
    Actor,
    Customer,
    Problem,
    TeamMember,
    User,
    _,
    _l,
    add,
    change_record,
    db,
    notify,
    people_of_territory,
    require,
    save,
    system_actor,
    territory_line,
    territory_of,
    today,
    utc_now,
    write_unit,
)

from ..models import Absence, Assignment, AssignmentRule, Lead, Opportunity
from ..queries.assignment import KINDS, count_open, kind_of
from .clock import answer_by

#: What no rule can ask of some of the records that it gives to people.
UNKNOWN: Final[Mapping[str, Sequence[str]]] = {
    "lead": (),
    "deal": ("passes_on", "answer_within"),
    "customer": ("sources", "product_id", "passes_on", "answer_within"),
}


def create_rule(actor: Actor, values: Mapping[str, Any]) -> AssignmentRule:
    """Make a rule.

    Raises:
        Problem: `sales.bad_rule` when it goes to a team and names none, or asks for what its records don't have.
    """
    with write_unit():
        rule = AssignmentRule(**values)
        _check_rule(values.get)
        saved: AssignmentRule = save(actor, rule)
        return saved


def update_rule(actor: Actor, rule: AssignmentRule, values: Mapping[str, Any]) -> AssignmentRule:
    """Change a rule; for the problems see `create_rule`."""
    with write_unit():
        _check_rule(lambda name: values[name] if name in values else getattr(rule, name))
        changed: AssignmentRule = change_record(actor, rule, values)
        return changed


def _check_rule(value_of: Callable[[str], Any]) -> None:
    problems: dict[str, list[str]] = {}
    if value_of("goes_to") in (None, "team") and value_of("team_id") is None:
        problems["team"] = [_("Choose the team.")]
    for name in UNKNOWN[value_of("about") or "lead"]:
        if value_of(name):
            problems[name.removesuffix("_id")] = [_("Leave this empty: what the rule is about has none.")]
    if problems:
        raise Problem("sales.bad_rule", _("Some fields need another look."), fields=problems)


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


@dataclass(frozen=True)
class Traits:
    """What rules ask of a lead, a deal or a customer.

    Attributes:
        line: its territory and those above it, from below.
    """

    source: str | None = None
    language: str | None = None
    country: str | None = None
    postcode: str | None = None
    product_id: UUID | None = None
    line: Sequence[UUID] = ()


class Assigner:
    """Gives leads, deals or customers to people by the rules, inside a write unit; whoever else does meanwhile waits.

    Args:
        about: which of them, a key of `schemas.ASSIGNED`.
        passing_on: whether only the rules count that pass leads on when they are late.
    """

    def __init__(self, about: str, *, passing_on: bool = False) -> None:
        criteria = [
            AssignmentRule.about == about,
            AssignmentRule.is_on.is_(True),
            AssignmentRule.deleted_at.is_(None),
        ]
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
        self._kind = KINDS[about]
        self._open: dict[UUID, int] = {}
        self._customers: dict[UUID, Any] = {}
        self._looking_after: dict[tuple[str, UUID | None], Sequence[UUID]] = {}

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

    def give_each(self, records: Sequence[Any]) -> list[Assignment]:
        """Give records to people, and tell what has to be written down; see `give`."""
        if not self.rules:
            return []
        self._read_customers({each.customer_id for each in records if isinstance(each, Opportunity)})
        given = [self.give(each) for each in records]
        return [each for each in given if each is not None]

    def give(self, record: Any, had_it: Collection[UUID] = ()) -> Assignment | None:
        """Give a record to the next one, who owns it then; None when no rule fits or nobody can take it.

        Args:
            record: a lead, deal or customer with its id; its owner is changed.
            had_it: who had it already and gets it no more.

        Returns:
            What has to be written down.
        """
        traits = self._traits_of(record) if self.rules else Traits()
        for rule in self.rules:
            if not fits(rule, traits):
                continue
            place, people = self._people(rule, traits)
            self._count(people)
            members = _in_turn(people, rule.last_ones.get(place))
            skipped = {user: why for user in members if (why := self._hindrance(rule, user, had_it))}
            free = [user for user in members if user not in skipped]
            if free:
                chosen = free[0] if rule.method == "turns" else min(free, key=lambda user: self._open[user])
                rule.last_ones = {**rule.last_ones, place: str(chosen)}
                return self._given(rule, record, chosen, skipped)
        return None

    def _people(self, rule: AssignmentRule, traits: Traits) -> tuple[str, Sequence[UUID]]:
        """Tell who may get something by a rule, and by which team or territory."""
        if rule.goes_to == "team":
            return str(rule.team_id), self._members.get(rule.team_id, []) if rule.team_id else []
        territory = traits.line[0] if traits.line else None
        key = (rule.goes_to, territory)
        if key not in self._looking_after:
            self._looking_after[key] = people_of_territory(territory, managers=rule.goes_to == "manager")
        return str(territory), self._looking_after[key]

    def _count(self, users: Sequence[UUID]) -> None:
        unknown = [user for user in users if user not in self._open]
        if unknown:
            self._open |= dict.fromkeys(unknown, 0) | count_open(self._kind, unknown)

    def _hindrance(self, rule: AssignmentRule, user: UUID, had_it: Collection[UUID]) -> str:
        if user in had_it:
            return "had_it"
        if user in self._away:
            return "away"
        return "full" if rule.most_open is not None and self._open[user] >= rule.most_open else ""

    def _given(self, rule: AssignmentRule, record: Any, chosen: UUID, skipped: Mapping[UUID, str]) -> Assignment:
        record.owner_id = chosen
        if isinstance(record, Lead) and record.status == "new":
            record.respond_by = record.respond_by or answer_by(rule.answer_within)
        before = self._open[chosen]
        self._open[chosen] = before + 1
        return Assignment(
            **{self._kind.column: record.id},
            rule_id=rule.id,
            rule_name=rule.name,
            user_id=chosen,
            method=rule.method,
            had=before,
            skipped={str(user): why for user, why in skipped.items()},
        )

    def _traits_of(self, record: Any) -> Traits:
        if isinstance(record, Lead):
            line = territory_line(territory_of(record.country, record.postcode))
            return Traits(record.source, record.language, record.country, record.postcode, record.product_id, line)
        if isinstance(record, Opportunity):
            customer = self._customer(record.customer_id)
            return _traits_of_customer(customer, source=record.source, product_id=record.product_id)
        return _traits_of_customer(record)

    def _customer(self, customer_id: UUID | None) -> Any:
        if customer_id not in self._customers:
            self._read_customers({customer_id})
        return self._customers.get(customer_id) if customer_id is not None else None

    def _read_customers(self, ids: Collection[UUID | None]) -> None:
        columns = (Customer.id, Customer.language, Customer.country, Customer.postcode, Customer.territory_id)
        statement = select(*columns).where(Customer.id.in_([each for each in ids if each is not None]))
        self._customers |= {row.id: row for row in db.session.execute(statement)}


def _traits_of_customer(customer: Any, **of_deal: Any) -> Traits:
    if customer is None:
        return Traits(**of_deal)
    return Traits(
        language=customer.language,
        country=customer.country,
        postcode=customer.postcode,
        line=territory_line(customer.territory_id),
        **of_deal,
    )


def _in_turn(people: Sequence[UUID], last: str | None) -> list[UUID]:
    """List people beginning behind the one who got the last one."""
    place = next((place for place, user in enumerate(people, 1) if str(user) == last), 0)
    return [*people[place:], *people[:place]]


def fits(rule: AssignmentRule, traits: Traits) -> bool:
    """Tell whether a rule is about something that has these traits."""
    asked = ((rule.sources, traits.source), (rule.languages, traits.language), (rule.countries, traits.country))
    if any(wanted and value not in wanted for wanted, value in asked):
        return False
    if rule.postcodes and not (traits.postcode or "").replace(" ", "").startswith(tuple(map(str, rule.postcodes))):
        return False
    if rule.product_id not in (None, traits.product_id):
        return False
    return rule.territory_id is None or rule.territory_id in traits.line


def assign(actor: Actor, record: Any) -> Assignment:
    """Give a lead, a deal or a customer to whom the rules say.

    Raises:
        Problem: `sales.no_rule` when no rule fits it, or nobody can take it; 403 or 404 without the right to edit it.
    """
    require(actor, type(record), "edit", record)
    with write_unit() as session:
        session.refresh(record, with_for_update=True)
        given = Assigner(kind_of(record)).give(record)
        if given is None:
            raise Problem("sales.no_rule", _("No rule says who gets it, or nobody who may is there."))
        add(session, system_actor(), given)
        return given


def assign_to_somebody(actor: Actor, record: Any) -> Assignment:
    """Give what is nobody's to whom the rules say; the problems are those of `assign` and `sales.is_somebodys`."""
    if record.owner_id is not None:
        raise Problem("sales.is_somebodys", _("It is somebody’s already."), status=409)
    return assign(actor, record)


def pass_on(lead: Lead) -> Assignment | None:
    """Give a lead that nobody answered in time to the next one, and wind its clock up anew.

    It stays where it is when everybody had it, when it was answered meanwhile, or when no rule passes it on.
    """
    with write_unit() as session:
        session.refresh(lead, with_for_update=True)
        if lead.status != "new" or lead.respond_by is None or lead.respond_by > utc_now():
            return None
        statement = select(Assignment).where(Assignment.lead_id == lead.id)
        had_it = {hop.user_id for hop in session.scalars(statement)} | {lead.owner_id}
        missed, lead.respond_by = lead.respond_by, None
        given = Assigner("lead", passing_on=True).give(lead, {user for user in had_it if user is not None})
        if given is None:
            lead.respond_by = missed
            return None
        given.missed_at = missed
        add(session, system_actor(), given)
        said = _l("%(lead)s waited too long with somebody else; it is yours now.", lead=lead.name)
        notify([lead.owner_id], said, about=lead)
        return given
