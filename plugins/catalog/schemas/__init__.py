"""What the catalog's records consist of, for forms, API, import and export."""

from .options import RULE_KINDS, OptionGroupSchema, OptionRuleSchema, OptionSchema
from .prices import BASES, ListAssignmentSchema, PriceListSchema, PriceRuleSchema, PriceSchema
from .products import (
    BUNDLE_PRICES,
    TAX_CLASSES,
    UNITS,
    BundlePartSchema,
    CostSchema,
    ProductAttributeSchema,
    ProductSchema,
)
from .stock import MOVEMENT_KINDS, ExpectedDeliverySchema, ReservationSchema, StockLevelSchema, StockMovementSchema
from .taxes import BUYERS, TaxRuleSchema

__all__ = [
    "BASES",
    "BUNDLE_PRICES",
    "BUYERS",
    "MOVEMENT_KINDS",
    "RULE_KINDS",
    "TAX_CLASSES",
    "UNITS",
    "BundlePartSchema",
    "CostSchema",
    "ExpectedDeliverySchema",
    "ListAssignmentSchema",
    "OptionGroupSchema",
    "OptionRuleSchema",
    "OptionSchema",
    "PriceListSchema",
    "PriceRuleSchema",
    "PriceSchema",
    "ProductAttributeSchema",
    "ProductSchema",
    "ReservationSchema",
    "StockLevelSchema",
    "StockMovementSchema",
    "TaxRuleSchema",
]
