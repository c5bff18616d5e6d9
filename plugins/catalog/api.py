"""What plugins that require the catalog may import."""

from .models import Price, PriceList, Product
from .operations import default_price_list
from .queries import PriceExplained, explain_price, price_of

__all__ = ["Price", "PriceExplained", "PriceList", "Product", "default_price_list", "explain_price", "price_of"]
