"""Pelatis: a CRM in which everything past users and customers is a plugin."""

__version__ = "0.1.0"
