"""Documents: letters with tables and totals as PDF, in the language of whoever gets them."""

from core.documents.answers import document_name, pdf_response
from core.documents.letters import Letter, LetterColumn, LetterLine, LetterNote, LetterPart, LetterTotal, render_letter
from core.documents.rendering import TypesettingError, render_pdf

__all__ = [
    "Letter",
    "LetterColumn",
    "LetterLine",
    "LetterNote",
    "LetterPart",
    "LetterTotal",
    "TypesettingError",
    "document_name",
    "pdf_response",
    "render_letter",
    "render_pdf",
]
