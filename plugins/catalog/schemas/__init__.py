"""What the catalog's records consist of, for forms, API, import and export."""

from .prices import BASES, ListAssignmentSchema, PriceListSchema, PriceRuleSchema, PriceSchema
from .products import TAX_CLASSES, UNITS, CostSchema, ProductSchema
from .taxes import BUYERS, TaxRuleSchema

__all__ = [
    "BASES",
    "BUYERS",
    "TAX_CLASSES",
    "UNITS",
    "CostSchema",
    "ListAssignmentSchema",
    "PriceListSchema",
    "PriceRuleSchema",
    "PriceSchema",
    "ProductSchema",
    "TaxRuleSchema",
]
