"""SQL that the two databases say differently."""

from typing import Any

from sqlalchemy import ColumnElement, func, literal, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import Boolean


class json_array_has(GenericFunction[bool]):  # noqa: N801 – the name of a SQL function
    """Whether a JSON array holds a string."""

    type = Boolean()
    inherit_cache = True


@compiles(json_array_has, "sqlite")
def _sqlite(element: Any, compiler: Any, **options: Any) -> str:
    column, value = [compiler.process(clause, **options) for clause in element.clauses]
    return f"EXISTS (SELECT 1 FROM json_each({column}) WHERE json_each.value = {value})"  # noqa: S608 - compiled parts


@compiles(json_array_has, "postgresql")
def _postgresql(element: Any, compiler: Any, **options: Any) -> str:
    column, value = [compiler.process(clause, **options) for clause in element.clauses]
    return f"jsonb_exists({column}, {value})"


def has_tag(column: Any, value: str) -> ColumnElement[bool]:
    """Give the criterion that a JSON list column holds a word."""
    return json_array_has(column, literal(value))


def count_up_to(statement: Any, most: int) -> Any:
    """Make a statement that counts a select's rows, but stops after `most` of them."""
    return select(func.count()).select_from(statement.limit(most).subquery())
