"""What the records layer is told about products, price lists, prices, costs and tax rules."""

from pelatis.api import ExtraColumn, RecordType, SharedAccess, _l

from .models import Cost, Price, PriceList, Product, TaxRule
from .operations.costs import create_cost
from .operations.prices import create_price, create_price_list, update_price, update_price_list
from .operations.products import create_product, update_product
from .operations.taxes import create_tax_rule, update_tax_rule
from .queries.prices import list_prices
from .schemas import CostSchema, PriceListSchema, PriceSchema, ProductSchema, TaxRuleSchema

PRODUCTS = RecordType(
    model=Product,
    schema=ProductSchema,
    label=_l("Product"),
    label_plural=_l("Products"),
    path="products",
    icon="package",
    subtitle=("sku", "series"),
    columns=("name", "sku", "series", "unit", "active"),
    filters=("name", "sku", "series", "unit", "tax_class", "active"),
    search=("name", "sku", "series"),
    sort="name",
    match=("name", "sku"),
    create=create_product,
    update=update_product,
    access=SharedAccess(),
    creatable=True,
)

PRICE_LISTS = RecordType(
    model=PriceList,
    schema=PriceListSchema,
    label=_l("Price list"),
    label_plural=_l("Price lists"),
    path="price-lists",
    icon="list-details",
    subtitle=("currency",),
    columns=("name", "currency", "valid_from", "valid_until", "is_default"),
    filters=("name", "currency", "valid_from", "valid_until"),
    search=("name",),
    sort="name",
    match=("name",),
    create=create_price_list,
    update=update_price_list,
    access=SharedAccess(),
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

COSTS = RecordType(
    model=Cost,
    schema=CostSchema,
    label=_l("Cost"),
    label_plural=_l("Costs"),
    path="costs",
    icon="coin",
    title="amount",
    columns=("product", "amount", "valid_from"),
    filters=("product", "amount", "valid_from"),
    create=create_cost,
    access=SharedAccess(),
    nav=False,
)

TAX_RULES = RecordType(
    model=TaxRule,
    schema=TaxRuleSchema,
    label=_l("Tax rule"),
    label_plural=_l("Tax rules"),
    path="tax-rules",
    icon="receipt-tax",
    subtitle=("country", "tax_class"),
    columns=("name", "rate", "country", "postcodes", "tax_class", "buyer", "valid_from", "valid_until"),
    filters=("name", "rate", "country", "tax_class", "buyer", "valid_from", "valid_until"),
    search=("name", "note"),
    sort="name",
    match=("name",),
    create=create_tax_rule,
    update=update_tax_rule,
    access=SharedAccess(),
)

LIST_PRICE = ExtraColumn(
    record_type="catalog.product", key="catalog.list_price", label=_l("Price"), values=list_prices, numeric=True
)
