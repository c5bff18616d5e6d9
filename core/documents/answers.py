"""Giving a PDF to a browser."""

import re
from io import BytesIO
from typing import Final

from flask import Response, send_file

#: What no file's name may hold on one of the systems that people save it on.
_UNFIT: Final = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]+')
_LONGEST_NAME: Final = 120

#: A PDF asks for nothing, and nobody may frame it. Browsers' own viewers don't open what is sandboxed.
_SHOWN: Final = "default-src 'none'; object-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_SAVED: Final = f"sandbox; {_SHOWN}"


def document_name(*words: str) -> str:
    """Make the name of a document's file, fit for every system: "Προσφορά Q-2026-0012.pdf"."""
    name = " ".join(_UNFIT.sub("-", word).strip() for word in words if word.strip())
    return f"{name[:_LONGEST_NAME].strip(' .') or 'document'}.pdf"


def pdf_response(content: bytes, name: str, *, inline: bool = False) -> Response:
    """Answer with a PDF, to be saved, or shown by the browser itself.

    Args:
        content: the PDF.
        name: its file's name, as `document_name` gives it; any letters (RFC 5987).
        inline: show it in the browser.
    """
    response = send_file(
        BytesIO(content), mimetype="application/pdf", as_attachment=not inline, download_name=name, max_age=0
    )
    response.headers["Content-Security-Policy"] = _SHOWN if inline else _SAVED
    response.headers["Cache-Control"] = "no-store"
    return response
