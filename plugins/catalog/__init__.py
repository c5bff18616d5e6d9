"""Products with their options, what they cost and how they are taxed, and how much of them there is."""

from pelatis.api import Plugin, _l

plugin = Plugin(
    name="catalog",
    title=_l("Catalog"),
    summary=_l("Products with options and variants, price lists and rules, taxes, and stock"),
    version="1.0.0",
    category="selling",
    icon="tags",
    order=30,
)
