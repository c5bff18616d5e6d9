"""The table of custom fields."""

from typing import Any, Final

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, Record

TEXT: Final = "text"
NUMBER: Final = "number"
DATE: Final = "date"
CHOICE: Final = "choice"
MONEY: Final = "money"
RELATION: Final = "relation"


class CustomField(Record, Base):
    """A field that an administrator added to a record type; its values stand in the records' `custom`."""

    __table_args__ = (
        Index(
            "uq_core_custom_field_record_type_name",
            "record_type",
            "name",
            unique=True,
            sqlite_where=text("deleted_at IS NULL"),
            postgresql_where=text("deleted_at IS NULL"),
        ),
    )

    #: The key of the record type that has the field, `sales.opportunity`.
    record_type: Mapped[str] = mapped_column(String(80))
    #: Its key in `custom`, in the API and in files: lower-case letters, digits and underscores. It never changes.
    name: Mapped[str] = mapped_column(String(40))
    #: What people call it, and what they call it in Greek and Polish where that differs.
    label: Mapped[str] = mapped_column(String(80))
    label_el: Mapped[str | None] = mapped_column(String(80))
    label_pl: Mapped[str | None] = mapped_column(String(80))
    help: Mapped[str | None] = mapped_column(String(200))
    #: `text`, `number`, `date`, `choice`, `money` or `relation`. It never changes.
    kind: Mapped[str] = mapped_column(String(10))
    #: The values of a choice, in order.
    choices: Mapped[list[Any]] = mapped_column(default=list)
    #: The key of the record type that a relation leads to.
    target: Mapped[str | None] = mapped_column(String(80))
    #: The currency of a money field, ISO 4217.
    currency: Mapped[str | None] = mapped_column(String(3))
    required: Mapped[bool] = mapped_column(default=False)
    #: Whether an index makes filters by it fast.
    filterable: Mapped[bool] = mapped_column(default=False)
    #: Its place among the custom fields of the record type.
    position: Mapped[int] = mapped_column(default=0)
