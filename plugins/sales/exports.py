"""What is handed over to a bookkeeping system, as plugins say it to each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from .journal import Line


@dataclass(frozen=True)
class JournalExport:
    """A batch of the journal.

    Attributes:
        key: the same for the same batch, however often it is handed over.
        number: what people call it, `J-2026-00001`.
        through: the day up to which documents are in it; earlier ones too that were posted late.
        currency: the company's own, ISO 4217; `debit` and `credit` of the lines are in it, and balance.
        lines: by day and document.
    """

    key: UUID
    number: str
    through: date
    currency: str
    lines: Sequence[Line]
