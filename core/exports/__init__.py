"""Exports: what a list finds as CSV, Excel or JSON Lines, that an import reads back without a difference."""
