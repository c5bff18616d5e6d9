"""What the records layer is told about assignment rules and absences."""

from pelatis.api import RecordType, SharedAccess, _l

from ..models import Absence, AssignmentRule
from ..operations.assignment import create_absence, update_absence
from ..schemas import AbsenceSchema, AssignmentRuleSchema

ASSIGNMENT_RULES = RecordType(
    model=AssignmentRule,
    schema=AssignmentRuleSchema,
    label=_l("Assignment rule"),
    label_plural=_l("Assignment rules"),
    path="assignment-rules",
    icon="arrows-split-2",
    subtitle=("team", "method"),
    columns=("name", "position", "is_on", "team", "method", "most_open", "passes_on"),
    filters=("name", "is_on", "team", "territory", "method"),
    search=("name",),
    sort="position",
    match=("name",),
    access=SharedAccess(),
    setup=True,
)

ABSENCES = RecordType(
    model=Absence,
    schema=AbsenceSchema,
    label=_l("Absence"),
    label_plural=_l("Absences"),
    path="absences",
    icon="calendar-event",
    title="note",
    columns=("note", "owner", "first_day", "last_day"),
    filters=("owner", "first_day", "last_day"),
    sort="-first_day",
    setup=True,
    create=create_absence,
    update=update_absence,
)
