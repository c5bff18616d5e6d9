"""What activities answer: timelines, next steps, the composer, a person's day."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from pelatis.api import (
    Action,
    Actor,
    CalendarItem,
    Dependents,
    Panel,
    TimelineEntry,
    _,
    format_number,
    hookimpl,
    local_now,
    may,
    ngettext,
    record_types,
)

from . import queries, wording
from .models import Call, Meeting, Note, Task, Visit
from .schemas import DIRECTIONS, OUTCOMES


@hookimpl
def crm_collect_timeline(
    actor: Actor, customer: UUID, before: datetime | None, limit: int, kinds: Collection[str], text: str
) -> Iterator[TimelineEntry]:
    """Give what was written, said, done and planned with a customer."""
    for row in queries.timeline(actor, customer, before, limit, kinds, text):
        yield wording.entry(row)


@hookimpl
def crm_collect_calendar_items(actor: Actor, day: date) -> Iterator[CalendarItem]:
    """Give a person's appointments and tasks of a day, and what waits from days before."""
    for row in queries.day_of(actor, day):
        yield wording.calendar_item(row)


@hookimpl
def crm_get_next_steps(actor: Actor, ids: Sequence[UUID]) -> Mapping[UUID, str]:
    """Say what is planned next about each of a batch of records."""
    steps = queries.next_steps(actor, "about_id", ids) if ids else {}
    return {record: wording.next_step(row) for record, row in steps.items()}


@hookimpl
def crm_render_panels(slot: str, actor: Actor, record: Any) -> Iterator[Panel]:
    """Give a customer's next step and the composer's tabs; to the page of any other record, what was done about it."""
    if slot == "customer.header":
        yield from _next_step(actor, record)
    elif slot == "customer.composer":
        yield from _composer(actor, record)
    elif slot == "dashboard.figures" and actor.user_id is not None:
        yield from _visits(actor)
    elif slot == "record.timeline" and _takes_activities(record):
        yield from _about(actor, record)


def _takes_activities(record: Any) -> bool:
    """Tell whether people plan and note things about a record: not about a part of another or what is set up."""
    found = record_types.get(record.__record_type__)
    return found is not None and found.plugin != "activities" and found.nav and not found.setup


def _visits(actor: Actor) -> Iterator[Panel]:
    """Give how many of this week's visits a person has done."""
    midnight = local_now().replace(hour=0, minute=0, second=0, microsecond=0)
    monday = midnight - timedelta(days=midnight.weekday())
    done, planned = queries.visits_between(actor, monday, monday + timedelta(days=7))
    if planned:
        yield Panel(
            id="activities.figure.visits",
            title=_("Visits this week"),
            template="",
            figure=format_number(done),
            context={"note": f"/ {planned}", "percent": 100 * done // planned},
            order=200,
        )


def _next_step(actor: Actor, customer: Any) -> Iterator[Panel]:
    step = queries.next_steps(actor, "customer_id", [customer.id]).get(customer.id)
    if step is not None:
        yield Panel(id="activities.next_step", title=wording.next_step(step), template="", url=wording.url_of(step))


def _composer(actor: Actor, record: Any) -> Iterator[Panel]:
    """Give the tabs that write a note, log a call or add a task, as far as the actor may."""
    if may(actor, Note, "create"):
        yield _tab(record, "note", _("Note"), "n", _("What happened?"), "", {})
    if may(actor, Call, "create"):
        controls = {"directions": DIRECTIONS, "outcomes": OUTCOMES}
        yield _tab(record, "call", _("Call"), "l", _("What was said?"), "activities/composer/call.html", controls)
    if may(actor, Task, "create"):
        yield _tab(record, "task", _("Task"), "t", _("What is to be done?"), "activities/composer/task.html", {})
    if may(actor, Visit, "create"):
        yield _tab(record, "visit", _("Visit"), "v", _("What about?"), "activities/composer/visit.html", {})


def _tab(
    record: Any, kind: str, title: str, key: str, placeholder: str, template: str, controls: Mapping[str, Any]
) -> Panel:
    return Panel(
        id=f"activities.{kind}",
        title=title,
        template=template,
        url=f"/activities/compose/{kind}?{_subject(record)}",
        context={"icon": wording.ICONS[kind], "key": key, "placeholder": placeholder, "save": _("Save"), **controls},
    )


def _subject(record: Any) -> str:
    """Say in a URL what something new is about."""
    if record.__record_type__ == "customer":
        return f"customer={record.id}"
    return f"about={record.__record_type__}:{record.id}"


def _about(actor: Actor, record: Any) -> Iterator[Panel]:
    if not may(actor, Note, "view"):
        return
    rows = queries.about(actor, record.id)
    yield Panel(
        id="activities.about",
        title=_("Activities"),
        template="activities/panels/about.html",
        context={
            "entries": [wording.entry(row) for row in rows],
            "tabs": [tab for tab in _composer(actor, record) if tab.id != "activities.visit"],
            "icon": "checkbox",
        },
        count=len(rows) or None,
    )


@hookimpl
def crm_collect_actions(actor: Actor, record: Any) -> Iterator[Action]:
    """Offer a visit and a meeting on a customer's page."""
    if record is None or record.__record_type__ != "customer":
        return
    if may(actor, Visit, "create"):
        url = f"/activities/visits/new?customer={record.id}"
        yield Action(id="activities.plan_visit", title=_("Plan a visit"), url=url, icon="map-pin")
    if may(actor, Meeting, "create"):
        url = f"/activities/meetings/new?customer={record.id}"
        yield Action(id="activities.arrange_meeting", title=_("Arrange a meeting"), url=url, icon="users-group")


@hookimpl
def crm_collect_dependents(record_type: str, ids: Sequence[UUID]) -> Iterator[Dependents]:
    """Tell how many activities customers have; they follow their customer."""
    if record_type != "customer":
        return
    count = queries.count_of_customers(ids)
    if count:
        label = ngettext("%(num)s activity", "%(num)s activities", count)
        yield Dependents(record_type="activities.note", label=label, count=count)
