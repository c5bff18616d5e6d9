"""What the records layer is told about price lists, prices and the rules that reckon them."""

from pelatis.api import Customer, ParentAccess, RecordType, SharedAccess, _l

from ..models import ListAssignment, Price, PriceList, PriceRule
from ..operations.prices import create_price, create_price_list, update_price, update_price_list
from ..operations.rules import create_price_rule, update_price_rule
from ..schemas import ListAssignmentSchema, PriceListSchema, PriceRuleSchema, PriceSchema

PRICE_LISTS = RecordType(
    model=PriceList,
    schema=PriceListSchema,
    label=_l("Price list"),
    label_plural=_l("Price lists"),
    path="price-lists",
    icon="list-details",
    subtitle=("currency", "roles", "country"),
    columns=("name", "currency", "roles", "country", "priority", "valid_from", "valid_until", "is_default"),
    filters=("name", "currency", "roles", "tags", "country", "priority", "valid_from", "valid_until"),
    search=("name",),
    sort="name",
    match=("name",),
    create=create_price_list,
    update=update_price_list,
    access=SharedAccess(),
    setup=True,
)

PRICES = RecordType(
    model=Price,
    schema=PriceSchema,
    label=_l("Price"),
    label_plural=_l("Prices"),
    path="prices",
    icon="coin",
    title="amount",
    columns=("product", "price_list", "amount", "min_quantity", "valid_from", "valid_until"),
    filters=("product", "price_list", "amount", "min_quantity", "valid_from", "valid_until"),
    create=create_price,
    update=update_price,
    access=SharedAccess(),
    nav=False,
)

PRICE_RULES = RecordType(
    model=PriceRule,
    schema=PriceRuleSchema,
    label=_l("Price rule"),
    label_plural=_l("Price rules"),
    path="price-rules",
    icon="adjustments-horizontal",
    subtitle=("price_list",),
    columns=("name", "price_list", "product", "series", "min_quantity", "base", "percent", "amount"),
    filters=("name", "price_list", "product", "series", "min_quantity", "base", "valid_from", "valid_until"),
    search=("name", "series"),
    sort="name",
    match=("name",),
    create=create_price_rule,
    update=update_price_rule,
    access=SharedAccess(),
    nav=False,
)

ASSIGNMENTS = RecordType(
    model=ListAssignment,
    schema=ListAssignmentSchema,
    label=_l("Agreed price list"),
    label_plural=_l("Agreed price lists"),
    path="agreed-lists",
    icon="users",
    title="reason",
    subtitle=("customer", "price_list"),
    columns=("reason", "customer", "price_list"),
    filters=("reason", "customer", "price_list"),
    access=ParentAccess("customer_id", Customer),
    nav=False,
)
