"""What the records layer is told about products and their costs."""

from pelatis.api import ExtraColumn, RecordType, SharedAccess, _l

from ..models import Cost, Product
from ..operations.costs import create_cost, update_cost
from ..operations.products import create_product, update_product
from ..queries.prices import list_prices
from ..schemas import CostSchema, ProductSchema

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

LIST_PRICE = ExtraColumn(
    record_type="catalog.product", key="catalog.list_price", label=_l("Price"), values=list_prices, numeric=True
)

COSTS = RecordType(
    model=Cost,
    schema=CostSchema,
    label=_l("Cost"),
    label_plural=_l("Costs"),
    path="costs",
    icon="coin",
    title="amount",
    columns=("product", "option", "amount", "valid_from"),
    filters=("product", "option", "amount", "valid_from"),
    create=create_cost,
    update=update_cost,
    access=SharedAccess(),
    nav=False,
)
