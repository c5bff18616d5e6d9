"""Builds the index of a custom field that is filtered by."""

from typing import Any, Final

from sqlalchemy import text

from core.customfields.definitions import fields_of
from core.customfields.expressions import expression_of
from core.database import db, ddl_engine, write_unit
from core.i18n import _l
from core.jobs.progress import Progress
from core.jobs.registry import job
from core.records.registry import record_types
from core.records.types import RecordType

#: How the names of these indexes begin. Migrations leave them alone, because no model describes them.
INDEX_PREFIX: Final = "ix_custom_"


@job(name="core.build_custom_field_index", title=_l("Index of a custom field"))
def build_index(progress: Progress, record_type: str, name: str) -> None:  # noqa: ARG001 – one step, nothing to tell
    """Build the index of one custom field, unless it is there or the field has gone.

    Args:
        progress: how far the job is.
        record_type: the key of the record type.
        name: the field's name.
    """
    declared = record_types.get(record_type)
    if declared is None or name not in fields_of(declared):
        return
    statement = text(index_statement(declared, name))
    if db.engine.dialect.name == "sqlite":
        with write_unit() as session:
            session.connection().execute(statement)
        return
    # CONCURRENTLY lets people write meanwhile; it can't stand in a transaction.
    engine = ddl_engine(db.engine.url.render_as_string(hide_password=False))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(statement)


def index_statement(record_type: RecordType, name: str) -> str:
    """Give the statement that makes the index, over the very expression that filters use."""
    model: Any = record_type.model
    table = model.__tablename__
    expression = expression_of(record_type, name).compile(
        dialect=db.engine.dialect, compile_kwargs={"include_table": False, "literal_binds": True}
    )
    concurrently = "" if db.engine.dialect.name == "sqlite" else "CONCURRENTLY "
    index = f"{INDEX_PREFIX}{table.removeprefix('core_')[:20]}_{name[:28]}"
    return f"CREATE INDEX {concurrently}IF NOT EXISTS {index} ON {table} (({expression}))"
