"""Words on records: one index over the tags, roles and other lists of every record type."""
