"""The rules of activities: what begins later is planned, what was done knows when, a task's day follows its moment."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from pelatis.api import (
    Actor,
    Problem,
    Record,
    _,
    change_record,
    current_zone,
    demand,
    require,
    save,
    utc_now,
    write_unit,
)

from .models import Activity, Appointment, Call, Meeting, Note, Planned, Task, Visit


def write_note(actor: Actor, values: Mapping[str, Any]) -> Note:
    """Write a note, now unless a moment is given."""
    note: Note = save(actor, Note(**_with_moment(values, "written_at")))
    return note


def update_note(actor: Actor, note: Note, values: Mapping[str, Any]) -> Note:
    """Change a note; it keeps its moment unless another one is given."""
    changed: Note = change_record(actor, note, _with_moment(values, "written_at"))
    return changed


def _with_moment(values: Mapping[str, Any], moment: str) -> dict[str, Any]:
    """Leave out a moment that was left empty: it can't be, and what is there or is usual stays."""
    return {name: value for name, value in values.items() if name != moment or value is not None}


def create_task(actor: Actor, values: Mapping[str, Any]) -> Task:
    """Make a task; one with a moment is due on that moment's day."""
    task: Task = save(actor, Task(**_with_day(values)))
    return task


def update_task(actor: Actor, task: Task, values: Mapping[str, Any]) -> Task:
    """Change a task; a new moment moves its day, a new day alone drops the moment."""
    changed = _with_day(values)
    if "due_on" in values and "due_at" not in values and values["due_on"] != task.due_on:
        changed["due_at"] = None
    changed_task: Task = change_record(actor, task, changed)
    return changed_task


def _with_day(values: Mapping[str, Any]) -> dict[str, Any]:
    moment = values.get("due_at")
    return dict(values) if moment is None else {**values, "due_on": moment.astimezone(current_zone()).date()}


def log_call(actor: Actor, values: Mapping[str, Any]) -> Call:
    """Log a call that was made, or plan one that begins later."""
    call: Call = _arrange(actor, Call(**_arranged(values)))
    return call


def arrange_meeting(actor: Actor, values: Mapping[str, Any]) -> Meeting:
    """Arrange a meeting, or log one that took place.

    Raises:
        Problem: `activities.ends_before_it_begins`.
    """
    meeting: Meeting = _arrange(actor, Meeting(**_arranged(values)))
    return meeting


def plan_visit(actor: Actor, values: Mapping[str, Any]) -> Visit:
    """Plan a visit, or log one that took place.

    Raises:
        Problem: `activities.ends_before_it_begins`.
    """
    visit: Visit = _arrange(actor, Visit(**_arranged(values)))
    return visit


def _arrange(actor: Actor, appointment: Appointment) -> Any:
    with write_unit():
        saved = save(actor, appointment)
        _tell_if_done(actor, saved)
        return saved


def _tell_if_done(actor: Actor, planned: Planned, before: datetime | None = None) -> None:
    """Tell the plugins that listen when a call, a meeting or a visit has taken place that hadn't before."""
    if isinstance(planned, Appointment) and planned.done_at is not None and before is None:
        demand("crm_activity_done", actor=actor, activity=planned)


def _arranged(values: Mapping[str, Any]) -> dict[str, Any]:
    """Complete an appointment: what began already has taken place; without a subject its first words stand for one."""
    now = utc_now()
    starts_at = values.get("starts_at") or now
    _check_end(starts_at, values.get("ends_at"))
    done_at = values.get("done_at") or (starts_at if starts_at <= now else None)
    subject = values.get("subject") or first_line(values.get("body"))
    return {**values, "starts_at": starts_at, "done_at": done_at, "subject": subject}


def first_line(text: str | None, most: int = 300) -> str | None:
    """Give the first line of a text, cut where it is longer than `most` characters; None when there is none."""
    line = (text or "").strip().partition("\n")[0].strip()
    return (line if len(line) <= most else f"{line[: most - 1].rstrip()}…") or None


def update_appointment(actor: Actor, appointment: Appointment, values: Mapping[str, Any]) -> Appointment:
    """Change a call, a meeting or a visit; it keeps its beginning unless another one is given.

    Raises:
        Problem: `activities.ends_before_it_begins`.
    """
    changes = _with_moment(values, "starts_at")
    ends_at = changes.get("ends_at", getattr(appointment, "ends_at", None))
    _check_end(changes.get("starts_at", appointment.starts_at), ends_at)
    with write_unit():
        before = appointment.done_at
        changed: Appointment = change_record(actor, appointment, changes)
        _tell_if_done(actor, changed, before)
        return changed


def _check_end(starts_at: Any, ends_at: Any) -> None:
    if ends_at is not None and ends_at < starts_at:
        message = _("It ends before it begins.")
        raise Problem("activities.ends_before_it_begins", message, fields={"ends_at": [message]})


#: The operation that makes each kind.
MAKE: Final[Mapping[type[Record], Callable[[Actor, Mapping[str, Any]], Activity]]] = {
    Note: write_note,
    Task: create_task,
    Call: log_call,
    Meeting: arrange_meeting,
    Visit: plan_visit,
}


def mark_done(actor: Actor, planned: Planned, done: bool) -> Planned:
    """Tick something that was planned as done now, or take the tick away.

    Raises:
        Problem: 403 or 404 without the permission to edit it.
    """
    require(actor, type(planned), "edit", planned)
    with write_unit() as session:
        session.refresh(planned, with_for_update=True)
        if done != (planned.done_at is not None):
            before, planned.done_at = planned.done_at, utc_now() if done else None
            session.flush()
            _tell_if_done(actor, planned, before)
        return planned
