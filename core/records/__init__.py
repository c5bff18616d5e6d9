"""The records layer: one declaration of a record type, and every door that follows from it."""
