"""Why a lead, a deal or a customer is whose it is, beside its page, and who gets the next one by a rule."""

from collections.abc import Iterator, Sequence
from typing import Any, Final
from uuid import UUID

from pelatis.api import Actor, BulkAction, Panel, _, _l, format_moment, may, ngettext, record_types, titles

from ..models import Assignment, AssignmentRule
from ..operations.assignment import Assigner, assign_to_somebody
from ..queries.assignment import KINDS, assignments_of, count_open, kind_of, team_of

#: Who gets what a rule without a team is about.
GOES: Final = {
    "territory": _l(
        "Whoever looks after the territory of each, or the nearest one above it that somebody looks after."
    ),
    "manager": _l("The manager of each one’s territory, or of the nearest one above it that has a manager."),
}


def assign_work(record_type: str, records: Sequence[Any]) -> Sequence[Assignment] | None:
    """Give new customers to people by the rules."""
    return Assigner("customer").give_each(records) if record_type == "customer" else None


def bulk_actions(actor: Actor, record_type: str) -> Iterator[BulkAction]:
    """Offer to give chosen leads, deals or customers that are nobody's to whom the rules say."""
    known = record_types.get(record_type)
    if known is not None and known.model in {kind.model for kind in KINDS.values()} and may(actor, known, "edit"):
        yield BulkAction(
            id="sales.assign_by_rules",
            title=_("Assign by the rules"),
            icon="arrows-split-2",
            act=assign_to_somebody,
            told=lambda number: ngettext("%(num)s record was assigned.", "%(num)s records were assigned.", number),
        )


def panels(slot: str, actor: Actor, record: Any) -> Iterator[Panel]:
    """Explain how something came to whoever has it, and who gets the next one by a rule."""
    if slot == "record.sidebar" and isinstance(record, AssignmentRule):
        yield _team_panel(record)
    elif slot in ("record.sidebar", "customer.sidebar") and kind_of(record):
        yield from _assignment_panel(actor, record)


def _team_panel(rule: AssignmentRule) -> Panel:
    members = team_of(rule) if rule.goes_to == "team" else ()
    counts = count_open(KINDS[rule.about], [each.id for each in members])
    people = [
        {
            "name": each.name,
            "note": _counted(rule.about, counts.get(each.id, 0)),
            "away": each.is_away,
            "is_last": rule.last_ones.get(str(rule.team_id)) == str(each.id),
        }
        for each in members
    ]
    return Panel(
        id="sales.turns",
        title=_("Who gets them"),
        template="sales/panels/turns.html",
        context={"people": people, "goes": GOES.get(rule.goes_to, ""), "icon": "users"},
        count=len(people) or None,
        order=10,
    )


def _counted(about: str, number: int) -> str:
    if about == "lead":
        return ngettext("%(num)s open lead", "%(num)s open leads", number)
    if about == "deal":
        return ngettext("%(num)s open deal", "%(num)s open deals", number)
    return ngettext("%(num)s customer", "%(num)s customers", number)


def _assignment_panel(actor: Actor, record: Any) -> Iterator[Panel]:
    rows = assignments_of(actor, record)
    may_assign = record.owner_id is None and record.deleted_at is None and may(actor, type(record), "edit")
    if not rows and not may_assign:
        return
    passed_over = {UUID(user) for given, _name in rows for user in given.skipped}
    names = titles(actor, "user", passed_over)
    yield Panel(
        id="sales.assignment",
        title=_("Why %(name)s", name=rows[0][1]) if rows and rows[0][1] else _("Whose it is"),
        template="sales/panels/assignment.html",
        context={
            "hops": [_hop(given, name or "–", names) for given, name in rows],
            "assign_url": f"/sales/assign-by-rules/{kind_of(record)}/{record.id}" if may_assign else "",
            "icon": "arrows-split-2",
        },
        order=20 if kind_of(record) == "lead" else 80,
    )


def _hop(given: Assignment, name: str, names: dict[UUID, str]) -> dict[str, Any]:
    """Say why somebody got it, and why others didn't."""
    words = {"name": name, "rule": given.rule_name, "num": given.had}
    if given.method == "load":
        why = _("%(name)s had the fewest, %(num)s, by the rule “%(rule)s”.", **words)
    else:
        why = _("It was the turn of %(name)s by the rule “%(rule)s”.", **words)
    hindrances = {"away": _("away"), "full": _("has enough"), "had_it": _("had it before")}
    others = [
        f"{names.get(UUID(user), '–')} ({hindrances.get(hindrance, hindrance)})"
        for user, hindrance in given.skipped.items()
    ]
    return {
        "at": format_moment(given.assigned_at),
        "why": why,
        "missed": _("Passed on: nobody had answered by %(time)s.", time=format_moment(given.missed_at))
        if given.missed_at
        else "",
        "others": _("Passed over: %(names)s.", names=", ".join(others)) if others else "",
    }
