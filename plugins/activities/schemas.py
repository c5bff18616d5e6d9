"""What notes, tasks, calls, meetings and visits consist of, for forms, API, import and export."""

from marshmallow.validate import Length, Range

from pelatis.api import RecordSchema, _l, fields

PRIORITIES = {"low": _l("Low"), "normal": _l("Normal"), "high": _l("High")}
DIRECTIONS = {"out": _l("We called"), "in": _l("They called")}
OUTCOMES = {
    "reached": _l("Spoke with them"),
    "no_answer": _l("No answer"),
    "message": _l("Left a message"),
    "call_back": _l("They call back"),
}


class ActivitySchema(RecordSchema):
    """What every activity tells."""

    customer = fields.Related("customer", label=_l("Customer"), import_names=("account", "company"))
    about_type = fields.String(label=_l("Kind of record that it is about"), dump_only=True)
    about_id = fields.String(label=_l("Record that it is about"), dump_only=True)


class NoteSchema(ActivitySchema):
    """A note."""

    body = fields.Text(required=True, label=_l("Note"), validate=Length(max=50_000), import_names=("text", "content"))
    written_at = fields.DateTime(label=_l("Written"), help=_l("Left empty: now."), import_names=("date", "created"))
    pinned = fields.Boolean(label=_l("Pinned to the top"), load_default=False, allow_none=False)


class TaskSchema(ActivitySchema):
    """A task."""

    title = fields.String(required=True, label=_l("Task"), validate=Length(max=300), import_names=("subject",))
    due_on = fields.Date(label=_l("Due"), import_names=("due date", "deadline"))
    due_at = fields.DateTime(label=_l("Due at"), help=_l("Only where the day alone isn't enough."))
    priority = fields.Choice(
        PRIORITIES, label=_l("Priority"), load_default="normal", allow_none=False, tones={"high": "amber"}
    )
    done_at = fields.DateTime(label=_l("Done"))
    body = fields.Text(label=_l("More about it"), validate=Length(max=50_000), import_names=("description",))


class AppointmentSchema(ActivitySchema):
    """What calls, meetings and visits have in common."""

    subject = fields.String(label=_l("Subject"), validate=Length(max=300))
    starts_at = fields.DateTime(label=_l("Begins"), help=_l("Left empty: now."), import_names=("start", "date"))
    done_at = fields.DateTime(label=_l("Took place"))
    body = fields.Text(label=_l("What was said"), validate=Length(max=50_000), import_names=("description", "notes"))


class CallSchema(AppointmentSchema):
    """A call."""

    direction = fields.Choice(DIRECTIONS, label=_l("Direction"), load_default="out", allow_none=False)
    duration_minutes = fields.Integer(
        label=_l("Minutes"), validate=Range(min=0, max=1_440), import_names=("duration", "duration (minutes)")
    )
    outcome = fields.Choice(OUTCOMES, label=_l("Outcome"), tones={"reached": "green", "no_answer": "amber"})


class PlaceSchema(AppointmentSchema):
    """What meetings and visits have in common."""

    ends_at = fields.DateTime(label=_l("Ends"), import_names=("end",))
    place = fields.String(label=_l("Place"), validate=Length(max=200), import_names=("location",))


class MeetingSchema(PlaceSchema):
    """A meeting."""


class VisitSchema(PlaceSchema):
    """A visit."""
