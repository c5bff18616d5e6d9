"""What the records layer is told about pipelines, stages and exchange rates."""

from pelatis.api import RecordType, SharedAccess, _l

from ..models import ExchangeRate, Pipeline, Stage
from ..operations.pipelines import create_stage, describe_stage, update_stage
from ..schemas import ExchangeRateSchema, PipelineSchema, StageSchema

PIPELINES = RecordType(
    model=Pipeline,
    schema=PipelineSchema,
    label=_l("Pipeline"),
    label_plural=_l("Pipelines"),
    path="pipelines",
    icon="layout-kanban",
    columns=("name", "position"),
    filters=("name",),
    search=("name",),
    sort="position",
    match=("name",),
    access=SharedAccess(),
    setup=True,
)

STAGES = RecordType(
    model=Stage,
    schema=StageSchema,
    label=_l("Stage"),
    label_plural=_l("Stages"),
    path="stages",
    icon="columns",
    columns=("name", "pipeline", "position", "kind", "probability", "forecast_category", "rot_days", "required"),
    filters=("name", "pipeline", "kind", "forecast_category"),
    search=("name",),
    sort="position",
    match=("name",),
    create=create_stage,
    describe=describe_stage,
    update=update_stage,
    access=SharedAccess(),
    creatable=True,
    nav=False,
)

EXCHANGE_RATES = RecordType(
    model=ExchangeRate,
    schema=ExchangeRateSchema,
    label=_l("Exchange rate"),
    label_plural=_l("Exchange rates"),
    path="exchange-rates",
    icon="coins",
    title="currency",
    columns=("currency", "rate", "valid_from"),
    filters=("currency", "valid_from"),
    search=("currency",),
    sort="-valid_from",
    access=SharedAccess(),
    setup=True,
)
