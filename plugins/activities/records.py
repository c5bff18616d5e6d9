"""What the records layer is told about notes, tasks, calls, meetings and visits."""

from pelatis.api import Customer, ExtraColumn, ParentAccess, RecordType, _l

from .models import Call, Meeting, Note, Task, Visit
from .operations import (
    arrange_meeting,
    create_task,
    log_call,
    plan_visit,
    update_appointment,
    update_note,
    update_task,
    write_note,
)
from .queries import last_contact_day, last_contacts
from .schemas import CallSchema, MeetingSchema, NoteSchema, TaskSchema, VisitSchema
from .wording import next_steps_of_customers

#: Whoever may see a customer may see what happened with them; what is about nobody is its owner's.
OF_CUSTOMER = ParentAccess("customer_id", Customer)

TASKS = RecordType(
    model=Task,
    schema=TaskSchema,
    label=_l("Task"),
    label_plural=_l("Tasks"),
    path="tasks",
    icon="checkbox",
    title="title",
    subtitle=("customer", "due_on"),
    columns=("title", "customer", "due_on", "priority", "done_at", "owner"),
    filters=("title", "customer", "due_on", "due_at", "priority", "done_at", "customer.city"),
    search=("title", "body"),
    sort="due_on",
    create=create_task,
    update=update_task,
    access=OF_CUSTOMER,
)

NOTES = RecordType(
    model=Note,
    schema=NoteSchema,
    label=_l("Note"),
    label_plural=_l("Notes"),
    path="notes",
    icon="note",
    title="body",
    columns=("body", "customer", "written_at", "pinned", "owner"),
    filters=("body", "customer", "written_at", "pinned"),
    search=("body",),
    sort="-written_at",
    create=write_note,
    update=update_note,
    access=OF_CUSTOMER,
    nav=False,
)

CALLS = RecordType(
    model=Call,
    schema=CallSchema,
    label=_l("Call"),
    label_plural=_l("Calls"),
    path="calls",
    icon="phone",
    title="subject",
    columns=("subject", "customer", "starts_at", "direction", "outcome", "owner"),
    filters=("subject", "customer", "starts_at", "done_at", "direction", "outcome", "duration_minutes"),
    search=("subject", "body"),
    sort="-starts_at",
    create=log_call,
    update=update_appointment,
    access=OF_CUSTOMER,
    nav=False,
)

MEETINGS = RecordType(
    model=Meeting,
    schema=MeetingSchema,
    label=_l("Meeting"),
    label_plural=_l("Meetings"),
    path="meetings",
    icon="users-group",
    title="subject",
    columns=("subject", "customer", "starts_at", "ends_at", "place", "owner"),
    filters=("subject", "customer", "starts_at", "done_at", "place"),
    search=("subject", "body", "place"),
    sort="-starts_at",
    create=arrange_meeting,
    update=update_appointment,
    access=OF_CUSTOMER,
    nav=False,
)

VISITS = RecordType(
    model=Visit,
    schema=VisitSchema,
    label=_l("Visit"),
    label_plural=_l("Visits"),
    path="visits",
    icon="map-pin",
    title="subject",
    columns=("subject", "customer", "starts_at", "ends_at", "place", "owner"),
    filters=("subject", "customer", "starts_at", "done_at", "place", "customer.city"),
    search=("subject", "body", "place"),
    sort="-starts_at",
    create=plan_visit,
    update=update_appointment,
    access=OF_CUSTOMER,
    nav=False,
)

LAST_CONTACT = ExtraColumn(
    record_type="customer",
    key="activities.last_contact",
    label=_l("Last contact"),
    values=last_contacts,
    expression=last_contact_day,
)

NEXT_STEP = ExtraColumn(
    record_type="customer", key="activities.next_step", label=_l("Next step"), values=next_steps_of_customers
)
