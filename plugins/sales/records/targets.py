"""What the records layer is told about targets and adjustments."""

from pelatis.api import ManagedAccess, RecordType, _l

from ..models import Adjustment, Target
from ..operations.targets import create_adjustment, create_target, update_adjustment, update_target
from ..schemas import AdjustmentSchema, TargetSchema

TARGETS = RecordType(
    model=Target,
    schema=TargetSchema,
    label=_l("Target"),
    label_plural=_l("Targets"),
    path="targets",
    icon="target-arrow",
    title="period",
    subtitle=("measure", "person", "team", "product"),
    columns=("period", "measure", "person", "team", "product", "amount", "amount_base"),
    filters=("period", "measure", "person", "team", "product", "amount_base"),
    search=("period",),
    sort="-period",
    create=create_target,
    update=update_target,
    access=ManagedAccess("person_id", "team_id"),
    nav=False,
)

ADJUSTMENTS = RecordType(
    model=Adjustment,
    schema=AdjustmentSchema,
    label=_l("Adjustment"),
    label_plural=_l("Adjustments"),
    path="adjustments",
    icon="adjustments-horizontal",
    title="period",
    subtitle=("person", "reason"),
    columns=("period", "person", "amount", "reason", "created_at", "ended_at", "owner"),
    filters=("period", "person", "amount", "ended_at"),
    search=("reason",),
    create=create_adjustment,
    update=update_adjustment,
    access=ManagedAccess("person_id"),
    nav=False,
)
