"""Territories: a tree of parts of the market, the people who look after each, and the customers that belong there."""
