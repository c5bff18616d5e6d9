"""The talk with a mail server (RFC 5321), so that it is always known whether it may have taken the mail.

`smtplib.sendmail` doesn't tell an error before the last byte from one after it. Here the mail is transmitted whole,
then the caller writes down that it is about to be handed over, and only then its end is sent.
"""

import base64
import re
import smtplib
import ssl
from collections.abc import Callable
from typing import Final

from core.i18n import _
from core.mail.addresses import on_the_wire
from core.mail.settings import STARTTLS, TLS, MailSettings

#: How long each answer of a mail server is waited for, in seconds.
PATIENCE: Final = 20.0
_LONGEST_ANSWER: Final = 300
_SIGNED_IN: Final = 235
_DOT: Final = re.compile(rb"(?m)^\.")


class NotTaken(Exception):  # noqa: N818 - what happened to the mail
    """The mail server has not got the mail.

    Args:
        reason: what it said, or what kept us from asking, for the administrator.
        for_good: whether it would say the same again.
    """

    def __init__(self, reason: str, *, for_good: bool = False) -> None:
        super().__init__(reason)
        self.for_good = for_good


class PerhapsTaken(Exception):  # noqa: N818 - as above
    """The connection broke after the mail's end was sent and before an answer came."""


def hand_over(
    settings: MailSettings, receiver: str, mail: bytes, before_end: Callable[[], None], *, utf8: bool = False
) -> str:
    """Give a mail to the mail server, and tell what it answered.

    Args:
        settings: which server, and how.
        receiver: the mail address.
        mail: as `compose` wrote it.
        before_end: called when all but the end has been sent; what it raises keeps the mail from being taken.
        utf8: whether an address has letters before its @ that only newer servers take.

    Raises:
        NotTaken: the server hasn't got it.
        PerhapsTaken: nobody knows.
    """
    try:
        server = _connect(settings)
    except (OSError, smtplib.SMTPException, UnicodeError) as error:
        raise NotTaken(explain(error)) from error
    try:
        return _converse(server, settings, receiver, mail, before_end, utf8)
    finally:
        server.close()


def _connect(settings: MailSettings) -> smtplib.SMTP:
    """Open the connection, encrypted and signed in as the settings want it."""
    password = settings.open_password()
    if password is None:
        raise OSError(_("The password can't be read: the secret key is another one. Write it anew."))
    host = settings.host.encode("idna").decode("ascii") if not settings.host.isascii() else settings.host
    name = on_the_wire(settings.sender_address).rpartition("@")[2]
    server: smtplib.SMTP
    if settings.security == TLS:
        context = ssl.create_default_context()
        server = smtplib.SMTP_SSL(host, settings.port, name, timeout=PATIENCE, context=context)
    else:
        server = smtplib.SMTP(host, settings.port, name, timeout=PATIENCE)
    try:
        if settings.security == STARTTLS:
            server.starttls(context=ssl.create_default_context())
        server.ehlo_or_helo_if_needed()
        if settings.user:
            _sign_in(server, settings.user, password)
    except BaseException:
        server.close()
        raise
    return server


def _sign_in(server: smtplib.SMTP, user: str, password: str) -> None:
    if f"{user}{password}".isascii():
        server.login(user, password)
        return
    # smtplib knows ASCII alone; RFC 4616 has UTF-8.
    secret = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
    code, said = server.docmd("AUTH", f"PLAIN {secret}")
    if code != _SIGNED_IN:
        raise smtplib.SMTPAuthenticationError(code, said)


def _converse(
    server: smtplib.SMTP,
    settings: MailSettings,
    receiver: str,
    mail: bytes,
    before_end: Callable[[], None],
    utf8: bool,
) -> str:
    try:
        _announce(server, settings, receiver, utf8)
        server.send(_DOT.sub(b"..", mail))
        before_end()
    except (OSError, smtplib.SMTPException) as error:
        raise NotTaken(explain(error)) from error
    try:
        server.send(b".\r\n")
        answer = server.getreply()
    except (OSError, smtplib.SMTPException) as error:
        raise PerhapsTaken(explain(error)) from error
    _expect(answer, 250)
    _take_leave(server)
    return _said(answer)


def _announce(server: smtplib.SMTP, settings: MailSettings, receiver: str, utf8: bool) -> None:
    options = []
    if utf8:
        if not server.has_extn("smtputf8"):
            raise NotTaken(_("The mail server doesn't take letters such as these before the @."), for_good=True)
        server.command_encoding = "utf-8"
        options = ["SMTPUTF8", "BODY=8BITMIME"]
    _expect(server.mail(on_the_wire(settings.sender_address), options), 250)
    _expect(server.rcpt(on_the_wire(receiver)), 250, 251)
    _expect(server.docmd("DATA"), 354)


def _take_leave(server: smtplib.SMTP) -> None:
    try:
        server.quit()
    except (OSError, smtplib.SMTPException):
        return  # it has the mail, and was quicker to go


def _expect(answer: tuple[int, bytes], *codes: int) -> None:
    if answer[0] not in codes:
        raise NotTaken(_said(answer), for_good=answer[0] >= 500)


def _said(answer: tuple[int, bytes]) -> str:
    return f"{answer[0]} {answer[1].decode('utf-8', 'replace')}".replace("\n", " ")[:_LONGEST_ANSWER]


def explain(error: Exception) -> str:
    """Say what went wrong between us and the mail server, and where to look."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return _("The mail server didn't accept user and password: %(said)s", said=_of(error))
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return _("The mail server doesn't offer what the settings want, encryption or signing in: %(said)s", said=error)
    if isinstance(error, ssl.SSLError):
        return _("No encrypted connection: %(said)s", said=_line(error.reason or str(error)))
    if isinstance(error, smtplib.SMTPResponseException):
        return _of(error)
    # smtplib says of an answer that took too long that the connection was closed.
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return _("The mail server didn't answer in time.")
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return _("The mail server hung up.")
    return _("The mail server can't be reached: %(said)s", said=_line(getattr(error, "strerror", "") or str(error)))


def _of(error: smtplib.SMTPResponseException) -> str:
    said = error.smtp_error
    return _said((error.smtp_code, said if isinstance(said, bytes) else str(said).encode()))


def _line(text: str) -> str:
    return " ".join(text.split())[:_LONGEST_ANSWER]
