"""What plugins that require the catalog may import."""

from .models import Price, PriceList, Product
from .operations import default_price_list
from .queries import price_of

__all__ = ["Price", "PriceList", "Product", "default_price_list", "price_of"]
