"""What the records layer is told about the records of the catalog, in the order of the rail."""

# ruff: noqa: I001 - the rail lists them in the order in which they are named here
from .products import ATTRIBUTES, BUNDLE_PARTS, COSTS, LIST_PRICE, PRODUCTS
from .options import OPTION_GROUPS, OPTION_RULES, OPTIONS
from .prices import ASSIGNMENTS, PRICE_LISTS, PRICE_RULES, PRICES
from .stock import EXPECTED, MOVEMENTS, RESERVATIONS, STOCK_LEVELS
from .taxes import TAX_RULES

__all__ = [
    "ASSIGNMENTS",
    "ATTRIBUTES",
    "BUNDLE_PARTS",
    "COSTS",
    "EXPECTED",
    "LIST_PRICE",
    "MOVEMENTS",
    "OPTIONS",
    "OPTION_GROUPS",
    "OPTION_RULES",
    "PRICES",
    "PRICE_LISTS",
    "PRICE_RULES",
    "PRODUCTS",
    "RESERVATIONS",
    "STOCK_LEVELS",
    "TAX_RULES",
]
