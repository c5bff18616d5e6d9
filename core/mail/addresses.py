"""Addresses and lines of a mail's head: what may stand there, and how the wire wants it."""

import re
from typing import Final

import marshmallow as ma

from core.i18n import _

#: What would begin another line of the head (RFC 5322), or is no letter of any language.
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_LONGEST_LINE: Final = 200
_LONGEST_ADDRESS: Final = 254


def check_line(text: str) -> str:
    """Refuse a text that can't be one line of a mail's head; a ValueError says why."""
    if _CONTROL.search(text):
        raise ValueError(_("This must be one line of text."))
    if len(text) > _LONGEST_LINE:
        raise ValueError(_("This is too long."))
    return text


def check_address(text: str) -> str:
    """Refuse what isn't a mail address; a ValueError says why. Domains of any language are welcome."""
    local, _at, domain = text.strip().rpartition("@")
    try:
        if _CONTROL.search(text) or len(text) > _LONGEST_ADDRESS:
            raise ma.ValidationError("")
        ma.validate.Email()(f"{_plain(local)}@{domain.encode('idna').decode('ascii')}")
    except (ma.ValidationError, UnicodeError) as error:
        raise ValueError(_("“%(text)s” isn't a mail address.", text=text[:80])) from error
    return f"{local}@{domain}"


def _plain(local: str) -> str:
    """Stand for letters that are new in the part before the @ (RFC 6531), so that the rest of its rules hold."""
    return "".join("x" if not each.isascii() and each.isalnum() else each for each in local)


def on_the_wire(address: str) -> str:
    """Write an address as mail servers know it: `info@xn--…` for a Greek domain."""
    local, _at, domain = address.rpartition("@")
    return f"{local}@{domain.encode('idna').decode('ascii')}"
