"""How the databases come by what pages read: whole tables that are scanned or sorted."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Connection, event

from core.database import db

#: Tables that stay small, however much a company sells; to read them whole costs nothing.
SMALL = {
    "core_clock", "core_custom_field", "core_generation", "core_plugin", "core_saved_view", "core_setting", "core_user",
    "sales_pipeline", "sales_stage",
}  # fmt: skip
#: What SQLite says of a table that it reads whole: by itself, or by an index that only leaves out the bin.
_SCAN = re.compile(r"SCAN (\w+)\b(?! VIRTUAL)(?P<index> USING (?:COVERING )?INDEX)?")
_OF_THE_BIN = re.compile(r"SEARCH (\w+) USING (?:COVERING )?INDEX \w+ \(deleted_at=\?\)$")


def statements_of(run: Callable[[], Any]) -> list[tuple[str, Any]]:
    """Collect the statements that a function runs, with their parameters."""
    seen: list[tuple[str, Any]] = []

    def listen(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement.startswith(("SELECT", "WITH")):
            seen.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", listen)
    run()
    event.remove(db.engine, "before_cursor_execute", listen)
    return seen


def plans_of(run: Callable[[], Any]) -> list[str]:
    """Give the lines of all plans of the statements that a function runs."""
    explain, column = ("EXPLAIN QUERY PLAN", 3) if _is_sqlite() else ("EXPLAIN", 0)
    seen, connection = statements_of(run), _settled()
    return [row[column] for sql, values in seen for row in connection.exec_driver_sql(f"{explain} {sql}", values)]


def faults_of(run: Callable[[], Any]) -> list[str]:
    """Name the tables that are scanned or sorted whole by the statements that a function runs, each with its SQL."""
    read = _faults_of_sqlite if _is_sqlite() else _faults_of_postgresql
    seen, connection = statements_of(run), _settled()
    return [f"{fault}: {sql[:200]}" for sql, values in seen for fault in read(connection, sql, values)]


def _is_sqlite() -> bool:
    return db.engine.dialect.name == "sqlite"


def _settled() -> Connection:
    """Give a connection on which PostgreSQL takes an index even where a table has but a few rows."""
    connection = db.session.connection()
    if not _is_sqlite():
        connection.exec_driver_sql("BEGIN")  # a reader has no transaction of its own accord
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        connection.exec_driver_sql("SET LOCAL enable_sort = off")
    return connection


def _faults_of_sqlite(connection: Connection, sql: str, values: Any) -> Iterator[str]:
    levels: dict[int, list[str]] = defaultdict(list)
    for _id, parent, _unused, line in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values):
        levels[parent].append(line)
    for lines in levels.values():
        is_sorted = any(line in ("USE TEMP B-TREE FOR ORDER BY", "USE TEMP B-TREE FOR GROUP BY") for line in lines)
        for line in lines:
            scan = _SCAN.match(line)
            whole = scan or _OF_THE_BIN.match(line)
            if whole is None or not _is_big(whole[1]):
                continue
            if is_sorted:
                yield f"sorts {whole[1]}"
            elif scan is not None and not scan["index"]:
                yield f"scans {whole[1]}"


def _faults_of_postgresql(connection: Connection, sql: str, values: Any) -> Iterator[str]:
    plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {sql}", values).scalar_one()
    yield from _faults_of_node(plan[0]["Plan"], is_sorted=False)


def _faults_of_node(node: dict[str, Any], *, is_sorted: bool) -> Iterator[str]:
    table, kind = node.get("Relation Name", ""), node["Node Type"]
    if _is_big(table):
        condition = node.get("Index Cond", node.get("Recheck Cond", ""))
        if kind == "Seq Scan":
            yield f"scans {table}"
        elif is_sorted and re.fullmatch(r"\(deleted_at IS NULL\)|", condition):
            yield f"sorts {table}"
    passes_on = kind in ("Sort", "Limit", "Result", "Subquery Scan")
    for inner in node.get("Plans", []):
        yield from _faults_of_node(inner, is_sorted=kind == "Sort" or (is_sorted and passes_on))


def _is_big(table: str) -> bool:
    return table.startswith(("core_", "sales_", "activities_", "catalog_")) and table not in SMALL
