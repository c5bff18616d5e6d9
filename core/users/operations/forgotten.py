"""A forgotten password: a link by mail, without telling anybody whether an address is known."""

from typing import Final

from core.access import system_actor
from core.database import utc_now
from core.i18n import _, in_language
from core.jobs.operations import enqueue
from core.mail.operations import send_mail
from core.mail.settings import external_url
from core.users import queries
from core.users.models import STAFF, User
from core.users.operations.signing_in import mailed_link

#: The job that looks whether an address is known.
MAIL_LINK_JOB: Final = "core.mail_password_link"
#: How long nobody gets a second mail, in seconds.
PAUSE: Final = 600


def ask_for_link(email: str) -> None:
    """Have a link for a new password mailed, if somebody signs in with this address.

    Here nobody looks whether somebody does: the work is the same for any address, so that its time tells nothing.
    """
    enqueue(MAIL_LINK_JOB, actor=system_actor(), email=queries.fold_email(email)[:254])


def mail_link(email: str) -> None:
    """Mail a link to whoever signs in with an address, if somebody does, and didn't get one a moment ago."""
    user = queries.user_by_email(email)
    if user is None or not user.active or user.kind != STAFF or user.deleted_at is not None:
        return
    with in_language(user.language):
        _write(user)


def _write(user: User) -> None:
    text = _(
        "Hello %(name)s,\n\n"
        "somebody, probably you, wants to choose a new password for Pelatis. It works here, once, for two hours:\n\n"
        "%(url)s\n\n"
        "If it wasn't you, leave this mail alone: nothing changes.",
        name=user.name,
        url=external_url(f"/password/{mailed_link(user)}"),
    )
    send_mail(
        user.email or "",
        _("Choose a new password"),
        text,
        key=_key(user),
        to_name=user.name,
        language=user.language,
        automatic=True,
        confidential=True,
    )


def _key(user: User) -> str:
    """Name the mail by the password that it is to replace and the time, so that nobody's mailbox can be filled."""
    present = queries.hash_key(user.password_hash or "")[:16]
    return f"core.password:{user.id}:{present}:{int(utc_now().timestamp()) // PAUSE}"
