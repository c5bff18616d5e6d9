"""The table that finds records by the words on them."""

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, Id


class Tagging(Base):
    """One word on one record.

    The words themselves are kept in a JSON list of the record, where history, undo, import and export find them; these
    rows follow from it within the same transaction, so that a filter needs no scan on either database.
    """

    __table_args__ = (Index("ix_core_tagging_record_id", "record_id"),)

    record_type: Mapped[str] = mapped_column(String(80), primary_key=True)
    #: The list column: `tags`, `roles`.
    field: Mapped[str] = mapped_column(String(80), primary_key=True)
    value: Mapped[str] = mapped_column(String(80), primary_key=True)
    #: No foreign key: the record may belong to any table. Rows go when the record goes.
    record_id: Mapped[Id] = mapped_column(primary_key=True)
