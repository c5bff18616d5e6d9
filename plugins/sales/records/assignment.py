"""What the records layer is told about assignment rules and absences."""

from pelatis.api import RecordType, SharedAccess, _l

from ..models import Absence, AssignmentRule
from ..operations.assignment import create_absence, create_rule, update_absence, update_rule
from ..schemas import AbsenceSchema, AssignmentRuleSchema

ASSIGNMENT_RULES = RecordType(
    model=AssignmentRule,
    schema=AssignmentRuleSchema,
    label=_l("Assignment rule"),
    label_plural=_l("Assignment rules"),
    path="assignment-rules",
    icon="arrows-split-2",
    subtitle=("about", "goes_to", "team", "method"),
    columns=("name", "about", "position", "is_on", "goes_to", "team", "method", "most_open"),
    filters=("name", "about", "is_on", "goes_to", "team", "territory", "method"),
    search=("name",),
    sort="position",
    match=("name",),
    access=SharedAccess(),
    setup=True,
    create=create_rule,
    update=update_rule,
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
