"""The tables of the catalog: products, options and costs, price lists, prices and rules, taxes."""

from .options import Option, OptionGroup, OptionRule
from .prices import ListAssignment, Price, PriceList, PriceRule
from .products import Cost, Product
from .taxes import TaxRule

__all__ = [
    "Cost",
    "ListAssignment",
    "Option",
    "OptionGroup",
    "OptionRule",
    "Price",
    "PriceList",
    "PriceRule",
    "Product",
    "TaxRule",
]
