"""The worker's part of mail."""

import uuid
from datetime import timedelta
from typing import Final

from sqlalchemy import delete

from core.database import utc_now, write_unit
from core.i18n import _l, in_language
from core.jobs.progress import Progress
from core.jobs.registry import job
from core.mail.models import CANCELLED, SENT, MailMessage
from core.mail.operations import SEND_JOB
from core.mail.sending import deliver
from core.users.company import company

#: For how long mails that were sent or cancelled are kept; the journal's changes are kept as long.
KEPT: Final = timedelta(days=730)


@job(name=SEND_JOB, title=_l("Mail"))
def send(progress: Progress, message_id: str) -> None:
    """Send one mail.

    Args:
        progress: how far the job is.
        message_id: which.
    """
    with in_language(company().language):  # what goes wrong is told to the administrators
        deliver(progress, uuid.UUID(message_id))


@job(name="core.forget_old_mail", title=_l("Old mail"), every="day", at="03:40")
def forget_old_mail(progress: Progress) -> None:  # noqa: ARG001 – one step, nothing to tell
    """Delete the mails that ended long ago."""
    over = (MailMessage.state.in_((SENT, CANCELLED)), MailMessage.created_at < utc_now() - KEPT)
    with write_unit() as session:
        session.connection().execute(delete(MailMessage).where(*over))
