"""Outgoing mail: an outbox that is written with the act that causes the mail, and a job that sends it once."""

from core.mail.attachments import Attachment, mail_attachment
from core.mail.models import MailMessage
from core.mail.operations import send_mail
from core.mail.queries import mails_about
from core.mail.settings import can_send_mail, external_url

__all__ = [
    "Attachment",
    "MailMessage",
    "can_send_mail",
    "external_url",
    "mail_attachment",
    "mails_about",
    "send_mail",
]
