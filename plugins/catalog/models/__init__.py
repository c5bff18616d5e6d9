"""The tables of the catalog: products, options and costs, price lists, prices and rules, taxes, stock."""

from .options import Option, OptionGroup, OptionRule
from .prices import ListAssignment, Price, PriceList, PriceRule
from .products import BundlePart, Cost, Product, ProductAttribute
from .stock import ExpectedDelivery, Reservation, StockLevel, StockMovement
from .taxes import TaxRule

__all__ = [
    "BundlePart",
    "Cost",
    "ExpectedDelivery",
    "ListAssignment",
    "Option",
    "OptionGroup",
    "OptionRule",
    "Price",
    "PriceList",
    "PriceRule",
    "Product",
    "ProductAttribute",
    "Reservation",
    "StockLevel",
    "StockMovement",
    "TaxRule",
]
