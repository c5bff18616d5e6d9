"""The tables of the catalog: products and their costs, price lists, prices and rules, and which tax a sale bears."""

from .prices import ListAssignment, Price, PriceList, PriceRule
from .products import Cost, Product
from .taxes import TaxRule

__all__ = ["Cost", "ListAssignment", "Price", "PriceList", "PriceRule", "Product", "TaxRule"]
