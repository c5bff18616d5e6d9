"""How activities are said: one sentence in a timeline, a few words in a list or on a card."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from markupsafe import Markup, escape

from pelatis.api import (
    Actor,
    CalendarItem,
    TimelineEntry,
    _,
    _l,
    current_zone,
    format_day,
    format_moment,
    format_time,
    local_now,
    ngettext,
    today,
)

from .queries import ActivityRow, is_late, next_steps
from .schemas import OUTCOMES

ICONS = {"note": "note", "task": "checkbox", "call": "phone", "meeting": "users-group", "visit": "map-pin"}

KIND_NAMES = {
    "note": _l("Note"),
    "task": _l("Task"),
    "call": _l("Call"),
    "meeting": _l("Meeting"),
    "visit": _l("Visit"),
}

#: Where the page of each kind lies.
PATHS = {"note": "notes", "task": "tasks", "call": "calls", "meeting": "meetings", "visit": "visits"}


def url_of(row: ActivityRow) -> str:
    """Give the path of an activity's page."""
    return f"/activities/{PATHS[row.kind]}/{row.id}"


def done_url_of(row: ActivityRow) -> str:
    """Give the path that ticks an activity as done."""
    return f"{url_of(row)}/done"


def kind_name(kind: str) -> str:
    """Name a kind of activity."""
    return str(KIND_NAMES[kind])


def title_of(row: ActivityRow) -> str:
    """Name an activity: its title, or what kind it is."""
    return str(row.title or kind_name(row.kind))


# Next steps


def next_step(row: ActivityRow) -> str:
    """Say what comes next: "Send samples, 24 Nov", "Visit, today 09:30"."""
    when = when_of(row)
    return f"{title_of(row)}, {when}" if when else title_of(row)


def when_of(row: ActivityRow) -> str:
    """Say when something is planned; empty when it has no day."""
    if row.moment is not None:
        local = row.moment.astimezone(current_zone())
        return _("today %(time)s", time=format_time(local)) if local.date() == today() else format_moment(local)
    if row.due_on is None:
        return ""
    return _("today") if row.due_on == today() else format_day(row.due_on)


def next_steps_of_customers(actor: Actor, customers: Sequence[UUID]) -> Mapping[UUID, str]:
    """Say the next step of each of a batch of customers, in one statement; those without one are left out."""
    return {customer: next_step(row) for customer, row in next_steps(actor, "customer_id", customers).items()}


# The timeline


def entry(row: ActivityRow) -> TimelineEntry:
    """Make the timeline's entry of an activity."""
    said = row.body if row.kind != "task" else None
    return TimelineEntry(
        id=row.id,
        at=row.at,
        kind=row.kind,
        line=_sentence(row),
        text=said if said and said.strip() != (row.title or "").strip() else "",
        icon="pin" if row.pinned else "circle-check" if row.kind == "task" and row.done_at else ICONS[row.kind],
        level="warning" if row.pinned or (row.kind != "note" and is_late(row)) else "plain",
        actor_name=row.owner_name or "",
        url=url_of(row),
        record_type=f"activities.{row.kind}",
        record_id=row.id,
        pinned=bool(row.pinned),
    )


def _sentence(row: ActivityRow) -> Markup:
    """Say what was done or planned; who did it stands before it."""
    link = Markup('<a href="{}">{}</a>').format(url_of(row), title_of(row))
    if row.kind == "note":
        words = _("pinned a note") if row.pinned else _("wrote a note")
        return Markup('<a class="quiet" href="{}">{}</a>').format(url_of(row), words)
    if row.done_at is None:
        when = when_of(row)
        planned = escape(_("planned: %(what)s")) % {"what": link}
        return planned + Markup(", ") + escape(when) if when else planned
    if row.kind == "call":
        return _call(row, link)
    sentences = {"task": _("finished %(what)s"), "meeting": _("met: %(what)s"), "visit": _("visited: %(what)s")}
    sentence = escape(sentences[row.kind]) % {"what": link}
    return sentence + Markup(", ") + escape(row.place) if row.place else sentence


def _call(row: ActivityRow, link: Markup) -> Markup:
    sentence = escape(_("was called: %(what)s") if row.direction == "in" else _("called: %(what)s")) % {"what": link}
    parts = [minutes(row.duration_minutes)] if row.duration_minutes else []
    if row.outcome and row.outcome != "reached":
        parts.append(str(OUTCOMES[row.outcome]))
    return Markup(", ").join([sentence, *map(escape, parts)])


def minutes(number: int) -> str:
    """Say how long something took."""
    return str(ngettext("%(num)s min", "%(num)s min", number))


# A person's day


def calendar_item(row: ActivityRow) -> CalendarItem:
    """Make the entry of an activity in a person's day."""
    timed = row.moment is not None and row.moment.astimezone(current_zone()).date() >= today()
    due = row.moment
    if due is None and row.due_on is not None:
        due = local_now().replace(year=row.due_on.year, month=row.due_on.month, day=row.due_on.day, hour=23, minute=59)
    return CalendarItem(
        id=row.id,
        title=title_of(row),
        kind=row.kind,
        url=url_of(row),
        starts_at=row.moment if timed else None,
        ends_at=row.ends_at if timed else None,
        due_at=due,
        detail=_detail(row),
        done=row.done_at is not None,
        done_url=done_url_of(row),
        customer_id=row.customer_id,
        customer_name=row.customer_name or "",
        group="agenda" if timed else "tasks",
    )


def _detail(row: ActivityRow) -> str:
    length = minutes(int((row.ends_at - row.moment).total_seconds() // 60)) if row.ends_at and row.moment else ""
    parts = [kind_name(row.kind), length, row.place]
    return " · ".join(part for part in parts if part)
