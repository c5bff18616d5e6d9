"""What the records layer is told about pipelines, stages, rates, leads and opportunities."""

from pelatis.api import Board, ExtraColumn, RecordType, SharedAccess, _l

from .models import ExchangeRate, Lead, Opportunity, Pipeline, Stage
from .operations.leads import create_lead, create_leads, update_lead
from .operations.opportunities import create_opportunities, create_opportunity, update_opportunity
from .operations.pipelines import create_stage, describe_stage, update_stage
from .queries.deals import open_deals_by_customer
from .schemas import ExchangeRateSchema, LeadSchema, OpportunitySchema, PipelineSchema, StageSchema

OPPORTUNITIES = RecordType(
    model=Opportunity,
    schema=OpportunitySchema,
    label=_l("Deal"),
    label_plural=_l("Deals"),
    path="opportunities",
    icon="briefcase",
    subtitle=("customer", "stage"),
    columns=("name", "customer", "stage", "amount", "expected_close_on", "owner"),
    filters=(
        "name", "customer", "stage", "pipeline", "amount", "amount_base", "product", "probability", "source",
        "engaged_on", "expected_close_on", "closed_on", "lost_reason", "reference", "customer.city",
        "customer.country", "customer.industry", "stage.kind",
    ),
    search=("name", "reference", "needs"),
    match=("reference", "name"),
    create=create_opportunity,
    create_many=create_opportunities,
    update=update_opportunity,
)  # fmt: skip

LEADS = RecordType(
    model=Lead,
    schema=LeadSchema,
    label=_l("Lead"),
    label_plural=_l("Leads"),
    path="leads",
    icon="flame",
    subtitle=("company", "status"),
    columns=("name", "company", "status", "source", "respond_by", "owner"),
    filters=("name", "company", "email", "phone", "source", "status", "respond_by", "disqualified_reason"),
    search=("name", "company", "email", "phone", "message"),
    match=("email", "name"),
    create=create_lead,
    create_many=create_leads,
    update=update_lead,
    board=Board(
        column="status",
        columns=("new", "working", "qualified"),
        ends=("disqualified",),
        note="company",
        day="respond_by",
    ),
)

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
    nav=False,
)

STAGES = RecordType(
    model=Stage,
    schema=StageSchema,
    label=_l("Stage"),
    label_plural=_l("Stages"),
    path="stages",
    icon="columns",
    columns=("name", "pipeline", "position", "kind", "probability", "rot_days", "required"),
    filters=("name", "pipeline", "kind"),
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
    nav=False,
)

OPEN_DEALS = ExtraColumn(
    record_type="customer",
    key="sales.open_deals",
    label=_l("Open deals"),
    values=open_deals_by_customer,
    numeric=True,
)
