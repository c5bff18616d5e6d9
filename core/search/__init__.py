"""Search over every record type: text folded alike for Greek, Greeklish and Polish, over FTS5 or tsvector."""
