"""Everything that changes a mail of the outbox: writing it, and what a person decides about it."""

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from core.access import Actor, Kind, current_actor, require_administrator, system_actor
from core.database import db, new_id, utc_now, write_unit
from core.i18n import LANGUAGES, _, get_language
from core.jobs.models import RUNNING, Job
from core.jobs.operations import enqueue
from core.mail.addresses import check_address, check_line
from core.mail.attachments import Attachment, makers
from core.mail.models import CANCELLED, SENDING, SENT, UNCERTAIN, WAITING, MailMessage
from core.mail.settings import can_send_mail
from core.problems import Problem, not_found

#: The job that sends one mail.
SEND_JOB = "core.send_mail"


def send_mail(
    to: str,
    subject: str,
    text: str,
    *,
    key: str = "",
    to_name: str = "",
    reply_to: tuple[str, str] | None = None,
    language: str = "",
    attachments: Sequence[tuple[Callable[..., Attachment], Mapping[str, Any]]] = (),
    subject_id: uuid.UUID | None = None,
    automatic: bool = False,
    confidential: bool = False,
) -> MailMessage:
    """Put a mail into the outbox. It is sent once the write unit has committed, and never when it rolls back.

    Whoever acts stands in Reply-To, unless it is the system. Where no mail server is set up it waits.

    Args:
        to: the receiver's mail address.
        subject: one line.
        text: plain text; lines that begin with https:// become links in the HTML that is made of it.
        key: names what the mail is about, `sales.quote:ID:3`: a second mail of the same key isn't written.
        to_name: the receiver's name.
        reply_to: name and address that answers reach, where it isn't whoever acts.
        language: of the mail; the one that is spoken now by default.
        attachments: functions that `@mail_attachment()` declared, each with its arguments, which are plain JSON.
        subject_id: the record that it is about; `mails_about` finds it by this.
        automatic: no person wrote it, and no machine should answer it.
        confidential: its text is shown to nobody, and forgotten once it is sent.

    Raises:
        Problem: 422 on `to`, `subject` or `to_name` when it can't stand in a mail's head.
        ValueError: when an attachment's function was not declared.
    """
    actor = current_actor()
    reply_name, reply_address = reply_to or ((actor.name, actor.email) if actor.kind is Kind.staff else ("", ""))
    head = _checked(to=to, subject=subject, to_name=to_name, reply_name=reply_name, reply_address=reply_address)
    ordered = [_ordered(maker, arguments) for maker, arguments in attachments]
    message_id = new_id()
    with write_unit() as session:
        present = session.scalars(select(MailMessage).where(MailMessage.key == key)).first() if key else None
        if present is not None:
            return present
        message = MailMessage(
            id=message_id,
            key=key or str(message_id),
            to_address=head["to"],
            to_name=head["to_name"][:120],
            reply_address=head["reply_address"],
            reply_name=head["reply_name"][:120],
            language=language if language in LANGUAGES else get_language(),
            subject=head["subject"],
            text=text,
            confidential=confidential,
            automatic=automatic,
            attachments=ordered,
            actor_id=actor.user_id,
            subject_id=subject_id,
        )
        session.add(message)
        session.flush()
        if can_send_mail():
            enqueue_sending(message)
    return message


def _checked(**head: str) -> dict[str, str]:
    bad: dict[str, list[str]] = {}
    for name, value in head.items():
        check = check_address if name in ("to", "reply_address") and (value or name == "to") else check_line
        try:
            head[name] = check(value)
        except ValueError as error:
            bad[name] = [str(error)]
    if bad:
        message = " ".join(each for messages in bad.values() for each in messages)
        raise Problem("mail.bad_head", message, fields=bad)
    return head


def _ordered(maker: Callable[..., Attachment], arguments: Mapping[str, Any]) -> dict[str, Any]:
    name = getattr(maker, "maker_name", "")
    if name not in makers:
        raise ValueError(f"{maker!r} makes no attachments: declare it with @mail_attachment()")
    json.dumps(arguments)
    return {"maker": name, "arguments": dict(arguments)}


def enqueue_sending(message: MailMessage) -> None:
    """Have a mail sent when its time comes. The job is the system's: the mail knows whose rights its files need."""
    enqueue(
        SEND_JOB,
        actor=system_actor(),
        subject_id=message.id,
        not_before=message.next_try_at if message.attempts else None,
        message_id=str(message.id),
    )


def wake_waiting() -> None:
    """Have everything sent that waits, because the settings are others now."""
    with write_unit() as session:
        for message in session.scalars(select(MailMessage).where(MailMessage.state == WAITING)):
            message.next_try_at = utc_now()
            message.attempts = 0
            enqueue_sending(message)


def send_again(actor: Actor, message_id: uuid.UUID) -> MailMessage:
    """Send a mail that failed, or of which nobody knows whether it was sent.

    Raises:
        Problem: 404 for others than administrators, 409 when it has changed its state, 422 when its text is gone.
    """
    with write_unit():
        message = _movable(actor, message_id, WAITING)
        if message.confidential and not message.text:
            raise Problem("mail.forgotten", _("The text of this mail was confidential and is forgotten."))
        message.state, message.attempts, message.next_try_at, message.reason = WAITING, 0, utc_now(), ""
        message.handed_over_at = message.lease_id = message.job_id = None
        if can_send_mail():
            enqueue_sending(message)
    return message


def note_as_sent(actor: Actor, message_id: uuid.UUID) -> MailMessage:
    """Believe that a mail was sent: somebody has asked its receiver, or looked into the mail server's log."""
    with write_unit():
        message = _movable(actor, message_id, SENT)
        message.state, message.sent_at = SENT, message.handed_over_at or utc_now()
        _forget_confidential(message)
    return message


def cancel_mail(actor: Actor, message_id: uuid.UUID) -> MailMessage:
    """Stop a mail for good."""
    with write_unit():
        message = _movable(actor, message_id, CANCELLED)
        message.state = CANCELLED
        _forget_confidential(message)
    return message


def _forget_confidential(message: MailMessage) -> None:
    if message.confidential:
        message.text = ""


def _movable(actor: Actor, message_id: uuid.UUID, state: str) -> MailMessage:
    require_administrator(actor)
    message = db.session.get(MailMessage, message_id, with_for_update=True)
    if message is None:
        raise not_found()
    if message.state == SENDING and not holder_lives(message):
        _give_up(message)
    if not message.may_become(state):
        raise Problem("mail.moved_on", _("This mail has already changed its state. Load the page again."), status=409)
    return message


def holder_lives(message: MailMessage) -> bool:
    """Tell whether the job that has a mail in its hand still runs."""
    job = db.session.get(Job, message.job_id) if message.job_id else None
    return job is not None and job.state == RUNNING and job.lease_until is not None and job.lease_until > utc_now()


def _give_up(message: MailMessage) -> None:
    message.state = UNCERTAIN if message.handed_over_at else WAITING
    message.lease_id = message.job_id = None
