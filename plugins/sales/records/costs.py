"""What the records layer is told about the costs of selling."""

from pelatis.api import RecordType, _l

from ..models import SalesCost
from ..operations.costs import create_cost, update_cost
from ..schemas import SalesCostSchema

SALES_COSTS = RecordType(
    model=SalesCost,
    schema=SalesCostSchema,
    label=_l("Cost of selling"),
    label_plural=_l("Costs of selling"),
    path="costs",
    icon="coin",
    subtitle=("kind", "customer", "opportunity"),
    columns=("name", "kind", "spent_on", "amount", "hours", "opportunity", "customer", "owner"),
    filters=("name", "kind", "spent_on", "amount", "amount_base", "hours", "opportunity", "customer"),
    search=("name",),
    sort="-spent_on",
    create=create_cost,
    update=update_cost,
    nav=False,
)
