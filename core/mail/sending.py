"""Sending one mail of the outbox, so that it is sent once, or that somebody is told that nobody knows.

A mail goes waiting → sending (claimed) → sent. Each step is a write unit of its own. Just before the last byte goes to
the mail server it is written down that it does: a worker that dies earlier has sent nothing, and the mail is tried
again; one that dies later leaves it uncertain, and a person decides.
"""

import hashlib
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import structlog
from sqlalchemy import update

from core.access import Actor, acting_as, require_administrator, system_actor
from core.database import db, new_id, utc_now, write_unit
from core.documents import TypesettingError
from core.i18n import _, get_language, in_language
from core.jobs.progress import Progress
from core.jobs.registry import jobs
from core.mail.addresses import check_address
from core.mail.attachments import Attachment, makers
from core.mail.composing import compose, needs_utf8
from core.mail.models import FAILED, SENDING, SENT, UNCERTAIN, WAITING, MailMessage
from core.mail.operations import enqueue_sending, holder_lives
from core.mail.settings import can_send_mail, mail_settings
from core.mail.transport import NotTaken, PerhapsTaken, hand_over
from core.problems import Problem
from core.users.queries import actor_of

log = structlog.get_logger(__name__)

#: How many seconds a mail waits after its first, second, … failure; after the last it is given up. A day altogether.
BACK_OFF: Final = (60, 300, 900, 3_600, 10_800, 21_600, 43_200)
#: The largest mail that is handed over, in bytes; most servers take no more.
LARGEST: Final = 20 * 1024 * 1024


class LeaseLostError(Exception):
    """Somebody else has taken the mail over; nothing may be sent."""


class CannotBeMadeError(Exception):
    """An attachment can't be made; the message tells the administrator why."""


@dataclass(frozen=True)
class Held:
    """A mail that this worker has in its hand."""

    message: MailMessage
    lease_id: uuid.UUID


def deliver(progress: Progress, message_id: uuid.UUID) -> None:
    """Send a mail when it is its turn; does nothing when another worker has it, or no mail server is set up."""
    held = _claim(message_id, progress.job_id)
    if held is None:
        return
    try:
        answer = _hand_over(held)
    except LeaseLostError:
        log.warning("mail.lease_lost", mail=str(message_id))
    except PerhapsTaken as error:
        _note(held, UNCERTAIN, str(error))
    except CannotBeMadeError as error:
        _note(held, FAILED, str(error))
    except NotTaken as error:
        _note_refusal(held, error)
    else:
        _note(held, SENT, answer)


def try_settings(actor: Actor, receiver: str) -> str:
    """Send a mail that says that mail works, at once and past the outbox; tell what the mail server answered.

    Args:
        actor: an administrator.
        receiver: the mail address, mostly their own.

    Raises:
        Problem: 404 for others, 422 when no mail server is set up, or it hasn't taken the mail.
    """
    require_administrator(actor)
    settings = mail_settings()
    if not settings.is_complete:
        raise Problem("mail.not_set_up", _("Mail isn't set up yet: Administration → Mail."))
    try:
        message = MailMessage(
            id=new_id(),
            to_address=check_address(receiver),
            subject=_("Mail from Pelatis works"),
            text=_("This mail came from %(url)s. So mail is set up well.", url=settings.site_url),
            language=get_language(),
            to_name="",
            reply_address="",
            automatic=True,
        )
        return hand_over(settings, message.to_address, compose(message, [], settings), lambda: None)
    except (ValueError, NotTaken, PerhapsTaken) as error:
        raise Problem("mail.not_taken", str(error)) from error


def _claim(message_id: uuid.UUID, job_id: uuid.UUID) -> Held | None:
    """Take a mail, or settle what a worker that died has left of it."""
    if not can_send_mail():
        return None
    lease_id = new_id()
    with write_unit() as session:
        message = session.get(MailMessage, message_id, with_for_update=True)
        if message is None or message.state not in (WAITING, SENDING):
            return None
        if message.state == SENDING:
            if message.job_id != job_id and holder_lives(message):
                return None
            if message.handed_over_at is not None:
                message.state, message.reason = UNCERTAIN, _interrupted()
                return None
        message.state, message.attempts = SENDING, message.attempts + 1
        message.job_id, message.lease_id = job_id, lease_id
    message = db.session.get_one(MailMessage, message_id)
    db.session.expunge(message)
    db.session.rollback()
    return Held(message, lease_id)


def _interrupted() -> str:
    return _("The worker stopped while the mail server had the mail and hadn't answered yet.")


def _hand_over(held: Held) -> str:
    message, settings = held.message, mail_settings()
    files = _files(message)
    mail = compose(message, [file for file, _note_of_file in files], settings)
    if len(mail) > LARGEST:
        raise CannotBeMadeError(_("With its attachments this mail is larger than 20 MB."))
    db.session.rollback()  # no transaction stays open while a mail server thinks

    def before_end() -> None:
        _change(held, handed_over_at=utc_now(), attachments=[noted for _file, noted in files])

    return hand_over(settings, message.to_address, mail, before_end, utf8=needs_utf8(message, settings))


def _files(message: MailMessage) -> list[tuple[Attachment, dict[str, Any]]]:
    """Make the attachments, each with what is written down of it: with its author's rights, in the mail's language."""
    made = []
    try:
        actor = actor_of(message.actor_id) if message.actor_id else system_actor()
        with acting_as(actor, origin="job"), in_language(message.language):
            for ordered in message.attachments:
                file = _make(ordered)
                noted = {
                    "name": file.name,
                    "size": len(file.content),
                    "sha256": hashlib.sha256(file.content).hexdigest(),
                }
                made.append((file, {**ordered, **noted}))
    except (Problem, TypesettingError) as error:
        raise CannotBeMadeError(str(error)) from error
    except Exception as error:
        log.exception("mail.attachment_failed", mail=str(message.id))
        raise CannotBeMadeError(f"{type(error).__name__}: {error}") from error
    return made


def _make(ordered: dict[str, Any]) -> Attachment:
    plugin = ordered["maker"].partition(".")[0]
    maker = makers.get(ordered["maker"])
    if maker is None or not (plugin == "core" or jobs.is_enabled(plugin)):
        message = _("What makes the attachment is switched off: %(name)s", name=ordered["maker"])
        raise Problem("mail.maker_is_off", message)
    return maker(**ordered["arguments"])


def _note(held: Held, state: str, reason: str) -> None:
    values: dict[str, Any] = {"state": state, "reason": reason[:500]}
    if state == FAILED:
        values["handed_over_at"] = None
    if state == SENT:
        values["sent_at"] = utc_now()
        if held.message.confidential:
            values["text"] = ""
    _change(held, **values)
    log.info("mail.ended", mail=str(held.message.id), outcome=state)


def _note_refusal(held: Held, error: NotTaken) -> None:
    attempts = held.message.attempts
    if error.for_good or attempts > len(BACK_OFF):
        _note(held, FAILED, str(error))
        return
    due = utc_now() + timedelta(seconds=BACK_OFF[attempts - 1])
    with write_unit() as session:
        _change(held, state=WAITING, reason=str(error)[:500], next_try_at=due, handed_over_at=None)
        enqueue_sending(session.get_one(MailMessage, held.message.id, populate_existing=True))


def _change(held: Held, **values: Any) -> None:
    """Write down what became of a mail, as long as it is in our hand.

    Raises:
        LeaseLostError: when another worker has taken it over.
    """
    ours = (MailMessage.id == held.message.id, MailMessage.lease_id == held.lease_id, MailMessage.state == SENDING)
    with write_unit() as session:
        if not session.connection().execute(update(MailMessage).where(*ours).values(values)).rowcount:
            raise LeaseLostError
