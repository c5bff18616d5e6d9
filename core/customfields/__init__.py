"""Custom fields: what an administrator adds to a record type on a screen, kept as data in the record's `custom`.

The records layer asks three things: which fields a record type has, to check what somebody sent, and for the SQL
expression that holds a field.
"""

from core.customfields.definitions import fields_of
from core.customfields.expressions import expression_of
from core.customfields.loading import load_custom

__all__ = ["expression_of", "fields_of", "load_custom"]
