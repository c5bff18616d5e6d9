"""What plugins that require sales may import."""

from .conflicts import DealConflict
from .credits import Credit
from .exports import JournalExport
from .journal import Document, Line, Tax
from .offers import Offer

__all__ = ["Credit", "DealConflict", "Document", "JournalExport", "Line", "Offer", "Tax"]
