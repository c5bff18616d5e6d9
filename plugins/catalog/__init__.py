"""Products and what they cost: the price lists that sales and others quote from."""

from pelatis.api import Plugin, _l

plugin = Plugin(
    name="catalog",
    title=_l("Catalog"),
    summary=_l("Products, units and price lists with prices by quantity and by day"),
    version="1.0.0",
    category="selling",
    icon="tags",
    order=30,
)
