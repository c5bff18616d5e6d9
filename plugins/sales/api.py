"""What plugins that require sales may import."""

from .credits import Credit
from .exports import JournalExport
from .journal import Document, Line, Tax

__all__ = ["Credit", "Document", "JournalExport", "Line", "Tax"]
