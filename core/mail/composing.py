"""From a mail of the outbox to the bytes that a mail server takes (RFC 5322, MIME)."""

import re
from collections.abc import Sequence
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

from markupsafe import Markup, escape

from core.database import utc_now
from core.mail.addresses import on_the_wire
from core.mail.attachments import Attachment
from core.mail.models import MailMessage
from core.mail.settings import MailSettings

_LINK: Final = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)]")


def compose(message: MailMessage, files: Sequence[Attachment], settings: MailSettings) -> bytes:
    """Write a mail as it goes over the wire: text, the same as HTML, and its files.

    Args:
        message: the mail.
        files: its attachments, made.
        settings: whose name stands on it.
    """
    mail = EmailMessage(policy=SMTP.clone(utf8=needs_utf8(message, settings)))
    sender = _address(settings.sender_name, settings.sender_address)
    mail["From"] = sender
    mail["To"] = _address(message.to_name, message.to_address)
    if message.reply_address:
        mail["Reply-To"] = _address(message.reply_name, message.reply_address)
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(utc_now())
    mail["Message-ID"] = message_id(message, settings)
    if message.automatic:
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday answer comes back
    mail.set_content(message.text, cte="quoted-printable")
    mail.add_alternative(as_html(message.text, message.language), subtype="html", cte="quoted-printable")
    for file in files:
        kind, _slash, subtype = file.type.partition("/")
        mail.add_attachment(file.content, maintype=kind, subtype=subtype, filename=file.name)
    mail["Content-Language"] = message.language  # what is set before goes into the first part
    return mail.as_bytes()


def message_id(message: MailMessage, settings: MailSettings) -> str:
    """Name the mail for the world: the same at each try, so that a receiver who got it twice sees one."""
    return f"<{message.id}@{on_the_wire(settings.sender_address).rpartition('@')[2]}>"


def needs_utf8(message: MailMessage, settings: MailSettings) -> bool:
    """Tell whether an address has letters before its @ that only newer mail servers take (RFC 6531)."""
    addresses = (settings.sender_address, message.to_address, message.reply_address)
    return not all(on_the_wire(each).isascii() for each in addresses if each)


def as_html(text: str, language: str) -> str:
    """Write plain text as simple HTML, with its links to click on."""
    paragraphs = [_linked(each).replace("\n", Markup("<br>\n")) for each in re.split(r"\n{2,}", text.strip())]
    body = Markup("\n").join(Markup("<p>{}</p>").format(each) for each in paragraphs)
    page = Markup('<!doctype html>\n<html lang="{}"><head><meta charset="utf-8"></head>\n<body>\n{}\n</body></html>\n')
    return str(page.format(language, body))


def _linked(text: str) -> Markup:
    written, reached = Markup(), 0
    for link in _LINK.finditer(text):
        written += escape(text[reached : link.start()]) + Markup('<a href="{0}">{0}</a>').format(link[0])
        reached = link.end()
    return written + escape(text[reached:])


def _address(name: str, address: str) -> Address:
    return Address(name, addr_spec=on_the_wire(address)) if address.isascii() else _international(name, address)


def _international(name: str, address: str) -> Address:
    local, _at, domain = on_the_wire(address).rpartition("@")
    return Address(name, local, domain)
