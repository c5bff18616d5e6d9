"""Why a lead is whose it is, beside its page."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from pelatis.api import Actor, Panel, _, format_moment, may, ngettext, titles

from ..models import AssignmentRule, Lead, LeadAssignment
from ..queries.assignment import assignments_of, team_of


def panels(slot: str, actor: Actor, record: Any) -> Iterator[Panel]:
    """Explain how a lead came to whoever has it, and who gets the next one by a rule."""
    if slot == "record.sidebar" and isinstance(record, Lead):
        yield from _lead_panel(actor, record)
    elif slot == "record.sidebar" and isinstance(record, AssignmentRule):
        yield _team_panel(record)


def _team_panel(rule: AssignmentRule) -> Panel:
    people = [
        {
            "name": each.name,
            "note": ngettext("%(num)s open lead", "%(num)s open leads", each.open),
            "away": each.is_away,
            "is_last": each.id == rule.last_id,
        }
        for each in team_of(rule)
    ]
    return Panel(
        id="sales.turns",
        title=_("Who gets them"),
        template="sales/panels/turns.html",
        context={"people": people, "icon": "users"},
        count=len(people) or None,
        order=10,
    )


def _lead_panel(actor: Actor, record: Lead) -> Iterator[Panel]:
    rows = assignments_of(record.id)
    may_assign = record.deleted_at is None and may(actor, Lead, "edit")
    if not rows and (record.owner_id is not None or not may_assign):
        return
    passed_over = {UUID(user) for row in rows for user in row.LeadAssignment.skipped}
    names = titles(actor, "user", passed_over)
    yield Panel(
        id="sales.assignment",
        title=_("Why %(name)s", name=rows[0].name) if rows and rows[0].name else _("Whose it is"),
        template="sales/panels/assignment.html",
        context={
            "hops": [_hop(row.LeadAssignment, row.name or "–", names) for row in rows],
            "may_assign": may_assign and record.owner_id is None,
            "icon": "arrows-split-2",
        },
        order=20,
    )


def _hop(given: LeadAssignment, name: str, names: dict[UUID, str]) -> dict[str, Any]:
    """Say why somebody got a lead, and why others didn't."""
    words = {"name": name, "rule": given.rule_name, "num": given.open_leads}
    if given.method == "load":
        why = _("%(name)s had the fewest open leads, %(num)s, by the rule “%(rule)s”.", **words)
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
