"""What is true of nearly every row, which SQLite without statistics takes for rare."""

from typing import Any

from sqlalchemy import Boolean, ColumnElement
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


def mostly(criterion: ColumnElement[bool]) -> ColumnElement[bool]:
    """Tell SQLite that a criterion leaves out little, so that it doesn't look it up in an index and sort the rest.

    Args:
        criterion: true of nearly every row: that it isn't in the bin.
    """
    return _Mostly(criterion)


class _Mostly(FunctionElement[bool]):
    type = Boolean()
    inherit_cache = True

    def self_group(self, against: Any = None) -> "_Mostly":
        # Without a comparison around it, SQLite sees what is inside.
        return self


@compiles(_Mostly)
def _as_it_is(element: _Mostly, compiler: Any, **options: Any) -> str:
    return str(compiler.process(element.clauses, **options))


@compiles(_Mostly, "sqlite")
def _as_a_hint(element: _Mostly, compiler: Any, **options: Any) -> str:
    return f"likely({compiler.process(element.clauses, **options)})"
