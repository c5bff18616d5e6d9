"""Full-text search beside its table.

FTS5 keeps no copy of the documents; triggers follow the table. The words were folded before they were stored, so the
tokenizer leaves letters as they are.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

WORDS = """
CREATE VIRTUAL TABLE core_search_fts USING fts5(
    document, content='core_search_entry', content_rowid='number', tokenize='unicode61 remove_diacritics 0',
    prefix='2 3'
)
"""
INSERTED = """
CREATE TRIGGER core_search_entry_insert AFTER INSERT ON core_search_entry BEGIN
    INSERT INTO core_search_fts(rowid, document) VALUES (new.number, new.document);
END
"""
DELETED = """
CREATE TRIGGER core_search_entry_delete AFTER DELETE ON core_search_entry BEGIN
    INSERT INTO core_search_fts(core_search_fts, rowid, document) VALUES ('delete', old.number, old.document);
END
"""
SQLITE = (WORDS, INSERTED, DELETED)
POSTGRESQL = (
    "CREATE INDEX ix_core_search_entry_words ON core_search_entry USING gin (to_tsvector('simple', document))",
)


def upgrade() -> None:
    """Make what search needs."""
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(sa.text(statement))


def downgrade() -> None:
    """Take it away again."""
    if op.get_bind().dialect.name == "sqlite":
        for trigger in ("core_search_entry_insert", "core_search_entry_delete"):
            op.execute(sa.text(f"DROP TRIGGER {trigger}"))
        op.execute(sa.text("DROP TABLE core_search_fts"))
    else:
        op.execute(sa.text("DROP INDEX ix_core_search_entry_words"))
