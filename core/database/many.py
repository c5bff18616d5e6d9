"""Inserting many rows for little: what SQLAlchemy does for each value of each row is done here column by column."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Engine, Table, event, insert

#: Up to how many rows the usual way is as fast.
FEW: Final = 20


def insert_many(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows of one table: into PostgreSQL by COPY, into SQLite by one statement for all.

    Args:
        connection: of the write unit.
        table: which table.
        rows: column name to value, the same names in each row; a column that they leave out gets the database's own
            default, and none of Python's.
    """
    if not rows:
        return
    if len(rows) <= FEW:
        connection.execute(insert(table), rows)
        return
    columns = [table.c[name] for name in rows[0]]
    by_column = [_bound(connection, column, [row[column.key] for row in rows]) for column in columns]
    connection.exec_driver_sql(_statement(connection, table, columns), list(zip(*by_column, strict=True)))


def _statement(connection: Connection, table: Table, columns: Sequence[Any]) -> str:
    quoted = connection.dialect.identifier_preparer
    into = f"{quoted.format_table(table)} ({', '.join(map(quoted.format_column, columns))})"
    if connection.dialect.name == "postgresql":
        return f"COPY {into} FROM STDIN"
    return f"INSERT INTO {into} VALUES ({', '.join('?' * len(columns))})"  # noqa: S608 - names of our own, quoted


def _bound(connection: Connection, column: Any, values: list[Any]) -> list[Any]:
    """Turn the values of a column into what the database's driver takes."""
    bind = column.type.dialect_impl(connection.dialect).bind_processor(connection.dialect)
    if bind is None:
        return values
    # Most rows are alike in most of their columns: in when, by whom, in what was left empty.
    if values[0] == values[-1] and values.count(values[0]) == len(values):
        return [bind(values[0])] * len(values)
    return [bind(value) for value in values]


def let_copy(engine: Engine) -> None:
    """Let a statement `COPY … FROM STDIN` of PostgreSQL take its rows as an INSERT takes them."""

    @event.listens_for(engine, "do_executemany")
    def on_many_rows(cursor: Any, statement: str, rows: Sequence[Any], _context: Any) -> bool:
        if not statement.startswith("COPY "):
            return False
        with cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
        return True
