"""What the records layer is told about opportunities."""

from pelatis.api import ExtraColumn, RecordType, _l

from ..models import Opportunity
from ..operations.opportunities import create_opportunities, create_opportunity, update_opportunity
from ..queries.deals import open_deals_by_customer
from ..schemas import OpportunitySchema

OPPORTUNITIES = RecordType(
    model=Opportunity,
    schema=OpportunitySchema,
    label=_l("Deal"),
    label_plural=_l("Deals"),
    path="opportunities",
    icon="briefcase",
    subtitle=("customer", "amount", "stage"),
    columns=("name", "customer", "stage", "amount", "expected_close_on", "owner"),
    filters=(
        "name", "customer", "stage", "pipeline", "amount", "amount_base", "product", "volume", "volume_unit",
        "probability", "forecast_category", "source", "engaged_on", "expected_close_on", "closed_on", "lost_reason",
        "reference", "customer.city", "customer.territory", "customer.country", "customer.industry", "stage.kind",
        "stage.forecast_category",
    ),
    search=("name", "reference", "needs"),
    later=("closed_on", "lost_reason", "lost_to"),
    match=("reference", "name"),
    create=create_opportunity,
    create_many=create_opportunities,
    update=update_opportunity,
)  # fmt: skip

OPEN_DEALS = ExtraColumn(
    record_type="customer",
    key="sales.open_deals",
    label=_l("Open deals"),
    values=open_deals_by_customer,
    numeric=True,
)
