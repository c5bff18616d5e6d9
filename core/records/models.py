"""Saved views: a list's filter, order and columns under a name."""

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, JsonDict, Record


class SavedView(Record, Base):
    """A filter, order and columns that somebody keeps under a name; its owner's alone unless shared."""

    __table_args__ = (Index("ix_core_saved_view_record_type", "record_type"),)

    record_type_key: Mapped[str] = mapped_column("record_type", String(80))
    name: Mapped[str] = mapped_column(String(80))
    #: {"filter": …, "sort": "…", "columns": […]}
    query: Mapped[JsonDict]
    shared: Mapped[bool] = mapped_column(default=False)
    pinned: Mapped[bool] = mapped_column(default=False)
    #: Its place among its owner's views of the list.
    position: Mapped[int] = mapped_column(default=0, server_default="0")
