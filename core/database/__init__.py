"""The database layer: column types, model bases, write units, the journal and the bulk door."""

from core.database.among import among
from core.database.base import Base, Record, Sealable, discard_models, model_base, open_attributes, ref
from core.database.bulk import bulk_insert, bulk_update
from core.database.engine import configure_database, db, ddl_engine
from core.database.journal import Clock, JournalContext, JournalEntry, journal_context, never_journalled
from core.database.many import insert_many
from core.database.mostly import mostly
from core.database.parts import in_parts
from core.database.seals import is_sealed, sealed_problem
from core.database.types import Amount, Currency, Id, JsonDict, UtcDateTime, new_id, utc_now
from core.database.unit import Session, in_unit, on_commit, read_once, touched_listener, write_unit, written_listener

__all__ = [
    "Amount",
    "Base",
    "Clock",
    "Currency",
    "Id",
    "JournalContext",
    "JournalEntry",
    "JsonDict",
    "Record",
    "Sealable",
    "Session",
    "UtcDateTime",
    "among",
    "bulk_insert",
    "bulk_update",
    "configure_database",
    "db",
    "ddl_engine",
    "discard_models",
    "in_parts",
    "in_unit",
    "insert_many",
    "is_sealed",
    "journal_context",
    "model_base",
    "mostly",
    "never_journalled",
    "new_id",
    "on_commit",
    "open_attributes",
    "read_once",
    "ref",
    "sealed_problem",
    "touched_listener",
    "utc_now",
    "write_unit",
    "written_listener",
]
