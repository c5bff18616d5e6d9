"""The rules of sales: pipelines and their stages, opportunities and how they move, leads and what becomes of them."""
