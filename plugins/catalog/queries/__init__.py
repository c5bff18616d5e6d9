"""The reads of the catalog: prices and how they come about, costs and taxes."""
