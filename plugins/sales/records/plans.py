"""What the records layer is told about account plans."""

from pelatis.api import Customer, ParentAccess, RecordType, _l

from ..models import AccountPlan
from ..operations.plans import create_account_plan, update_account_plan
from ..schemas.plans import AccountPlanSchema

ACCOUNT_PLANS = RecordType(
    model=AccountPlan,
    schema=AccountPlanSchema,
    label=_l("Account plan"),
    label_plural=_l("Account plans"),
    path="account-plans",
    icon="star",
    subtitle=("customer", "review_on"),
    columns=("name", "customer", "review_on", "owner"),
    filters=("name", "customer", "review_on", "customer.city", "customer.industry"),
    search=("name", "goals", "strategy", "risks"),
    sort="review_on",
    match=("name",),
    create=create_account_plan,
    update=update_account_plan,
    access=ParentAccess("customer_id", Customer),
)
