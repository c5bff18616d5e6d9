"""The reads of sales: the board, the deals of a customer or a person, and the report."""
