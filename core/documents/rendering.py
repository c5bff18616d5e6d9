"""From a template and data to a PDF: the order, its bounds, and what goes wrong."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import structlog
from flask import has_app_context

from core.database import in_unit
from core.i18n import _
from core.problems import Problem

log = structlog.get_logger(__name__)

HERE: Final = Path(__file__).parent
#: Where templates find what they import as `@pelatis/…`.
PACKAGES: Final = HERE / "packages"
#: How long one document may take, in seconds.
PATIENCE: Final = 30
#: How much memory one document may take.
MEGABYTES: Final = 1_024
#: How many characters the data of one document may have, written as JSON.
LONGEST_DATA: Final = 8_000_000

#: Marks that turn the direction of whatever follows, so that a text could rewrite its neighbours.
_TURNING: Final = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))
#: Typst would fetch these from the network.
_REMOTE: Final = "@preview/"


class TypesettingError(RuntimeError):
    """A template that can't be followed; the message is typst's own, for the template's author."""


def render_pdf(template: Path, data: Mapping[str, Any], language: str) -> bytes:
    """Make a PDF of a typst template and data; the same template and data give the same bytes.

    The template reads `json(bytes(sys.inputs.data))`, where `language` is added; it reaches no file outside of its own
    folder and no network, and finds the ordinary letter as `@pelatis/letter:1.0.0`. What people wrote must be shown and
    never be given to `eval`. It works in a process of its own, for at most half a minute.

    Args:
        template: the path of a `.typ` file.
        data: plain JSON, and bytes (an image) as lists of numbers; numbers and dates are ready to print.
        language: in which the document is written: `en`, `el` or `pl`.

    Raises:
        RuntimeError: inside a write unit, which would have to wait for it.
        TypesettingError: when the template is wrong.
        Problem: 422 when there is too much to print.
    """
    if has_app_context() and in_unit():
        raise RuntimeError("a document is made outside of write units")
    _refuse_remote(template)
    written = json.dumps({**data, "language": language}, ensure_ascii=False, default=_as_numbers).translate(_TURNING)
    if len(written) > LONGEST_DATA:
        raise _too_much()
    order = {
        "template": str(template),
        "root": str(template.parent),
        "packages": str(PACKAGES),
        "data": written,
        "megabytes": MEGABYTES,
        "seconds": PATIENCE,
    }
    return _typeset(json.dumps(order).encode(), template)


def _typeset(order: bytes, template: Path) -> bytes:
    command = [sys.executable, "-I", str(HERE / "typeset.py")]
    try:
        done = subprocess.run(command, input=order, capture_output=True, timeout=PATIENCE, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        log.warning("document.too_slow", template=template.name)
        raise _too_much() from None
    if done.returncode < 0:  # a signal ended it: the system's, when it took more than its bounds
        log.warning("document.too_large", template=template.name, signal=-done.returncode)
        raise _too_much()
    if done.returncode:
        raise TypesettingError(done.stderr.decode(errors="replace").strip())
    return done.stdout


def _refuse_remote(template: Path) -> None:
    for file in template.parent.rglob("*.typ"):
        if _REMOTE in file.read_text(encoding="utf-8"):
            raise TypesettingError(f"{file.name} imports {_REMOTE}…, which would be fetched from the network")


def _as_numbers(value: Any) -> Any:
    if isinstance(value, bytes):
        return list(value)
    raise TypeError(f"{value!r} isn't ready to print: write numbers and dates in the document's language first")


def _too_much() -> Problem:
    return Problem("documents.too_much", _("There is too much in this document to print it. Make it shorter."))
