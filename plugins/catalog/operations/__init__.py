"""The rules of the catalog: products, what they cost and are sold for, and what taxes they bear."""
