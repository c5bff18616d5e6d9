"""Customers: the organisations and people that the company deals with, and how they belong together."""
