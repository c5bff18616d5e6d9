"""The SQL expression that holds a custom field, typed alike on both databases."""

import re
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Dialect, Float, String, literal_column, type_coerce
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import TypeDecorator

from core.customfields.definitions import fields_of
from core.records import fields

#: Names are written into the SQL itself, so that an expression index is found; nothing else may pass.
SAFE_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")


class _IdText(TypeDecorator[UUID]):
    """An id as JSON holds it: text with dashes."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: UUID | None, _dialect: Dialect) -> str | None:
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, _dialect: Dialect) -> UUID | None:
        return None if value is None else UUID(value)


class _DayText(TypeDecorator[date]):
    """A day as JSON holds it: ISO 8601, which compares like the days do."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: date | None, _dialect: Dialect) -> str | None:
        return None if value is None else value.isoformat()

    def process_result_value(self, value: str | None, _dialect: Dialect) -> date | None:
        return None if value is None else date.fromisoformat(value)


class custom_text(GenericFunction[str]):  # noqa: N801 – the name of a SQL function
    """The text of a field in a JSON object."""

    type = String()
    inherit_cache = True


class custom_number(GenericFunction[float]):  # noqa: N801 – the name of a SQL function
    """The number of a field in a JSON object."""

    type = Float()
    inherit_cache = True


def _parts(element: Any, compiler: Any, options: Any) -> list[str]:
    return [compiler.process(clause, **options) for clause in element.clauses]


@compiles(custom_text, "sqlite")
def _text_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    column, name = _parts(element, compiler, options)
    return f"json_extract({column}, '$.{name.strip(chr(39))}')"


@compiles(custom_number, "sqlite")
def _number_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return f"CAST({_text_sqlite(element, compiler, **options)} AS REAL)"


@compiles(custom_text, "postgresql")
def _text_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    column, name = _parts(element, compiler, options)
    return f"({column} ->> {name})"


@compiles(custom_number, "postgresql")
def _number_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    return f"CAST({_text_postgresql(element, compiler, **options)} AS NUMERIC)"


def expression_of(record_type: Any, name: str) -> ColumnElement[Any]:
    """Give the SQL expression of a custom field: text, number, day or id.

    Args:
        record_type: the record type that has the field.
        name: the field's name, without `custom.`.

    Raises:
        KeyError: when the record type has no such field.
    """
    field = fields_of(record_type)[name]
    if not SAFE_NAME.fullmatch(name):
        raise KeyError(name)
    where: tuple[Any, Any] = (record_type.model.custom, literal_column(f"'{name}'"))
    if isinstance(field, fields.Decimals | fields.Money):
        return custom_number(*where)
    if isinstance(field, fields.Date):
        return type_coerce(custom_text(*where), _DayText())
    if isinstance(field, fields.Related):
        return type_coerce(custom_text(*where), _IdText())
    return custom_text(*where)
