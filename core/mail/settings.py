"""Which mail server takes our mail, whose name stands on it, and where its links lead."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final
from urllib.parse import urlsplit

from core.access import Actor, require_administrator
from core.database import db, write_unit
from core.host.generation import Remembered
from core.i18n import _
from core.mail.addresses import check_address, check_line
from core.problems import Problem
from core.secrets import decrypt, encrypt
from core.users.company import SETTINGS
from core.users.models import Setting

STARTTLS: Final = "starttls"
TLS: Final = "tls"
NONE: Final = "none"
SECURITIES: Final = (STARTTLS, TLS, NONE)
_KEY: Final = "mail"
#: What no host's name holds.
_NO_HOST: Final = re.compile(r"[\s/@]")


@dataclass(frozen=True)
class MailSettings:
    """How mail leaves this installation."""

    host: str = ""
    port: int = 587
    #: `starttls`: encrypted from the second step on; `tls`: from the first; `none`: never.
    security: str = STARTTLS
    user: str = ""
    #: Encrypted; `open_password` opens it.
    password: str = ""
    sender_name: str = ""
    sender_address: str = ""
    #: Where this Pelatis is reached, `https://crm.example.org`: links in mails begin so.
    site_url: str = ""

    @property
    def is_complete(self) -> bool:
        """Whether mail can be sent."""
        return bool(self.host and self.sender_address and self.site_url)

    def open_password(self) -> str | None:
        """Give the password in clear; None when the installation's secret key is another one since."""
        return decrypt(self.password) if self.password else ""


_known = Remembered[MailSettings](SETTINGS)


def mail_settings() -> MailSettings:
    """Give the settings as they are."""
    return _known.get(None, _read)


def _read() -> MailSettings:
    kept = db.session.get(Setting, ("core", "", _KEY))
    return MailSettings(**kept.value) if kept is not None else MailSettings()


def can_send_mail() -> bool:
    """Tell whether a mail server is set up; mail that is written before waits in the outbox."""
    return mail_settings().is_complete


def external_url(path: str) -> str:
    """Give the whole address of one of our pages, for a mail. It never follows from what a request says of its host.

    Args:
        path: `/…`, as `url_for` gives it.

    Raises:
        Problem: `mail.not_set_up` when nobody has said where this Pelatis is reached.
    """
    site_url = mail_settings().site_url
    if not site_url:
        raise Problem("mail.not_set_up", _("Mail isn't set up yet: Administration → Mail."))
    return f"{site_url}{path}"


def change_mail_settings(actor: Actor, values: Mapping[str, str]) -> None:
    """Change the settings; what waits for them is sent then.

    Args:
        actor: an administrator.
        values: names of `MailSettings` and what was typed; an empty password leaves the present one.

    Raises:
        Problem: 404 for others, 422 with the bad fields.
    """
    from core.mail.operations import wake_waiting  # which reads the settings

    require_administrator(actor)
    wanted = _checked({name: value.strip() for name, value in values.items()})
    password = values.get("password", "")
    if password:
        wanted = replace(wanted, password=encrypt(password))
    elif wanted.user:
        wanted = replace(wanted, password=mail_settings().password)
    with write_unit() as session:
        kept = session.get(Setting, ("core", "", _KEY))
        if kept is None:
            session.add(Setting(plugin="core", scope="", key=_KEY, value=asdict(wanted)))
        else:
            kept.value = asdict(wanted)
        if wanted.is_complete:
            wake_waiting()


def _checked(values: Mapping[str, str]) -> MailSettings:
    bad: dict[str, list[str]] = {}
    taken: dict[str, Any] = {}
    for name, check in _CHECKS.items():
        try:
            taken[name] = check(values.get(name, ""))
        except ValueError as error:
            bad[name] = [str(error)]
    if not bad and taken["user"] and taken["security"] == NONE and not _is_this_machine(taken["host"]):
        bad["security"] = [_("Without encryption anybody on the way could read the password.")]
    if bad:
        raise Problem("mail.bad_settings", _("Some fields need another look."), fields=bad)
    return MailSettings(**taken)


def _host(value: str) -> str:
    if not value or _NO_HOST.search(value) or (":" in value and _ip(value) is None):
        raise ValueError(_("Write the mail server's name, such as smtp.example.org."))
    return value[:250]


def _port(value: str) -> int:
    if not value.isdecimal() or not 0 < int(value[:6]) < 65_536:
        raise ValueError(_("A port is a number from 1 to 65535; mostly 587 or 465."))
    return int(value)


def _security(value: str) -> str:
    if value not in SECURITIES:
        raise ValueError(_("Choose one of those that are offered."))
    return value


def _site_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise ValueError(_("Write the address as browsers show it, such as https://crm.example.org."))
    return value.rstrip("/")[:250]


def _ip(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _is_this_machine(host: str) -> bool:
    address = _ip(host)
    return host == "localhost" if address is None else address.is_loopback


_CHECKS: Final[Mapping[str, Any]] = {
    "host": _host,
    "port": _port,
    "security": _security,
    "user": check_line,
    "sender_name": check_line,
    "sender_address": check_address,
    "site_url": _site_url,
}
