"""Which rows belong to a batch of ids: one list where the database takes one, so that it prepares the statement."""

from typing import Any

from sqlalchemy import ARRAY, Boolean, ColumnElement, Uuid, any_, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


def among(column: Any, name: str) -> ColumnElement[bool]:
    """Give the criterion that an id is one of those that are bound under a name.

    Unlike `column.in_(…)` it is the same statement for every number of ids, for `kept` and for PostgreSQL.

    Args:
        column: the id.
        name: the parameter's name; the statement is run with a list of ids, `name=[…]`.
    """
    return _Among(column, name)


class _Among(FunctionElement[bool]):
    type = Boolean()
    inherit_cache = True

    def __init__(self, column: Any, name: str) -> None:
        super().__init__(column, bindparam(name, type_=Uuid(), expanding=True))

    def self_group(self, against: Any = None) -> "_Among":
        # SQLite would find no index for `(id IN (…)) = 1`.
        return self


@compiles(_Among)
def _one_by_one(element: _Among, compiler: Any, **options: Any) -> str:
    column, ids = element.clauses
    return str(compiler.process(column.in_(ids), **options))


@compiles(_Among, "postgresql")
def _as_a_list(element: _Among, compiler: Any, **options: Any) -> str:
    column, ids = element.clauses
    return str(compiler.process(column == any_(bindparam(ids.key, type_=ARRAY(Uuid()))), **options))
