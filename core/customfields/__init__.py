"""Custom fields: what an administrator adds to a record type on a screen."""
