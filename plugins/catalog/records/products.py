"""What the records layer is told about products and their costs."""

from pelatis.api import ExtraColumn, RecordType, SharedAccess, _l

from ..models import BundlePart, Cost, Product, ProductAttribute
from ..operations.bundles import create_part, update_part
from ..operations.costs import create_cost, update_cost
from ..operations.products import create_product, update_product
from ..queries.prices import list_prices
from ..schemas import BundlePartSchema, CostSchema, ProductAttributeSchema, ProductSchema

PRODUCTS = RecordType(
    model=Product,
    schema=ProductSchema,
    label=_l("Product"),
    label_plural=_l("Products"),
    path="products",
    icon="package",
    subtitle=("sku", "series"),
    columns=("name", "sku", "series", "unit", "active"),
    filters=("name", "sku", "series", "unit", "tax_class", "active", "template", "features", "bundle_price"),
    search=("name", "sku", "series"),
    sort="name",
    match=("name", "sku"),
    create=create_product,
    update=update_product,
    access=SharedAccess(),
    creatable=True,
)

ATTRIBUTES = RecordType(
    model=ProductAttribute,
    schema=ProductAttributeSchema,
    label=_l("Attribute of variants"),
    label_plural=_l("Attributes of variants"),
    path="attributes",
    icon="adjustments-horizontal",
    subtitle=("product",),
    columns=("name", "product", "choices", "position"),
    filters=("name", "product"),
    sort="position",
    access=SharedAccess(),
    nav=False,
)

BUNDLE_PARTS = RecordType(
    model=BundlePart,
    schema=BundlePartSchema,
    label=_l("Part of a bundle"),
    label_plural=_l("Parts of bundles"),
    path="bundle-parts",
    icon="package",
    title="quantity",
    subtitle=("part", "bundle"),
    columns=("quantity", "part", "bundle", "position"),
    filters=("bundle", "part", "quantity"),
    sort="position",
    create=create_part,
    update=update_part,
    access=SharedAccess(),
    nav=False,
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
