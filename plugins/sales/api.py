"""What plugins that require sales may import."""

from .conflicts import DealConflict
from .credits import Credit
from .exports import JournalExport
from .journal import Document, Line, Tax


__all__ = ["Credit", "DealConflict", "Document", "JournalExport", "Line", "Tax"]
