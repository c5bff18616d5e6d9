"""The tables of imports: one row per file, and one per row of it that needs somebody's eye."""

from typing import Any

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, Id, JsonDict, UtcDateTime, new_id, ref, utc_now


class Import(Base):
    """One file that becomes records."""

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    record_type: Mapped[str] = mapped_column(String(80))
    #: The file's name as the person has it, and where its copy lies.
    file_name: Mapped[str] = mapped_column(String(255))
    path: Mapped[str] = mapped_column(Text)
    #: How it is read and what is done with what it finds; see `operations.Options`.
    options: Mapped[JsonDict] = mapped_column(default=dict)
    #: Column heading to field; columns that stay behind aren't in it.
    mapping: Mapped[JsonDict] = mapped_column(default=dict)
    #: `draft`, `running`, `done`, `failed` or `undone`.
    status: Mapped[str] = mapped_column(String(10), default="draft")
    #: Rows of the file, and how many of them are committed; a killed import goes on behind these.
    total_rows: Mapped[int] = mapped_column(default=0)
    done_rows: Mapped[int] = mapped_column(default=0)
    created: Mapped[int] = mapped_column(default=0)
    updated: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    warnings: Mapped[int] = mapped_column(default=0)
    #: Fields that were empty in some rows: field to in how many, and in which first.
    empty_cells: Mapped[JsonDict] = mapped_column(default=dict)
    #: What an undo came to: `put_back` and `kept`, each record type to how many. Empty when there was none.
    undone: Mapped[dict[str, Any] | None]
    #: What the latest dry run came to, or how far it is; see `trials.Trial`. Empty when nobody tried it as it is now.
    trial: Mapped[dict[str, Any] | None]
    actor_id: Mapped[Id | None] = ref("core_user", on_delete="set null")
    created_at: Mapped[UtcDateTime] = mapped_column(default=utc_now, index=True)
    #: When it began to write, and when it was through; `created_at` is when the file came.
    started_at: Mapped[UtcDateTime | None]
    finished_at: Mapped[UtcDateTime | None]


class ImportIssue(Base):
    """A row that failed, or that was taken with a doubt."""

    __table_args__ = (Index(None, "import_id", "row"),)

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    import_id: Mapped[Id] = ref(Import, on_delete="cascade", index=False)
    #: The row's number as a spreadsheet shows it; of JSON Lines the line's.
    row: Mapped[int]
    #: `error` or `warning`.
    level: Mapped[str] = mapped_column(String(10))
    #: The kind of doubt, to count equal ones together.
    code: Mapped[str] = mapped_column(String(60))
    message: Mapped[str] = mapped_column(Text)
    #: The row's cells by heading, for the error file; of warnings none.
    cells: Mapped[dict[str, Any] | None]


class ImportMapping(Base):
    """What the columns of a file became, for the next file with the same ones."""

    __table_args__ = (Index(None, "record_type", "headings"),)

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    record_type: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(120))
    #: A digest of the set of headings.
    headings: Mapped[str] = mapped_column(String(64))
    #: Column heading to field.
    mapping: Mapped[JsonDict] = mapped_column(default=dict)
    #: The options, answers to questions among them, but for those of one file alone.
    options: Mapped[JsonDict] = mapped_column(default=dict)
    #: Whose it is; the shell's is nobody's.
    actor_id: Mapped[Id | None] = ref("core_user", on_delete="cascade", nullable=True)
    used_at: Mapped[UtcDateTime] = mapped_column(default=utc_now)
